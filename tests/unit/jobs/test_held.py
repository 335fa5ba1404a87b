"""A job within another: its folder is held, told of, and asked, like that of a job of its own."""

from pathlib import Path
from typing import ClassVar

import pytest

from pyroblur_gui.core.errors import JobCancelledError, OutputError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.diary import DiaryReader
from pyroblur_gui.jobs.events import Cancelled, Event, Failed, Finished, Log
from pyroblur_gui.jobs.held import run_held
from pyroblur_gui.jobs.job_folder import JobFolder, Wish
from pyroblur_gui.jobs.spec import Spec


class Step(Spec):
    kind: ClassVar[str] = "step"
    asks: str = ""


class Outer(Context):
    def __init__(self) -> None:
        self.heard: list[Event] = []

    def emit(self, event: Event) -> None:
        self.heard.append(event)

    def check_cancelled(self) -> None:
        return

    def should_finish(self) -> bool:
        return False


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    return JobFolder.within(tmp_path / "run")


def test_it_is_held_and_told_of_in_both_places(folder: JobFolder) -> None:
    outer = Outer()

    def run(spec: Step, context: Context) -> dict:
        assert folder.is_held()
        context.emit(Log(level="info", text="a step"))
        return {"done": 1}

    assert run_held(run, Step(), outer, folder) == {"done": 1}
    assert not folder.is_held()
    told = [entry.event for entry in DiaryReader(folder.path).read()]
    assert told == [Log(level="info", text="a step"), Finished(result={"done": 1})]
    assert outer.heard == told[:1], "the outer job has an end of its own"


def test_it_does_what_its_folder_is_asked(folder: JobFolder) -> None:
    def run(spec: Step, context: Context) -> dict:
        folder.ask(folder.sitting().name, Wish(spec.asks))
        context.check_cancelled()
        return {"finishes": context.should_finish()}

    assert run_held(run, Step(asks="finish"), Outer(), folder) == {"finishes": True}
    with pytest.raises(JobCancelledError):
        run_held(run, Step(asks="stop"), Outer(), folder)
    assert DiaryReader(folder.path).read()[-1].event == Cancelled()


def test_how_it_failed_is_told_and_raised(folder: JobFolder) -> None:
    def run(spec: Step, context: Context) -> dict:
        raise OutputError("No place.", hint="Take another.")

    with pytest.raises(OutputError):
        run_held(run, Step(), Outer(), folder)
    assert DiaryReader(folder.path).read()[-1].event == Failed(code="output", message="No place.", hint="Take another.")
    assert folder.sitting() is None
