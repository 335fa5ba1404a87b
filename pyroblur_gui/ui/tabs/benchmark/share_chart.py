"""A chart of lines between 0 and 1 on both axes. Import it when charts are first shown: it brings pyqtgraph."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from pyroblur_gui.ui.i18n import numeral
from pyroblur_gui.ui.look import Tokens, curve_shades, tokens
from pyroblur_gui.ui.widgets.chart import Chart
from pyroblur_gui.ui.widgets.legend import Entry, Legend

THICK = 2
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


@dataclass(frozen=True)
class ShareLine:
    """x rises. is_second: drawn with dashes, in the shade of the line before it. mark: where an upright line stands."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    is_second: bool = False
    mark: float | None = None


class ShareChart(Chart):
    """axes: what is on the horizontal and on the upright one."""

    def __init__(self, title: str, axes: tuple[str, str]) -> None:
        super().__init__(title, "", "")
        self._axes = axes
        self.lines: tuple[ShareLine, ...] = ()
        self._legend = Legend()
        self._column.insertWidget(1, self._legend)
        self._cursor = pg.InfiniteLine(angle=90)
        self._place: float | None = None
        self._draw(tokens(self.palette()))

    def show_lines(self, lines: Sequence[ShareLine]) -> None:
        self.lines = tuple(lines)
        words = ", ".join(line.label for line in lines)
        self.setAccessibleDescription(words)
        self._plot.setAccessibleDescription(words)
        self._draw(tokens(self.palette()))

    def point_at(self, x: float | None) -> None:
        """An upright line at this place, moved by the slider."""
        self._place = x
        self._cursor.setVisible(x is not None)
        if x is not None:
            self._cursor.setPos(x)

    def _draw(self, look: Tokens) -> None:
        super()._draw(look)
        item = self._plot.getPlotItem()
        item.showGrid(x=True, y=True, alpha=0.2)
        item.setLabel("bottom", self._axes[0], color=look.muted)
        item.setLabel("left", self._axes[1], color=look.muted)
        for side in ("left", "bottom"):
            item.getAxis(side).enableAutoSIPrefix(False)
        entries: list[Entry] = []
        for line, shade in zip(self.lines, self._shades(look), strict=True):
            style = STYLES[1] if line.is_second else STYLES[0]
            pen = pg.mkPen(QColor(shade), width=1 if line.is_second else THICK, style=style)
            item.addItem(pg.PlotCurveItem(np.array(line.x, float), np.array(line.y, float), pen=pen, antialias=True))
            if line.mark is not None:
                item.addItem(pg.InfiniteLine(line.mark, angle=90, pen=pg.mkPen(QColor(shade), style=STYLES[2])))
            entries.append(Entry(shade, line.label, "", is_dashed=line.is_second))
        self._legend.show_entries(entries)
        self._cursor = pg.InfiniteLine(self._place or 0.0, angle=90, pen=pg.mkPen(QColor(look.text), width=1))
        self._cursor.setVisible(self._place is not None)
        item.addItem(self._cursor)
        across, up = self._limits()
        item.vb.setRange(xRange=across, yRange=up, padding=0.01)

    def _limits(self) -> tuple[tuple[float, float], tuple[float, float]]:
        return (0, 1), (0, 1.02)

    def _shades(self, look: Tokens) -> list[str]:
        shades = cycle(curve_shades(look))
        found: list[str] = []
        for line in self.lines:
            found.append(found[-1] if line.is_second and found else next(shades))
        return found

    def _text_at(self, place: QPointF) -> str:
        if not self.lines or not 0 <= place.x() <= 1:
            return ""
        rows = [
            f"{line.label}: {numeral(float(np.interp(place.x(), line.x, line.y)), '.3f')}"
            for line in self.lines
            if len(line.x)
        ]
        return "\n".join([f"{self._axes[0]} {numeral(place.x(), '.2f')}", *rows])


class ThroughputChart(ShareChart):
    """Pictures a second against the batch: both from 0 to what there is."""

    def _limits(self) -> tuple[tuple[float, float], tuple[float, float]]:
        across = max((max(line.x) for line in self.lines if len(line.x)), default=1.0)
        up = max((max(line.y) for line in self.lines if len(line.y)), default=1.0)
        return (0, 1.05 * across), (0, 1.1 * up)

    def _text_at(self, place: QPointF) -> str:
        known = sorted({x for line in self.lines for x in line.x})
        if not known or not 0 <= place.x() <= 1.05 * known[-1]:
            return ""
        batch = min(known, key=lambda x: abs(x - place.x()))
        rows = [
            f"{line.label}: {numeral(line.y[list(line.x).index(batch)], '.1f')}"
            for line in self.lines
            if batch in line.x
        ]
        return "\n".join([f"{self._axes[0]} {numeral(batch, '.0f')}", *rows])
