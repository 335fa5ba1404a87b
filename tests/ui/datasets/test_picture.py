"""The large view: boxes drawn, moved, sized, deleted, relabelled and accepted, by mouse and by keys, saved at once."""

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pyroblur_gui.datasets.dataset import Box
from pyroblur_gui.datasets.sample import Origin
from pyroblur_gui.datasets.spec import CheckSpec
from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.datasets import picture_editing as editing
from pyroblur_gui.ui.tabs.datasets.picture_canvas import PictureCanvas
from pyroblur_gui.ui.tabs.datasets.picture_editing import Handle, Point
from pyroblur_gui.ui.tabs.datasets.picture_geometry import Viewport
from pyroblur_gui.ui.tabs.datasets.picture_panel import PicturePanel
from pyroblur_gui.ui.tabs.datasets.tab import DatasetsTab
from tests.ui.datasets.sets_on_disk import FACE, PLATE, SIZE, face, label_file, make_set, truth
from tests.ui.datasets.test_gallery import opened
from tests.ui.desk import Play, shown, until

LEFT = Qt.MouseButton.LeftButton
ONE_PX = 1 / SIZE[0]


async def large(session: Session, number: int, name: str = "Beach") -> DatasetsTab:
    """The tab with one picture of the data set large, and its pixels there."""
    tab = await opened(session, name)
    tab.gallery.opened.emit(number)
    await until(lambda: tab.picture.isVisible() and tab.picture.picture.id == number)
    await until(lambda: tab.picture.canvas.has_image and tab.picture.canvas._image.width() == SIZE[0])
    return tab


def place_of(canvas: PictureCanvas, x: float, y: float) -> QPoint:
    """Where a point of the picture, in fractions, lies in the view."""
    area = canvas.viewport.area()
    return QPointF(area.left() + x * area.width(), area.top() + y * area.height()).toPoint()


def drag(canvas: PictureCanvas, start: QPoint, end: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mousePress(canvas, LEFT, keys, start)
    QTest.mouseMove(canvas, (start + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, LEFT, keys, end)


async def saved(picture: PicturePanel, count: int | None = None) -> tuple[Box, ...]:
    """The boxes on the disk, once they are those in the view."""
    number = picture.picture.id
    await until(lambda: len(truth("Beach", number)) == len(picture.picture.boxes))
    await until(lambda: _edges(truth("Beach", number)) == _edges(picture.picture.boxes))
    if count is not None:
        assert len(picture.picture.boxes) == count
    return truth("Beach", number)


def _edges(boxes: tuple[Box, ...]) -> list[tuple[object, ...]]:
    rounded = [(round(b.left, 6), round(b.top, 6), round(b.right, 6), round(b.bottom, 6)) for b in boxes]
    return [(b.label, b.origin, *edges) for b, edges in zip(boxes, rounded, strict=True)]


def test_a_drag_over_the_picture_draws_a_box_of_the_chosen_class(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 4)
        canvas = tab.picture.canvas
        tab.picture.label.setCurrentIndex(PLATE)
        drag(canvas, place_of(canvas, 0.5, 0.5), place_of(canvas, 0.75, 0.9))
        (box,) = await saved(tab.picture, 1)
        assert (box.label, box.origin) == (PLATE, Origin.EDITED)
        assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.5, 0.5, 0.75, 0.9), abs=0.01)
        assert tab.picture.canvas.selected == 0
        assert label_file("Beach", 4).startswith("1 0.62")
        await until(lambda: "Draw box (Plate)" in tab.commands.undo.toolTip())
        drag(canvas, place_of(canvas, 0.1, 0.1), place_of(canvas, 0.1, 0.1) + QPoint(1, 1))
        assert len(tab.picture.picture.boxes) == 1, "a click is no box"

    on_screen(play)


