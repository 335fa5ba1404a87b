"""Charts in the window's colours: bars in groups, and a heat map. The only module that knows pyqtgraph.

Import it when a chart is first shown, not before: pyqtgraph brings numpy, and both take half a second to load.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QLabel, QToolTip, QVBoxLayout, QWidget

from pyroblur_gui.ui.i18n import numeral, renumbered, tr
from pyroblur_gui.ui.look import Space, Tokens, scaled, series_shades, tokens

HEIGHT = 220
GROUP_WIDTH = 0.82  # of the distance between two groups
MOST_TICKS = 16

pg.setConfigOptions(antialias=True, background=None, useOpenGL=False)


class Axis(pg.AxisItem):  # type: ignore[misc]
    """Its numbers are written as the language in use does."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [renumbered(text) for text in super().tickStrings(values, scale, spacing)]


@dataclass(frozen=True)
class BarSeries:
    """values: one a group."""

    name: str
    values: Sequence[int]


class Chart(QWidget):
    """A title, the plot, and a line that says what is plotted. Follows light and dark.

    It is made outside of the window and then put into it: within, each of its parts would be styled with each step.
    """

    def __init__(
        self,
        title: str,
        about: str,
        described: str,
        *,
        axes: Mapping[str, Any] | None = None,
    ) -> None:
        """axes: pyqtgraph's axes by side, where they are not its usual ones."""
        super().__init__()
        self._drawn_in: tuple[Tokens, QFont] | None = None
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        heading = QLabel(title)
        heading.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._plot = pg.PlotWidget(
            axisItems=dict(axes or {side: Axis(side) for side in ("left", "bottom")}), enableMenu=False
        )  # its menu is built at once
        self._plot.setFixedHeight(HEIGHT)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.setAccessibleName(title)
        self._plot.setAccessibleDescription(described)
        self.setAccessibleName(title)
        self.setAccessibleDescription(described)
        self._about = QLabel(about)
        self._about.setProperty("look", "muted")
        self._about.setFont(scaled(self.font(), 0.9))
        self._about.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._about.setWordWrap(True)
        self._about.setVisible(bool(about))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._column.addWidget(heading)
        self._column.addWidget(self._plot)
        self._column.addWidget(self._about)
        self._column.addStretch()
        self._plot.scene().sigMouseMoved.connect(self._hovered)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:  # which being put elsewhere says, too
            look = tokens(self.palette())
            if (look, self.font()) != self._drawn_in:
                self._draw(look)
        super().changeEvent(event)

    def _draw(self, look: Tokens) -> None:
        """Everything anew, in these colours."""
        self._drawn_in = look, QFont(self.font())
        item = self._plot.getPlotItem()
        item.clear()
        self._plot.setBackground(QColor(look.surface))
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(look.border))
            axis.setTextPen(pg.mkPen(look.muted))
            axis.setTickFont(scaled(self.font(), 0.85))
            axis.setZValue(-1)  # behind the bars
            axis.setStyle(tickLength=0, maxTickLevel=0, autoExpandTextSpace=True, hideOverlappingLabels=True)

    def _text_at(self, place: QPointF) -> str:
        """What is under a place of the plot, in its own units."""
        raise NotImplementedError

    def _hovered(self, place: QPointF) -> None:
        box = self._plot.getPlotItem().vb
        text = self._text_at(box.mapSceneToView(place)) if box.sceneBoundingRect().contains(place) else ""
        if text:
            QToolTip.showText(self._plot.mapToGlobal(self._plot.mapFromScene(place)), text, self._plot)
        else:
            QToolTip.hideText()


