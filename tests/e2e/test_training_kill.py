"""A training that is killed at random moments, again and again, is whole after each, and comes to its end.

Before its first checkpoint it begins anew when it is resumed, and needs nothing else.

Each kill is SIGKILL for the worker and all that it started, as a power cut or the system's want of memory does it. The
workers come from a process that has loaded torch already (nursery.py): 21 starts would be most of the test.
"""

import contextlib
import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from nursery import nursery
from small_runs import follow, make_crops, tiny

from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.events import Event, Failed, Metric, Progress
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.models import checkpoint, store
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.training.spec import TrainSpec

SEED = 20261129
EPOCHS = 80  # of moments each; no kill comes after the last
BATCHES = 2  # of an epoch
# When the next kill comes: after which event, and up to how many seconds later, drawn evenly.
MOMENTS = {
    "start-up": ("started", 0.6),
    "batch": ("batch", 0.05),
    "validation and checkpoint": ("last batch", 0.2),
    "measuring": ("trained", 0.3),
    "export": ("measured", 1.0),
}
PLAN = [
    *["start-up"] * 3,
    *["batch", "validation and checkpoint", "validation and checkpoint", "start-up"] * 3,
    *["measuring", "export", "export"] * 2,
]

pytestmark = [pytest.mark.usefixtures("training_part", "one_core"), pytest.mark.timeout(1800)]


class Killer:
    """Kills a worker's group some time after the moment that it waits for."""

    def __init__(self, moment: str, delay_s: float) -> None:
        self._moment = moment
        self._delay_s = delay_s
        self._timer: threading.Timer | None = None

    def look(self, event: Event, worker: WorkerProcess) -> None:
        if self._timer is None and self._is_moment(event) and worker.pid is not None:
            self._timer = threading.Timer(self._delay_s, _kill, args=(worker.pid,))
            self._timer.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def _is_moment(self, event: Event) -> bool:
        if self._moment == "started":
            return event.type == "started"
        if self._moment in {"batch", "last batch"}:
            is_batch = isinstance(event, Metric) and event.name == "batch/box_loss"
            return is_batch and (self._moment == "batch" or event.step % BATCHES == 0)
        if self._moment == "trained":
            is_last = isinstance(event, Metric) and event.name == "mAP50-95" and event.step == EPOCHS
            return is_last or _is_measured(event)
        return _is_measured(event)


def _is_measured(event: Event) -> bool:
    return isinstance(event, Progress) and event.stage == "measure"


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


@pytest.fixture
def street(pictures: dict[str, Path]) -> str:
    return make_crops(pictures, count=10, watched=2)


@pytest.fixture(scope="module")
def workers(training_part: None) -> Iterator[list[str] | None]:
    with nursery() as command:
        yield command


def test_it_is_whole_after_every_kill_and_comes_to_its_end(street: str, workers: list[str] | None) -> None:
    assert len(PLAN) >= 20
    spec = TrainSpec(run="killed", recipe=tiny(epochs=EPOCHS, patience=0), data=street, device="cpu")
    run = RunFolder.of("killed")
    for moment, delay_s in _moments():
        before = _learnt(run)
        _kill_at(moment, delay_s, spec.model_copy(update={"resumes": run.exists()}), workers)
        assert _learnt(run) >= before, "nothing that was learnt is lost"
        assert not run.exists() or run.record().last_epoch <= _learnt(run)
    course = follow(spec.model_copy(update={"resumes": True}))
    assert course.result["last_epoch"] == EPOCHS
    assert run.record().state is RunState.DONE
    assert store.model_file(str(course.result["model"])).is_file()
    assert store.card(str(course.result["model"])).figures.items() >= run.record().best.items()
    left = [path for folder in (folders().runs, folders().models) for path in folder.rglob(".*")]
    assert not left, "nothing half-written stays"


def _moments() -> Iterator[tuple[str, float]]:
    chance = random.Random(SEED)  # noqa: S311 - the same moments again
    for name in PLAN:
        moment, longest_s = MOMENTS[name]
        yield moment, chance.uniform(0, longest_s)


def _kill_at(moment: str, delay_s: float, spec: TrainSpec, workers: list[str] | None) -> None:
    """Trains until the kill. A run that was faster than that is said to be running still, and killed sooner."""
    run = RunFolder.of(spec.run)
    before = _learnt(run)
    for share in (1, 0.3, 0.1, 0):
        killer = Killer(moment, delay_s * share)
        try:
            course = follow(spec, killer.look, command=workers)
        finally:
            killer.stop()
        first = next(iter(course.steps("batch/box_loss")), None)
        assert first in {None, before * BATCHES + 1}, "it went on with the epoch after its last checkpoint"
        if isinstance(course.end, Failed):
            assert course.end.code == "job", course.end
            return
        run.keep(run.record().model_copy(update={"state": RunState.RUNNING}))
        before, spec = _learnt(run), spec.model_copy(update={"resumes": True})
    pytest.fail(f"the run was always done before it was killed ({moment})")


def _learnt(run: RunFolder) -> int:
    """Epochs of the last checkpoint; each that is there must be whole."""
    for path in (run.last, run.best):
        if path.is_file():
            checkpoint._read(path)  # load_module would import Ultralytics into this process
    return checkpoint._progress(checkpoint._read(run.last))[0] if run.last.is_file() else 0
