"""Training on several devices, shown with two processes on the CPU: all but the device itself is as with two GPUs."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from small_runs import WarmWorker, follow, make_crops, tiny

from pyroblur_gui.jobs.events import Cancelled, Event, Failed, Metric
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.models import store
from pyroblur_gui.models.checkpoint import load_module
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.training.spec import PreflightSpec, TrainSpec

EPOCHS = 2
RECIPE = tiny(epochs=EPOCHS).model_copy(update={"model": "yolo11n"})  # slow enough to be stopped between two steps

pytestmark = [pytest.mark.usefixtures("training_part", "one_core"), pytest.mark.timeout(900)]


@pytest.fixture
def street(pictures: dict[str, Path]) -> str:
    return make_crops(pictures)


def spec(data: str, **changes: object) -> TrainSpec:
    return TrainSpec(run="two", recipe=RECIPE, data=data, device="cpu,cpu").model_copy(update=changes)


def is_batch(event: Event, step: int) -> bool:
    return isinstance(event, Metric) and event.name == "batch/box_loss" and event.step == step


class Addresses:
    """Every address that the processes below this one listen on or talk to while it looks."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.families: set[int] = set()
        self.ranks = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Addresses":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(0.2):
            children = psutil.Process().children(recursive=True)
            self.ranks = max(self.ranks, sum(1 for child in children if self._is_rank(child)))
            for child in children:
                for connection in self._connections(child):
                    self.seen |= {place.ip for place in (connection.laddr, connection.raddr) if place}

    def _is_rank(self, process: psutil.Process) -> bool:
        try:
            return "LOCAL_RANK" in process.environ() and "worker" in process.cmdline()
        except psutil.Error:
            return False

    def _connections(self, process: psutil.Process) -> Iterator:
        try:
            yield from process.net_connections("inet")
        except psutil.Error:
            return


def test_two_processes_train_one_model_which_ends_early_is_stopped_loses_a_process_and_goes_on(street: str) -> None:
    folder = RunFolder.of("two")

    def finish(event: Event, worker: WorkerProcess) -> None:
        if is_batch(event, 1):
            worker.finish()

    def kill_the_second(event: Event, worker: WorkerProcess) -> None:
        if is_batch(event, 4):
            ranks = [each for each in psutil.Process(worker.pid).children() if "LOCAL_RANK" in each.environ()]
            os.kill(next(each.pid for each in ranks if each.environ()["LOCAL_RANK"] == "1"), signal.SIGKILL)

    with Addresses() as addresses, WarmWorker() as worker:
        first = worker.follow(spec(street), finish)
        assert (first.result["first_epoch"], first.result["last_epoch"]) == (1, 1)
        assert folder.record().state is RunState.STOPPED
        assert addresses.ranks == 2

        course = worker.follow(spec(street, resumes=True), lambda event, _worker: is_batch(event, 4))
        assert isinstance(course.end, Cancelled)
        assert (folder.record().state, folder.record().last_epoch) == (RunState.STOPPED, 1)

        course = worker.follow(spec(street, resumes=True), kill_the_second)
        assert isinstance(course.end, Failed)
        assert course.end.hint
        assert folder.record().state is RunState.FAILED

        last = worker.follow(spec(street, resumes=True))
    assert (last.result["first_epoch"], last.result["last_epoch"]) == (2, EPOCHS)
    assert addresses.seen == {"127.0.0.1"}, "they talk within this computer only"
    # 12 pictures by 4, of which each process takes 2: 3 steps an epoch, told once
    assert (first.steps("batch/box_loss"), last.steps("batch/box_loss")) == ([1, 2, 3], [4, 5, 6])
    for name in ("train/box_loss", "val/box_loss", "mAP50-95", "lr"):
        assert (first.steps(name), last.steps(name)) == ([1], [EPOCHS]), name
    record = folder.record()
    assert (record.state, record.last_epoch, record.device) == (RunState.DONE, EPOCHS, "cpu,cpu")
    assert load_module(folder.last).names == ("face", "license_plate")
    assert store.card(str(last.result["model"])).figures.items() >= record.best.items()


def test_killing_the_worker_leaves_no_process_of_it(street: str) -> None:
    """The check for leaked processes of every test looks for them."""
    ranks: list[psutil.Process] = []

    def lead(event: Event, worker: WorkerProcess) -> None:
        if is_batch(event, 2):
            ranks.extend(psutil.Process(worker.pid).children(recursive=True))
            os.kill(worker.pid or 0, signal.SIGKILL)

    course = follow(spec(street), lead)
    assert isinstance(course.end, Failed)
    assert len(ranks) >= 2
    _, alive = psutil.wait_procs(ranks, timeout=5)
    assert not alive


def test_what_cannot_be_divided_is_told_and_the_preflight_tries_one_of_them(street: str) -> None:
    with WarmWorker() as worker:
        for batch, said in ((3, "cannot be divided"), (-1, "one device only")):
            course = worker.follow(TrainSpec(run="two", recipe=tiny(batch=batch), data=street, device="cpu,cpu"))
            assert isinstance(course.end, Failed)
            assert said in course.end.message
            assert course.end.hint
        course = worker.follow(PreflightSpec(recipe=RECIPE, data=street, device="cpu,cpu"))
    assert (course.result["batch"], course.result["batches"]) == (4, 3)
