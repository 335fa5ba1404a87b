"""One chart of lines in the window's colours. Import it when a chart is first shown: it brings numpy and pyqtgraph.

Thirty drawings a second of very many points leave no room for what pyqtgraph does for charts that are zoomed by hand:
axes are painted from ready measures rather than from a recorded picture, a line's place is the whole view, and a range
stays as long as it fits.
"""

from itertools import cycle
from typing import Any

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QStaticText, QTransform
from PySide6.QtWidgets import QToolTip

from pyroblur_gui.ui.curves import Curves, Figure
from pyroblur_gui.ui.i18n import numeral
from pyroblur_gui.ui.look import Tokens, curve_shades, mixed, tokens
from pyroblur_gui.ui.widgets.chart import Axis, Chart
from pyroblur_gui.ui.widgets.legend import MOST_LINES, Entry, Legend
from pyroblur_gui.ui.widgets.thinning import Trace, thinned

AXIS_WIDTH = 46
WHOLE_STEPS = 8
POINTS_PER_PIXEL = 1
THICK = 2  # pixels; Qt takes a hundred times as long for such a line as for a thin one, so that only ...
MOST_THICK = 100  # ... lines of few points get it
FAINT = 110  # of 255: how much of a line is left where it is shown smoothed
ROOM = 0.06  # of the values' range, above and below them
AHEAD = 0.03  # of the steps' range: room for the next ones, once there are many
TIGHT = 0.75  # a range that is filled less than this is made anew
GRID = 0.8  # of the borders' shade, for the lines behind
MOST_NAMED = 10  # lines that the pointer tells of


def warm_up() -> None:
    """What only the first chart of a process takes time for, in a turn of the loop before it is made."""
    pg.AxisItem("left")


