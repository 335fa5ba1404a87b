"""What goes wrong with a training ends in a clear state, says what to do, and keeps what was learnt until then."""

import sys
from pathlib import Path

import disks
import pytest
from door import Door
from small_runs import Course, WarmWorker, make_crops, tiny

from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets import store as store_of_sets
from pyroblur_gui.jobs.events import Event, Failed, Metric
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.training.spec import PreflightSpec, Recipe, TrainSpec

ONCE = tiny(epochs=1)
# A worker in which the forward pass goes wrong for batches of more than {fits} pictures, and for all from the {last}-th
# step on: what torch raises when its allocator finds no room, or a loss that is no number.
TROUBLED = """
import sys, torch
from pyroblur_gui.models.offline import import_ultralytics
import_ultralytics()
from ultralytics.nn.tasks import DetectionModel
own, steps = DetectionModel.loss, []
def loss(self, batch, preds=None):
    if preds is None:
        steps.append(1)
        if len(batch["img"]) > {fits} or len(steps) >= {last}:
            {error}
    return own(self, batch, preds)
DetectionModel.loss = loss
from pyroblur_gui.worker import main
sys.exit(main(sys.argv[1:]))
"""
CUDA_IS_FULL = (
    'raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total of 8 GiB")'
)
LOSS_IS_NAN = 'total, items = own(self, batch, preds); return total * float("nan"), items'
CPU_IS_FULL = "torch.empty(1 << 50, dtype=torch.uint8)"  # the allocator's own error

pytestmark = [pytest.mark.usefixtures("training_part", "one_core"), pytest.mark.timeout(900)]


@pytest.fixture
def street(pictures: dict[str, Path]) -> str:
    return make_crops(pictures, count=10, watched=2)


def spec(run: str, data: str, recipe: Recipe = ONCE, **changes: object) -> TrainSpec:
    return TrainSpec(run=run, recipe=recipe, data=data, device="cpu").model_copy(update=changes)


def refused(course: Course, code: str = "run") -> Failed:
    """The failure, which says what to do; nothing that nobody foresaw."""
    assert isinstance(course.end, Failed), course.end
    assert course.end.code == code, course.end
    assert course.end.hint
    return course.end


def troubled(error: str, *, fits: int = 99, last: int = 99) -> list[str]:
    return [sys.executable, "-c", TROUBLED.format(error=error, fits=fits, last=last)]


def test_a_device_that_is_not_there_is_told_before_anything_is_begun(street: str) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        pytest.skip("this machine has such a device")
    with WarmWorker() as worker:
        for device in ("0", "0,1", "mps"):
            end = refused(worker.follow(TrainSpec(run="gpu", recipe=ONCE, data=street, device=device)))
            assert "There is no" in end.message, device
            assert "auto or cpu" in end.hint
            assert not RunFolder.of("gpu").path.exists()
            end = refused(worker.follow(PreflightSpec(recipe=ONCE, data=street, device=device)))
            assert "There is no" in end.message, device


def test_a_batch_too_large_for_the_device_is_lowered_and_told(street: str) -> None:
    with WarmWorker(troubled(CUDA_IS_FULL, fits=2)) as worker:
        course = worker.follow(spec("small", street))
    assert course.result["last_epoch"] == 1
    assert "A batch of 4 does not fit into the device's memory: it goes on with 2." in course.remarks
    assert course.steps("batch/box_loss") == [1, 2, 3, 4], "8 pictures by 2"


@pytest.mark.parametrize(
    ("error", "said"), [(CUDA_IS_FULL, "The device ran out"), (CPU_IS_FULL, "The computer ran out")]
)
def test_memory_that_does_not_do_at_all_stops_with_advice_and_keeps_what_was_learnt(
    street: str, error: str, said: str
) -> None:
    with WarmWorker(troubled(error, last=3)) as worker:  # 2 steps an epoch: in the second epoch
        end = refused(worker.follow(spec("small", street, tiny(epochs=2))))
    assert said in end.message
    assert "What was learnt until the last epoch is kept" in end.message
    assert "smaller batch" in end.hint
    record = RunFolder.of("small").record()
    assert (record.state, record.last_epoch, record.message) == (RunState.FAILED, 1, end.message)
    with WarmWorker() as worker:
        course = worker.follow(spec("small", street, tiny(epochs=2), resumes=True))
    assert (course.result["first_epoch"], course.result["last_epoch"]) == (2, 2)


def test_a_loss_that_is_no_number_ends_with_advice_and_leaves_no_weights_of_nothing(street: str) -> None:
    with WarmWorker(troubled(LOSS_IS_NAN, last=1)) as worker:
        end = refused(worker.follow(spec("wild", street)))
    assert "diverged" in end.message
    assert "smaller learning rate: 0.0002 instead of 0.002" in end.hint
    folder = RunFolder.of("wild")
    assert (folder.record().state, folder.record().last_epoch) == (RunState.FAILED, 0)
    assert not folder.last.exists()
    with WarmWorker() as worker:  # the name is free for another try
        assert worker.follow(spec("wild", street)).result["last_epoch"] == 1


def test_a_loss_that_is_no_number_later_keeps_what_was_learnt(street: str) -> None:
    """Ultralytics goes back to the last checkpoint and tries again, three times."""
    with WarmWorker(troubled(LOSS_IS_NAN, last=3)) as worker:
        end = refused(worker.follow(spec("late", street, tiny(epochs=2))))
    assert "diverged" in end.message
    assert "What was learnt until the last epoch is kept" in end.message
    assert RunFolder.of("late").record().last_epoch == 1
    with WarmWorker() as worker:
        course = worker.follow(spec("late", street, tiny(epochs=2), resumes=True))
    assert (course.result["first_epoch"], course.result["last_epoch"]) == (2, 2)


