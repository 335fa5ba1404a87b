"""What a run is said to be, from its folder and its job; what the form offers. No window, no training."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pyroblur_gui.jobs.events import Failed, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.training import networks
from pyroblur_gui.training.run import RunFolder, RunRecord, RunState
from pyroblur_gui.training.spec import TrainSpec
from pyroblur_gui.ui.tabs.training.choices import devices, weights_problem
from pyroblur_gui.ui.tabs.training.forecast_panel import duration_text
from pyroblur_gui.ui.tabs.training.machine import Gpu, Machine
from pyroblur_gui.ui.tabs.training.recipe_dialog import name_of
from pyroblur_gui.ui.tabs.training.runs import Stage, line_of, look_at, scan
from pyroblur_gui.ui.tabs.training.wording import second_line, third_line
from tests.ui.training.training_desk import TINY

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def keep(name: str = "first", **changes: object) -> None:
    record = RunRecord(name=name, recipe=TINY, data="street", created=NOW)
    RunFolder.of(name).keep(record.model_copy(update=changes))


def job(state: JobState, **changes: object) -> Job:
    spec = TrainSpec(run="first", recipe=TINY, data="street").model_dump(mode="json")
    return replace(Job(7, "train", spec, "gpu", state, 0, NOW, NOW), **changes)


@pytest.mark.parametrize(
    ("record", "state", "stage"),
    [
        (RunState.DONE, None, Stage.DONE),
        (RunState.STOPPED, None, Stage.STOPPED),
        (RunState.FAILED, None, Stage.FAILED),
        (RunState.RUNNING, None, Stage.INTERRUPTED),
        (RunState.RUNNING, JobState.RUNNING, Stage.RUNNING),
        (RunState.RUNNING, JobState.INTERRUPTED, Stage.INTERRUPTED),
        (RunState.STOPPED, JobState.CANCELLED, Stage.STOPPED),
        (RunState.STOPPED, JobState.QUEUED, Stage.WAITING),
        (RunState.STOPPED, JobState.PAUSED, Stage.HELD),
        (RunState.DONE, JobState.DONE, Stage.DONE),
        (None, JobState.QUEUED, Stage.WAITING),
        (None, JobState.FAILED, Stage.FAILED),
    ],
)
def test_a_run_is_what_its_job_says_and_else_what_its_folder_says(
    record: RunState | None, state: JobState | None, stage: Stage
) -> None:
    if record is not None:
        keep(state=record)
    line = line_of(look_at("first"), job(state) if state is not None else None)
    assert line is not None
    assert line.stage is stage


def test_a_failure_is_told_with_what_to_do_and_can_be_tried_again() -> None:
    failed = Failed(code="model", message="The weights are missing.", hint="Put the file there.")
    line = line_of(None, job(JobState.FAILED, failure=failed))
    assert (line.message, line.hint) == ("The weights are missing.", "Put the file there.")
    assert third_line(line) == "The weights are missing."
    assert line.can_resume
    assert not line.can_continue


def test_only_a_run_with_epochs_left_can_be_resumed_and_only_one_with_weights_continued() -> None:
    keep(state=RunState.STOPPED, last_epoch=2)
    assert line_of(look_at("first"), None).can_resume
    assert not line_of(look_at("first"), None).can_continue
    best = RunFolder.of("first").best
    best.parent.mkdir()
    best.write_bytes(b"weights")
    assert line_of(look_at("first"), None).can_continue
    keep(state=RunState.DONE, last_epoch=3)
    assert not line_of(look_at("first"), None).can_resume
    assert not line_of(look_at("first"), job(JobState.RUNNING)).can_be_removed


def test_a_line_says_how_far_and_how_well() -> None:
    keep(state=RunState.RUNNING, last_epoch=1, best_epoch=1, best={"mAP50-95": 0.1234})
    told = Progress(stage="train", done=1.5, total=3, unit="epochs", rate=4, eta_s=42)
    line = line_of(look_at("first"), job(JobState.RUNNING, progress=told))
    assert second_line(line) == "Training · Epoch 2 of 3 · 42 s left"
    assert third_line(line) == "Best mAP50-95 0.123 (epoch 1)"


def test_a_damaged_record_does_not_hide_the_other_runs() -> None:
    keep("good")
    keep("bad")
    (RunFolder.of("bad").path / "run.json").write_text("{")
    assert list(scan()) == ["good"]


def test_missing_weights_are_told_before_the_start(tmp_path: Path) -> None:
    assert "YOLO11n (nano) are not on this computer" in weights_problem("yolo11n", is_pretrained=True)
    assert weights_problem("yolo11n", is_pretrained=False) == ""
    networks.folder().mkdir(parents=True)
    (networks.folder() / "yolo11n.pt").write_bytes(b"weights")
    assert weights_problem("yolo11n", is_pretrained=True) == ""
    mine = tmp_path / "mine.pt"
    assert "not there any more" in weights_problem(str(mine), is_pretrained=True)
    mine.write_bytes(b"weights")
    assert weights_problem(str(mine), is_pretrained=True) == ""
    assert "switch them on" in weights_problem(str(mine), is_pretrained=False)


def test_the_devices_are_those_of_the_machine() -> None:
    gpus = [Gpu(f"Card {number}", 10, 50, 1, 2) for number in range(2)]
    offered = [value for value, _ in devices(gpus)]
    assert offered[:5] == ["auto", "cpu", "0", "1", "0,1"]
    for value in offered:
        assert TrainSpec(run="first", recipe=TINY, data="street", device=value).device == value


def test_the_machine_tells_its_load() -> None:
    machine = Machine()
    load = machine.look()
    machine.close()
    assert 0 <= load.cpu <= 100
    assert 0 < load.used_bytes < load.total_bytes


def test_a_title_becomes_a_name_that_a_recipe_can_have() -> None:
    assert name_of("Small faces, changed!") == "small-faces-changed"
    assert name_of("…") == ""
    assert len(name_of("long " * 40)) <= 64


def test_durations_are_as_round_as_an_estimate_is() -> None:
    assert [duration_text(each) for each in (0.2, 75, 600, 9000, 400_000)] == ["1 s", "75 s", "10 min", "2.5 h",
                                                                              "4.6 days"]  # fmt: skip
