"""A training through the real worker on real pictures: it tells what it learns, stops, goes on, and is a model."""

import asyncio
import hashlib
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from rows import make_dataset

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets import store as store_of_sets
from pyroblur_gui.datasets.dataset import Box, Picture
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.jobs.events import Artifact, Cancelled, EndEvent, Event, Failed, Finished, Log, Metric
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.models import store
from pyroblur_gui.training import samples
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.training.spec import Hyperparameters, PreflightSpec, Recipe, TrainSpec

EPOCHS = 3
LIMIT_S = 200
TINY = Recipe(
    name="tiny",
    title="Tiny",
    summary="For a test.",
    model="yolo11n",
    is_pretrained=False,
    hyperparameters=Hyperparameters(epochs=EPOCHS, batch=4, imgsz=64, lr0=0.002, save_period=-1),
)

pytestmark = pytest.mark.usefixtures("training_part")


@pytest.fixture
def street(pictures: dict[str, Path], tmp_path: Path) -> str:
    """A data set of crops of two real pictures with a box each: 12 for training, 4 for validation."""
    with make_dataset("street") as dataset:
        rows = []
        for number in range(16):
            source = pictures["bus" if number % 2 else "zidane"]
            left = 20 * number
            with Image.open(source) as whole:
                crop = whole.crop((left, 100, left + 400, 500))
            file = dataset.folder / "images" / "00" / f"{number:02d}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            crop.save(file)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            split = Split.VAL if number >= 12 else Split.TRAIN
            box = Box(number % 2, 0.2, 0.2, 0.7, 0.8)
            rows.append(
                Picture(
                    id=0, file=f"images/00/{file.name}", name=file.name, source=1, width=400, height=400,
                    size_bytes=file.stat().st_size, sha256=digest, likeness=None, split=split,
                    labelled=frozenset({0, 1}), boxes=(box,),
                )
            )  # fmt: skip
        dataset.add(rows)
        layout.write_all(dataset)
    return "street"


def test_a_training_tells_its_figures_and_ends_as_a_model(street: str) -> None:
    events: list[Event] = []
    end = _run(TrainSpec(run="first", recipe=TINY, data=street, device="cpu"), events.append)
    assert isinstance(end, Finished), end
    assert (end.result["first_epoch"], end.result["last_epoch"]) == (1, EPOCHS)
    metrics = [event for event in events if isinstance(event, Metric)]
    for name in ("train/box_loss", "val/box_loss", "mAP50", "mAP50-95", "precision", "recall", "lr"):
        assert [metric.step for metric in metrics if metric.name == name] == list(range(1, EPOCHS + 1)), name
    batches = [metric.step for metric in metrics if metric.name == "batch/box_loss"]
    assert batches == list(range(1, 3 * EPOCHS + 1))
    record = RunFolder.of("first").record()
    assert record.state is RunState.DONE
    assert record.last_epoch == EPOCHS
    assert len(record.fingerprint) == 64
    assert {"torch", "ultralytics"} <= set(record.versions)
    model = str(end.result["model"])
    assert model == "first"
    card = store.card(model)
    assert card.recipe["run"] == "first"
    assert {name: card.figures[name] for name in record.best} == record.best
    check = card.figures["export_check"]
    assert isinstance(check, dict)
    assert (check["pictures"], check["is_passed"]) == (4, True)
    assert set(card.figures["by_class"]) == {"face", "license_plate"}
    assert card.figures["by_size"]["large"]["objects"] == 4
    assert card.recipe["data"] == street
    assert card.seed == TINY.hyperparameters.seed
    assert record.fingerprint in card.data[0].note
    assert store.card(model).labels == ("face", "license_plate")
    assert store.model_file(model).is_file()
    assert not list(RunFolder.of("first").path.rglob("*.jpg")), "a run keeps no pictures"


