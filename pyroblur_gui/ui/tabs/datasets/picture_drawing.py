"""Draws the boxes of the large view: frames in the colours of their classes, names, and handles on the chosen one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from pyroblur_gui.datasets.dataset import Box, Picture
from pyroblur_gui.ui.fields import class_name
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import scaled
from pyroblur_gui.ui.tabs.datasets.picture_colors import class_color
from pyroblur_gui.ui.tabs.datasets.picture_editing import Handle
from pyroblur_gui.ui.tabs.datasets.picture_geometry import Viewport, handles_of
from pyroblur_gui.ui.widgets.overlay import INK, ON_PICTURE, SHADE

HANDLE = 8.0
NAMED_FROM = 26.0  # a box at least this wide is named ...
MOST_NAMED = 60  # ... unless there is a crowd

CURSORS = {
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
    Handle.INSIDE: Qt.CursorShape.SizeAllCursor,
}


@dataclass(frozen=True, slots=True)
class ShownBox:
    box: Box
    is_selected: bool = False


def shown_boxes(picture: Picture, selected: int | None, changed: Box | None, *, is_new: bool) -> list[ShownBox]:
    """The boxes as they are at this moment of an edit, the chosen one last, so that it lies on top."""
    shown = [ShownBox(box) for place, box in enumerate(picture.boxes) if place != selected]
    if selected is not None and selected < len(picture.boxes):
        box = picture.boxes[selected] if is_new or changed is None else changed
        shown.append(ShownBox(box, is_selected=True))
    if is_new and changed is not None:
        shown.append(ShownBox(changed))
    return shown


def draw_boxes(
    painter: QPainter, viewport: Viewport, boxes: Sequence[ShownBox], classes: Sequence[str], font: QFont
) -> None:
    small = scaled(font, 0.8, weight=QFont.Weight.DemiBold)
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shown in boxes:
        _frame(painter, viewport.rect_of(shown.box), shown)
    for shown in boxes[-MOST_NAMED:]:
        rect = viewport.rect_of(shown.box)
        if shown.is_selected or rect.width() >= NAMED_FROM:
            _name(painter, rect, shown.box, classes, small)
        if shown.is_selected:
            _handles(painter, rect, class_color(shown.box.label))
    painter.restore()


def _frame(painter: QPainter, rect: QRectF, shown: ShownBox) -> None:
    """A dark edge below the colour: it stands out from any photo. Suggestions are dashed."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    width = 3 if shown.is_selected else 2
    painter.setPen(QPen(SHADE, width + 2))
    painter.drawRect(rect)
    pen = QPen(class_color(shown.box.label), width)
    if not shown.box.is_truth:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRect(rect)


def _name(painter: QPainter, rect: QRectF, box: Box, classes: Sequence[str], font: QFont) -> None:
    """The class, and how sure the model was of a suggestion; above the frame or, at the top, in it."""
    text = label_text(box, classes)
    metrics = QFontMetricsF(font)
    size = metrics.size(0, text)
    plate = QRectF(rect.left() - 1, rect.top() - size.height() - 4, size.width() + 10, size.height() + 2)
    if plate.top() < 0:
        plate.moveTop(max(0.0, rect.top()) + 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    ground = class_color(box.label)
    painter.setBrush(ground)
    painter.drawRoundedRect(plate, 3, 3)
    painter.setFont(font)
    painter.setPen(QColor(INK) if ground.lightness() > 110 else ON_PICTURE)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _handles(painter: QPainter, rect: QRectF, shade: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(shade, 2))
    painter.setBrush(ON_PICTURE)
    for place in handles_of(rect).values():
        painter.drawRect(QRectF(place - QPointF(HANDLE / 2, HANDLE / 2), place + QPointF(HANDLE / 2, HANDLE / 2)))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def label_text(box: Box, classes: Sequence[str]) -> str:
    name = class_name(classes[box.label]) if 0 <= box.label < len(classes) else str(box.label)
    if box.is_truth or box.score is None:
        return name if box.is_truth else tr("{name}?", name=name)
    return tr("{name}? {percent} %", name=name, percent=round(box.score * 100))
