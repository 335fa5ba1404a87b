"""The names of a chart's lines with their last values: painted, for a label that changes often costs more."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled, tokens

MOST_LINES = 2
DASH = 12
THICK = 3
WIDEST_VALUE = " 0.00000"


@dataclass(frozen=True, slots=True)
class Entry:
    """value: as it is to be read; empty where there is none."""

    shade: str
    label: str
    value: str = ""
    is_dashed: bool = False


class Legend(QWidget):
    """One line, or `most` where one has not the room; what does not fit is counted."""

    def __init__(self, parent: QWidget | None = None, *, most: int = MOST_LINES) -> None:
        super().__init__(parent)
        self._most = most
        self._entries: tuple[Entry, ...] = ()
        self.setFont(scaled(self.font(), 0.9))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._lines = 1

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    def show_entries(self, entries: Sequence[Entry]) -> None:
        if self._entries == tuple(entries):
            return
        is_other = [each.label for each in self._entries] != [each.label for each in entries]
        self._entries = tuple(entries)
        if is_other:
            self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, round(self._lines * QFontMetricsF(self.font()).height()) + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        text_shade = QColor(tokens(self.palette()).text)
        places, left_out = self._places(metrics)
        for entry, place in zip(self._entries, places, strict=False):
            middle = place.center().y()
            dash = QRectF(place.left(), middle - THICK / 2, DASH, THICK)
            parts = (dash.adjusted(0, 0, -DASH * 0.6, 0), dash.adjusted(DASH * 0.6, 0, 0, 0))
            for part in parts if entry.is_dashed else (dash,):
                painter.fillRect(part, QColor(entry.shade))
            painter.setPen(text_shade)
            words = place.adjusted(DASH + Space.XS, 0, 0, 0)
            text = metrics.elidedText(_text(entry), Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
        if left_out and places:
            rest = QRectF(self.rect())
            rest.setTop(places[-1].top())
            rest.setLeft(places[-1].right() + Space.M)
            painter.setPen(QColor(tokens(self.palette()).muted))
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, tr("and {count} more", count=left_out))

    def _places(self, metrics: QFontMetricsF) -> tuple[list[QRectF], int]:
        """Where each of the first entries stands, and how many have no place."""
        height = metrics.height()
        tail = metrics.horizontalAdvance(tr("and {count} more", count=99)) + Space.M
        places: list[QRectF] = []
        x, line = 0.0, 0
        for number, entry in enumerate(self._entries):
            value = metrics.horizontalAdvance(WIDEST_VALUE)
            width = DASH + Space.XS + metrics.horizontalAdvance(entry.label) + value
            is_last = number == len(self._entries) - 1
            room = self.width() - (0 if is_last or line < self._most - 1 else tail)
            if x and x + width > room:
                if line == self._most - 1:
                    return places, len(self._entries) - number
                x, line = 0.0, line + 1
            places.append(QRectF(x, line * height, min(width, self.width() - x), height))
            x += width + Space.M
        return places, 0

    def _fit(self) -> None:
        """As many lines as the names need: more only where there is no other way, so that charts stay in line."""
        metrics = QFontMetricsF(self.font())
        places, _ = self._places(metrics)
        lines = 1 + round(places[-1].top() / metrics.height()) if places else 1
        if lines != self._lines:
            self._lines = lines
            self.updateGeometry()


def _text(entry: Entry) -> str:
    return f"{entry.label} {entry.value}" if entry.value else entry.label
