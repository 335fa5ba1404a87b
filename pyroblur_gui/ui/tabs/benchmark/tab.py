"""The Benchmark tab: what to measure on the left, what came of it on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.tabs.benchmark.actions import BenchmarkActions
from pyroblur_gui.ui.tabs.job_tab import Building, JobTab

if TYPE_CHECKING:
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.benchmark.wiring import Wiring

NAME = "benchmark"  # of its splitter, as it is remembered


class BenchmarkTab(JobTab["Wiring"]):
    """picture_wanted: a picture of a data set, by the set's name and its number. import_wanted: a data.yaml."""

    modules = ("wording", "file_choice", "setup_panel", "findings_view", "results_panel", "wiring")
    picture_wanted = Signal(str, int)
    import_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(NAME)
        self.commands = BenchmarkActions(self)

    def is_busy(self) -> bool:
        """Whether a benchmark runs or waits."""
        return self._wiring is not None and self._wiring.presenter.is_busy()

    def show_empty(self, *, has_data: bool) -> None:
        """What stands on the right while there is no result."""
        text = (
            tr("Choose models and a data set on the left, then run. Several models are compared on the same pictures.")
            if has_data
            else tr("Accuracy needs pictures with labels: get or import a data set. The speed can be measured at once.")
        )
        self.results.empty.say("scales", tr("No benchmark yet"), text)

    def wire(self, client: JobClient) -> Wiring:
        from pyroblur_gui.ui.tabs.benchmark.wiring import Wiring

        return Wiring(self, client)

    def build(self, column: QVBoxLayout) -> Building:
        from pyroblur_gui.ui.tabs.benchmark.results_panel import ResultsPanel
        from pyroblur_gui.ui.tabs.benchmark.setup_panel import WIDTH, SetupPanel

        columns = QSplitter(Qt.Orientation.Horizontal)
        column.addWidget(columns, 1)
        self.setup = SetupPanel(self.commands)
        columns.addWidget(self.setup)
        yield
        self.results = ResultsPanel(self.commands)
        yield
        columns.addWidget(self.results)
        self.results.opened.connect(self.picture_wanted)
        columns.setStretchFactor(1, 1)
        columns.setSizes([WIDTH, 1360 - WIDTH])
        self.show_empty(has_data=True)
        return columns
