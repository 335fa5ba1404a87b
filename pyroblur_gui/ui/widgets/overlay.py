"""What is drawn over pictures: marks, the divider, captions. And what stands where there is no picture.

These colours are the same in light and dark: they must stand out from any photo.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.fields import class_name
from pyroblur_gui.ui.look import Space, Tokens, scaled
from pyroblur_gui.ui.pictures import Mark

ON_PICTURE = QColor(255, 255, 255)
SHADE = QColor(0, 0, 0, 150)
COVERED = QColor(122, 113, 255)
PLATE = QColor(81, 71, 209)
STILL_THERE = QColor(255, 176, 32)
LEFT_CLEAR = QColor(255, 255, 255, 200)
INK = "#1B1B20"  # on the white grip
GRIP = 26
NAMED_FROM = 30  # a mark at least this wide is named ...
MOST_NAMED = 24  # ... and of many, the surest are


@dataclass(frozen=True, slots=True)
class Message:
    glyph: str = ""
    heading: str = ""
    hint: str = ""


def draw_marks(painter: QPainter, area: QRectF, marks: Iterable[Mark], font: QFont) -> None:
    """Frames around what was found: bold and named when it will be covered, dashed when its score is too low.

    A low confidence brings hundreds of them while the slider is dragged: they are drawn by kind in one go, on whole
    pixels and without smoothing, which takes a tenth of the time.
    """
    covered: list[tuple[QRect, Mark]] = []
    doubtful: list[QRect] = []
    left: list[QRect] = []
    for mark in marks:
        rect = _place(area, mark)
        if mark.is_left:
            left.append(rect)
        elif mark.is_covered:
            covered.append((rect, mark))
        else:
            doubtful.append(rect)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    dashed = QPen(LEFT_CLEAR, 1)
    dashed.setDashPattern([3, 3])
    bold = [rect for rect, _ in covered]
    for pen, rects in (
        (QPen(SHADE, 1), doubtful),
        (dashed, doubtful),
        (QPen(SHADE, 4), bold + left),
        (QPen(COVERED, 2), bold),
        (QPen(STILL_THERE, 2), left),
    ):
        painter.setPen(pen)
        painter.drawRects(rects)
    painter.restore()
    named = [(rect, mark) for rect, mark in covered if rect.width() >= NAMED_FROM]
    small = scaled(font, 0.8, weight=QFont.Weight.DemiBold)
    for rect, mark in named[:MOST_NAMED]:
        _draw_plate(painter, area, rect.toRectF(), mark, small)


def _place(area: QRectF, mark: Mark) -> QRect:
    box = mark.box
    return QRectF(
        area.left() + box.left * area.width(),
        area.top() + box.top * area.height(),
        (box.right - box.left) * area.width(),
        (box.bottom - box.top) * area.height(),
    ).toRect()


def draw_divider(painter: QPainter, area: QRectF, x: float) -> None:
    """The line between before and after, with a grip in its middle."""
    for shade, width in ((SHADE, 4), (ON_PICTURE, 2)):
        painter.fillRect(QRectF(x - width / 2, area.top(), width, area.height()), shade)
    grip = QRectF(x - GRIP / 2, area.center().y() - GRIP / 2, GRIP, GRIP)
    painter.setPen(QPen(SHADE, 1))
    painter.setBrush(ON_PICTURE)
    painter.drawEllipse(grip)
    icons.draw(painter, grip.adjusted(4, 4, -4, -4).toRect(), "arrows-left-right", INK)


def draw_chip(painter: QPainter, area: QRectF, text: str, font: QFont, *, left: bool, top: bool) -> None:
    """A caption in a corner of the picture."""
    font = scaled(font, 0.9)
    size = QFontMetricsF(font).size(0, text)
    chip = QRectF(0, 0, size.width() + 18, size.height() + 8)
    chip.moveLeft(area.left() + Space.S if left else area.right() - Space.S - chip.width())
    chip.moveTop(area.top() + Space.S if top else area.bottom() - Space.S - chip.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SHADE)
    painter.drawRoundedRect(chip, chip.height() / 2, chip.height() / 2)
    painter.setFont(font)
    painter.setPen(ON_PICTURE)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def draw_message(painter: QPainter, area: QRectF, message: Message, look: Tokens, font: QFont) -> None:
    """An icon, a heading and a hint, in the middle."""
    if not message.heading:
        return
    room = area.adjusted(Space.XL, 0, -Space.XL, 0)
    title = scaled(font, 1.1, weight=QFont.Weight.DemiBold)
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    first = QFontMetricsF(title).boundingRect(room, flags, message.heading)
    second = QFontMetricsF(font).boundingRect(room, flags, message.hint)
    top = room.center().y() - (40 + Space.M + first.height() + Space.S + second.height()) / 2
    picture = QRectF(room.center().x() - 20, top, 40, 40)
    icons.draw(painter, picture.toRect(), message.glyph, look.muted)
    painter.setFont(title)
    painter.setPen(QColor(look.text))
    place = QRectF(room.left(), picture.bottom() + Space.M, room.width(), first.height() + 2)
    painter.drawText(place, flags, message.heading)
    painter.setFont(font)
    painter.setPen(QColor(look.muted))
    painter.drawText(
        QRectF(room.left(), place.bottom() + Space.S, room.width(), second.height() + 2), flags, message.hint
    )


def _draw_plate(painter: QPainter, area: QRectF, rect: QRectF, mark: Mark, font: QFont) -> None:
    """The class and the score, above the frame or, at the picture's edge, below it."""
    metrics = QFontMetricsF(font)
    score = f"{round(mark.box.score * 100)} %"
    full = f"{class_name(mark.box.label)} {score}"
    text = full if metrics.horizontalAdvance(full) + 10 < rect.width() else score
    size = metrics.size(0, text)
    plate = QRectF(rect.left() - 2, rect.top() - size.height() - 3, size.width() + 10, size.height() + 2)
    if plate.top() < area.top():
        plate.moveTop(rect.bottom() + 1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(plate, 3, 3)
    painter.setFont(font)
    painter.setPen(ON_PICTURE)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
