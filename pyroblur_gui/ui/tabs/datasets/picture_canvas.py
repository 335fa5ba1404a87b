"""One picture, large: looked at with zoom and pan, its boxes drawn, moved, resized and chosen, by mouse and by keys.

The canvas shows a picture and tells what the user did to it; it never changes it by itself.
"""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from pyroblur_gui.datasets.dataset import Box, Picture
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import tokens
from pyroblur_gui.ui.tabs.datasets import picture_drawing
from pyroblur_gui.ui.tabs.datasets.picture_editing import (
    Handle,
    Point,
    box_at,
    dragged,
    drawn,
    is_large_enough,
)
from pyroblur_gui.ui.tabs.datasets.picture_geometry import Viewport, handle_at
from pyroblur_gui.ui.widgets import overlay

ZOOM_STEP = 1.25
CLICK_PX = 4.0  # a shorter drag is a click
KEYS_SETTLE_MS = 500  # steps by keys within this time are one change
NEW_BOX_SHARE = 0.2  # of what is seen, for a box that is made by a key

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Drag:
    """What is under way with the button down. place: of the box; None while a new one is drawn."""

    start: QPointF
    box: Box | None = None
    place: int | None = None
    handle: Handle = Handle.INSIDE


class PictureCanvas(QWidget):
    """box_drawn, box_changed and chosen tell what the user did; `turned` asks for the next (1) or previous (-1)."""

    box_drawn = Signal(Box)
    box_changed = Signal(int, Box)
    chosen = Signal(object)  # int | None, a place in the picture's boxes
    turned = Signal(int)
    left = Signal()
    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = Viewport()
        self._picture: Picture | None = None
        self._classes: tuple[str, ...] = ()
        self._image: QImage | None = None
        self._message = overlay.Message()
        self._selected: int | None = None
        self._label = 0
        self._drag: Drag | None = None
        self._changed: Box | None = None  # the box as it is being dragged, drawn or moved by keys
        self._panned_from: QPointF | None = None
        self._holds_space = False
        self._always_draws = False
        self._shows_boxes = True
        self._keys = QTimer(self)
        self._keys.setSingleShot(True)
        self._keys.setInterval(KEYS_SETTLE_MS)
        self._keys.timeout.connect(self.settle)
        self.installEventFilter(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Picture with its boxes"))

    # -- what is shown

    def show_picture(self, picture: Picture, classes: tuple[str, ...]) -> None:
        """Another picture; until `show_image` there is nothing to see of it but its boxes."""
        self.settle()
        self._picture, self._classes, self._image = picture, classes, None
        self._message = overlay.Message()
        self._selected = self._drag = self._changed = None
        self.viewport.show(picture.width, picture.height)
        self._tell_zoom()

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def show_boxes(self, picture: Picture) -> None:
        """The same picture after an edit."""
        self._picture = picture
        if self._selected is not None and self._selected >= len(picture.boxes):
            self._selected = None
        self.update()

    def show_message(self, glyph: str, heading: str, hint: str) -> None:
        """No picture: says why."""
        self._message = overlay.Message(glyph, heading, hint)
        self.setAccessibleDescription(f"{heading} {hint}".strip())
        self.update()

    def select(self, place: int | None) -> None:
        """Shows which box is chosen, without telling."""
        self.settle()
        boxes = self._picture.boxes if self._picture is not None else ()
        self._selected = place if place is not None and 0 <= place < len(boxes) else None
        if self._selected is not None:
            self.viewport.reveal(boxes[self._selected])
        self.update()

    def set_label(self, label: int) -> None:
        """The class of boxes that are drawn from now on."""
        self._label = label

    def set_always_draws(self, is_on: bool) -> None:
        """A drag draws a box also where it begins on another one."""
        self._always_draws = is_on
        self.update()

    def set_boxes_shown(self, are_shown: bool) -> None:
        self._shows_boxes = are_shown
        self.update()

    @property
    def selected(self) -> int | None:
        return self._selected

    @property
    def has_image(self) -> bool:
        return self._image is not None

    def wants_detail(self) -> bool:
        """Whether the picture has more pixels than what is shown of it, and they would be seen."""
        if self._image is None or self._picture is None or self._image.width() >= self._picture.width:
            return False
        return self.viewport.scale * self.devicePixelRatioF() * self._picture.width > self._image.width() * 1.1

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """at: the point that stays where it is; None: the chosen box, or else the middle."""
        if at is None and self._picture is not None and self._selected is not None:
            at = self.viewport.rect_of(self._picture.boxes[self._selected]).center()
        self.viewport.zoom(factor, at)
        self._tell_zoom()

    def fit(self) -> None:
        self.viewport.fit()
        self._tell_zoom()

    def add_box(self) -> None:
        """A box in the middle of what is seen, for the keyboard: to be moved and sized by the arrow keys."""
        middle = self.viewport.to_picture(QPointF(self.width() / 2, self.height() / 2))
        corner = self.viewport.to_picture(QPointF(self.width() * (0.5 - NEW_BOX_SHARE / 2), self.height() * 0.4))
        half = Point(middle.x - corner.x, middle.y - corner.y)
        start, end = Point(middle.x - half.x, middle.y - half.y), Point(middle.x + half.x, middle.y + half.y)
        self.box_drawn.emit(drawn(start, end, self._label))

    def settle(self) -> None:
        """Tells what was moved by keys, if anything was."""
        self._keys.stop()
        box, self._changed = self._changed, None
        if box is not None and self._drag is None and self._selected is not None:
            self.box_changed.emit(self._selected, box)

    # -- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if event.button() is Qt.MouseButton.MiddleButton or (
            event.button() is Qt.MouseButton.LeftButton and self._holds_space
        ):
            self._panned_from = point
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() is Qt.MouseButton.LeftButton and self._picture is not None:
            self.settle()
            self._take_hold(point, draws=self._always_draws or _has_control(event))
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._panned_from is not None:
            self.viewport.pan(point.x() - self._panned_from.x(), point.y() - self._panned_from.y())
            self._panned_from = point
            self.update()
        elif self._drag is not None:
            self._changed = self._dragged_to(self._drag, point)
            self.update()
        else:
            self._show_cursor(point)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._panned_from = None
        drag, box = self._drag, self._changed
        self._drag = self._changed = None
        if drag is not None and box is not None and self._picture is not None:
            if drag.place is not None and box != drag.box and is_large_enough(box, self._picture):
                self.box_changed.emit(drag.place, box)
            elif drag.place is None and is_large_enough(box, self._picture):
                self.box_drawn.emit(box)
        self._show_cursor(event.position())
        self.update()
        super().mouseReleaseEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels = event.pixelDelta()
        is_swipe = not pixels.isNull() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if is_swipe and event.phase() is not Qt.ScrollPhase.NoScrollPhase:  # two fingers on a touch pad
            self.viewport.pan(pixels.x(), pixels.y())
            self.update()
        else:
            steps = event.angleDelta().y() / 120
            self.zoom(ZOOM_STEP**steps, event.position())
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Two fingers that spread on a touch pad."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 + event.value(), event.position())
            return True
        return super().eventFilter(watched, event)

    # -- the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._holds_space = True
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif step is not None:
            self._step(*step, event.modifiers())
        elif not self._other_key(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._holds_space = False
            self.unsetCursor()
        super().keyReleaseEvent(event)

    def _other_key(self, event: QKeyEvent) -> bool:
        count = len(self._picture.boxes) if self._picture is not None else 0
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(ZOOM_STEP)
            case Qt.Key.Key_Minus:
                self.zoom(1 / ZOOM_STEP)
            case Qt.Key.Key_F:
                self.fit()
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                self.settle()
                self.turned.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
            case Qt.Key.Key_N if count:
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._choose(_after(self._selected, count, is_back=back))
            case Qt.Key.Key_Escape:
                self._escape()
            case _:
                return False
        return True

    def _escape(self) -> None:
        """Gives up a drag, else the choice, else the view."""
        if self._drag is not None or self._keys.isActive():
            self._keys.stop()
            self._drag = self._changed = None
            self.update()
        elif self._selected is not None:
            self._choose(None)
        else:
            self.left.emit()

    def _step(self, dx: int, dy: int, modifiers: Qt.KeyboardModifier) -> None:
        """Moves the chosen box by a pixel, with Shift by ten; with Ctrl its right and bottom edges. Else turns over."""
        if self._picture is None or self._selected is None:
            if dx:
                self.turned.emit(dx)
            return
        far = 10 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
        handle = Handle.BOTTOM_RIGHT if modifiers & Qt.KeyboardModifier.ControlModifier else Handle.INSIDE
        box = self._changed or self._picture.boxes[self._selected]
        moved = dragged(box, handle, dx * far / self._picture.width, dy * far / self._picture.height)
        if is_large_enough(moved, self._picture):
            self._changed = moved
            self.viewport.reveal(moved)
            self._keys.start()
            self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._holds_space = False
        self.settle()
        self.update()
        super().focusOutEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    # -- how it is done

    def _take_hold(self, point: QPointF, *, draws: bool) -> None:
        if self._picture is None:
            return
        if self._selected is not None and not draws:
            box = self._picture.boxes[self._selected]
            handle = handle_at(self.viewport.rect_of(box), point)
            if handle is not None and handle is not Handle.INSIDE:
                self._drag = Drag(point, box, self._selected, handle)
                return
        place = None if draws or not self._shows_boxes else box_at(self._picture, self.viewport.to_picture(point))
        self._choose(place)
        box_there = self._picture.boxes[place] if place is not None else None
        self._drag = Drag(point, box_there, place)

    def _dragged_to(self, drag: Drag, point: QPointF) -> Box | None:
        if (point - drag.start).manhattanLength() < CLICK_PX and self._changed is None:
            return None
        start, end = self.viewport.to_picture(drag.start), self.viewport.to_picture(point)
        if drag.box is None:
            return drawn(start, end, self._label)
        return dragged(drag.box, drag.handle, end.x - start.x, end.y - start.y)

    def _choose(self, place: int | None) -> None:
        self.settle()
        if place != self._selected:
            self.select(place)
            self.chosen.emit(place)

    def _show_cursor(self, point: QPointF) -> None:
        if self._holds_space:
            return
        shape = Qt.CursorShape.CrossCursor
        if self._picture is not None and self._selected is not None and not self._always_draws:
            handle = handle_at(self.viewport.rect_of(self._picture.boxes[self._selected]), point)
            shape = picture_drawing.CURSORS[handle] if handle is not None else shape
        self.setCursor(shape)

    def _tell_zoom(self) -> None:
        self.update()
        self.zoom_changed.emit(self.viewport.scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.viewport.resize(QSizeF(event.size()))
        self._tell_zoom()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.sunken))
        area = self.viewport.area()
        if self._image is not None:
            is_smooth = self.viewport.scale * self.devicePixelRatioF() < 3
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
            painter.drawImage(area, self._image)
        else:
            overlay.draw_message(painter, QRectF(self.rect()), self._message, look, self.font())
        if self._picture is not None and self._shows_boxes and not self._message.heading:
            picture_drawing.draw_boxes(
                painter,
                self.viewport,
                picture_drawing.shown_boxes(self._picture, self._selected, self._changed, is_new=self._is_drawing()),
                self._classes,
                self.font(),
            )
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.accent_text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _is_drawing(self) -> bool:
        return self._drag is not None and self._drag.place is None


def _after(place: int | None, count: int, *, is_back: bool) -> int:
    if place is None:
        return count - 1 if is_back else 0
    return (place + (-1 if is_back else 1)) % count


def _has_control(event: QMouseEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
