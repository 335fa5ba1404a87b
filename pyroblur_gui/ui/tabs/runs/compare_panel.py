"""What the chosen runs come to: curves over each other, differences, parallel coordinates, a cloud of points."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.runs import compare, table
from pyroblur_gui.runs.row import Row
from pyroblur_gui.ui.curves import Curve, Curves, Figure
from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.item_models.run_table_model import cell_text
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.runs.details_panel import DetailsPanel
from pyroblur_gui.ui.tabs.runs.presenter import MOST_CHOSEN
from pyroblur_gui.ui.tabs.runs.wording import column_title, curve_title
from pyroblur_gui.ui.widgets.blank import Blank
from pyroblur_gui.ui.widgets.inputs import ComboBox
from pyroblur_gui.ui.widgets.segments import Segments

if TYPE_CHECKING:
    from pyroblur_gui.ui.widgets.line_chart import LineChart
    from pyroblur_gui.ui.widgets.point_chart import ParallelChart, PointChart

CURVES, DIFFERENCES, PARALLEL, SCATTER, DETAILS = "curves", "differences", "parallel", "scatter", "details"
MOST_AXES = 7
TURN_S = 0.01
MOST_NAMED = 6  # lines of a chart's legend: names of runs are long, and a plan has some runs
FIRST_ACROSS = ("latency_ms", "epoch_s", "seconds")
FIRST_UP = ("best/mAP50-95", "best/mAP50")


class ComparePanel(QWidget):
    """said: a remark for the user."""

    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows: list[Row] = []
        self.charts: list[LineChart] = []
        self._to_draw: list[tuple[LineChart, str, Mapping[str, Any]]] = []  # one a turn, for the loop's sake
        self._next = QTimer(self)
        self._next.setInterval(round(TURN_S * 1000))
        self._next.timeout.connect(self._draw_next)
        self.parallel: ParallelChart | None = None
        self.scatter: PointChart | None = None
        self.left_out = QLabel()
        self.views = Segments(
            (
                (DETAILS, tr("Details")),
                (CURVES, tr("Curves")),
                (DIFFERENCES, tr("Differences")),
                (PARALLEL, tr("Parallel")),
                (SCATTER, tr("Scatter")),
            )
        )
        self.views.name_for_assistants(tr("View"))
        self.details = DetailsPanel()
        self.differences = _table(tr("Differences"))
        self.across, self.up = ComboBox(), ComboBox()
        self.across.setAccessibleName(tr("Across"))
        self.up.setAccessibleName(tr("Upwards"))
        self._curves, self._curves_grid = _board(tr("Curves"))
        self._parallel, self._parallel_grid = _board(tr("Parallel"))
        self._scatter, self._scatter_grid = _board(tr("Scatter"))
        self._pages = {
            DETAILS: self.details, CURVES: self._curves, DIFFERENCES: self.differences,
            PARALLEL: self._parallel, SCATTER: self._scatter,
        }  # fmt: skip
        self.blank = Blank()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.blank)
        for page in self._pages.values():
            self._stack.addWidget(page)
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        head.addWidget(self.views)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.views.set_value(DETAILS)
        self.views.changed.connect(self._show_page)
        self.across.activated.connect(lambda _: self._draw_scatter())
        self.up.activated.connect(lambda _: self._draw_scatter())
        self.show_nothing(has_runs=False)

    def show_nothing(self, *, has_runs: bool, is_listed: bool = True) -> None:
        """is_listed: the filter leaves some of the runs."""
        self._rows = []
        if has_runs and not is_listed:
            self.blank.say(
                "magnifying-glass", tr("No run fits the filter"), tr("Change it, or empty it to see every run.")
            )
        elif has_runs:
            self.blank.say("chart-line-up", tr("Choose runs"), tr("One to see all about it, several to compare them."))
        else:
            self.blank.say(
                "chart-line-up", tr("No run yet"),
                tr("Every training is listed here. Start one under Training, or run a plan of several."),
            )  # fmt: skip
        self._show_page()

    def show_runs(self, rows: Sequence[Row], compared: Mapping[str, Any] | None) -> None:
        """compared: what the worker read of them; None while it reads."""
        is_first = len(self._rows) < 2 <= len(rows)
        self._rows = list(rows[:MOST_CHOSEN])
        if len(rows) > MOST_CHOSEN:
            self.said.emit(tr("The first {count} of the chosen runs are compared.", count=MOST_CHOSEN))
        if len(rows) == 1:
            self.details.show_run(rows[0])
        elif self.views.value() == DETAILS or is_first:
            self.views.set_value(CURVES)
        self._fill_differences()
        self._fill_axes()
        if self.scatter is not None:
            self._draw_scatter()
            self._draw_parallel()
        if compared is not None:
            self._draw_curves(compared)
        self._show_page()

    async def load_charts(self) -> None:
        """Once pyqtgraph is there. One a turn of the loop: each takes 30 ms."""
        from pyroblur_gui.ui.widgets.line_chart import LineChart  # noqa: PLC0415 - half a second, in a thread before
        from pyroblur_gui.ui.widgets.point_chart import ParallelChart, PointChart  # noqa: PLC0415

        charts = []
        for place, name in enumerate(compare.CURVES):
            await asyncio.sleep(TURN_S)
            charts.append(chart := LineChart(_figure(name, ()), most_named=MOST_NAMED))
            chart.hide()
            self._curves_grid.addWidget(chart, place // 2, place % 2)
        self.charts = charts
        await asyncio.sleep(TURN_S)
        self.parallel = ParallelChart(tr("Settings and results"))
        self._parallel_grid.addWidget(self.parallel, 0, 0)
        await asyncio.sleep(TURN_S)
        self.scatter = PointChart(tr("Speed and accuracy"))
        choice = QGridLayout()
        choice.setHorizontalSpacing(Space.M)
        choice.setColumnStretch(1, 1)
        for line, (label, box) in enumerate(((tr("Across"), self.across), (tr("Upwards"), self.up))):
            text = QLabel(label)
            text.setBuddy(box)
            choice.addWidget(text, line, 0)
            choice.addWidget(box, line, 1)
        self._scatter_grid.addLayout(choice, 0, 0)
        self.left_out.setProperty("look", "muted")
        self.left_out.setWordWrap(True)
        self._scatter_grid.addWidget(self.left_out, 1, 0)
        self._scatter_grid.addWidget(self.scatter, 2, 0)
        if self._rows:
            self.show_runs(self._rows, None)

    # -- how it is done

    def _show_page(self) -> None:
        wanted = self.views.value()
        if not self._rows:
            self._stack.setCurrentWidget(self.blank)
        elif wanted == DETAILS and len(self._rows) > 1:
            self.blank.say("chart-line-up", tr("Several runs"), tr("Choose a single run to see all about it."))
            self._stack.setCurrentWidget(self.blank)
        elif wanted != DETAILS and len(self._rows) < 2 and wanted != CURVES:
            self.blank.say("chart-line-up", tr("One run"), tr("Choose another one, too, to compare them."))
            self._stack.setCurrentWidget(self.blank)
        else:
            self._stack.setCurrentWidget(self._pages[wanted])

    def _draw_curves(self, compared: Mapping[str, Any]) -> None:
        self._to_draw = [
            (chart, name, compared["curves"].get(name, {}))
            for name, chart in zip(compare.CURVES, self.charts, strict=bool(self.charts))
        ]
        self._next.start()

    def _draw_next(self) -> None:
        if not self._to_draw:
            self._next.stop()
            return
        chart, name, lines = self._to_draw.pop(0)
        curves = Curves()
        for run, (steps, values) in lines.items():
            for step, value in zip(steps, values, strict=True):
                curves.points(run).add(step, value)
        chart.show_figure(_figure(name, lines))
        chart.draw(curves, 0.0)
        chart.setVisible(bool(lines))

    def _fill_differences(self) -> None:
        found = [*compare.differences(self._rows), *compare.figures(self._rows)]
        shown = self.differences
        shown.setColumnCount(len(self._rows))
        shown.setRowCount(len(found))
        shown.setHorizontalHeaderLabels([row.name for row in self._rows])
        shown.setVerticalHeaderLabels([column_title(each.name) for each in found])
        for line, each in enumerate(found):
            for place, value in enumerate(each.values):
                cell = QTableWidgetItem(cell_text(each.name, value))
                cell.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                shown.setItem(line, place, cell)
        shown.resizeColumnsToContents()

    def _fill_axes(self) -> None:
        names = [
            name for name in table.columns(self._rows) if any(_number(row, name) is not None for row in self._rows)
        ]
        for box, first in ((self.across, FIRST_ACROSS), (self.up, FIRST_UP)):
            before = box.currentData()
            box.clear()
            for name in names:
                box.addItem(column_title(name), name)
            wanted = next((name for name in (before, *first) if name in names), None)
            box.setCurrentIndex(names.index(wanted) if wanted in names else 0)

    def _draw_scatter(self) -> None:
        from pyroblur_gui.ui.widgets.point_chart import Dot  # noqa: PLC0415 - loaded before

        across, up = self.across.currentData(), self.up.currentData()
        if self.scatter is None or across is None or up is None:
            return
        places = [(row.name, _number(row, across), _number(row, up)) for row in self._rows]
        dots = [Dot(name, x, y) for name, x, y in places if x is not None and y is not None]
        left_out = len(places) - len(dots)
        self.left_out.setVisible(bool(left_out))
        self.left_out.setText(trn("{count} run has no such figure.", "{count} runs have no such figure.", left_out))
        self.scatter.show_dots(dots, across=column_title(across), up=column_title(up))

    def _draw_parallel(self) -> None:
        if self.parallel is None or len(self._rows) < 2:
            return
        names = [name for name in table.varying(self._rows) if name != "data"][: MOST_AXES - 1]
        names += [name for name in (table.MAIN,) if any(name in row.metrics for row in self._rows)]
        axes = compare.axes(self._rows, names)
        self.parallel.show_axes([row.name for row in self._rows], axes, [column_title(name) for name in names])


def _figure(name: str, runs: Iterable[str]) -> Figure:
    return Figure(curve_title(name), tuple(Curve(run, run) for run in runs), tr("Epochs"), tr("Epoch"))


def _number(row: Row, name: str) -> float | None:
    found = table.value(row, name)
    return float(found) if isinstance(found, int | float) else None


def _board(name: str) -> tuple[QScrollArea, QGridLayout]:
    board = QWidget()
    board.setProperty("look", "panel")
    grid = QGridLayout(board)
    grid.setContentsMargins(Space.L, Space.S, Space.L, Space.L)
    grid.setHorizontalSpacing(Space.XL)
    grid.setVerticalSpacing(Space.L)
    grid.setRowStretch(9, 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setAccessibleName(name)
    area.setWidget(board)
    return area, grid


def _table(name: str) -> QTableWidget:
    made = QTableWidget()
    made.setAccessibleName(name)
    made.setShowGrid(False)
    made.setTabKeyNavigation(False)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    made.verticalHeader().setDefaultSectionSize(28)
    made.horizontalHeader().setHighlightSections(False)
    made.verticalHeader().setHighlightSections(False)
    return made
