"""The Data sets tab in its window: beside the Blur tab, with its own menus, jobs and drops; getting and deleting."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.spec import CheckSpec, ImportSpec
from pyroblur_gui.datasets.thumbnails import thumbnails_file
from pyroblur_gui.jobs.launch import child_environment
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.datasets.import_dialog import ImportDialog
from tests.ui.datasets.sets_on_disk import make_set
from tests.ui.datasets.test_gallery import has_thumbnails, opened
from tests.ui.desk import Drag, Play, local_urls, shown, until

WINDOW_PROGRAM = """
import asyncio, sys
import qasync
from pyroblur_gui.ui.app import make_application
from pyroblur_gui.ui.session import Session
application = make_application()
loop = qasync.QEventLoop(application)
asyncio.set_event_loop(loop)
async def main():
    session = Session(application)
    window = session.open()
    session.connect_jobs()
    window.show_tab("datasets")
    tab = window.datasets
    while tab.gallery.model.rowCount() == 0 or tab.gallery.model.row(0) is None:
        await asyncio.sleep(0.01)
    tab.gallery.opened.emit(1)
    while not tab.picture.isVisible():
        await asyncio.sleep(0.01)
    tab.show_view("problems")
    await asyncio.sleep(0.2)
    window.close_at_once()
    await session.close()
with loop:
    loop.run_until_complete(main())
