"""The gallery as a user meets it: pictures that come while scrolling, filters, keys, removal and its undo."""

import asyncio

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, QStringListModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QStyledItemDelegate

from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.datasets import gallery_thumbnails
from pyroblur_gui.ui.tabs.datasets.gallery_panel import GalleryPanel
from pyroblur_gui.ui.tabs.datasets.gallery_view import GridView
from pyroblur_gui.ui.tabs.datasets.tab import DatasetsTab
from tests.ui.datasets.sets_on_disk import make_set
from tests.ui.desk import Play, shown, until


async def opened(session: Session, name: str) -> DatasetsTab:
    """The tab with this data set on screen."""
    window = shown(session)
    window.show_tab("datasets")
    tab = window.datasets
    await until(lambda: tab.wiring.opened is not None and tab.wiring.opened.name == name)
    await until(lambda: tab.gallery.model.rowCount() > 0 and tab.gallery.model.row(0) is not None)
    return tab


def names(gallery: GalleryPanel) -> list[str]:
    rows = (gallery.model.row(number) for number in range(gallery.model.rowCount()))
    return [row.picture.name for row in rows if row is not None]


def has_thumbnails(gallery: GalleryPanel) -> bool:
    """Everything on screen has its small picture."""
    rows = [gallery.model.row(number) for number in range(*gallery.grid.visible_rows())]
    return bool(rows) and all(row is not None and gallery._thumbnail(row.picture.sha256) is not None for row in rows)


def test_pictures_show_with_their_thumbnails_made_by_the_worker(on_screen: Play) -> None:
    make_set("Beach", 12)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        await until(lambda: has_thumbnails(tab.gallery))
        assert names(tab.gallery) == [f"beach/IMG_{number:05d}.jpg" for number in range(12)]
        assert tab.gallery.filters.count.text() == "12 pictures"
        image = tab.gallery._thumbnail(tab.gallery.model.row(3).picture.sha256)
        assert (image.width(), image.height()) == (192, 144)

    on_screen(play)


