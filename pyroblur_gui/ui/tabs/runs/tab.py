"""The Runs tab: every training that was logged, plans of several, and the model that is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.job_tab import Building, JobTab
from pyroblur_gui.ui.tabs.runs.actions import RunsActions
from pyroblur_gui.ui.widgets.segments import Segments

if TYPE_CHECKING:
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.runs.wiring import Wiring

SIZES = [640, 720]
NAME = "runs"  # of its splitter, as it is remembered
RUNS, PLANS, MODELS = "runs", "plans", "models"


class RunsTab(JobTab["Wiring"]):
    """production_changed: another model is used for blurring from now on."""

    modules = ("wording", "table_panel", "compare_panel", "plans_panel", "models_panel", "presenter", "wiring")
    production_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__(NAME)
        self.commands = RunsActions(self)

    def note_training(self) -> None:
        """A training has ended: it is logged, whether the tab is seen or not."""
        if self._wiring is not None:
            self._wiring.training_ended()

    def place_changed(self) -> None:
        """Runs are kept elsewhere from now on."""
        if self._wiring is not None:
            self._wiring.refresh()

    def wire(self, client: JobClient) -> Wiring:
        from pyroblur_gui.ui.tabs.runs.wiring import Wiring

        return Wiring(self, client)

    def build(self, column: QVBoxLayout) -> Building:
        from pyroblur_gui.ui.tabs.runs.compare_panel import ComparePanel
        from pyroblur_gui.ui.tabs.runs.models_panel import ModelsPanel
        from pyroblur_gui.ui.tabs.runs.plans_panel import PlansPanel
        from pyroblur_gui.ui.tabs.runs.table_panel import TablePanel

        self.views = Segments(((RUNS, tr("Runs")), (PLANS, tr("Plans")), (MODELS, tr("Models"))))
        self.views.name_for_assistants(tr("What is shown"))
        self.store = QLabel()
        self.store.setProperty("look", "muted")
        self.store.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        head.setSpacing(Space.L)
        head.addWidget(self.views)
        head.addStretch(1)
        head.addWidget(self.store)
        bar = QWidget()
        bar.setProperty("look", "panel")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setLayout(head)
        self.table = TablePanel(self.commands)
        yield
        self.compare = ComparePanel()
        yield
        self.plans = PlansPanel()
        self.models = ModelsPanel(self.commands)
        yield
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.addWidget(self.table)
        columns.addWidget(self.compare)
        columns.setStretchFactor(0, 1)
        columns.setStretchFactor(1, 1)
        columns.setSizes(SIZES)
        pages = {RUNS: columns, PLANS: self.plans, MODELS: self.models}
        stack = QStackedWidget()
        for page in pages.values():
            stack.addWidget(page)
        yield
        column.addWidget(bar)
        column.addWidget(stack, 1)
        self.views.set_value(RUNS)
        self.views.changed.connect(lambda: stack.setCurrentWidget(pages[self.views.value()]))
        self.table.menu_asked.connect(self._show_menu)
        return columns

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        self.commands.fill_menu(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)