heavy = {"torch", "cv2", "openvino", "onnxruntime", "onnx", "av", "numpy", "ultralytics", "PIL", "pyqtgraph"}
print(sorted(heavy & set(sys.modules)))
"""


def visible_menus(session: Session) -> list[str]:
    return [action.text().replace("&", "") for action in shown(session).menuBar().actions() if action.isVisible()]


def test_looking_at_a_data_set_loads_no_numpy_and_no_codec() -> None:
    make_set("Beach", 4)
    environment = {**child_environment(), "QT_QPA_PLATFORM": os.environ["QT_QPA_PLATFORM"]}
    done = subprocess.run(
        [sys.executable, "-c", WINDOW_PROGRAM], env=environment, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_without_a_data_set_the_tab_says_what_to_do(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        window.show_tab("datasets")
        tab = window.datasets
        await asyncio.sleep(0.2)
        assert tab.empty.isVisible()
        assert tab.empty.heading == "No data set yet"
        assert tab.empty.get_button.isVisible()
        assert not tab.commands.check.isEnabled()
        tab.empty.import_button.click()
        await until(lambda: bool(tab.findChildren(ImportDialog)))
        tab.findChildren(ImportDialog)[0].reject()
        await until(lambda: not tab.findChildren(ImportDialog))

    on_screen(play)


def test_each_tab_has_its_own_menus_and_keys(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        assert visible_menus(session) == ["File", "Queue", "View", "Help"]
        window.show_tab("datasets")
        assert visible_menus(session) == ["File", "Data set", "View", "Help"]
        texts = [action.text() for action in window._file_menu.actions()]
        assert "&Get data…" in texts
        assert "&Add files…" not in texts
        asked: list[str] = []
        window.blur.commands.add_files.triggered.connect(lambda: asked.append("blur"))
        window.datasets.wiring.ask_import = lambda _paths: asked.append("datasets")
        window.activateWindow()
        await until(window.isActiveWindow)
        window.setFocus()
        QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        assert asked == ["datasets"]

    on_screen(play)


def test_a_drop_goes_to_the_tab_that_is_shown(on_screen: Play, photos: list[Path]) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        drag = Drag(shown(session), local_urls([photos[0].parent]), at=QPointF(700, 500))
        assert drag.enter()
        assert tab.veil.isVisible()
        assert drag.drop()
        assert not tab.veil.isVisible()
        await until(lambda: bool(tab.findChildren(ImportDialog)))
        assert shown(session).blur.model.items() == []
        await asyncio.sleep(0.2)
        tab.findChildren(ImportDialog)[0].reject()
        await until(lambda: not tab.findChildren(ImportDialog))

    on_screen(play)


def test_an_import_shows_as_being_made_and_then_its_pictures(on_screen: Play, photos: list[Path]) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        window.show_tab("datasets")
        tab = window.datasets
        await asyncio.sleep(0.1)
        tab.wiring._start(ImportSpec(paths=(photos[0].parent,), name="Mine", labelled=("face",)))
        await until(lambda: tab.empty.heading == "Mine is being made")
        await until(lambda: tab.gallery.isVisible() and tab.gallery.model.rowCount() == 2)
        await until(lambda: has_thumbnails(tab.gallery))
        assert tab.wiring.presenter.chosen == "Mine"
        assert tab.wiring.opened.name == "Mine"
        assert window.blur.model.items() == [], "the Blur tab ignores jobs that are not its own"
        assert not window._last.total

    on_screen(play)


def test_another_data_set_is_shown_when_it_is_chosen(on_screen: Play) -> None:
    make_set("Beach", 4)
    make_set("City", 6)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        QTest.keyClick(tab.sets.list, Qt.Key.Key_Down)
        await until(lambda: tab.wiring.opened is not None and tab.wiring.opened.name == "City")
        await until(lambda: tab.gallery.model.rowCount() == 6)
        for name in ("Beach", "City", "Beach"):  # faster than one can be opened
            tab.wiring.presenter.choose(name)
        await until(lambda: tab.wiring.opened is not None and tab.wiring.opened.name == "Beach")
        await until(lambda: tab.gallery.model.rowCount() == 4)

    on_screen(play)


def test_a_data_set_is_deleted_with_its_thumbnails_after_asking(on_screen: Play) -> None:
    folder = make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        await until(lambda: has_thumbnails(tab.gallery))
        assert thumbnails_file("Beach").exists()
        for answer, is_there in (("", True), ("remove", False)):
            tab.commands.remove.trigger()
            await until(lambda: bool(tab.findChildren(Question)))
            tab.findChildren(Question)[0].buttons[answer].click()
            await until(lambda: not tab.findChildren(Question))
            await until(lambda is_there=is_there: folder.exists() is is_there)
        await until(lambda: tab.empty.heading == "No data set yet" and tab.empty.isVisible())
        assert not thumbnails_file("Beach").exists()
        assert store.names() == []

    on_screen(play)


def test_a_damaged_data_set_says_so_and_the_others_can_be_used(on_screen: Play) -> None:
    make_set("Beach", 4)
    broken = store.folder_of("Aground") / "dataset.sqlite"
    broken.parent.mkdir()
    broken.write_bytes(b"no database" * 100)

    async def play(session: Session) -> None:
        window = shown(session)
        window.show_tab("datasets")
        tab = window.datasets
        await until(lambda: tab.empty.heading == "Aground cannot be read")
        assert "damaged" in tab.empty.text
        tab.wiring.presenter.choose("Beach")
        await until(lambda: tab.gallery.model.rowCount() == 4)

    on_screen(play)


def test_the_tab_is_remembered_and_shown_again(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def leave(session: Session) -> None:
        shown(session).show_tab("datasets")
        shown(session).close()

    async def come_back(session: Session) -> None:
        window = shown(session)
        assert window.datasets.isVisible()
        await until(lambda: window.datasets.gallery.model.rowCount() == 4)

    on_screen(leave)
    on_screen(come_back)


def test_closing_asks_while_a_data_set_is_worked_on(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        window = shown(session)
        number = tab.work.start(CheckSpec(name="Beach"))
        assert tab.is_busy()
        window.close()
        await until(lambda: bool(window.findChildren(Question)))
        (dialog,) = window.findChildren(QDialog)
        assert "data set is being worked on" in dialog.accessibleName()
        dialog.buttons["stay"].click()
        await until(lambda: not window.findChildren(Question))
        assert window.isVisible()
        await until(lambda: session.client.queue.job(number).state.is_over)

    on_screen(play)


def test_every_control_of_the_tab_has_a_name(on_screen: Play) -> None:
    make_set("Beach", 12)

    async def play(session: Session) -> None:
        from tests.ui.test_window import unnamed

        tab = await opened(session, "Beach")
        tab.gallery.opened.emit(2)
        await until(tab.picture.isVisible)
        tab.show_view("problems")
        await until(lambda: bool(tab.problems.fix_buttons))
        assert unnamed(tab) == []

    on_screen(play)


def test_data_sets_that_another_program_makes_show_when_one_comes_back(on_screen: Play) -> None:
    make_set("Beach", 2)

    async def scenario(session: Session) -> None:
        window = shown(session)
        window.show_tab("datasets")
        tab = window.datasets
        await until(lambda: [line.name for line in tab.wiring.presenter.lines()] == ["Beach"])
        make_set("Alps", 2)
        window.show_tab("blur")
        window.show_tab("datasets")
        await until(lambda: [line.name for line in tab.wiring.presenter.lines()] == ["Alps", "Beach"])
        store.remove("Alps")
        QApplication.sendEvent(tab, QEvent(QEvent.Type.WindowActivate))
        await until(lambda: [line.name for line in tab.wiring.presenter.lines()] == ["Beach"])

    on_screen(scenario)
