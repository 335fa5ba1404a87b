"""One chart of lines in the window's colours. Import it when a chart is first shown: it brings numpy and pyqtgraph."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QWidget

from pyroblur_gui.ui.curves import Curves, Figure
from pyroblur_gui.ui.look import Tokens, scaled, tokens
from pyroblur_gui.ui.widgets.chart import Chart
from pyroblur_gui.ui.widgets.thinning import Floats, arrays, smoothed, thinned

AXIS_WIDTH = 46
WHOLE_STEPS = 8
POINTS_PER_PIXEL = 1
THICK = 2  # pixels; Qt takes a hundred times as long for such a line as for a thin one, so that only ...
MOST_THICK = 100  # ... lines of few points get it
FAINT = 110  # of 255: how much of a line is left where it is shown smoothed


class LineChart(Chart):
    """Shows the lines of one figure; what is drawn follows only when `draw` is called."""

    def __init__(self, figure: Figure, parent: QWidget | None = None) -> None:
        super().__init__(figure.title, figure.about, "", parent)
        self.figure = figure
        self.names = tuple(curve.name for curve in figure.curves)
        self.drawn: tuple[int, float] = (-1, 0.0)  # version of the figures and smoothing
        self.times_drawn = 0
        self._curves = Curves()
        self._raw = [pg.PlotCurveItem() for _ in figure.curves]
        self._lines = [pg.PlotCurveItem() for _ in figure.curves]
        self._dots = [pg.ScatterPlotItem(size=5, pen=None) for _ in figure.curves]
        self._cursor = pg.InfiniteLine(angle=90)
        self._legend = QLabel()
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setFont(scaled(self.font(), 0.9))
        self._column.insertWidget(1, self._legend)
        item = self._plot.getPlotItem()
        item.disableAutoRange()
        item.showGrid(y=True, alpha=0.25)
        item.getAxis("left").setWidth(AXIS_WIDTH)
        item.getAxis("left").enableAutoSIPrefix(False)
        self._draw(tokens(self.palette()))

    def draw(self, curves: Curves, smoothing: float) -> None:
        """The figures as they are now. smoothing: weight of the past, from 0 to less than 1."""
        self._curves = curves
        self.times_drawn += 1
        self.drawn = (curves.version(self.names), smoothing)
        most = max(200, self._plot.width() * POINTS_PER_PIXEL)
        spans: list[tuple[Floats, Floats]] = []
        for curve, raw, line, dots in zip(self.figure.curves, self._raw, self._lines, self._dots, strict=True):
            steps, values = arrays(curves.points(curve.name))
            soft = smoothed(values, smoothing)
            shown = thinned(steps, soft, most)
            line.setData(*shown)
            pen = line.opts["pen"]
            if pen.width() != (width := THICK if len(shown[0]) <= MOST_THICK else 1):
                pen.setWidth(width)
                line.setPen(pen)
            faint = thinned(steps, values, most) if smoothing else (_NOTHING, _NOTHING)
            raw.setData(*faint, antialias=len(faint[0]) <= MOST_THICK)
            dots.setData(*(shown if len(steps) == 1 else (_NOTHING, _NOTHING)))
            if len(steps):
                spans.append((steps, values))
        self._fit(spans)
        self._tell(curves)

    @property
    def legend(self) -> str:
        """The names of the lines, with their last values, as plain text."""
        return self.accessibleDescription()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._tell(self._curves)

    # -- how it is done

    def _draw(self, look: Tokens) -> None:
        super()._draw(look)
        item = self._plot.getPlotItem()
        pairs = zip(_shades(look), self._raw, self._lines, self._dots, strict=False)
        for number, (shade, raw, line, dots) in enumerate(pairs):
            line.setPen(pg.mkPen(QColor(shade), width=1))
            for each in (raw, line):  # single lines are drawn many times faster than a path
                each.setSegmentedLineMode("on")
            line.setZValue(10 - number)
            faint = QColor(shade)
            faint.setAlpha(FAINT)
            raw.setPen(pg.mkPen(faint, width=1))
            dots.setBrush(QColor(shade))
            for each in (raw, line, dots):
                item.addItem(each, ignoreBounds=True)
        self._cursor.setPen(pg.mkPen(look.control))
        self._cursor.hide()
        item.addItem(self._cursor, ignoreBounds=True)

    def _fit(self, spans: Sequence[tuple[Floats, Floats]]) -> None:
        if not spans:
            self._plot.setXRange(0, 1, padding=0)
            self._plot.setYRange(0, 1, padding=0)
            return
        left = min(float(steps[0]) for steps, _ in spans)
        right = max(float(steps[-1]) for steps, _ in spans)
        low = min(float(np.min(values)) for _, values in spans)
        high = max(float(np.max(values)) for _, values in spans)
        whole = (1, 1) if right - left < WHOLE_STEPS else (None, None)  # no half epochs
        self._plot.getPlotItem().getAxis("bottom").setTickSpacing(*whole)
        room = (high - low) * 0.06 or abs(high) * 0.1 or 0.1
        self._plot.setXRange(left - (right == left), right + (right == left), padding=0.01)
        self._plot.setYRange(low - room if low < 0 or low > room else 0, high + room, padding=0)

    def _tell(self, curves: Curves) -> None:
        """The legend, with the last values."""
        parts, plain = [], []
        for curve, shade in zip(self.figure.curves, _shades(tokens(self.palette())), strict=False):
            last = curves.last(curve.name)
            value = "" if last is None else f" {last:.4g}"
            parts.append(f'<span style="color:{shade}">━</span>&nbsp;{curve.label}{value}')
            plain.append(f"{curve.label}{value}")
        self._legend.setText("&nbsp;&nbsp; ".join(parts))
        words = ", ".join(plain)
        self._plot.setAccessibleDescription(words)
        self.setAccessibleDescription(words)

    def _text_at(self, place: QPointF) -> str:
        lines = []
        at = None
        for curve in self.figure.curves:
            point = self._curves.points(curve.name).near(place.x())
            if point is not None:
                at = point[0] if at is None else at
                lines.append(f"{curve.label}: {point[1]:.5g}")
        self._cursor.setVisible(at is not None)
        if at is None:
            return ""
        self._cursor.setPos(at)
        return "\n".join([f"{self.figure.step} {round(at):,}", *lines])


_NOTHING = np.empty(0)


def _shades(look: Tokens) -> tuple[str, str, str]:
    """Told apart by lightness as well as by hue."""
    return look.accent_text, look.warning, look.muted
