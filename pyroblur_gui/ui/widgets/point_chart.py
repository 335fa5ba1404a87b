"""Charts of things beside each other rather than over time: a cloud of points, and parallel coordinates.

Import it when a chart is first shown: it brings numpy and pyqtgraph.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from pyroblur_gui.runs.compare import Axis
from pyroblur_gui.ui.i18n import numeral
from pyroblur_gui.ui.look import Tokens, curve_shades, tokens
from pyroblur_gui.ui.widgets.chart import Chart
from pyroblur_gui.ui.widgets.legend import Entry, Legend

HEIGHT = 340
DOT = 11
NEAR = 0.03  # of the view's width: how near the pointer must be to a point
MOST_NAMED = 12
NAMES_AT = -0.07  # below the axes, which go from 0 to 1


@dataclass(frozen=True, slots=True)
class Dot:
    name: str
    x: float
    y: float


class PointChart(Chart):
    """Points with names, such as the speed and the accuracy of models."""

    def __init__(self, title: str) -> None:
        super().__init__(title, "", "")
        self._plot.setFixedHeight(HEIGHT)
        self._dots: tuple[Dot, ...] = ()
        self._titles = ("", "")
        self._legend = Legend()
        self._column.insertWidget(1, self._legend)
        self._draw(tokens(self.palette()))

    def show_dots(self, dots: Sequence[Dot], *, across: str, up: str) -> None:
        """across, up: what the axes count."""
        self._dots, self._titles = tuple(dots), (across, up)
        self._about.setText(f"{up} ↑   {across} →")
        self._about.show()
        words = "; ".join(f"{dot.name}: {across} {numeral(dot.x, '.4g')}, {up} {numeral(dot.y, '.4g')}" for dot in dots)
        self.setAccessibleDescription(words)
        self._plot.setAccessibleDescription(words)
        self._draw(tokens(self.palette()))

    @property
    def dots(self) -> tuple[Dot, ...]:
        return self._dots

    def _draw(self, look: Tokens) -> None:
        super()._draw(look)
        item = self._plot.getPlotItem()
        item.showGrid(x=True, y=True, alpha=0.25)
        shades = [shade for _, shade in zip(self._dots, cycle(curve_shades(look)))]
        for dot, shade in zip(self._dots, shades, strict=True):
            item.addItem(pg.ScatterPlotItem(x=[dot.x], y=[dot.y], size=DOT, pen=None, brush=QColor(shade)))
        self._legend.show_entries(
            [Entry(shade, dot.name) for dot, shade in zip(self._dots[:MOST_NAMED], shades, strict=False)]
        )
        if self._dots:
            item.vb.setRange(xRange=_span([dot.x for dot in self._dots]), yRange=_span([dot.y for dot in self._dots]))

    def _text_at(self, place: QPointF) -> str:
        (left, right), (bottom, top) = self._plot.getPlotItem().vb.viewRange()
        near = [
            dot
            for dot in self._dots
            if abs(dot.x - place.x()) < NEAR * (right - left) and abs(dot.y - place.y()) < NEAR * (top - bottom)
        ]
        across, up = self._titles
        return "\n".join(f"{dot.name}: {across} {numeral(dot.x, '.5g')}, {up} {numeral(dot.y, '.5g')}" for dot in near)


class ParallelChart(Chart):
    """A line a run through all axes: which settings go with which results."""

    def __init__(self, title: str) -> None:
        super().__init__(title, "", "")
        self._plot.setFixedHeight(HEIGHT)
        self._names: tuple[str, ...] = ()
        self._titles: tuple[str, ...] = ()
        self._axes: tuple[Axis, ...] = ()
        self._legend = Legend()
        self._column.insertWidget(1, self._legend)
        self._draw(tokens(self.palette()))

    def show_axes(self, names: Sequence[str], axes: Sequence[Axis], titles: Sequence[str]) -> None:
        """names: of the runs; titles: of the axes."""
        self._names, self._axes, self._titles = tuple(names), tuple(axes), tuple(titles)
        words = "; ".join(
            f"{title}: {', '.join(text for _, text in axis.marks)}" for title, axis in zip(titles, axes, strict=True)
        )
        self.setAccessibleDescription(words)
        self._plot.setAccessibleDescription(words)
        self._draw(tokens(self.palette()))

    def _draw(self, look: Tokens) -> None:
        super()._draw(look)
        item = self._plot.getPlotItem()
        item.hideAxis("left")
        item.hideAxis("bottom")  # it leaves out a name that would reach over its end
        for number, title in enumerate(self._titles):
            name = pg.TextItem(title, color=look.muted, anchor=(number / max(1, len(self._titles) - 1), 0))
            name.setPos(number, NAMES_AT)
            item.addItem(name)
        shades = [shade for _, shade in zip(self._names, cycle(curve_shades(look)))]
        for number, axis in enumerate(self._axes):
            item.addItem(pg.PlotCurveItem([number, number], [0, 1], pen=pg.mkPen(look.control)))
            for place, text in axis.marks:
                is_last = number == len(self._axes) - 1 and number > 0
                anchor = (1 if is_last else 0, 0.5)
                label = pg.TextItem(text, color=look.text, anchor=anchor, fill=QColor(look.surface))
                label.setZValue(5)
                label.setPos(number + (-0.02 if is_last else 0.02), place)
                item.addItem(label)
        for run, shade in enumerate(shades):
            places = [axis.places[run] for axis in self._axes]
            across = [number for number, place in enumerate(places) if place is not None]
            up = [place for place in places if place is not None]
            pen = pg.mkPen(QColor(shade), width=2)
            item.addItem(
                pg.PlotCurveItem(np.array(across, dtype=float), np.array(up, dtype=float), pen=pen, antialias=True)
            )
            item.addItem(pg.ScatterPlotItem(x=across, y=up, size=6, pen=None, brush=QColor(shade)))
        self._legend.show_entries([Entry(shade, name) for name, shade in zip(self._names, shades, strict=True)])
        item.vb.setRange(xRange=(-0.15, max(1, len(self._axes) - 1) + 0.15), yRange=(2 * NAMES_AT, 1.08), padding=0)

    def _text_at(self, place: QPointF) -> str:
        number = round(place.x())
        if not 0 <= number < len(self._axes):
            return ""
        near = [
            name
            for name, at in zip(self._names, self._axes[number].places, strict=True)
            if at is not None and abs(at - place.y()) < NEAR
        ]
        return "\n".join(near)


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.1 or abs(high) * 0.1 or 0.1
    return low - room, high + room
