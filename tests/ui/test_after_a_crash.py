"""What an earlier run left unfinished is offered quietly, and goes on when the user says so."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QPushButton

from pyroblur_gui.blurring.spec import BlurSpec
from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.jobs.owner import Owner
from pyroblur_gui.jobs.store import JobStore
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.blur.items import ItemState
from tests.ui.desk import Play, shown, until

GONE = Owner(pid=2**22 - 1, started=1.0)  # a process that is no more


def leave_behind(photo: Path) -> None:
    """The queue of a window that was killed while it covered the photo."""
    store = JobStore.open(folders().queue_file, owner=GONE)
    spec = BlurSpec(source=photo, target=photo.with_name("later.jpg"))
    (job,) = store.add([(spec.kind, spec.model_dump(mode="json"), "cpu")])
    store.save(replace(job, state=JobState.RUNNING))
    store._database.close()


def banner_button(session: Session, text: str) -> QPushButton:
    return next(each for each in shown(session).blur.banner.findChildren(QPushButton) if each.text() == text)


def test_an_interrupted_file_goes_on_at_one_press(on_screen: Play, photos: list[Path]) -> None:
    leave_behind(photos[1])

    async def play(session: Session) -> None:
        tab = shown(session).blur
        assert tab.banner.isVisible()
        assert "1 file was not finished" in tab.banner.text
        assert [item.state for item in tab.model.items()] == [ItemState.INTERRUPTED]
        banner_button(session, "Resume").click()
        assert not tab.banner.isVisible()
        await until(lambda: tab.model.items()[0].state.is_finished)

    on_screen(play)
    assert photos[1].with_name("later.jpg").stat().st_size > 0


def test_an_interrupted_file_can_be_let_go(on_screen: Play, photos: list[Path]) -> None:
    leave_behind(photos[1])

    async def let_go(session: Session) -> None:
        banner_button(session, "Remove from list").click()
        assert shown(session).blur.model.items() == []

    async def look_again(session: Session) -> None:
        assert not shown(session).blur.banner.isVisible()
        assert shown(session).blur.model.items() == []

    on_screen(let_go)
    on_screen(look_again)
    assert not photos[1].with_name("later.jpg").exists()


def test_closing_in_the_middle_is_offered_next_time(on_screen: Play, photos: list[Path]) -> None:
    async def stop(session: Session) -> None:
        window = shown(session)
        window.add_files(photos)
        await until(lambda: len(window.blur.model.items()) == 2)
        window.blur.commands.start.trigger()
        await until(lambda: window.blur.model.items()[0].state is ItemState.RUNNING)
        window.close_at_once()

    async def come_back(session: Session) -> None:
        tab = shown(session).blur
        assert [item.state for item in tab.model.items()] == [ItemState.INTERRUPTED, ItemState.QUEUED]
        banner_button(session, "Resume").click()
        await until(lambda: all(item.state.is_finished for item in tab.model.items()))

    on_screen(stop)
    on_screen(come_back)
    assert len(list(photos[0].parent.glob("*_blurred.jpg"))) == 2
