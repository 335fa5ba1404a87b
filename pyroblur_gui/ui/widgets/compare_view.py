"""Before and after in one picture with a divider to drag, marks over what was found, or one live frame."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, tokens
from pyroblur_gui.ui.pictures import Mark
from pyroblur_gui.ui.widgets import overlay

STEP, LARGE_STEP = 0.02, 0.1
BUSY_AFTER_MS = 250
NAMED_UNTIL = 0.15  # a side narrower than this is not named


class CompareView(QWidget):
    """The left of the divider is before, the right after. Arrow keys move the divider, Home and End empty a side."""

    divider_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: QPixmap | None = None
        self._after: QPixmap | None = None
        self._live: QPixmap | None = None
        self._sized: dict[int, QPixmap] = {}  # by the picture's cacheKey
        self._caption = ""
        self._marks: Sequence[Mark] = ()
        self._split = 0.5
        self._shows_marks = True
        self._is_busy = False
        self._is_dragging = False
        self._message = overlay.Message()
        self._busy_timer = QTimer(self)
        self._busy_timer.setSingleShot(True)
        self._busy_timer.setInterval(BUSY_AFTER_MS)
        self._busy_timer.timeout.connect(lambda: self._set_busy(is_busy=True))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Before and after"))
        self.setToolTip(tr("Drag the divider, or move it with the arrow keys"))
        self.set_split(0.5)

    # -- what is shown

    def show_pair(self, before: QPixmap, after: QPixmap | None, after_caption: str) -> None:
        self._before, self._after, self._live = before, after, None
        self._caption = after_caption
        self._message = overlay.Message()
        self.update()

    def show_live(self, picture: QPixmap, caption: str) -> None:
        self._live = picture
        self._caption = caption
        self._message = overlay.Message()
        self.update()

    def show_message(self, glyph: str, heading: str, hint: str) -> None:
        """No picture: says why."""
        self._before = self._after = self._live = None
        self._sized.clear()
        self._marks = ()
        self._message = overlay.Message(glyph, heading, hint)
        self.setAccessibleDescription(f"{heading} {hint}".strip())
        self.update()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        self._marks = marks
        self.update()

    def set_marks_shown(self, are_shown: bool) -> None:
        self._shows_marks = are_shown
        self.update()

    def set_busy(self, is_busy: bool) -> None:
        """Says so on the picture when it lasts."""
        if is_busy:
            self._busy_timer.start()
        else:
            self._busy_timer.stop()
            self._set_busy(is_busy=False)

    @property
    def marks(self) -> Sequence[Mark]:
        return self._marks

    @property
    def is_comparing(self) -> bool:
        return self._before is not None and self._after is not None and self._live is None

    @property
    def is_live(self) -> bool:
        return self._live is not None

    @property
    def split(self) -> float:
        """Where the divider stands, 0 (all after) to 1 (all before)."""
        return self._split

    def set_split(self, split: float) -> None:
        self._split = min(1.0, max(0.0, split))
        self.setAccessibleDescription(tr("Divider at {percent} %", percent=round(self._split * 100)))
        self.divider_moved.emit(self._split)
        self.update()

    # -- what the user does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.is_comparing:
            self._is_dragging = True
            self._drag_to(event.position())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self._drag_to(event.position())
        elif self.is_comparing:
            near = abs(event.position().x() - self._divider_x()) < overlay.GRIP
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging = False
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = LARGE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        places = {
            Qt.Key.Key_Left: self._split - step,
            Qt.Key.Key_Right: self._split + step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: 1.0,
        }
        place = places.get(Qt.Key(event.key()))
        if place is None or not self.is_comparing:
            super().keyPressEvent(event)
            return
        self.set_split(place)

    def _drag_to(self, position: QPointF) -> None:
        area = self._area()
        self.set_split((position.x() - area.left()) / max(1.0, area.width()))

    # -- how it is drawn

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(look.sunken))
        picture = self._live or self._before
        if picture is None:
            overlay.draw_message(painter, QRectF(self.rect()), self._message, look, self.font())
        else:
            self._draw_pictures(painter, picture)
        if self._is_busy:
            overlay.draw_chip(
                painter, self._area(), tr("Looking for faces and plates…"), self.font(), left=True, top=False
            )
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.accent_text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _draw_pictures(self, painter: QPainter, picture: QPixmap) -> None:
        area = self._area()
        painter.drawPixmap(area.topLeft(), self._fitted(picture, area))
        if self._live is not None:
            overlay.draw_chip(painter, area, self._caption, self.font(), left=False, top=True)
            return
        x = self._divider_x()
        if self._after is not None:
            painter.save()
            painter.setClipRect(QRectF(x, area.top(), area.right() - x, area.height()))
            painter.drawPixmap(area.topLeft(), self._fitted(self._after, area))
            painter.restore()
        if self._shows_marks:
            self._draw_marks(painter, area, x)
        if self._after is not None:
            overlay.draw_divider(painter, area, x)
            if self._split > NAMED_UNTIL:
                overlay.draw_chip(painter, area, tr("Before"), self.font(), left=True, top=True)
            if self._split < 1 - NAMED_UNTIL:
                overlay.draw_chip(painter, area, self._caption, self.font(), left=False, top=True)

    def _fitted(self, picture: QPixmap, area: QRectF) -> QPixmap:
        """The picture as large as it is drawn, kept until another one is shown.

        Drawn with a scale, Qt would hand each strip of it to threads of its own and wait for them, at every painting:
        beside a job that keeps all processors busy, that is 50 ms instead of 5.
        """
        ratio = self.devicePixelRatio()
        size = (area.size() * ratio).toSize()
        kept = self._sized.get(picture.cacheKey())
        if kept is None or kept.size() != size:
            kept = picture.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            kept.setDevicePixelRatio(ratio)
            shown = {each.cacheKey() for each in (self._before, self._after, self._live) if each is not None}
            self._sized = {key: each for key, each in self._sized.items() if key in shown}
            self._sized[picture.cacheKey()] = kept
        return kept

    def _draw_marks(self, painter: QPainter, area: QRectF, x: float) -> None:
        """On the side that they speak of: what was found before, what is left after."""
        before = QRectF(area.left(), area.top(), x - area.left(), area.height())
        after = QRectF(x, area.top(), area.right() - x, area.height())
        for side, is_left in ((before, False), (after, True)):
            painter.save()
            if self._after is not None:
                painter.setClipRect(side)
            marks = [mark for mark in self._marks if mark.is_left is is_left]
            overlay.draw_marks(painter, area, marks, self.font())
            painter.restore()

    def _set_busy(self, *, is_busy: bool) -> None:
        if self._is_busy != is_busy:
            self._is_busy = is_busy
            self.update()

    def _area(self) -> QRectF:
        """Where the picture lies: as large as fits, in the middle, on whole pixels of the screen."""
        picture = self._live or self._before
        frame = QRectF(self.rect()).adjusted(Space.M, Space.M, -Space.M, -Space.M)
        if picture is None or picture.isNull():
            return frame
        ratio = self.devicePixelRatio()
        size = picture.size().toSizeF().scaled(frame.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio).toSize()
        area = QRectF(0, 0, max(1, size.width()) / ratio, max(1, size.height()) / ratio)
        area.moveCenter(frame.center())
        area.moveTo(round(area.x() * ratio) / ratio, round(area.y() * ratio) / ratio)
        return area

    def _divider_x(self) -> float:
        area, ratio = self._area(), self.devicePixelRatio()
        return area.left() + round(self._split * area.width() * ratio) / ratio