def test_a_training_tells_figures_of_each_class_and_what_it_found_in_a_few_pictures(street: str) -> None:
    events: list[Event] = []
    end = _run(TrainSpec(run="first", recipe=TINY, data=street, device="cpu"), events.append)
    assert isinstance(end, Finished), end
    metrics = [event for event in events if isinstance(event, Metric)]
    for name in ("precision", "recall", "mAP50", "mAP50-95"):
        told = {metric.step: metric.value for metric in metrics if metric.name == name}
        by_class = [
            {metric.step: metric.value for metric in metrics if metric.name == f"class/{label}/{name}"}
            for label in ("face", "license_plate")
        ]
        for epoch in range(1, EPOCHS + 1):
            assert told[epoch] == pytest.approx(sum(each[epoch] for each in by_class) / 2), (name, epoch)
    folder = RunFolder.of("first").path
    written = [event.path for event in events if isinstance(event, Artifact) and event.kind == "samples"]
    assert written == [folder / "samples.jsonl"] * EPOCHS
    epochs, last = samples.read(folder)
    assert epochs == list(range(1, EPOCHS + 1))
    assert len(last.samples) == 4
    for sample in last.samples:
        (box,) = sample.labelled
        number = int(sample.picture.stem)
        assert box.label == ("face", "license_plate")[number % 2]
        assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.2, 0.2, 0.7, 0.8), abs=0.01)
        assert sample.picture.is_file()


def test_a_stopped_training_goes_on_with_the_next_epoch(street: str) -> None:
    spec = TrainSpec(run="first", recipe=TINY, data=street, device="cpu")
    assert isinstance(_run(spec, lambda _: None, cancel_at=4), Cancelled)
    folder = RunFolder.of("first")
    assert folder.record().state is RunState.STOPPED
    assert folder.record().last_epoch == 1
    again = _run(spec, lambda _: None)
    assert isinstance(again, Failed)
    assert again.code == "run"
    moved = folder.path.with_name("moved")
    shutil.move(folder.path, moved)  # a run folder may be moved, and the data set renamed by its own folder
    end = _run(spec.model_copy(update={"run": "moved", "resumes": True}), lambda _: None)
    assert isinstance(end, Finished), end
    assert (end.result["first_epoch"], end.result["last_epoch"]) == (2, EPOCHS)
    assert end.result["run_dir"] == str(moved)


def test_a_training_that_is_asked_to_finish_ends_after_its_epoch_as_a_model_and_can_go_on(street: str) -> None:
    spec = TrainSpec(run="first", recipe=TINY, data=street, device="cpu")
    end = _run(spec, lambda _: None, finish_at=2)
    assert isinstance(end, Finished), end
    assert end.result["last_epoch"] == 1
    assert store.model_file(str(end.result["model"])).is_file()
    assert RunFolder.of("first").record().state is RunState.STOPPED
    end = _run(spec.model_copy(update={"resumes": True}), lambda _: None)
    assert isinstance(end, Finished), end
    assert (end.result["first_epoch"], end.result["last_epoch"]) == (2, EPOCHS)


def test_a_killed_training_leaves_whole_checkpoints_and_goes_on(street: str) -> None:
    spec = TrainSpec(run="first", recipe=TINY, data=street, device="cpu")
    end = _run(spec, lambda _: None, kill_at=5)
    assert isinstance(end, Failed)
    folder = RunFolder.of("first")
    assert folder.record().last_epoch == 1
    end = _run(spec.model_copy(update={"resumes": True}), lambda _: None)
    assert isinstance(end, Finished), end
    assert end.result["first_epoch"] == 2
    assert not list(folders().runs.rglob("*.part*")), "nothing half-written is left"


def test_pictures_in_which_a_class_was_not_looked_for_are_left_out_unless_asked_for(street: str) -> None:
    with store_of_sets.open_dataset(street) as dataset:
        some = [picture for picture in dataset.every_picture() if picture.id % 4 == 0]
        dataset.replace([replace(picture, labelled=frozenset({0})) for picture in some])
    heard: list[Event] = []
    end = _run(PreflightSpec(recipe=TINY, data=street, device="cpu"), heard.append)
    assert isinstance(end, Finished), end
    assert end.result["pictures"] == {"train": 9, "val": 3, "test": 0}
    assert "4 pictures are left out" in str(end.result["advice"])
    once = TINY.model_copy(update={"hyperparameters": TINY.hyperparameters.model_copy(update={"epochs": 1})})
    end = _run(TrainSpec(run="first", recipe=once, data=street, device="cpu"), heard.append)
    assert isinstance(end, Finished), end
    assert any(isinstance(event, Log) and "4 pictures are left out" in event.text for event in heard)
    listed = (RunFolder.of("first").path / "data" / "train.txt").read_text().splitlines()
    assert len(listed) == 9
    assert all(Path(line).is_file() for line in listed)
    spec = PreflightSpec(recipe=TINY, data=street, device="cpu", unlabelled=Unlabelled.TREAT_AS_BACKGROUND)
    end = _run(spec, heard.append)
    assert isinstance(end, Finished), end
    assert end.result["pictures"] == {"train": 12, "val": 4, "test": 0}