def test_pictures_that_cannot_be_read_are_left_out_and_counted(street: str) -> None:
    files = sorted((store_of_sets.folder_of(street) / "images").rglob("*.jpg"))
    files[0].write_bytes(b"no picture at all")
    files[1].write_bytes(files[1].read_bytes()[:2000])
    files[2].unlink()
    with WarmWorker() as worker:
        course = worker.follow(spec("left", street))
        assert course.result["last_epoch"] == 1
        assert any("3 of 8 training pictures are left out" in text for text in course.remarks), course.remarks
        ahead = worker.follow(PreflightSpec(recipe=ONCE, data=street, device="cpu"))
        assert "3 of 8 training pictures are left out" in str(ahead.result["advice"])
        for file in files:
            file.write_bytes(b"no picture at all")
        end = refused(worker.follow(spec("none", street)))
        assert "pictures" in end.message or "data set" in end.message
        assert "Data sets" in end.hint


def test_a_class_that_nothing_shows_and_weights_of_other_classes_are_told(
    street: str, pictures: dict[str, Path]
) -> None:
    make_crops(pictures, "faces", count=10, watched=2, labels=(0,))
    make_crops(pictures, "zoo", count=10, watched=2, labels=(0, 1, 2), classes=("cat", "dog", "cow"))
    with WarmWorker() as worker:
        course = worker.follow(spec("faces", "faces"))
        assert course.result["last_epoch"] == 1
        assert "No training picture shows the class license_plate: it cannot be learnt." in course.remarks
        base = ONCE.model_copy(update={"model": str(RunFolder.of("faces").best), "is_pretrained": True})
        course = worker.follow(spec("zoo", "zoo", base))
        assert course.result["last_epoch"] == 1
        assert any("knows other classes (face, license_plate)" in text for text in course.remarks), course.remarks


def test_a_run_does_not_go_on_with_other_classes_than_it_learnt(street: str, pictures: dict[str, Path]) -> None:
    def stop_in_second_epoch(event: Event, _worker: object) -> bool:
        return isinstance(event, Metric) and event.name == "batch/box_loss" and event.step == 3

    recipe = tiny(epochs=30, patience=0)
    with WarmWorker() as worker:
        worker.follow(spec("first", street, recipe), stop_in_second_epoch)
        folder = RunFolder.of("first")
        weights, learnt = folder.last.read_bytes(), folder.record().last_epoch
        store_of_sets.remove(street)
        make_crops(pictures, street, count=10, watched=2, classes=("cat", "dog"))
        end = refused(worker.follow(spec("first", street, recipe, resumes=True)))
        assert "face, license_plate" in end.message
        assert "cat, dog" in end.message
        assert folder.last.read_bytes() == weights
        store_of_sets.remove(street)
        make_crops(pictures, street, count=10, watched=2)
        course = worker.follow(spec("first", street, recipe, resumes=True))
    assert (course.result["first_epoch"], course.result["last_epoch"]) == (learnt + 1, 30)


def _command(*more: str) -> tuple[str, ...]:
    settings = ("epochs=3", "imgsz=64", "batch=4", "save_period=-1")
    chosen = tuple(part for setting in settings for part in ("--set", setting))
    return ("train", "--data", "street", "--recipe", "quick", "--from-scratch", "--device", "cpu", *chosen, *more)


@pytest.fixture
def door(street: str, tmp_path: Path) -> Door:
    """The command line with the data set `street` in its home."""
    door = Door(tmp_path / "user")
    folders().data.parent.rename(door.home)
    return door


def test_a_folder_of_runs_that_cannot_be_written_to_is_told(door: Door) -> None:
    runs = door.home / "runs"
    runs.mkdir()
    with disks.read_only(runs) as wrapper:
        answer = door.run(*_command("--name", "first", "--json"), wrapper=wrapper)
    assert answer.status == 1
    assert answer.lines[-1]["code"] == "output"
    assert answer.lines[-1]["hint"]
    assert not any(runs.iterdir())


def test_a_disk_that_gets_full_in_mid_run_keeps_the_last_whole_checkpoint(door: Door, tmp_path: Path) -> None:
    """Room for the checkpoints of the first epoch, and not for a second one beside them."""
    runs, kept = door.home / "runs", tmp_path / "kept"
    runs.mkdir()
    wrapper = disks.small(runs, 70_000_000, listing=tmp_path / "listing")
    copy = ("sh", "-c", 'copy="$1"; runs="$2"; shift 2; "$@"; status=$?; cp -a "$runs" "$copy"; exit $status', "sh")
    answer = door.run(
        *_command("--name", "first", "--json"), wrapper=(*wrapper, *copy, str(kept), str(runs)), limit_s=600
    )
    assert answer.status == 1, answer.out[-1000:]
    assert answer.lines[-1]["code"] == "disk_full", answer.lines[-1]
    assert answer.lines[-1]["hint"] == "Make room there, then resume the training."
    assert answer.lines[-1]["message"].endswith("What was learnt until the last epoch is kept.")
    assert not list(kept.rglob("*.part*"))
    runs.rmdir()
    kept.rename(runs)
    again = door.run("train", "--resume", "first", "--json", limit_s=600)
    first = next(line for line in again.lines if line["type"] == "metric")
    assert again.lines[-1]["type"] == "finished", again.lines[-1]
    assert first["step"] > 1
