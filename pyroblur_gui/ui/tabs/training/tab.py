"""The Training tab: what to start on the left, the runs in the middle, the one that is shown on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QSplitter, QVBoxLayout

from pyroblur_gui.jobs.events import Cancelled, Event, Failed, Finished
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.operations.catalogue import Lane
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.tabs.job_tab import Building, JobTab
from pyroblur_gui.ui.tabs.training.actions import TrainingActions

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.training.wiring import Wiring

SIZES = [372, 256, 732]
NAME = "training"  # of its splitter, as it is remembered


class TrainingTab(JobTab["Wiring"]):
    """model_wanted: this model is to be used for blurring. data_wanted: the user needs a data set first.
    ended: a training has ended; in a sentence, which is empty where somebody stopped it.
    """

    modules = (
        "wording",
        "data_field",
        "forecast_panel",
        "start_panel",
        "runs_panel",
        "result_panel",
        "samples_panel",
        "live_panel",
        "pack_page",
        "presenter",
        "machine",
        "pack_errands",
        "model_errands",
        "wiring",
    )
    model_wanted = Signal(str)
    data_wanted = Signal()
    ended = Signal(str)

    def __init__(self) -> None:
        super().__init__(NAME)
        self.commands = TrainingActions(self)
        self._unsubscribe: Callable[[], object] = lambda: None

    # -- life

    def connect_jobs(self, client: JobClient) -> str:
        from pyroblur_gui.ui.tabs.training.presenter import take_over
        from pyroblur_gui.ui.tabs.training.wording import left_text

        left = take_over(client.queue)
        self._unsubscribe = client.queue.subscribe(self._heard)
        super().connect_jobs(client)
        return left_text(left)

    async def disconnect_jobs(self) -> None:
        self._unsubscribe()
        await super().disconnect_jobs()

    def is_busy(self) -> bool:
        """Whether a training runs that belongs to this window."""
        return any(job.lane != Lane.FOLLOW and job.state is JobState.RUNNING for job in self._trainings())

    def makes_pack(self) -> bool:
        """Whether the training pack is being made, or asked about."""
        return self._wiring is not None and self.pack.is_busy

    def has_waiting(self) -> bool:
        """Whether runs wait for another to end."""
        return any(job.state is JobState.QUEUED for job in self._trainings())

    def _trainings(self) -> list[Job]:
        jobs = self._client.queue.jobs() if self._client is not None else []
        return [job for job in jobs if _is_training(job)]

    # -- what is shown

    def show_empty(self, *, has_data: bool) -> None:
        """What stands on the right while there is no run: what to do first."""
        from pyroblur_gui.ui.tabs.training.choices import has_training, install_text

        blank = self.live.empty
        if not has_training():
            blank.say("download-simple", tr("Training is not installed"), install_text())
        elif not has_data:
            blank.say(
                "database",
                tr("First, a data set"),
                tr("A training needs pictures with labels. Get or import a data set, then come back."),
            )
        else:
            blank.say(
                "chart-line-up",
                tr("No run yet"),
                tr("Choose a recipe and a data set on the left. A look ahead tells how long it takes; then start."),
            )
        self.data_button.setVisible(has_training() and not has_data)

    def show_pack(self, *, is_wanted: bool) -> None:
        """The training pack instead of the columns, while a training cannot begin."""
        if self._columns is None:
            return
        self.pack.setVisible(is_wanted)
        self._columns.setVisible(not is_wanted)

    # -- how it is built

    def wire(self, client: JobClient) -> Wiring:
        from pyroblur_gui.ui.tabs.training.wiring import Wiring

        return Wiring(self, client)

    def build(self, column: QVBoxLayout) -> Building:
        from pyroblur_gui.ui.tabs.training.live_panel import LivePanel
        from pyroblur_gui.ui.tabs.training.pack_page import PackPage
        from pyroblur_gui.ui.tabs.training.runs_panel import RunsPanel
        from pyroblur_gui.ui.tabs.training.start_panel import StartPanel

        columns = QSplitter(Qt.Orientation.Horizontal)
        column.addWidget(columns, 1)
        self.start = StartPanel(self.commands)
        yield
        columns.addWidget(self.start)
        yield
        self.runs = RunsPanel()
        columns.addWidget(self.runs)
        yield
        self.live = LivePanel(self.commands)
        yield
        columns.addWidget(self.live)
        columns.setStretchFactor(2, 1)
        columns.setSizes(SIZES)
        yield
        self.data_button = QPushButton(icons.icon("database", "on_accent"), tr("Go to &Data sets"))
        self.data_button.setProperty("look", "primary")
        self.data_button.clicked.connect(self.data_wanted)
        self.live.empty.add_button(self.data_button, tr("Go to Data sets"))
        self.pack = PackPage()
        self.pack.runs_wanted.connect(lambda: self.show_pack(is_wanted=False))
        self.pack.hide()
        column.insertWidget(column.indexOf(columns), self.pack, 1)
        self.runs.menu_asked.connect(self._show_menu)
        self.show_empty(has_data=True)
        return columns

    def _heard(self, job: Job, event: Event | None) -> None:
        if not _is_training(job):
            return
        name = job.spec.get("run", "")
        if isinstance(event, Finished):
            self.ended.emit(tr("The training {name} is done.", name=name))
        elif isinstance(event, Failed):
            self.ended.emit(tr("The training {name} failed. Open PyroBlur to see why.", name=name))
        elif isinstance(event, Cancelled):
            self.ended.emit("")

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        self.commands.fill_menu(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)


def _is_training(job: Job) -> bool:
    from pyroblur_gui.training.spec import TrainSpec

    return job.kind == TrainSpec.kind
