"""Connects the plans of the Runs tab with the queue."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets import store as datasets
from pyroblur_gui.runs import plan as known
from pyroblur_gui.training import recipes
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.tabs.runs.plan_dialog import PlanDialog
from pyroblur_gui.ui.tabs.runs.plan_runner import PlanRunner

if TYPE_CHECKING:
    from pyroblur_gui.runs.plan import Plan
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.runs.tab import RunsTab
    from pyroblur_gui.ui.tasks import Tasks

NEWS_MS = 200


class PlansWiring(QObject):
    """Call everything on the window's loop."""

    def __init__(self, tab: RunsTab, client: JobClient, tasks: Tasks) -> None:
        super().__init__(tab)
        self._tab = tab
        self._panel = tab.plans
        self._client = client
        self._tasks = tasks
        self._plan: Plan | None = None
        self._plans: dict[str, Plan] = {}
        self.runner = PlanRunner(client.queue, self._changed)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(NEWS_MS)
        self._soon.timeout.connect(lambda: self._tasks.run(self._show()))
        self._panel.chosen.connect(self._choose)
        self._panel.started.connect(self._start)
        self._panel.stopped.connect(self._stop)
        self._panel.file_wanted.connect(self._ask_file)
        self._panel.new_wanted.connect(self._ask_new)
        self.refresh()

    def close(self) -> None:
        self._soon.stop()
        self.runner.close()

    def refresh(self) -> None:
        self._panel.show_data(datasets.names())
        for name in known.names():
            try:
                self._plans[name] = known.find(name)
            except PyroblurError as error:
                self._tab.banner.say(failure_text(error))
        chosen = self._plan.name if self._plan is not None else next(iter(self._plans), "")
        self._panel.show_plans([*self._plans.values()], chosen)
        self._choose(chosen)

    def take(self, plan: Plan) -> None:
        """Adds a plan and chooses it."""
        self._plans[plan.name] = plan
        self._panel.show_plans([*self._plans.values()], plan.name)
        self._choose(plan.name)

    # -- what the user does

    def _choose(self, name: str) -> None:
        self._plan = self._plans.get(name)
        self._soon.start()

    def _start(self) -> None:
        plan = self._plan
        if plan is None:
            return
        if not plan.data:
            plan = plan.model_copy(update={"data": self._panel.data.currentText()})
        try:
            self.runner.start(plan)
        except PyroblurError as error:
            self._panel.say(failure_text(error))
            return
        self._plans[plan.name] = self._plan = plan

    def _stop(self) -> None:
        if self._plan is not None:
            self.runner.stop(self._plan.name)

    def _ask_file(self) -> None:
        dialog = QFileDialog(self._tab, tr("Open a plan"), str(Path.home()), tr("Plans (*.toml)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._open_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_file(self, name: str) -> None:
        try:
            self.take(known.read(Path(name)))
        except PyroblurError as error:
            self._panel.say(failure_text(error))

    def _ask_new(self) -> None:
        dialog = PlanDialog(recipes.names(), datasets.names(), self._tab)
        dialog.wanted.connect(self._take_new)
        dialog.open()
        self.dialog = dialog

    def _take_new(self, plan: Plan) -> None:
        try:
            known.keep(plan)
        except PyroblurError as error:
            self._panel.say(failure_text(error))
            return
        self.take(plan)

    # -- what is shown

    def _changed(self, name: str, problem: str) -> None:
        if problem:
            self._tab.banner.say(problem)
        if self._plan is not None and self._plan.name == name:
            self._soon.start()

    async def _show(self) -> None:
        plan = self._plan
        if plan is None:
            return
        try:
            progress = await asyncio.to_thread(self.runner.progress, plan)
        except PyroblurError as error:
            self._panel.say(failure_text(error))
            return
        if self._plan is plan:
            self._panel.show_progress(
                progress, self.runner.active(plan.name), is_running=self.runner.is_running(plan.name)
            )
