"""The charts of a data set: counted in a thread, drawn when they are first looked at, saved as PNG and CSV."""

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.stats import Stats, count
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.datasets.charts_figures import ALL, Bars, Figure, as_csv, choices, described, figures
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.charts_view import ChartsView, load_charts
from pyroblur_gui.ui.widgets.inputs import ComboBox

NARROWEST = 360  # of a chart; where two do not fit side by side they stand under each other


class ChartsPanel(ChartsView):
    """Shows the data set that it was given, counted anew by `refresh`."""

    def __init__(self, dataset: Dataset, parent: QWidget | None = None) -> None:
        """dataset: only its folder and name are used; what counts it opens it for itself."""
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._folder, self._name = dataset.folder, dataset.name
        self._tasks = Tasks()
        self._stats: Stats | None = None
        self._is_stale = True
        self._charts: list[QWidget] = []
        self.class_box = ComboBox()
        self.class_box.setMinimumContentsLength(14)
        self.class_box.setAccessibleName(tr("Size, shape and place of the boxes of"))
        self.png_button = self._button(tr("Save as &PNG…"), "image")
        self.csv_button = self._button(tr("Save as &CSV…"), "table")
        self._message = QLabel()
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setProperty("look", "muted")
        self._board = QWidget()
        self._board.setProperty("look", "panel")
        self._board.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._grid = QGridLayout(self._board)
        self._grid.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        self._grid.setHorizontalSpacing(Space.XXL)
        self._grid.setVerticalSpacing(Space.XL)
        self._build()
        self.class_box.activated.connect(lambda _: self._draw_anew())
        self.png_button.clicked.connect(self._ask_for_png)
        self.csv_button.clicked.connect(self._ask_for_csv)
        self._say(tr("Counting…"))

    # -- what is shown

    @property
    def stats(self) -> Stats | None:
        """What is shown; None until it is counted."""
        return self._stats

    @property
    def charts(self) -> list[QWidget]:
        return list(self._charts)

    @property
    def message(self) -> str:
        """What stands there instead of charts; empty when there are charts."""
        return self._message.text() if self._stack.currentWidget() is not self._scroll else ""

    def refresh(self) -> None:
        """Counts anew: now, or when it is shown."""
        self._is_stale = True
        if self.isVisible():
            self._count()

    def cancel(self) -> None:
        """Waits for nothing any more. Call it before it is deleted."""
        self._tasks.cancel()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._count()

    # -- how it is done

    def _count(self) -> None:
        self._is_stale = False
        self._tasks.cancel()
        self._tasks.run(self._counted())

    async def _counted(self) -> None:
        try:
            stats = await asyncio.to_thread(_stats_of, self._folder)
        except PyroblurError as error:
            self._stats = None
            self._say(failure_text(error))
            return
        self._stats = stats
        chosen = self.class_box.currentData()
        self.class_box.clear()
        for label, name in choices(stats):
            self.class_box.addItem(name, label)
        self.class_box.setCurrentIndex(max(0, self.class_box.findData(chosen)))
        if sum(stats.images.values()):
            await self._draw(stats)
        else:
            self._say(tr("There are no pictures to count in this data set."))

    def _draw_anew(self) -> None:
        if self._stats is not None:
            self._tasks.cancel()
            self._tasks.run(self._draw(self._stats))

    async def _draw(self, stats: Stats) -> None:
        """One chart a turn of the loop, then all of them in the place of those that there were."""
        await load_charts()
        label = self.class_box.currentData()
        charts: list[QWidget] = []
        for figure in figures(stats, ALL if label is None else label):
            charts.append(_chart(figure))
            await asyncio.sleep(0)
        for chart in self._charts:
            self._grid.removeWidget(chart)
            chart.hide()
            chart.deleteLater()
        self._charts = charts
        for place, chart in enumerate(charts):
            chart.setMinimumWidth(NARROWEST)
            self._grid.addWidget(chart, place // 2, place % 2)
        self._stack.setCurrentWidget(self._scroll)
        self._enable(is_on=True)

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._stack.setCurrentWidget(self._message)
        self._enable(is_on=False)

    def _enable(self, *, is_on: bool) -> None:
        for widget in (self.class_box, self.png_button, self.csv_button):
            widget.setEnabled(is_on)

    # -- what is saved

    def _board_to_save(self) -> QWidget | None:
        return self._board

    def _table_to_save(self) -> str | None:
        return None if self._stats is None else as_csv(self._stats)

    def _name_to_save(self) -> str:
        return self._name

    # -- how it is built

    def _build(self) -> None:
        label = QLabel(tr("Size, shape and place of"))
        label.setBuddy(self.class_box)
        head = QHBoxLayout()
        head.setContentsMargins(Space.XL, Space.S, Space.XL, Space.S)
        head.setSpacing(Space.S)
        head.addWidget(label)
        head.addWidget(self.class_box)
        head.addStretch()
        head.addWidget(self.png_button)
        head.addWidget(self.csv_button)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setAccessibleName(tr("Charts"))
        self._scroll.setWidget(self._board)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._message)
        self._stack.addWidget(self._scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def _button(self, text: str, glyph: str) -> QPushButton:
        button = QPushButton(icons.icon(glyph), text)
        button.setAccessibleName(text.replace("&", "").rstrip("…"))
        return button


def _stats_of(folder: Path) -> Stats:
    with Dataset.open(folder) as dataset:
        return count(dataset)


def _chart(figure: Figure) -> QWidget:
    from pyroblur_gui.ui.widgets.chart import BarChart, BarSeries, HeatChart  # noqa: PLC0415 - see load_charts

    words = described(figure)
    if isinstance(figure, Bars):
        series = [BarSeries(each.name, each.values) for each in figure.series]
        return BarChart(figure.title, figure.groups, series, about=figure.about, described=words)
    return HeatChart(figure.title, figure.rows, about=figure.about, described=words)