class LineChart(Chart):
    """Shows the lines of one figure; what is drawn follows only when `draw` is called."""

    def __init__(self, figure: Figure, *, most_named: int = MOST_LINES) -> None:
        """most_named: lines of its legend."""
        super().__init__(figure.title, figure.about, "", axes={side: _Axis(side) for side in ("left", "bottom")})
        self.drawn: tuple[int, float] = (-1, 0.0)  # version of the figures and smoothing
        self.times_drawn = 0
        self._curves = Curves()
        self._lines: list[_Line] = []
        self._shades: list[str] = []
        self._range: tuple[float, float, float, float] | None = None
        self._cursor = pg.InfiniteLine(angle=90)
        self._legend = Legend(most=most_named)
        self._column.insertWidget(1, self._legend)
        item = self._plot.getPlotItem()
        item.disableAutoRange()
        item.showGrid(y=True)
        item.getAxis("left").setWidth(AXIS_WIDTH)
        item.getAxis("left").enableAutoSIPrefix(False)
        self._plot.viewport().installEventFilter(self)
        self.show_figure(figure)

    def show_figure(self, figure: Figure) -> None:
        """Other lines than before, as many as there are; drawn with the next `draw`."""
        self.figure = figure
        self.names = tuple(curve.name for curve in figure.curves)
        self.drawn = (-1, 0.0)
        self._range = None
        self._lines = [_Line() for _ in figure.curves]
        self._draw(tokens(self.palette()))

    def draw(self, curves: Curves, smoothing: float) -> None:
        """The figures as they are now. smoothing: weight of the past, from 0 to less than 1."""
        self._curves = curves
        self.times_drawn += 1
        self.drawn = (curves.version(self.names), smoothing)
        most = max(200, self._plot.width() * POINTS_PER_PIXEL)
        for curve, line in zip(self.figure.curves, self._lines, strict=True):
            line.trace.follow(curves.points(curve.name), smoothing)
            line.draw(most, is_smoothed=smoothing > 0)
        self._fit([line.trace for line in self._lines if len(line.trace)])
        self._tell()

    @property
    def legend(self) -> str:
        """The names of the lines, with their last values, as plain text."""
        return self.accessibleDescription()

    @property
    def shown(self) -> list[tuple[list[float], list[float]]]:
        """(steps, values) of each line as it is drawn."""
        return [line.shown for line in self._lines]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._cursor.hide()
            QToolTip.hideText()
        return super().eventFilter(watched, event)

    # -- how it is done

    def _draw(self, look: Tokens) -> None:
        super()._draw(look)
        item = self._plot.getPlotItem()
        for side in ("left", "bottom"):
            item.getAxis(side).shade_grid(QColor(mixed(look.border, look.surface, GRID)))
        self._shades = [shade for _, shade in zip(self._lines, cycle(curve_shades(look)))]
        for number, (line, shade) in enumerate(zip(self._lines, self._shades, strict=True)):
            line.paint_in(shade)
            for each in line.items:
                each.setZValue(len(self._lines) - number)
                item.addItem(each, ignoreBounds=True)
        self._cursor.setPen(pg.mkPen(look.control))
        self._cursor.hide()
        item.addItem(self._cursor, ignoreBounds=True)

    def _fit(self, traces: list[Trace]) -> None:
        """All points in view. A range that still holds them is kept: another one costs as much as the drawing."""
        if not traces:
            self._show_range((0.0, 1.0, 0.0, 1.0))
            return
        left = min(float(trace.steps[0]) for trace in traces)
        right = max(float(trace.steps[-1]) for trace in traces)
        low, high = min(trace.lowest for trace in traces), max(trace.highest for trace in traces)
        if self._range is not None:
            before_left, before_right, bottom, top = self._range
            if before_left <= left and right <= before_right and bottom <= low and high <= top:
                is_wide = (right - left) >= TIGHT * (before_right - before_left)
                if is_wide and (high - min(low, max(bottom, 0.0))) >= TIGHT * (top - bottom):
                    return
        ahead = AHEAD * (right - left) if self._range is not None and right - left > MOST_THICK else 0.0
        room = (high - low) * ROOM or abs(high) * 0.1 or 0.1
        bottom = low - room if low < 0 or low > room else 0.0
        edge = (0.05 if right - left < WHOLE_STEPS else 0.01) * (right - left)  # names the last step, too
        single = 1.0 if right == left else 0.0
        self._show_range((left - edge - single, right + edge + single + ahead, bottom, high + room))

    def _show_range(self, wanted: tuple[float, float, float, float]) -> None:
        if wanted == self._range:
            return
        self._range = wanted
        left, right, bottom, top = wanted
        item = self._plot.getPlotItem()
        whole = (1, 1) if right - left < WHOLE_STEPS else (None, None)  # no half epochs
        item.getAxis("bottom").setTickSpacing(*whole)
        item.vb.setRange(xRange=(left, right), yRange=(bottom, top), padding=0)

    def _tell(self) -> None:
        """The legend, with the last values."""
        entries = []
        for curve, shade in zip(self.figure.curves, self._shades, strict=True):
            last = self._curves.last(curve.name)
            entries.append(Entry(shade, curve.label, "" if last is None else numeral(last, ".4g")))
        self._legend.show_entries(entries)
        words = ", ".join(f"{entry.label} {entry.value}".rstrip() for entry in entries)
        if words != self.accessibleDescription():
            self._plot.setAccessibleDescription(words)
            self.setAccessibleDescription(words)

    def _text_at(self, place: QPointF) -> str:
        """The exact values of the step that is nearest; of many lines, those next to the pointer."""
        found: list[tuple[str, float, float]] = []
        for curve in self.figure.curves:
            point = self._curves.points(curve.name).near(place.x())
            if point is not None:
                found.append((curve.label, *point))
        self._cursor.setVisible(bool(found))
        if not found:
            return ""
        at = min((step for _, step, _ in found), key=lambda step: abs(step - place.x()))
        self._cursor.setPos(at)
        here = [(label, value) for label, step, value in found if step == at]
        nearest = sorted(here, key=lambda each: abs(each[1] - place.y()))[:MOST_NAMED]
        lines = [f"{label}: {numeral(value, '.5g')}" for label, value in here if (label, value) in nearest]
        return "\n".join([f"{self.figure.step} {numeral(round(at), ',')}", *lines])