def test_only_thumbnails_on_screen_and_one_screen_ahead_are_asked_for(on_screen: Play) -> None:
    make_set("Many", 700)

    async def play(session: Session) -> None:
        shown(session).show_tab("datasets")
        tab = shown(session).datasets
        asked: list[int] = []
        make = tab.wiring.lane.make_thumbnails

        async def recorded(name: str, ids: list[int]) -> set[int]:
            asked.extend(ids)
            return await make(name, ids)

        tab.wiring.lane.make_thumbnails = recorded
        await opened(session, "Many")
        grid, model = tab.gallery.grid, tab.gallery.model
        await until(lambda: has_thumbnails(tab.gallery))
        first, last = grid.visible_rows()
        assert first == 0
        assert set(asked) <= set(model.ids[: 2 * last])
        assert last < 60
        bar = grid.verticalScrollBar()
        for place in range(1, 21):  # through the middle, faster than anybody looks
            bar.setValue(bar.maximum() * place // 20)
            await asyncio.sleep(0.005)
        await until(lambda: has_thumbnails(tab.gallery))
        assert len(asked) < 250, "what was scrolled away was asked for all the same"
        assert set(model.ids[-3:]) <= set(asked)

    on_screen(play)


def test_a_picture_that_cannot_have_a_thumbnail_is_asked_for_once(on_screen: Play) -> None:
    make_set("Torn", 4, damaged=[1])

    async def play(session: Session) -> None:
        tab = await opened(session, "Torn")
        feed = tab.gallery._feed
        broken = tab.gallery.model.row(1).picture
        await until(lambda: broken.sha256 in feed._refused)
        asked: list[int] = []
        tab.wiring.lane.make_thumbnails = lambda _name, ids: asked.extend(ids)
        tab.gallery._want_thumbnails()
        await asyncio.sleep(0.1)
        assert asked == []
        assert tab.gallery._thumbnail(tab.gallery.model.row(2).picture.sha256) is not None

    on_screen(play)


def test_thumbnails_in_memory_stay_within_their_limit(on_screen: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    make_set("Many", 60)
    monkeypatch.setattr(gallery_thumbnails, "KEPT_BYTES", 10 * 192 * 144 * 4)

    async def play(session: Session) -> None:
        tab = await opened(session, "Many")
        feed = tab.gallery._feed
        await until(lambda: len(feed._kept) == 10 and not feed._wishes)
        assert feed._kept_bytes <= 10 * 192 * 144 * 4

    on_screen(play)


def test_filters_are_applied_by_choice_and_cleared_at_once(on_screen: Play) -> None:
    make_set("Beach", 16)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        gallery, bar = tab.gallery, tab.gallery.filters

        async def shows(count: int) -> None:
            await until(lambda: gallery.model.rowCount() == count)
            assert bar.count.text().startswith(f"{count} of 16" if count != 16 else "16 pictures")

        bar.split.setCurrentIndex(bar.split.findData(Split.VAL))
        await shows(4)
        bar.clear.click()
        await shows(16)
        bar.label.setCurrentIndex(bar.label.findData(1))
        await shows(4)
        bar.box_size.setCurrentIndex(bar.box_size.findData("large"))
        await until(gallery.nothing.isVisible)
        assert gallery.nothing.heading == "No picture matches"
        gallery._show_all.click()
        await shows(16)
        assert gallery.grid.isVisible()
        bar.box_size.setCurrentIndex(bar.box_size.findData("tiny"))
        await shows(4)
        bar.reset()
        bar.problem.setCurrentIndex(bar.problem.findData("tiny_box"))
        await shows(4)
        bar.reset()
        bar.suggestions.click()
        await shows(4)
        bar.reset()
        QTest.keyClicks(bar.text, "IMG_0001")
        await shows(6)
        assert bar.filter == Filter(text="IMG_0001")
        assert bar.clear.isEnabled()

    on_screen(play)


def test_keys_choose_pictures_and_open_one(on_screen: Play) -> None:
    make_set("Beach", 24)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        grid = tab.gallery.grid
        grid.setFocus()
        grid.setCurrentIndex(tab.gallery.model.index(0))
        QTest.keyClick(grid, Qt.Key.Key_Down)
        assert grid.currentIndex().row() == grid.columns
        QTest.keyClick(grid, Qt.Key.Key_Left)
        assert grid.currentIndex().row() == grid.columns - 1
        assert f"IMG_{grid.columns - 1:05d}" in grid.accessibleDescription()
        QTest.keyClick(grid, Qt.Key.Key_End)
        assert grid.currentIndex().row() == 23
        QTest.keyClick(grid, Qt.Key.Key_Home)
        QTest.keyClick(grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        assert grid.selected_rows() == [range(grid.columns + 1)]
        QTest.keyClick(grid, Qt.Key.Key_Return)
        await until(tab.picture.isVisible)
        assert tab.picture.picture.name == f"beach/IMG_{grid.columns:05d}.jpg"
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_Escape)
        assert grid.isVisible()
        assert grid.hasFocus()

    on_screen(play)


def test_removed_pictures_leave_the_gallery_and_undo_brings_them_back(on_screen: Play) -> None:
    make_set("Beach", 8)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        grid = tab.gallery.grid
        grid.setFocus()
        grid.setCurrentIndex(tab.gallery.model.index(2))
        QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(grid, Qt.Key.Key_Delete)
        await until(lambda: tab.gallery.model.rowCount() == 6)
        with store.open_dataset("Beach") as dataset:
            assert list(dataset.ids()) == [1, 2, 5, 6, 7, 8]
            lists = [(dataset.folder / f"{split}.txt").read_text() for split in Split]
        assert sum(len(text.splitlines()) for text in lists) == 6
        await until(lambda: "Remove 2 pictures" in tab.commands.undo.toolTip())
        QTest.keyClick(grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: tab.gallery.model.rowCount() == 8)
        await until(tab.commands.redo.isEnabled)
        assert not tab.commands.undo.isEnabled()

    on_screen(play)


def test_chosen_pictures_are_moved_to_another_split_by_the_menu(on_screen: Play) -> None:
    make_set("Beach", 8)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        tab.gallery.grid.setCurrentIndex(tab.gallery.model.index(0))
        tab.gallery.menu_asked.emit(QPoint(400, 400))
        (menu,) = [each for each in tab.findChildren(QMenu) if each.isVisible()]
        moves = next(action.menu() for action in menu.actions() if action.menu() is not None)
        next(action for action in moves.actions() if action.text() == "Test").trigger()
        menu.close()
        await until(
            lambda: tab.gallery.model.row(0) is not None and tab.gallery.model.row(0).picture.split is Split.TEST
        )
        with store.open_dataset("Beach") as dataset:
            assert "picture-0.jpg" in (dataset.folder / "test.txt").read_text()
        assert tab.banner.text == "Done: “Move 1 picture to Test”."

    on_screen(play)


def test_a_grid_takes_what_a_rubber_band_touches_and_everything_between_with_shift(qtbot) -> None:
    grid = GridView()
    qtbot.addWidget(grid)
    model = QStringListModel([str(number) for number in range(100)])
    grid.setModel(model)
    grid.setItemDelegate(_Square(grid))
    grid.resize(5 * 50 + 40, 300)
    grid.show()
    assert grid.columns == 5
    cell = grid.cell_rect(6).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    assert grid.selected_rows() == [range(6, 7)]
    QTest.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, grid.cell_rect(12).center()
    )
    assert [row for part in grid.selected_rows() for row in part] == list(range(6, 13))
    assert grid._lines_in(QRect(grid.cell_rect(6).center(), grid.cell_rect(12).center())) == [(6, 7), (11, 12)]
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    assert grid.visible_rows()[1] == 100
    assert grid.indexAt(QPoint(grid.cell_rect(99).center())).row() == 99


class _Square(QStyledItemDelegate):
    def sizeHint(self, *_) -> QSize:  # noqa: N802 - Qt's
        return QSize(50, 50)