@pytest.mark.parametrize(("labelled", "split"), [(frozenset({0}), Split.TRAIN), (frozenset({0, 1}), None)])
def test_a_data_set_that_nothing_can_be_learnt_from_is_told_before(
    street: str, labelled: frozenset[int], split: Split | None
) -> None:
    with store_of_sets.open_dataset(street) as dataset:
        dataset.replace([replace(each, labelled=labelled, split=split) for each in list(dataset.every_picture())])
    end = _run(TrainSpec(run="first", recipe=TINY, data=street, device="cpu"), lambda _: None)
    assert isinstance(end, Failed)
    assert end.code == "dataset"
    assert "train" in end.message
    assert end.hint
    assert not RunFolder.of("first").path.exists()


def test_a_run_that_learnt_nothing_cannot_go_on(street: str) -> None:
    spec = TrainSpec(run="first", recipe=TINY, data=street, device="cpu", resumes=True)
    end = _run(spec, lambda _: None)
    assert isinstance(end, Failed)
    assert end.code == "run"
    assert end.hint


def test_the_preflight_tells_time_and_memory_and_what_the_data_lack(street: str) -> None:
    steps: list[Event] = []
    end = _run(PreflightSpec(recipe=TINY, data=street, device="cpu"), steps.append)
    assert isinstance(end, Finished), end
    assert end.result["pictures"] == {"train": 12, "val": 4, "test": 0}
    assert end.result["batch"] == 4
    assert end.result["batches"] == 3
    epoch_s, total_s = end.result["epoch_s"], end.result["total_s"]
    assert isinstance(epoch_s, float)
    assert 0 < epoch_s < LIMIT_S
    assert total_s == pytest.approx(EPOCHS * epoch_s)
    assert int(str(end.result["memory_bytes"])) > 50e6
    texts = [str(advice) for advice in end.result["advice"]]  # type: ignore[union-attr]
    assert any("6 training pictures show the class face" in text for text in texts), texts
    assert not any("diverged" in text for text in texts)
    assert not folders().runs.exists(), "nothing of a trial is kept"


def test_the_preflight_warns_of_a_learning_rate_that_diverges(street: str) -> None:
    wild = TINY.model_copy(update={"hyperparameters": TINY.hyperparameters.model_copy(update={"lr0": 1.0})})
    end = _run(PreflightSpec(recipe=wild, data=street, device="cpu"), lambda _: None)
    assert isinstance(end, Finished), end
    assert any("diverged" in str(advice) and "0.1" in str(advice) for advice in end.result["advice"])  # type: ignore[union-attr]


def _run(
    spec: Spec,
    hear: Callable[[Event], None],
    *,
    cancel_at: int | None = None,
    finish_at: int | None = None,
    kill_at: int | None = None,
) -> EndEvent:
    """cancel_at, finish_at, kill_at: the batch after which the training is stopped, politely or not."""

    async def work() -> EndEvent:
        worker = WorkerProcess()
        cancels: list[asyncio.Task[None]] = []

        def heard(event: Event) -> None:
            hear(event)
            if isinstance(event, Metric) and event.name == "batch/box_loss":
                if event.step == cancel_at:
                    cancels.append(asyncio.get_running_loop().create_task(worker.cancel()))
                if event.step == finish_at:
                    worker.finish()
                if event.step == kill_at and worker.pid is not None:
                    os.kill(worker.pid, signal.SIGKILL)

        try:
            async with asyncio.timeout(LIMIT_S):
                return await worker.run(spec.kind, spec.model_dump(mode="json"), on_event=heard)
        finally:
            await asyncio.gather(*cancels)
            await worker.close()

    return asyncio.run(work())
