"""What is known of a run from its folder: whether it is trained now, what it told, what an earlier session left."""

from datetime import UTC, datetime

from pyroblur_gui.jobs.events import Failed, Log, Metric
from pyroblur_gui.training.run import RunFolder, RunRecord, RunState
from pyroblur_gui.training.spec import Recipe
from pyroblur_gui.ui.tabs.training.past import read_past
from pyroblur_gui.ui.tabs.training.runs import Left, Stage, line_of, look_at
from pyroblur_gui.ui.tabs.training.wording import left_text


def make(state: RunState = RunState.RUNNING) -> RunFolder:
    folder = RunFolder.of("first")
    recipe = Recipe(name="tiny", title="Tiny", summary="For a test.", model="yolo11n", is_pretrained=False)
    folder.keep(RunRecord(name="first", recipe=recipe, data="street", created=datetime.now(UTC), state=state))
    return folder


def stage() -> Stage:
    line = line_of(look_at("first"), None)
    assert line is not None
    return line.stage


def test_a_run_is_trained_while_its_worker_holds_it_whatever_its_record_says() -> None:
    folder = make(RunState.STOPPED)
    with folder.job.hold("one"):
        assert stage() is Stage.RUNNING
    assert stage() is Stage.STOPPED
    make(RunState.RUNNING)
    assert stage() is Stage.INTERRUPTED, "it broke off"
    folder.mark_stopped()
    assert stage() is Stage.STOPPED


def test_a_run_that_is_trained_is_not_marked_as_stopped() -> None:
    folder = make(RunState.RUNNING)
    with folder.job.hold("one"):
        folder.mark_stopped()
    assert folder.record().state is RunState.RUNNING


def test_what_a_run_told_is_read_from_its_first_sitting_on() -> None:
    folder = make()
    with folder.job.hold("one") as desk:
        desk.tell(Log(level="warning", text="Two pictures are left out."))
        for name, value in (("batch/box_loss", 3.0), ("mAP50-95", 0.1), ("face/recall", 0.5), ("lr", 0.01)):
            desk.tell(Metric(step=1, name=name, value=value))
    with folder.job.hold("two") as desk:
        for step in (2, 3, 4):
            desk.tell(Metric(step=step, name="batch/box_loss", value=2.0))
        desk.tell(Failed(code="run", message="It broke.", hint="Mend it."))
    past = read_past(folder)
    assert list(past.history.points("mAP50-95").steps) == [1]
    assert list(past.history.points("face/recall").values) == [0.5]
    assert list(past.history.points("batch/box_loss").steps) == [1, 2, 3], "those of the present epoch, from its first"
    assert past.log == ["Two pictures are left out.", "Epoch 1 · mAP50-95 0.1", "It broke. Mend it."]


def test_a_run_without_a_diary_has_its_table() -> None:
    folder = make()
    head = "epoch,time,train/box_loss,metrics/mAP50-95(B),lr/pg0"
    (folder.path / "results.csv").write_text(f"{head}\n1,2.0,1.5,0.25,0.01\n2,4.0,1.25,0.5,0.005\n")
    past = read_past(folder)
    assert list(past.history.points("mAP50-95").values) == [0.25, 0.5]
    assert past.log == ["Epoch 1 · mAP50-95 0.25", "Epoch 2 · mAP50-95 0.5"]


def test_what_an_earlier_session_left_is_said_in_a_few_words() -> None:
    assert left_text(Left()) == ""
    assert left_text(Left(running=("a",))).startswith("The training a went on")
    assert left_text(Left(ended=("a", "b"), waiting=2)) == (
        "The trainings a, b ended while PyroBlur was closed; see Training. "
        "2 trainings wait to be begun; Resume under Training begins each."
    )
