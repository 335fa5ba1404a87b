"""Trainings that this window did not start, and data that is not where it was. The workers here learn nothing."""

import sys
from pathlib import Path

from PySide6.QtWidgets import QLabel

from pyroblur_gui.jobs.lone_worker import LoneWorker
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.tabs.training.data_dialog import DataDialog
from pyroblur_gui.ui.tabs.training.runs import Stage
from tests.ui.desk import Play, shown, until
from tests.ui.training.test_training_window import make_run
from tests.ui.training.training_desk import act, make_street, press

WORKER = Path(__file__).resolve().parents[2] / "unit" / "jobs" / "worker_script.py"


def begin_elsewhere(folder: RunFolder):
    """A worker at this run that somebody else started, and how it will have ended."""
    worker = LoneWorker(folder.job, command=[sys.executable, "-P", "-X", "utf8", str(WORKER), "0.5"])
    spec = {"count": 100_000, "folder": str(folder.job.path)}
    return worker, worker.run("count", spec, on_event=lambda _: None)


def test_a_training_of_a_command_line_is_found_shown_as_one_and_stopped(on_screen: Play) -> None:
    folder = make_run("other", epochs=1, state=RunState.RUNNING)

    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        await until(lambda: [each.stage for each in tab.runs.items()] == [Stage.INTERRUPTED])
        await until(tab.commands.resume.isEnabled)
        worker, end = begin_elsewhere(folder)
        await until(lambda: [each.stage for each in tab.runs.items()] == [Stage.RUNNING])
        await until(lambda: not tab.commands.resume.isEnabled())
        assert not tab.is_busy(), "closing this window has nothing to ask about it"
        await until(lambda: tab.wiring.presenter.line("other").progress is not None)
        await act(tab.commands.stop)
        await until(lambda: [each.stage for each in tab.runs.items()] == [Stage.STOPPED])
        assert (await end).type == "cancelled"
        assert folder.record().state is RunState.STOPPED
        assert session.client.queue.jobs() == []
        await until(tab.commands.resume.isEnabled)
        await worker.close()

    on_screen(scenario)


def test_a_training_of_a_command_line_is_discarded_after_asking(on_screen: Play) -> None:
    folder = make_run("other", epochs=1, state=RunState.RUNNING)

    async def scenario(session) -> None:
        window = shown(session)
        _worker, end = begin_elsewhere(folder)
        await until(folder.job.is_held)
        window.show_tab("training")
        tab = window.training
        await until(lambda: [each.stage for each in tab.runs.items()] == [Stage.RUNNING])
        await act(tab.commands.discard)
        (question,) = tab.findChildren(Question)
        press(question.buttons["remove"])
        await until(lambda: tab.runs.items() == [])
        assert not folder.path.exists()
        assert (await end).type in {"cancelled", "failed"}

    on_screen(scenario)


def test_closing_the_window_leaves_a_training_of_a_command_line_alone(on_screen: Play) -> None:
    folder = make_run("other", epochs=1, state=RunState.RUNNING)
    workers: list[LoneWorker] = []

    async def scenario(session) -> None:
        window = shown(session)
        worker, _end = begin_elsewhere(folder)
        workers.append(worker)
        window.show_tab("training")
        await until(lambda: [each.stage for each in window.training.runs.items()] == [Stage.RUNNING])
        await until(lambda: window.training.wiring.presenter.line("other").progress is not None)
        window.close()
        await until(window.isHidden)
        await session.close()
        assert folder.job.is_held()
        await worker.close()
        assert not folder.job.is_held()

    on_screen(scenario)


def test_a_run_whose_data_set_was_renamed_asks_for_it(on_screen: Play, pictures: dict[str, Path]) -> None:
    folder = make_run("old", epochs=1, state=RunState.STOPPED)
    folder.keep(folder.record().model_copy(update={"data": "lane"}))
    make_street(pictures)

    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        await until(lambda: len(tab.runs.items()) == 1)
        await act(tab.commands.resume)
        await until(lambda: bool(tab.findChildren(DataDialog)))
        (dialog,) = tab.findChildren(DataDialog)
        assert "The data set lane is not there any more" in [label.text() for label in dialog.findChildren(QLabel)]
        assert dialog.about.text() == "12 pictures for training, 4 for validation."
        press(dialog.resume_button)
        await until(lambda: bool(session.client.queue.jobs()))
        (job,) = session.client.queue.jobs()
        assert (job.spec["run"], job.spec["data"], job.spec["resumes"]) == ("old", "street", True)

    on_screen(scenario)
