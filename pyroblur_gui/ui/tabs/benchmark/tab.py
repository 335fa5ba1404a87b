"""The Benchmark tab: what to measure on the left, what came of it on the right."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from pyroblur_gui.ui.dialogs.closing import Answer
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.job_client import JobClient
from pyroblur_gui.ui.tabs.benchmark.actions import BenchmarkActions
from pyroblur_gui.ui.tabs.benchmark.results_panel import ResultsPanel
from pyroblur_gui.ui.tabs.benchmark.setup_panel import WIDTH, SetupPanel
from pyroblur_gui.ui.tabs.benchmark.wiring import Wiring
from pyroblur_gui.ui.widgets.banner import Banner

NAME = "benchmark"  # of its splitter, as it is remembered


class BenchmarkTab(QWidget):
    """Built when it is first shown. picture_wanted: a picture of a data set, by the set's name and its number."""

    picture_wanted = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.commands = BenchmarkActions(self)
        self.banner = Banner()
        self._client: JobClient | None = None
        self._wiring: Wiring | None = None
        self._columns: QSplitter | None = None
        self._layout = QByteArray()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.banner)

    # -- life

    def connect_jobs(self, client: JobClient) -> None:
        """Gives the tab its queue. Call it on the running loop."""
        self._client = client
        if self.isVisible():
            self._begin()

    async def disconnect_jobs(self) -> None:
        """Ends what this tab has under way; the client itself is its owner's to close."""
        self._client = None
        if self._wiring is not None:
            await self._wiring.close()
            self._wiring = None

    @property
    def wiring(self) -> Wiring:
        """Raises RuntimeError while there are no jobs, or before it was shown."""
        if self._wiring is None:
            message = "The tab has no jobs."
            raise RuntimeError(message)
        return self._wiring

    def is_busy(self) -> bool:
        """Whether a benchmark runs or waits."""
        return self._wiring is not None and self._wiring.presenter.is_busy()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._client is not None:
            self._begin()

    # -- what is shown

    def show_empty(self, *, has_data: bool) -> None:
        """What stands on the right while there is no result."""
        text = (
            tr("Choose models and a data set on the left, then run. Several models are compared on the same pictures.")
            if has_data
            else tr("Accuracy needs pictures with labels: get or import a data set. The speed can be measured at once.")
        )
        self.results.empty.say("scales", tr("No benchmark yet"), text)

    # -- what the window keeps

    def layout_bytes(self) -> dict[str, QByteArray]:
        kept = self._columns.saveState() if self._columns is not None else self._layout
        return {} if kept.isEmpty() else {NAME: kept}

    def restore_layout(self, layouts: Mapping[str, QByteArray]) -> None:
        self._layout = layouts.get(NAME, QByteArray())

    # -- how it is built

    def _begin(self) -> None:
        if self._client is None:
            return
        if self._columns is None:
            self._build()
        if self._wiring is None:
            self._wiring = Wiring(self, self._client)
        else:
            self._wiring.shown()

    def _build(self) -> None:
        self.setup = SetupPanel(self.commands)
        self.results = ResultsPanel(self.commands)
        self.results.opened.connect(self.picture_wanted)
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.addWidget(self.setup)
        columns.addWidget(self.results)
        columns.setStretchFactor(0, 0)
        columns.setStretchFactor(1, 1)
        columns.setHandleWidth(1)
        columns.setSizes([WIDTH, 1360 - WIDTH])
        if not self._layout.isEmpty():
            columns.restoreState(self._layout)
        columns.setChildrenCollapsible(False)
        self._columns = columns
        self._column.addWidget(columns, 1)
        self.show_empty(has_data=True)


def closing_question(parent: QWidget | None = None) -> Question:
    """Asked when the window is closed while a benchmark runs."""
    return Question(
        tr("A benchmark is running"),
        tr("It stops with the window, and nothing of it is kept. It can be run again."),
        ((Answer.STAY, tr("&Keep open")), (Answer.STOP, tr("&Stop and close"))),
        parent=parent,
    )