class BarChart(Chart):
    """Groups of bars, one bar a series."""

    def __init__(
        self,
        title: str,
        groups: Sequence[str],
        series: Sequence[BarSeries],
        *,
        about: str = "",
        described: str = "",
    ) -> None:
        super().__init__(title, about, described)
        self._groups = tuple(groups)
        self._series = tuple(series)
        if len(series) > 1:
            self._column.insertWidget(1, _Legend(series))
        self._draw(tokens(self.palette()))

    def _draw(self, look: Tokens) -> None:
        super()._draw(look)
        item = self._plot.getPlotItem()
        item.showGrid(y=True, alpha=0.25)
        places = np.arange(len(self._groups), dtype=float)
        width = GROUP_WIDTH / max(1, len(self._series))
        for number, (each, shade) in enumerate(zip(self._series, series_shades(look), strict=False)):
            left = places - GROUP_WIDTH / 2 + number * width
            item.addItem(
                pg.BarGraphItem(x0=left, width=width * 0.94, height=np.array(each.values, dtype=float), y0=0.0,
                                brush=QColor(shade), pen=pg.mkPen(None))
            )  # fmt: skip
        step = max(1, -(-len(self._groups) // MOST_TICKS))
        ticks = [(place, name) for place, name in enumerate(self._groups) if place % step == 0]
        item.getAxis("bottom").setTicks([ticks])
        item.getAxis("left").enableAutoSIPrefix(False)
        highest = max((max(each.values, default=0) for each in self._series), default=0)
        self._plot.setXRange(-0.5, max(0.5, len(self._groups) - 0.5), padding=0.01)
        self._plot.setYRange(0, max(1, highest) * 1.06, padding=0)

    def _text_at(self, place: QPointF) -> str:
        group = round(place.x())
        if not 0 <= group < len(self._groups):
            return ""
        lines = [f"{each.name}: {numeral(each.values[group], ',')}" for each in self._series]
        return "\n".join([self._groups[group], *lines])


class HeatChart(Chart):
    """Numbers in a square, darker where there are more."""

    def __init__(
        self,
        title: str,
        rows: Sequence[Sequence[int]],
        *,
        about: str = "",
        described: str = "",
    ) -> None:
        super().__init__(title, about, described)
        self._cells = np.array(rows, dtype=float) if rows else np.zeros((1, 1))
        self._draw(tokens(self.palette()))

    def _draw(self, look: Tokens) -> None:
        super()._draw(look)
        item = self._plot.getPlotItem()
        height, width = self._cells.shape
        image = pg.ImageItem(self._cells.T)
        image.setColorMap(_shades(look))
        image.setLevels((0.0, max(1.0, float(self._cells.max()))))
        image.setRect(0, 0, width, height)
        item.addItem(image)
        item.invertY(True)
        item.vb.setAspectLocked(True)
        for side in ("left", "bottom"):
            item.hideAxis(side)
        self._plot.setXRange(0, width, padding=0)
        self._plot.setYRange(0, height, padding=0)

    def _text_at(self, place: QPointF) -> str:
        height, width = self._cells.shape
        column, row = int(place.x()), int(place.y())
        if not (0 <= column < width and 0 <= row < height):
            return ""
        return tr("{count} boxes", count=numeral(int(self._cells[row, column]), ","))


class _Legend(QWidget):
    """Coloured squares with names."""

    def __init__(self, series: Sequence[BarSeries]) -> None:
        super().__init__()
        self._series = series
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setFont(scaled(self.font(), 0.9))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._label)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        look = tokens(self.palette())
        pairs = zip(self._series, series_shades(look), strict=False)
        parts = [f'<span style="color:{shade}">■</span>&nbsp;{each.name}' for each, shade in pairs]
        self._label.setText("&nbsp;&nbsp; ".join(parts))


def _shades(look: Tokens) -> Any:  # noqa: ANN401 - pyqtgraph has no types
    """From nothing to the accent."""
    stops = [QColor(look.sunken), QColor(look.accent_tint), QColor(look.accent), QColor(look.accent_text)]
    return pg.ColorMap(pos=[0.0, 0.08, 0.7, 1.0], color=[(c.red(), c.green(), c.blue(), 255) for c in stops])
