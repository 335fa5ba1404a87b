"""The list of work on data sets: what runs, waits, failed or was interrupted, above everything else of the tab."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from pyroblur_gui.datasets.sources.catalogue import SOURCES
from pyroblur_gui.datasets.store import discard
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.job_client import JobClient
from pyroblur_gui.ui.tabs.datasets.source_key import KeyDialog
from pyroblur_gui.ui.tabs.datasets.work_items import WorkItem
from pyroblur_gui.ui.tabs.datasets.work_presenter import WorkPresenter
from pyroblur_gui.ui.tabs.datasets.work_row import WorkRow
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.tab_order import order_by_layout

TALLEST = 220
REPAINT_MS = 80  # progress comes more often than anybody reads


class WorkPanel(QWidget):
    """Hidden while there is nothing to show. Make it on the running loop, and end it with `close_jobs`.

    finished: (kind of job, name of the data set, result). opened: the user wants to see that data set.
    busy_changed: how many jobs are under way. said: a remark for the user.
    """

    finished = Signal(str, str, object)
    opened = Signal(str)
    busy_changed = Signal(int)
    said = Signal(str)

    def __init__(self, client: JobClient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Work on data sets"))
        self._rows: dict[int, WorkRow] = {}
        self._news: dict[int, WorkItem] = {}
        self._told = 0
        self._tasks = Tasks()
        self._list = QWidget()
        self._list.setProperty("look", "panel")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setAccessibleName(tr("Work on data sets"))
        self._scroll.setWidget(self._list)
        line = QFrame()
        line.setProperty("look", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll)
        column.addWidget(line)
        self._repaint = QTimer(self)
        self._repaint.setSingleShot(True)
        self._repaint.setInterval(REPAINT_MS)
        self._repaint.timeout.connect(self._show_news)
        self.presenter = WorkPresenter(
            client.queue,
            self,
            titles={name: translated(facts.title) for name, facts in SOURCES.items()},
            discard=discard,
        )
        self.presenter.restore()
        self._settle()

    def start(self, spec: Spec) -> int:
        """Begins a job; its number. Raises OutputError when it cannot be kept."""
        return self.presenter.start(spec)

    @property
    def under_way(self) -> int:
        """How many jobs run, wait or are paused."""
        return self.presenter.under_way

    def rows(self) -> list[WorkRow]:
        return list(self._rows.values())

    async def close_jobs(self) -> None:
        """Call it before the client is closed."""
        self.presenter.close()
        await self._tasks.close()

    # -- WorkView

    def item_added(self, item: WorkItem) -> None:
        row = self._rows[item.id] = WorkRow(item)
        row.pause_asked.connect(lambda: self.presenter.pause(item.id))
        row.go_on_asked.connect(lambda: self.presenter.go_on(item.id))
        row.cancel_asked.connect(lambda: self.presenter.cancel(item.id))
        row.let_go_asked.connect(lambda: self._tasks.run(self.presenter.let_go(item.id)))
        row.key_asked.connect(lambda: self._ask_for_key(item))
        row.open_asked.connect(lambda: self.opened.emit(item.name))
        self._column.insertWidget(0, row)  # the newest first
        order_by_layout(self)
        self._settle()

    def item_changed(self, item: WorkItem) -> None:
        self._news[item.id] = item
        if not self._repaint.isActive():
            self._repaint.start()

    def item_removed(self, number: int) -> None:
        row = self._rows.pop(number)
        self._news.pop(number, None)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._settle()

    def item_finished(self, item: WorkItem) -> None:
        self._show_news()
        self.finished.emit(item.kind, item.name, dict(item.result or {}))

    def say(self, text: str) -> None:
        self.said.emit(text)

    # -- how it is done

    def _show_news(self) -> None:
        news, self._news = self._news, {}
        for number, item in news.items():
            self._rows[number].show_item(item)
        self._settle()

    def _settle(self) -> None:
        """As tall as its lines, up to a limit; told to the tab when the number of jobs under way changed."""
        self.setVisible(bool(self._rows))
        self._fit()
        if self.under_way != self._told:
            self._told = self.under_way
            self.busy_changed.emit(self._told)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        height = sum(row.height_for(self.width()) for row in self._rows.values())
        self._scroll.setFixedHeight(min(TALLEST, height))

    def _ask_for_key(self, item: WorkItem) -> None:
        dialog = KeyDialog(item.source, self)
        dialog.kept.connect(lambda: self.presenter.go_on(item.id))
        dialog.open()
