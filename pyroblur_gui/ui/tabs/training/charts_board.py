"""The charts of the run that is shown. What changed is drawn at most 15 times a second, one chart a turn of the loop,
and only where it can be seen: a training that tells a thousand figures a second does not make the window stutter.
They are made one a turn, too.
"""

import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.training.figures import History, class_figures, figures
from pyroblur_gui.ui.widgets.line_chart import LineChart

AGAIN_S = 1 / 15  # between two drawings of a chart
TURN_MS = 10
NARROWEST = 300


class ChartsBoard(QScrollArea):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Charts"))
        self._history = History()
        self._smoothing = 0.0
        self._figures = figures()
        self.charts: list[LineChart] = []
        self._drawn_at: dict[LineChart, float] = {}
        self.board = QWidget()
        self.board.setProperty("look", "panel")
        self._grid = QGridLayout(self.board)
        self._grid.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        self._grid.setHorizontalSpacing(Space.XL)
        self._grid.setVerticalSpacing(Space.L)
        self._classes: tuple[str, ...] = ()
        self._columns = 0
        self._arrange(1)
        self._make_next()
        self.setWidget(self.board)
        self._turn = QTimer(self)
        self._turn.setInterval(TURN_MS)
        self._turn.timeout.connect(self._draw_next)
        self.verticalScrollBar().valueChanged.connect(self.mark)

    def show_history(self, history: History) -> None:
        """Other figures than before."""
        self._history = history
        self._show_classes()
        for chart in self.charts:
            chart.drawn = (-1, 0.0)
            self._drawn_at[chart] = 0.0
        self.mark()

    def set_smoothing(self, smoothing: float) -> None:
        self._smoothing = smoothing
        self.mark()

    def mark(self) -> None:
        """Something may have changed. Costs nothing, however often it is called."""
        if not self._turn.isActive() and self.isVisible():
            self._turn.start()

    def draw_all(self) -> None:
        """At once, also what is not seen: for a picture of all charts."""
        self._show_classes()
        while self._make_next():
            pass
        for chart in self.charts:
            chart.draw(self._history, self._smoothing)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - 2 * Space.L
        self._arrange(2 if room >= 2 * NARROWEST + Space.XL else 1)
        self.mark()

    def _arrange(self, columns: int, *, anew: bool = False) -> None:
        if columns == self._columns and not anew:
            return
        self._columns = columns
        rows = -(-len(self.charts) // columns)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(rows, 1)
        for place, chart in enumerate(self.charts):
            self._grid.addWidget(chart, place // columns, place % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _show_classes(self) -> None:
        """A chart a figure with a line a class, as soon as there are two classes."""
        classes = self._history.classes()
        if classes == self._classes:
            return
        self._classes = classes
        self._figures = (*figures(), *class_figures(classes))
        while len(self.charts) > len(self._figures):
            chart = self.charts.pop()
            self._drawn_at.pop(chart)
            chart.hide()
            chart.deleteLater()
        for chart, figure in zip(self.charts, self._figures, strict=False):
            if chart.figure != figure:
                chart.show_figure(figure)
        self._arrange(self._columns, anew=True)

    def _make_next(self) -> bool:
        """One of the charts that are still missing; False where there is none. To make all of them takes a while."""
        if len(self.charts) == len(self._figures):
            return False
        chart = LineChart(self._figures[len(self.charts)])
        self.charts.append(chart)
        self._drawn_at[chart] = 0.0
        self._arrange(self._columns, anew=True)
        return True

    def _draw_next(self) -> None:
        """The chart that has waited longest, of those that are seen and not up to date."""
        self._show_classes()
        if self._make_next():
            return
        late = [chart for chart in self.charts if self._is_late(chart) and not chart.visibleRegion().isEmpty()]
        if not late or not self.isVisible():
            self._turn.stop()
            return
        chart = min(late, key=lambda each: self._drawn_at[each])
        now = time.monotonic()
        if now - self._drawn_at[chart] >= AGAIN_S:
            chart.draw(self._history, self._smoothing)
            self._drawn_at[chart] = time.monotonic()

    def _is_late(self, chart: LineChart) -> bool:
        return chart.drawn != (self._history.version(chart.names), self._smoothing)