def test_a_box_is_moved_and_sized_by_mouse_and_the_gallery_shows_it(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 1)
        canvas = tab.picture.canvas
        drag(canvas, place_of(canvas, 0.4, 0.4), place_of(canvas, 0.6, 0.5))
        (box,) = await saved(tab.picture, 1)
        assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.45, 0.35, 0.7, 0.6), abs=0.01)
        assert box.origin is Origin.EDITED
        drag(canvas, place_of(canvas, box.right, box.bottom), place_of(canvas, 0.9, 0.8))
        (box,) = await saved(tab.picture, 1)
        assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.45, 0.35, 0.9, 0.8), abs=0.01)
        assert tab.gallery.model.row(0).picture.boxes == tab.picture.picture.boxes
        drag(canvas, place_of(canvas, 0.6, 0.6), place_of(canvas, 2.0, 0.6))
        (box,) = await saved(tab.picture, 1)
        assert (box.left, box.right) == pytest.approx((0.55, 1.0), abs=0.01), "a box stays within the picture"

    on_screen(play)


def test_escape_gives_a_drag_up_and_nothing_is_saved(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 1)
        canvas = tab.picture.canvas
        QTest.mousePress(canvas, LEFT, pos=place_of(canvas, 0.4, 0.4))
        QTest.mouseMove(canvas, place_of(canvas, 0.8, 0.8))
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        QTest.mouseRelease(canvas, LEFT, pos=place_of(canvas, 0.8, 0.8))
        assert tab.picture.picture.boxes == (face(),)
        assert not tab.commands.undo.isEnabled()
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        assert canvas.selected is None
        assert tab.picture.isVisible()

    on_screen(play)


def test_keys_choose_move_size_relabel_and_delete_boxes(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 2)
        canvas = tab.picture.canvas
        assert canvas.hasFocus()
        QTest.keyClick(canvas, Qt.Key.Key_N)
        assert canvas.selected == 0
        assert "Face" in canvas.accessibleDescription()
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        QTest.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: tab.picture.picture.boxes[0].left > 0.25)
        box = (await saved(tab.picture, 2))[0]
        assert box.left == pytest.approx(0.25 + 2 * ONE_PX)
        assert box.right == pytest.approx(0.5 + 3 * ONE_PX)
        assert box.top == pytest.approx(0.25 + 10 / SIZE[1])
        await until(lambda: "Move box (Face)" in tab.commands.undo.toolTip())
        QTest.keyClick(canvas, Qt.Key.Key_2)
        assert (await saved(tab.picture, 2))[0].label == PLATE
        QTest.keyClick(canvas, Qt.Key.Key_Delete)
        (left,) = await saved(tab.picture, 1)
        assert left.label == PLATE
        assert left.origin is Origin.LABELLED
        for step in ("Delete box", "Relabel box", "Move box"):  # the steps by keys are one change
            await until(lambda step=step: tab.commands.undo.isEnabled() and step in tab.commands.undo.toolTip())
            QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "Nothing to undo" in tab.commands.undo.toolTip())
        assert not tab.commands.undo.isEnabled()
        assert truth("Beach", 2)[0] == face()
        await until(lambda: tab.picture.picture.boxes[0] == face())
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: truth("Beach", 2)[0] != face())

    on_screen(play)


def test_a_box_can_be_made_by_keys_alone(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 4)
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_Insert)
        (box,) = await saved(tab.picture, 1)
        assert 0.3 < box.left < 0.5 < box.right < 0.7
        assert tab.picture.canvas.selected == 0

    on_screen(play)


