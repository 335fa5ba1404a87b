"""The charts of the run that is shown. What changed is drawn at most 15 times a second, one chart a turn of the loop,
and only where it can be seen: a training that tells a thousand figures a second does not make the window stutter.

A chart takes some 30 ms to make and as long again to be laid out and painted for the first time, so each is made, told
its lines, shown and drawn in turns of its own, and made before it is needed: those of the classes, too, which are
known only when the first epoch ends.
"""

import time
from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.training.figures import History, class_figures, figures
from pyroblur_gui.ui.widgets.line_chart import LineChart, warm_up

AGAIN_S = 1 / 15  # between two drawings of a chart
TURN_MS = 10
NARROWEST = 300
ANY_CLASSES = ("", "")  # stand for those that are not known yet: the charts have their titles already


class ChartsBoard(QScrollArea):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Charts"))
        self._history = History()
        self._smoothing = 0.0
        self._figures = figures()
        self._to_make = [None, *figures(), *class_figures(ANY_CLASSES)]
        self._made: list[LineChart] = []
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
        self.setWidget(self.board)
        self._turn = QTimer(self)
        self._turn.setInterval(TURN_MS)
        self._turn.timeout.connect(self._take_turn)
        self._turn.start()
        self.verticalScrollBar().valueChanged.connect(self.mark)

    @property
    def charts(self) -> list[LineChart]:
        """Those of the run that is shown, as far as they are made."""
        return self._made[: len(self._figures)]

    def show_history(self, history: History) -> None:
        """Other figures than before."""
        self._history = history
        for chart in self._made:
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
        while self._make_next() or self._follow_classes() or self._tell_next() or self._reveal_next():
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

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for chart in self._made:
            self._grid.removeWidget(chart)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._place()

    def _place(self) -> None:
        """Each chart of the run has its room, whether it is shown already or not: nothing moves when it is."""
        for place, chart in enumerate(self.charts):
            self._grid.addWidget(chart, place // self._columns, place % self._columns)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(-(-len(self.charts) // self._columns), 1)

    # -- a turn of the loop does one of these, and none of them takes long

    def _take_turn(self) -> None:
        if self._make_next():
            return
        if not self.isVisible():
            self._turn.stop()
        elif not (self._follow_classes() or self._tell_next() or self._reveal_next()):
            self._draw_next()

    def _make_next(self) -> bool:
        """One of the charts that are still missing; False where there is none."""
        if not self._to_make:
            return False
        figure = self._to_make.pop(0)
        if figure is None:
            warm_up()
            return True
        chart = LineChart(replace(figure, curves=()))
        chart.hide()
        chart.setParent(self.board)
        policy = chart.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        chart.setSizePolicy(policy)
        self._made.append(chart)
        self._drawn_at[chart] = 0.0
        self._place()
        return True

    def _follow_classes(self) -> bool:
        """A chart a figure with a line a class, as soon as there are two classes."""
        classes = self._history.classes()
        if classes == self._classes:
            return False
        self._classes = classes
        self._figures = (*figures(), *class_figures(classes))
        for chart in self._made[len(self._figures) :]:
            chart.hide()
            self._grid.removeWidget(chart)
        self._place()
        return True

    def _tell_next(self) -> bool:
        """The lines of a chart that has not those of its figure."""
        for chart, figure in zip(self.charts, self._figures, strict=True):
            if chart.figure != figure:
                chart.show_figure(figure)
                return True
        return False

    def _reveal_next(self) -> bool:
        chart = next((chart for chart in self.charts if chart.isHidden()), None)
        if chart is not None:
            chart.show()
        return chart is not None

    def _draw_next(self) -> None:
        """The chart that has waited longest, of those that are seen and not up to date."""
        late = [chart for chart in self.charts if self._is_late(chart) and not chart.visibleRegion().isEmpty()]
        if not late:
            self._turn.stop()
            return
        chart = min(late, key=lambda each: self._drawn_at[each])
        now = time.monotonic()
        if now - self._drawn_at[chart] >= AGAIN_S:
            chart.draw(self._history, self._smoothing)
            self._drawn_at[chart] = time.monotonic()

    def _is_late(self, chart: LineChart) -> bool:
        return chart.drawn != (self._history.version(chart.names), self._smoothing)
