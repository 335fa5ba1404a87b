"""A training without its window: it goes on when that is closed or killed, and is found again with all it told."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.jobs.process_tree import is_there
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.ui.dialogs.closing import Answer
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.tabs.training.runs import Stage
from tests.ui.desk import Play, shown, until
from tests.ui.training.training_desk import LONG, act, begin_training, make_street, open_tab, press

REPOSITORY = Path(__file__).resolve().parents[3]
PATIENCE_S = 800.0

pytestmark = [pytest.mark.usefixtures("training_part", "one_core"), pytest.mark.timeout(1500)]


@pytest.fixture(autouse=True)
def _nothing_goes_on() -> Iterator[None]:
    """A test that fails leaves no training behind."""
    yield
    sitting = RunFolder.of("first").job.sitting()
    if sitting is not None and sitting.owner.is_alive():
        os.kill(sitting.pid, signal.SIGKILL)


def said(window) -> str:
    """Above the tab that is shown, which is the one that was shown when the window was closed."""
    return window.blur.banner.text + window.training.banner.text


async def found_again(session, *, epochs: int) -> None:
    """The window finds the training, shows all of it, and ends it after its epoch."""
    window = shown(session)
    assert "The training first went on while PyroBlur was closed" in said(window)
    window.show_tab("training")
    tab = window.training
    presenter = tab.wiring.presenter
    await until(lambda: presenter.line("first") is not None and presenter.line("first").stage is Stage.RUNNING)
    tab.runs.chosen.emit("first")
    history = presenter.told("first").history
    await until(lambda: len(history.points("mAP50-95")) >= epochs + 1, PATIENCE_S)
    steps = list(history.points("mAP50-95").steps)
    assert steps == list(range(1, len(steps) + 1)), "from the beginning, and on"
    await until(lambda: tab.live.tiles.texts()["Epoch"] != "")
    assert "Epoch 1 " in tab.live.log.toPlainText()
    pid = RunFolder.of("first").job.sitting().pid
    await act(tab.commands.finish)
    await until(lambda: presenter.line("first").stage is Stage.STOPPED, PATIENCE_S)
    await until(lambda: not is_there(pid), PATIENCE_S)
    assert RunFolder.of("first").record().state is RunState.STOPPED
    assert not RunFolder.of("first").job.is_held()
    assert not tab.is_busy()


def test_a_training_goes_on_without_its_window_and_is_found_again(
    on_screen_patiently: Play, pictures: dict[str, Path]
) -> None:
    make_street(pictures)
    run = RunFolder.of("first")

    async def close_window(session) -> None:
        tab = await open_tab(session, LONG)
        begin_training(tab, "first")
        begin_training(tab, "second")
        presenter = tab.wiring.presenter
        await until(lambda: presenter.line("first").last_epoch >= 1, PATIENCE_S)
        window = shown(session)
        for answer, is_closing in ((Answer.STAY, False), (Answer.KEEP, True)):
            window.close()
            (question,) = window.findChildren(Question)
            assert "Runs that wait" in question.accessibleDescription()
            press(question.buttons[answer])
            await until(lambda: not window.findChildren(Question))
            assert window.isHidden() is is_closing
        assert window.keeps_training

    on_screen_patiently(close_window)
    assert run.job.is_held(), "it goes on"
    epochs = run.record().last_epoch

    async def open_again(session) -> None:
        window = shown(session)
        assert "1 training waits to be begun" in said(window)
        await found_again(session, epochs=epochs)
        tab = window.training
        assert tab.wiring.presenter.line("second").stage is Stage.HELD
        tab.runs.chosen.emit("second")
        await act(tab.commands.remove)
        (question,) = tab.findChildren(Question)
        press(question.buttons["remove"])
        await until(lambda: [each.name for each in tab.runs.items()] == ["first"])

    on_screen_patiently(open_again)


def test_a_training_goes_on_when_its_window_is_killed_and_can_be_stopped_by_the_next(
    on_screen_patiently: Play, pictures: dict[str, Path]
) -> None:
    make_street(pictures)
    script = Path(__file__).with_name("a_window_that_trains.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")])}
    with subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == b"it learns\n"
        window.kill()
        window.wait()
    run = RunFolder.of("first")
    assert run.job.is_held(), "it goes on"
    on_screen_patiently(lambda session: found_again(session, epochs=run.record().last_epoch))


def test_closing_with_a_stop_leaves_no_training_behind(on_screen_patiently: Play, pictures: dict[str, Path]) -> None:
    make_street(pictures)
    run = RunFolder.of("first")

    async def close_window(session) -> None:
        tab = await open_tab(session, LONG)
        begin_training(tab, "first")
        presenter = tab.wiring.presenter
        await until(lambda: presenter.line("first").last_epoch >= 1, PATIENCE_S)
        window = shown(session)
        window.close()
        (question,) = window.findChildren(Question)
        press(question.buttons[Answer.STOP])
        await until(window.isHidden)

    on_screen_patiently(close_window)
    assert not run.job.is_held()
    assert run.last.is_file()

    async def open_again(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        await until(lambda: len(tab.runs.items()) == 1)
        assert tab.runs.items()[0].can_resume
        assert "closed" not in said(window), "the user knows"
        assert not [job for job in session.client.queue.jobs() if job.state is JobState.RUNNING]

    on_screen_patiently(open_again)