def test_suggestions_are_accepted_and_rejected_by_one_key_each(on_screen: Play) -> None:
    three = tuple(face(left, origin=Origin.SUGGESTED) for left in (0.1, 0.4, 0.7))
    make_set("Beach", 2, boxes=lambda _: three)

    async def play(session: Session) -> None:
        tab = await large(session, 1)
        canvas = tab.picture.canvas
        assert label_file("Beach", 1) == ""
        QTest.keyClick(canvas, Qt.Key.Key_N)
        QTest.keyClick(canvas, Qt.Key.Key_A)
        assert canvas.selected == 1, "the next suggestion is chosen"
        QTest.keyClick(canvas, Qt.Key.Key_Delete)
        QTest.keyClick(canvas, Qt.Key.Key_A)
        boxes = await saved(tab.picture, 2)
        assert [box.origin for box in boxes] == [Origin.ACCEPTED, Origin.ACCEPTED]
        assert [box.left for box in boxes] == [0.1, 0.7]
        await until(lambda: len(label_file("Beach", 1).splitlines()) == 2)
        QTest.keyClick(canvas, Qt.Key.Key_PageDown)
        await until(lambda: tab.picture.picture.id == 2)
        QTest.keyClick(canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        assert {box.origin for box in await saved(tab.picture, 3)} == {Origin.ACCEPTED}
        assert not tab.picture.commands.accept_all.isEnabled()

    on_screen(play)


def test_arrow_keys_turn_the_pages_of_what_was_filtered(on_screen: Play) -> None:
    make_set("Beach", 8)

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        bar = tab.gallery.filters
        bar.suggestions.click()
        await until(lambda: tab.gallery.model.rowCount() == 2)
        tab.gallery.opened.emit(3)
        await until(lambda: tab.picture.isVisible() and tab.picture.picture.id == 3)
        canvas = tab.picture.canvas
        assert tab.picture._where.text() == "1 of 2"
        assert not tab.picture.commands.previous.isEnabled()
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        await until(lambda: tab.picture.picture.id == 7)
        await until(lambda: canvas.has_image)
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        QTest.keyClick(canvas, Qt.Key.Key_Left)
        await until(lambda: tab.picture.picture.id == 3)

    on_screen(play)


def test_the_wheel_zooms_where_it_points_and_a_zoomed_picture_can_be_moved(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 1)
        canvas, view = tab.picture.canvas, tab.picture.canvas.viewport
        fitted = view.scale
        at = QPointF(place_of(canvas, 0.2, 0.8))
        for _ in range(6):
            event = QWheelEvent(
                at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(canvas, event)
        assert view.scale == pytest.approx(fitted * 1.25**6)
        under = view.to_picture(at)
        assert (under.x, under.y) == pytest.approx((0.2, 0.8), abs=0.01)
        drag_with_middle(canvas, QPoint(200, 200), QPoint(260, 180))
        moved = view.to_picture(at + QPointF(60, -20))
        assert (moved.x, moved.y) == pytest.approx((0.2, 0.8), abs=0.01)
        QTest.keyClick(canvas, Qt.Key.Key_F)
        assert view.scale == pytest.approx(fitted)
        QTest.keyClick(canvas, Qt.Key.Key_Minus)
        assert view.scale == pytest.approx(fitted), "it is never smaller than the view"

    on_screen(play)


def drag_with_middle(canvas: PictureCanvas, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=start)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=end)


def test_a_damaged_picture_says_so(on_screen: Play) -> None:
    make_set("Beach", 2, damaged=[0])

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        tab.gallery.opened.emit(1)
        await until(lambda: "cannot be shown" in tab.picture.canvas.accessibleDescription())
        assert "IMG_00000.jpg" in tab.picture.canvas.accessibleDescription()
        assert shown(session).isVisible()

    on_screen(play)


def test_what_was_moved_last_is_saved_when_the_window_is_closed(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 1)
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_N)
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        shown(session).close_at_once()

    on_screen(play)
    assert truth("Beach", 1)[0].left == pytest.approx(0.25 + 10 * ONE_PX)


def test_what_is_edited_while_the_picture_is_read_again_stays(on_screen: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 4)
        opened, has_read, may_go_on = tab.wiring.opened, asyncio.Event(), asyncio.Event()
        rows = opened.rows

        async def slowly(ids: list[int]) -> list[object]:
            found = await rows(ids)
            has_read.set()
            await may_go_on.wait()
            return found

        monkeypatch.setattr(opened, "rows", slowly)
        reading = asyncio.create_task(tab.wiring._picture.read_again())
        await has_read.wait()
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_Insert)
        assert len(tab.picture.picture.boxes) == 1
        may_go_on.set()
        await reading
        await saved(tab.picture, 1)

    on_screen(play)


