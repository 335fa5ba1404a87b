"""Draws a few validation pictures side by side: what the data set says is there, and what the network found.

The colours lie over pictures and are the same in light and dark.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pyroblur_gui.training.samples import Sample, SampleBox
from pyroblur_gui.ui.fields import class_name
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled, tokens
from pyroblur_gui.ui.widgets.overlay import COVERED, ON_PICTURE, PLATE, SHADE

LABELLED = QColor(255, 213, 79)
FOUND = COVERED
NARROWEST = 260  # of a picture
MOST_COLUMNS = 3
SHAPE = 3 / 4  # height to width of a picture's place
NAMED_FROM = 26  # a box at least this wide is named


class SamplesBoard(QWidget):
    """Knows no files: it shows the images that it is given, by path; None for one that cannot be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Sample pictures"))
        self._samples: tuple[Sample, ...] = ()
        self._images: dict[Path, QImage | None] = {}
        self._scaled: dict[Path, QPixmap] = {}
        self._shows_labelled = self._shows_found = True

    @property
    def shown(self) -> dict[Path, QImage | None]:
        """The images of the pictures that are shown."""
        return {sample.picture: self._images.get(sample.picture) for sample in self._samples}

    def show_samples(self, samples: Sequence[Sample], images: Mapping[Path, QImage | None]) -> None:
        self._samples = tuple(samples)
        if images != self._images:
            self._images = dict(images)
            self._scaled.clear()
        self.setAccessibleDescription(" ".join(described(sample) for sample in self._samples))
        self._fit()
        self.update()

    def show_kinds(self, *, labelled: bool, found: bool) -> None:
        self._shows_labelled, self._shows_found = labelled, found
        self.update()

    def sizeHint(self) -> QSize:
        places = self._places()
        return QSize(NARROWEST, places[-1].bottom() + 1 + Space.L if places else NARROWEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._scaled.clear()
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for sample, place in zip(self._samples, self._places(), strict=True):
            if event.rect().intersects(place):
                self._draw(painter, sample, place)

    # -- how it is done

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())

    def _places(self) -> list[QRect]:
        room = max(NARROWEST, self.width() - 2 * Space.L)
        columns = max(1, min(MOST_COLUMNS, (room + Space.M) // (NARROWEST + Space.M), max(1, len(self._samples))))
        width = (room - (columns - 1) * Space.M) // columns
        caption = round(QFontMetricsF(self._small()).height()) + Space.XS
        height = round(width * SHAPE)
        return [
            QRect(
                Space.L + number % columns * (width + Space.M),
                Space.S + number // columns * (height + caption + Space.M),
                width,
                height + caption,
            )
            for number in range(len(self._samples))
        ]

    def _draw(self, painter: QPainter, sample: Sample, place: QRect) -> None:
        look = tokens(self.palette())
        caption = round(QFontMetricsF(self._small()).height()) + Space.XS
        room = place.adjusted(0, 0, 0, -caption)
        painter.fillRect(room, QColor(look.sunken))
        shown = self._pixmap(sample.picture, room.size())
        if shown is None:
            painter.setPen(QColor(look.muted))
            text = tr("The picture is not there any more.") if sample.picture in self._images else ""
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
        else:
            size = shown.deviceIndependentSize()
            area = QRectF(0, 0, size.width(), size.height())
            area.moveCenter(QRectF(room).center())
            painter.drawPixmap(area.topLeft(), shown)
            painter.save()
            painter.setClipRect(room)
            if self._shows_labelled:
                self._draw_labelled(painter, area, sample.labelled)
            if self._shows_found:
                self._draw_found(painter, area, sample.found)
            painter.restore()
        painter.setFont(self._small())
        painter.setPen(QColor(look.muted))
        line = QRectF(place.left(), room.bottom() + 1, place.width(), caption)
        metrics = QFontMetricsF(self._small())
        text = metrics.elidedText(counted(sample), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text)

    def _draw_labelled(self, painter: QPainter, area: QRectF, boxes: Sequence[SampleBox]) -> None:
        pen = QPen(LABELLED, 2)
        pen.setDashPattern([4, 3])
        rects = [_rect(area, box) for box in boxes]
        for each in (QPen(SHADE, 3), pen):
            painter.setPen(each)
            painter.drawRects(rects)

    def _draw_found(self, painter: QPainter, area: QRectF, boxes: Sequence[SampleBox]) -> None:
        font = scaled(self.font(), 0.8, weight=QFont.Weight.DemiBold)
        for box in reversed(boxes):  # the surest on top
            rect = _rect(area, box)
            for pen in (QPen(SHADE, 4), QPen(FOUND, 2)):
                painter.setPen(pen)
                painter.drawRect(rect)
            if rect.width() >= NAMED_FROM:
                _draw_name(painter, area, rect, box, font)

    def _pixmap(self, path: Path, room: QSize) -> QPixmap | None:
        if path not in self._scaled:
            image = self._images.get(path)
            if image is None:
                return None
            ratio = self.devicePixelRatioF()
            wanted = image.size().scaled(room * ratio, Qt.AspectRatioMode.KeepAspectRatio)
            smooth = Qt.TransformationMode.SmoothTransformation
            shown = QPixmap.fromImage(image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
            shown.setDevicePixelRatio(ratio)
            self._scaled[path] = shown
        return self._scaled[path]

    def _small(self) -> QFont:
        return scaled(self.font(), 0.9)


def counted(sample: Sample) -> str:
    """zidane.jpg: 2 labelled, 1 found"""
    return tr(
        "{labelled} labelled, {found} found · {name}",
        name=sample.picture.name,
        labelled=len(sample.labelled),
        found=len(sample.found),
    )


def described(sample: Sample) -> str:
    return f"{counted(sample)}."


def _rect(area: QRectF, box: SampleBox) -> QRect:
    return QRectF(
        area.left() + box.left * area.width(),
        area.top() + box.top * area.height(),
        (box.right - box.left) * area.width(),
        (box.bottom - box.top) * area.height(),
    ).toRect()


def _draw_name(painter: QPainter, area: QRectF, rect: QRect, box: SampleBox, font: QFont) -> None:
    """The class, where it has the room, and the score; above the frame or, at the picture's edge, in it."""
    metrics = QFontMetricsF(font)
    score = f"{round((box.score or 0.0) * 100)} %"
    full = f"{class_name(box.label)} {score}"
    text = full if metrics.horizontalAdvance(full) + 10 < max(rect.width(), 60) else score
    size = metrics.size(0, text)
    plate = QRectF(rect.left() - 2, rect.top() - size.height() - 3, size.width() + 10, size.height() + 2)
    if plate.top() < area.top():
        plate.moveTop(max(area.top(), rect.top() + 2.0))
    if plate.right() > area.right():
        plate.moveRight(area.right())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(plate, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(font)
    painter.setPen(ON_PICTURE)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