class _Line:
    """What one line of a chart is drawn with."""

    def __init__(self) -> None:
        self.trace = Trace()
        self._exact = _Curve()
        self._main = _Curve()
        self._dot = pg.ScatterPlotItem(size=5, pen=None)
        self.items: tuple[Any, ...] = (self._exact, self._main, self._dot)
        for each in (self._exact, self._main):  # single lines are drawn many times faster than a path
            each.setSegmentedLineMode("on")

    @property
    def shown(self) -> tuple[list[float], list[float]]:
        steps, values = self._main.getData()
        return ([], []) if steps is None else (steps.tolist(), values.tolist())

    def paint_in(self, shade: str) -> None:
        faint = QColor(shade)
        faint.setAlpha(FAINT)
        self._exact.setPen(pg.mkPen(faint, width=1))
        self._main.setPen(pg.mkPen(QColor(shade), width=self._main.opts["pen"].width() or 1))
        self._dot.setBrush(QColor(shade))

    def draw(self, most: int, *, is_smoothed: bool) -> None:
        trace = self.trace
        soft = trace.soft if is_smoothed else trace.values
        self._show(self._main, thinned(trace.steps, soft, most), len(trace), most)
        pen = self._main.opts["pen"]
        if pen.width() != (width := THICK if len(trace) <= MOST_THICK else 1):
            pen.setWidth(width)
            self._main.setPen(pen)
        self._exact.setVisible(is_smoothed)
        if is_smoothed:
            self._show(self._exact, thinned(trace.steps, trace.values, most), len(trace), MOST_THICK)
        is_single = len(trace) == 1
        self._dot.setVisible(is_single)
        if is_single:
            self._dot.setData(trace.steps, trace.values)

    def _show(self, item: "_Curve", points: tuple[Any, Any], count: int, most_fine: int) -> None:
        """Points of their own: the arrays grow. Where there are more than pixels, smooth edges would not be seen."""
        item.opts["antialias"] = count <= most_fine
        item.setData(*(np.array(each) for each in points))


class _Curve(pg.PlotCurveItem):  # type: ignore[misc]
    """Covers the whole view, which spares asking all its points for it whenever something moves."""

    def boundingRect(self) -> QRectF:  # type: ignore[no-any-unimported, unused-ignore]
        view = self.getViewBox()
        return QRectF() if view is None else QRectF(view.viewRect())


class _Axis(Axis):
    """Its grid and texts, ready to be painted: pyqtgraph plays a recorded picture, which takes ten times as long.

    Opaque lines are drawn many times faster than faint ones, so the grid has a shade of its own.
    """

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.picture: Any = None
        self._grid: list[QRectF] = []
        self._texts: list[tuple[QPointF, QStaticText]] = []
        self._shade = QColor()

    def shade_grid(self, shade: QColor) -> None:
        self._shade = shade
        self.update()

    def paint(self, painter: QPainter, _option: object, _widget: object) -> None:
        font = self.style["tickFont"]
        painter.save()
        if font:
            painter.setFont(font)
        if self.picture is None:  # pyqtgraph's own mark that something has changed
            specs = self.generateDrawSpecs(painter)
            if specs is not None:
                self._measure(painter.font(), *specs)
            self.picture = True
        for rect in self._grid:
            painter.fillRect(rect, self._shade)
        painter.setPen(self.textPen())
        for place, text in self._texts:
            painter.drawStaticText(place, text)
        painter.restore()

    def _measure(self, font: QFont, axis: Any, ticks: Any, texts: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        lines = [axis, *(ticks if self.grid is not False else ())]
        self._grid = [_hair(QPointF(start), QPointF(end)) for _, start, end in lines]
        self._texts = []
        for area, flags, words in texts:
            text = QStaticText(words)
            text.prepare(QTransform(), font)
            room = QRectF(area)
            place = room.topLeft()
            wide, high = room.width() - text.size().width(), room.height() - text.size().height()
            sides = Qt.AlignmentFlag(int(flags))
            place.setX(place.x() + wide * _share(sides, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter))
            place.setY(place.y() + high * _share(sides, Qt.AlignmentFlag.AlignBottom, Qt.AlignmentFlag.AlignVCenter))
            self._texts.append((place, text))


def _hair(start: QPointF, end: QPointF) -> QRectF:
    """A line of one pixel along an axis, as an area."""
    left, top = round(min(start.x(), end.x())), round(min(start.y(), end.y()))
    return QRectF(left, top, max(1.0, abs(end.x() - start.x())), max(1.0, abs(end.y() - start.y())))


def _share(sides: Qt.AlignmentFlag, far: Qt.AlignmentFlag, middle: Qt.AlignmentFlag) -> float:
    """How much of the spare room lies before a text."""
    return 1.0 if sides & far else 0.5 if sides & middle else 0.0