def test_nothing_is_edited_by_hand_while_a_job_changes_the_data_set(on_screen: Play) -> None:
    make_set("Beach", 4)

    async def play(session: Session) -> None:
        tab = await large(session, 4)
        number = tab.work.start(CheckSpec(name="Beach"))
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_Insert)
        assert tab.picture.picture.boxes == ()
        assert "being worked on" in tab.banner.text
        await until(lambda: session.client.queue.job(number).state.is_over)
        await until(tab.commands.check.isEnabled)
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_Insert)
        await saved(tab.picture, 1)

    on_screen(play)


# -- without a window


def test_a_dragged_edge_may_cross_its_opposite_and_stays_within_the_picture() -> None:
    box = face(0.4, 0.4, side=0.2)
    turned = editing.dragged(box, Handle.LEFT, 0.5, 0.0)
    assert (turned.left, turned.right) == pytest.approx((0.6, 0.9))
    assert editing.dragged(box, Handle.TOP, 0.0, -5.0).top == 0.0
    moved = editing.dragged(box, Handle.INSIDE, 5.0, -5.0)
    assert (moved.right, moved.top) == pytest.approx((1.0, 0.0))
    assert moved.right - moved.left == pytest.approx(0.2)


def test_of_boxes_within_each_other_the_smallest_is_taken(tmp_path) -> None:
    make_set("Nested", 1, boxes=lambda _: (face(0.1, 0.1, side=0.8), face(0.4, 0.4, side=0.1)))
    picture = _first("Nested")
    assert editing.box_at(picture, Point(0.45, 0.45)) == 1
    assert editing.box_at(picture, Point(0.2, 0.2)) == 0
    assert editing.box_at(picture, Point(0.95, 0.95)) is None


def test_a_class_counts_as_looked_for_when_its_last_suggestion_was_accepted() -> None:
    from dataclasses import replace

    two = (face(0.1, origin=Origin.SUGGESTED), face(0.6, origin=Origin.SUGGESTED))
    make_set("Half", 1, boxes=lambda _: two)
    picture = replace(_first("Half"), labelled=frozenset({PLATE}))
    once = editing.accepted(picture, 0)
    assert once.labelled == {PLATE}
    assert editing.accepted(once, 1).labelled == {FACE, PLATE}
    assert editing.all_accepted(picture).labelled == {FACE, PLATE}


def test_a_zoomed_picture_cannot_be_pushed_out_of_sight() -> None:
    from PySide6.QtCore import QSizeF

    view = Viewport()
    view.resize(QSizeF(400, 300))
    view.show(800, 600)
    view.zoom(8.0)
    view.pan(1e6, -1e6)
    area = view.area()
    assert area.left() == pytest.approx(0)
    assert area.bottom() == pytest.approx(300)


def _first(name: str):
    from pyroblur_gui.datasets import store

    with store.open_dataset(name) as dataset:
        return dataset.picture(1)


def test_a_picture_can_be_said_to_show_nothing_more(on_screen: Play) -> None:
    make_set("Beach", 4)
    with open_dataset("Beach") as dataset:
        dataset.replace([replace(dataset.picture(4), labelled=frozenset({FACE}))])

    async def play(session: Session) -> None:
        tab = await large(session, 4)
        panel = tab.picture
        assert "not looked for: Plate" in panel.boxes._facts.text()
        assert panel.commands.all_marked.isEnabled()
        QTest.keyClick(panel.canvas, Qt.Key.Key_N)
        await until(lambda: panel.picture.labelled == {FACE, PLATE})
        assert "not looked for" not in panel.boxes._facts.text()
        assert not panel.commands.all_marked.isEnabled()
        await until(lambda: "Nothing left to mark" in tab.commands.undo.toolTip())
        tab.commands.undo.trigger()
        await until(lambda: panel.picture.labelled == {FACE})

    on_screen(play)
    with open_dataset("Beach") as dataset:
        assert dataset.picture(4).labelled == {FACE}
