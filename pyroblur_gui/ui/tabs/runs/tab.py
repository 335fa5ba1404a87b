"""The Runs tab: every training that was logged, plans of several, and the model that is used."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.job_client import JobClient
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.runs.actions import RunsActions
from pyroblur_gui.ui.tabs.runs.compare_panel import ComparePanel
from pyroblur_gui.ui.tabs.runs.models_panel import ModelsPanel
from pyroblur_gui.ui.tabs.runs.plans_panel import PlansPanel
from pyroblur_gui.ui.tabs.runs.table_panel import TablePanel
from pyroblur_gui.ui.tabs.runs.wiring import Wiring
from pyroblur_gui.ui.widgets.banner import Banner
from pyroblur_gui.ui.widgets.segments import Segments

SIZES = [640, 720]
NAME = "runs"  # of its splitter, as it is remembered
RUNS, PLANS, MODELS = "runs", "plans", "models"


class RunsTab(QWidget):
    """Built when it is first shown, which costs the window's start nothing.

    production_changed: another model is used for blurring from now on.
    """

    production_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.commands = RunsActions(self)
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

    def note_training(self) -> None:
        """A training has ended: it is logged, whether the tab is seen or not."""
        if self._wiring is not None:
            self._wiring.training_ended()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._client is not None:
            self._begin()

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
        self.views = Segments(((RUNS, tr("Runs")), (PLANS, tr("Plans")), (MODELS, tr("Models"))))
        self.views.name_for_assistants(tr("What is shown"))
        self.store = QLabel()
        self.store.setProperty("look", "muted")
        self.store.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        head.setSpacing(Space.L)
        head.addWidget(self.views)
        head.addStretch()
        head.addWidget(self.store)
        bar = QWidget()
        bar.setProperty("look", "panel")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setLayout(head)
        self.table = TablePanel(self.commands)
        self.compare = ComparePanel()
        self.plans = PlansPanel()
        self.models = ModelsPanel(self.commands)
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.addWidget(self.table)
        columns.addWidget(self.compare)
        columns.setStretchFactor(0, 1)
        columns.setStretchFactor(1, 1)
        columns.setHandleWidth(1)
        columns.setSizes(SIZES)
        if not self._layout.isEmpty():
            columns.restoreState(self._layout)
        columns.setChildrenCollapsible(False)
        self._columns = columns
        pages = {RUNS: columns, PLANS: self.plans, MODELS: self.models}
        stack = QStackedWidget()
        for page in pages.values():
            stack.addWidget(page)
        self._column.addWidget(bar)
        self._column.addWidget(stack, 1)
        self.views.set_value(RUNS)
        self.views.changed.connect(lambda: stack.setCurrentWidget(pages[self.views.value()]))
        self.table.menu_asked.connect(self._show_menu)

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        self.commands.fill_menu(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)
