"""A training through the real worker on real pictures: it tells what it learns, stops, goes on, and is a model.

What a kill leaves is looked at by test_training_kill.py, a network of a user's choice by test_cli_train.py.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from small_runs import Course, WarmWorker, follow, make_crops, tiny

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets import store as store_of_sets
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.jobs.events import Artifact, Cancelled, Event, Failed, Metric
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.models import store
from pyroblur_gui.training import samples
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.training.spec import PreflightSpec, TrainSpec

EPOCHS = 3
TINY = tiny(epochs=EPOCHS)
MANY = 30
LONG = tiny(epochs=MANY, patience=0)  # on a busy machine, some epochs pass before a wish is heard

pytestmark = [pytest.mark.usefixtures("training_part", "one_core"), pytest.mark.timeout(900)]


@pytest.fixture
def street(pictures: dict[str, Path]) -> str:
    """12 pictures for training, 4 for validation, with a box each."""
    return make_crops(pictures)


def spec(data: str, **changes: object) -> TrainSpec:
    return TrainSpec(run="first", recipe=TINY, data=data, device="cpu").model_copy(update=changes)


def is_batch(event: Event, step: int) -> bool:
    return isinstance(event, Metric) and event.name == "batch/box_loss" and event.step == step


def test_a_training_tells_its_figures_and_ends_as_a_model(street: str) -> None:
    course = follow(spec(street))
    assert (course.result["first_epoch"], course.result["last_epoch"]) == (1, EPOCHS)
    for name in ("train/box_loss", "val/box_loss", "mAP50", "mAP50-95", "precision", "recall", "lr"):
        assert course.steps(name) == list(range(1, EPOCHS + 1)), name
    assert course.steps("batch/box_loss") == list(range(1, 3 * EPOCHS + 1))
    _check_classes(course)
    _check_samples(course)
    record = RunFolder.of("first").record()
    assert record.state is RunState.DONE
    assert record.last_epoch == EPOCHS
    assert len(record.fingerprint) == 64
    assert {"torch", "ultralytics"} <= set(record.versions)
    model = str(course.result["model"])
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


def _check_classes(course: Course) -> None:
    """The figures of an epoch are the means of those of its classes."""
    for name in ("precision", "recall", "mAP50", "mAP50-95"):
        by_class = zip(*(course.values(f"class/{label}/{name}") for label in ("face", "license_plate")), strict=True)
        assert course.values(name) == pytest.approx([sum(pair) / 2 for pair in by_class]), name


def _check_samples(course: Course) -> None:
    """What was found in a few pictures is written down at every epoch, with what is labelled there."""
    folder = RunFolder.of("first").path
    written = [event.path for event in course.events if isinstance(event, Artifact) and event.kind == "samples"]
    assert written == [folder / "samples.jsonl"] * EPOCHS
    epochs, last = samples.read(folder)
    assert epochs == list(range(1, EPOCHS + 1))
    assert last is not None
    assert len(last.samples) == 4
    for sample in last.samples:
        (box,) = sample.labelled
        number = int(sample.picture.stem)
        assert box.label == ("face", "license_plate")[number % 2]
        assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.2, 0.2, 0.7, 0.8), abs=0.01)
        assert sample.picture.is_file()


def test_a_stopped_training_goes_on_with_the_next_epoch(street: str) -> None:
    with WarmWorker() as worker:
        course = worker.follow(spec(street, recipe=LONG), lambda event, _worker: is_batch(event, 4))
        assert isinstance(course.end, Cancelled)
        folder = RunFolder.of("first")
        learnt = folder.record().last_epoch
        assert folder.record().state is RunState.STOPPED
        assert 1 <= learnt < MANY
        again = worker.follow(spec(street)).end
        assert isinstance(again, Failed)
        assert again.code == "run"
        moved = folder.path.with_name("moved")
        shutil.move(folder.path, moved)  # a run folder may be moved, and the data set renamed by its own folder
        course = worker.follow(spec(street, run="moved", resumes=True))
    assert (course.result["first_epoch"], course.result["last_epoch"]) == (learnt + 1, MANY)
    assert course.result["run_dir"] == str(moved)


def test_a_training_that_is_asked_to_finish_ends_after_its_epoch_as_a_model_and_can_go_on(street: str) -> None:
    def lead(event: Event, worker: WorkerProcess) -> None:
        if is_batch(event, 2):
            worker.finish()

    with WarmWorker() as worker:
        course = worker.follow(spec(street, recipe=LONG), lead)
        learnt = int(course.result["last_epoch"])
        assert 1 <= learnt < MANY
        assert course.steps("batch/box_loss")[-1] == 3 * learnt, "the epoch was whole"
        assert store.model_file(str(course.result["model"])).is_file()
        assert RunFolder.of("first").record().state is RunState.STOPPED
        course = worker.follow(spec(street, resumes=True))
    assert (course.result["first_epoch"], course.result["last_epoch"]) == (learnt + 1, MANY)


def test_pictures_in_which_a_class_was_not_looked_for_are_left_out_unless_asked_for(street: str) -> None:
    with store_of_sets.open_dataset(street) as dataset:
        some = [picture for picture in dataset.every_picture() if picture.id % 4 == 0]
        dataset.replace([replace(picture, labelled=frozenset({0})) for picture in some])
    look = PreflightSpec(recipe=TINY, data=street, device="cpu")
    with WarmWorker() as worker:
        course = worker.follow(look)
        assert course.result["pictures"] == {"train": 9, "val": 3, "test": 0}
        assert "4 pictures are left out" in str(course.result["advice"])
        course = worker.follow(spec(street, recipe=tiny(epochs=1)))
        assert course.result["last_epoch"] == 1
        assert any("4 pictures are left out" in text for text in course.remarks)
        listed = (RunFolder.of("first").path / "data" / "train.txt").read_text().splitlines()
        assert len(listed) == 9
        assert all(Path(line).is_file() for line in listed)
        course = worker.follow(look.model_copy(update={"unlabelled": Unlabelled.TREAT_AS_BACKGROUND}))
    assert course.result["pictures"] == {"train": 12, "val": 4, "test": 0}


def test_what_nothing_can_be_learnt_from_is_told_before_anything_is_made(street: str) -> None:
    with WarmWorker() as worker:
        end = worker.follow(spec(street, resumes=True)).end
        assert isinstance(end, Failed), "there is no such run"
        assert end.code == "run"
        assert end.hint
        for labelled, split in ((frozenset({0}), Split.TRAIN), (frozenset({0, 1}), None)):
            with store_of_sets.open_dataset(street) as dataset:
                every = list(dataset.every_picture())
                dataset.replace([replace(each, labelled=labelled, split=split) for each in every])
            end = worker.follow(spec(street)).end
            assert isinstance(end, Failed), labelled
            assert end.code == "dataset"
            assert "train" in end.message
            assert end.hint
            assert not RunFolder.of("first").path.exists()


def test_the_preflight_tells_time_and_memory_what_the_data_lack_and_a_rate_that_diverges(street: str) -> None:
    look = PreflightSpec(recipe=TINY.model_copy(update={"model": "yolo11n"}), data=street, device="cpu")
    with WarmWorker() as worker:
        found = worker.follow(look).result
        wild = look.recipe.model_copy(update={"hyperparameters": tiny(lr0=1.0).hyperparameters})
        diverged = worker.follow(look.model_copy(update={"recipe": wild})).result
    assert found["pictures"] == {"train": 12, "val": 4, "test": 0}
    assert found["batch"] == 4
    assert found["batches"] == 3
    assert 0 < found["epoch_s"] < 200
    assert found["total_s"] == pytest.approx(EPOCHS * found["epoch_s"])
    assert int(found["memory_bytes"]) > 50e6
    texts = [str(advice) for advice in found["advice"]]
    assert any("6 training pictures show the class face" in text for text in texts), texts
    assert not any("diverged" in text for text in texts)
    assert any("diverged" in str(advice) and "0.1" in str(advice) for advice in diverged["advice"])
    assert not folders().runs.exists(), "nothing of a trial is kept"
