"""Connects the Training tab's widgets with what decides: from the moment that it is first shown, with jobs, to the end.

It is the TrainingView of the presenter.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.models import bases
from pyroblur_gui.training import recipes
from pyroblur_gui.training.run import unused_name
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.tabs.training import choices
from pyroblur_gui.ui.tabs.training.data_dialog import DataDialog
from pyroblur_gui.ui.tabs.training.look_ahead import LookAhead
from pyroblur_gui.ui.tabs.training.machine import Machine
from pyroblur_gui.ui.tabs.training.model_errands import ModelErrands
from pyroblur_gui.ui.tabs.training.outcome import read_outcome
from pyroblur_gui.ui.tabs.training.pack_errands import PackErrands
from pyroblur_gui.ui.tabs.training.presenter import Draft, TrainingPresenter
from pyroblur_gui.ui.tabs.training.recipe_shelf import RecipeShelf
from pyroblur_gui.ui.tabs.training.runs import Stage
from pyroblur_gui.ui.tabs.training.samples_loading import SampleLoader
from pyroblur_gui.ui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.training.runs import RunLine
    from pyroblur_gui.ui.tabs.training.tab import TrainingTab
    from pyroblur_gui.ui.tabs.training.told import Told
from pyroblur_gui.ui.widgets.charts_view import load_charts

LOOK_MS = 1000  # between two looks at the machine
FIND_MS = 3000  # between two looks at the folder of runs
NEWS_MS = 100  # between two changes of a line and its tiles
REMOVE, KEEP = "remove", "keep"


class Wiring(QObject):
    """Call everything on the window's loop."""

    def __init__(self, tab: TrainingTab, client: JobClient) -> None:
        super().__init__(tab)
        self._tab = tab
        self._client = client
        self._tasks = Tasks()
        self._models = ModelErrands(tab, client, self._tasks, self.say)
        self._ahead = LookAhead(tab, client, self._tasks)
        self._shelf = RecipeShelf(tab, self.say)
        self._pack = PackErrands(tab, client, self._tasks, self._show_again)
        self._machine = Machine()
        self._samples = SampleLoader(client, tab.live.samples.show_samples)
        self._news: dict[str, RunLine] = {}
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(NEWS_MS)
        self._telling.timeout.connect(self._show_news)
        self._watching = QTimer(self)
        self._watching.setInterval(LOOK_MS)
        self._watching.timeout.connect(self._look_at_machine)
        self._finding = QTimer(self)
        self._finding.setInterval(FIND_MS)
        self._finding.timeout.connect(self._find_runs)
        self._finding.start()
        self.presenter = TrainingPresenter(client.queue, self)
        self._connect()
        self._show_choices()
        self.presenter.refresh()

    async def close(self) -> None:
        self._telling.stop()
        self._watching.stop()
        self._finding.stop()
        self._pack.close()
        await self.presenter.close()
        await self._tasks.close()
        self._machine.close()

    def shown(self) -> None:
        """The tab came to the front: what other tabs and programs did meanwhile is seen."""
        self._pack.refresh()
        self._show_again()

    def _show_again(self) -> None:
        self._tasks.run(self._read_data())
        self.presenter.refresh()

    # -- TrainingView

    def runs_changed(self, lines: list[RunLine], chosen: str | None) -> None:
        self._tab.runs.show_items(lines, chosen)
        if not lines:
            self._tab.show_empty(has_data=self._tab.start.data_field.has_sets)
        self._watch()

    def run_changed(self, line: RunLine) -> None:
        self._news[line.name] = line
        if not self._telling.isActive():
            self._telling.start()

    def run_chosen(self, line: RunLine | None, told: Told) -> None:
        self._tab.live.show_run(line, told)
        self._tab.commands.update_for(line)
        if line is not None:
            self._tasks.run_once(self._load_charts)  # there is something to draw now
        else:
            self._tab.show_empty(has_data=self._tab.start.data_field.has_sets)
        self._watch()

    def point_added(self, name: str) -> None:
        if name == self._chosen_name():
            self._tab.live.point_added()

    def samples_added(self, name: str) -> None:
        if name == self._chosen_name():
            self._tab.live.samples_added()

    def log_added(self, name: str, text: str) -> None:
        if name == self._chosen_name():
            self._tab.live.log_added(text)

    def run_ended(self, line: RunLine) -> None:
        match line.stage:
            case Stage.DONE:
                self.say(tr("The training {name} is done. Its model can be used for blurring.", name=line.name))
            case Stage.FAILED:
                if line.name != self._chosen_name():  # else the notice above the charts says it
                    self.say(tr("The training {name} failed. {reason}", name=line.name, reason=failure_text(line)))
            case _:
                self.say(tr("The training {name} has stopped. It can be resumed.", name=line.name))

    def say(self, text: str) -> None:
        self._tab.banner.say(text)

    # -- what the user does

    def _connect(self) -> None:
        tab, act = self._tab, self._tab.commands
        tab.runs.chosen.connect(self.presenter.choose)
        tab.live.said.connect(self.say)
        tab.live.samples.wanted.connect(self._load_samples)
        tab.live.result.wanted.connect(self._read_outcome)
        act.start.triggered.connect(self._start)
        act.look.triggered.connect(self._look_first)
        for action, do in (
            (act.finish, self.presenter.finish), (act.stop, self.presenter.stop), (act.resume, self._resume),
            (act.discard, self._ask_discard), (act.remove, self._ask_remove), (act.duplicate, self._duplicate),
            (act.continue_, self._continue), (act.use, self._use), (act.export, self._export),
            (act.show_in_folder, self._show_in_folder),
        ):  # fmt: skip
            action.triggered.connect(lambda _=False, do=do: self._on_chosen(do))

    def _on_chosen(self, do: Callable[[str], None]) -> None:
        line = self.presenter.chosen
        if line is None:
            return
        try:
            do(line.name)
        except PyroblurError as error:
            self.say(failure_text(error))

    def _start(self) -> None:
        draft = self._tab.start.draft()
        if draft is None or self._needs_weights(draft, self._start):
            return
        try:
            self.presenter.start(draft)
        except PyroblurError as error:
            self._tab.start.say_problem(failure_text(error))
            return
        self._tab.start.name.clear()
        self._ahead.forget()

    def _look_first(self) -> None:
        draft = self._tab.start.draft()
        if draft is not None and not self._needs_weights(draft, self._look_first):
            self._ahead.look(draft)

    def _needs_weights(self, draft: Draft, then: Callable[[], None]) -> bool:
        """Asks for the download of published weights that are not here, and goes on afterwards."""
        model = draft.recipe.model
        if not draft.recipe.is_pretrained or bases.find(model) is None or bases.weights_of(model).is_file():
            return False
        self._models.ask_download(model, then)
        return True

    def _resume(self, name: str) -> None:
        self._tasks.run(self._resume_run(name))

    async def _resume_run(self, name: str) -> None:
        """Asks for the data set where there is none of that name any more."""
        line = self.presenter.line(name)
        if line is None:
            return
        known = await asyncio.to_thread(choices.data_choices)
        is_there = await asyncio.to_thread(choices.is_there, line.data)
        if is_there or not known:
            self._resume_with(name, None)
            return
        dialog = DataDialog(name, line.data, known, self._tab)
        dialog.wanted.connect(lambda data: self._resume_with(name, data))
        dialog.open()

    def _resume_with(self, name: str, data: str | None) -> None:
        try:
            self.presenter.resume(name, data)
        except PyroblurError as error:
            self.say(failure_text(error))

    def _duplicate(self, name: str) -> None:
        line = self.presenter.line(name)
        if line is not None:
            self._tab.start.show_draft(Draft(line.recipe, line.data, line.device, unlabelled=line.unlabelled))
            self.say(tr("The form says now what {name} was told. Change it, then start.", name=name))
            self._tab.start.form.control("epochs").widget.setFocus()

    def _continue(self, name: str) -> None:
        """A run of its own, from the best weights; the form says so, and lets the user change the epochs first."""
        line = self.presenter.line(name)
        if line is None or line.folder is None:
            return
        recipe = line.recipe.model_copy(
            update={"model": str(line.folder / "weights" / "best.pt"), "is_pretrained": True}
        )
        self._tab.start.show_draft(
            Draft(recipe, line.data, line.device, unused_name(f"{name}-more"), unlabelled=line.unlabelled)
        )
        self.say(tr("The form continues from the best weights of {name}. Set the epochs, then start.", name=name))
        self._tab.start.form.control("epochs").widget.setFocus()

    def _use(self, name: str) -> None:
        self._models.use(self.presenter.line(name))

    def _export(self, name: str) -> None:
        self._models.export(self.presenter.line(name))

    def _show_in_folder(self, name: str) -> None:
        line = self.presenter.line(name)
        if line is None or line.folder is None or not line.folder.is_dir():
            self.say(tr("The folder of {name} is not there.", name=name))
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(os.fspath(line.folder))):
            self.say(tr("No program could open the folder. It is {folder}.", folder=line.folder))

    def _ask_remove(self, name: str) -> None:
        self._ask(
            tr("Remove the run {name}?", name=name),
            tr("Its checkpoints and figures are deleted for good. A model that came of it stays."),
            tr("&Remove"),
            name,
        )

    def _ask_discard(self, name: str) -> None:
        self._ask(
            tr("Discard the run {name}?", name=name),
            tr("It is stopped, and what it has learnt is deleted for good."),
            tr("&Discard"),
            name,
        )

    def _ask(self, heading: str, text: str, label: str, name: str) -> None:
        choice = ((KEEP, tr("&Keep it")), (REMOVE, label))
        question = Question(heading, text, choice, glyph="trash", role="warning", parent=self._tab)
        question.answered.connect(lambda answer: self.presenter.discard(name) if answer == REMOVE else None)
        question.open()

    # -- what the form offers

    def _show_choices(self) -> None:
        self._tab.start.show_devices(choices.devices(self._machine.gpus()))
        self._shelf.show(recipes.DEFAULT)
        self._tasks.run(self._read_data())

    async def _read_data(self) -> None:
        found = await asyncio.to_thread(choices.data_choices)
        self._tab.start.show_data(found)
        if not self.presenter.lines():
            self._tab.show_empty(has_data=bool(found))

    # -- what is seen

    async def _load_charts(self) -> None:
        await load_charts("pyroblur_gui.ui.tabs.training.charts_board")
        self._tab.live.load_charts()

    def _read_outcome(self) -> None:
        chosen = self.presenter.chosen
        if chosen is not None:
            self._tasks.run(self._show_outcome(chosen))

    async def _show_outcome(self, line: RunLine) -> None:
        outcome = await asyncio.to_thread(read_outcome, line)
        if line.name == self._chosen_name():
            self._tab.live.result.show_outcome(outcome)

    def _load_samples(self, epoch: int) -> None:
        chosen = self.presenter.chosen
        if chosen is not None and chosen.folder is not None:
            self._tasks.run(self._samples.load(chosen.folder, epoch))

    def _show_news(self) -> None:
        news, self._news = self._news, {}
        for line in news.values():
            self._tab.runs.show_item(line)
        chosen = self.presenter.chosen
        if chosen is not None and chosen.name in news:
            self._tab.live.change(chosen)
            self._tab.commands.update_for(chosen)
        self._watch()

    def _watch(self) -> None:
        """Looks at the machine while the run that is shown is trained."""
        chosen = self.presenter.chosen
        is_wanted = chosen is not None and chosen.stage.is_active
        if is_wanted and not self._watching.isActive():
            self._watching.start()
        elif not is_wanted and self._watching.isActive():
            self._watching.stop()
        if not is_wanted:
            self._tab.live.tiles.show_load(None)

    def _look_at_machine(self) -> None:
        if self._tab.isVisible():
            self._tab.live.tiles.show_load(self._machine.look())

    def _find_runs(self) -> None:
        """Those that a command line or another window began, and what became of them."""
        if self._tab.isVisible():
            self.presenter.refresh()

    def _chosen_name(self) -> str | None:
        chosen = self.presenter.chosen
        return chosen.name if chosen is not None else None
