"""Connects the Data sets tab's widgets with what decides and reads: from the moment that there are jobs to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.spec import CheckSpec
from pyroblur_gui.jobs.job import Job
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.tabs.datasets.placeholders import ExportDialog, ImportDialog, SourceDialog, SplitDialog
from pyroblur_gui.ui.tabs.datasets.presenter import DatasetsPresenter, SetLine
from pyroblur_gui.ui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.datasets.tab import DatasetsTab

REMOVE = "remove"


class Wiring(QObject):
    """The DatasetsView of the tab's presenter. Call everything on the window's loop."""

    def __init__(self, tab: DatasetsTab, client: JobClient) -> None:
        super().__init__(tab)
        self._tab = tab
        self._client = client
        self._tasks = Tasks()
        self._was_seen = False
        self.presenter = DatasetsPresenter(client.queue, self)
        self._connect()
        if tab.isVisible():
            self._seen()
        else:
            tab.installEventFilter(self)

    async def close(self) -> None:
        self.presenter.close()
        if self._tab.work is not None:
            await self._tab.work.close_jobs()
        await self._tasks.close()

    # -- DatasetsView

    def sets_changed(self, lines: list[SetLine]) -> None:
        self._tab.sets.show_sets(lines, self.presenter.chosen)

    def set_chosen(self, line: SetLine | None) -> None:
        self._tab.show_set(line)
        self._update_actions()

    def set_changed(self, line: SetLine) -> None:
        self._tab.show_set(line)

    def job_ended(self, job: Job) -> None:  # noqa: ARG002
        self._tasks.run(self.presenter.refresh())
        self._update_actions()

    def say(self, text: str) -> None:
        self._tab.banner.say(text)

    # -- what is asked for

    def ask_import(self, paths: Sequence[Path]) -> None:
        self._ask(ImportDialog(self._client, paths, parent=self._tab))

    def _ask_remove(self) -> None:
        name = self.presenter.chosen
        if name is None:
            return
        question = Question(
            tr("Delete {name}?", name=name),
            tr("Its copies of the pictures and all its labels are deleted for good. Your own files stay as they are."),
            ((REMOVE, tr("&Delete")), ("", tr("&Keep"))),
            glyph="trash",
            role="danger",
            parent=self._tab,
        )
        question.answered.connect(lambda answer: self._remove(name) if answer == REMOVE else None)
        question.open()

    def _remove(self, name: str) -> None:
        self._tasks.run(self.presenter.remove(name))

    def _ask_split(self) -> None:
        line = self._line()
        if line is not None:
            pictures = line.facts.images if line.facts is not None else None
            self._ask(SplitDialog(line.name, pictures=pictures, parent=self._tab))

    def _ask_export(self) -> None:
        line = self._line()
        if line is not None:
            self._ask(ExportDialog(line.name, parent=self._tab))

    def _ask(self, dialog: SourceDialog | ImportDialog | SplitDialog | ExportDialog) -> None:
        dialog.wanted.connect(self._start)
        dialog.open()

    def _start(self, spec: Spec) -> None:
        """Has a job done; what it tells is shown by the row of running work."""
        if self._tab.work is None:
            return
        try:
            self._tab.work.start(spec)
        except PyroblurError as error:
            self.say(f"{error.message} {error.hint}".strip())

    # -- how it is connected

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show:
            self._seen()
        return super().eventFilter(watched, event)

    def _seen(self) -> None:
        """The disk is first read when somebody looks."""
        if not self._was_seen:
            self._was_seen = True
            self._tab.removeEventFilter(self)
            self._tasks.run(self.presenter.refresh())

    def _connect(self) -> None:
        tab, act = self._tab, self._tab.commands
        tab.sets.chosen.connect(self.presenter.choose)
        if tab.work is not None:
            tab.work.opened.connect(self.presenter.choose)
            tab.work.said.connect(self.say)
        act.get.triggered.connect(lambda: self._ask(SourceDialog(parent=tab)))
        act.import_.triggered.connect(lambda: self.ask_import(()))
        act.check.triggered.connect(self._check)
        act.split.triggered.connect(self._ask_split)
        act.export.triggered.connect(self._ask_export)
        act.remove.triggered.connect(self._ask_remove)
        self._update_actions()

    def _check(self) -> None:
        if self.presenter.chosen is not None:
            self._start(CheckSpec(name=self.presenter.chosen))

    def _line(self) -> SetLine | None:
        return self.presenter.line(self.presenter.chosen) if self.presenter.chosen is not None else None

    def _update_actions(self) -> None:
        line = self._line()
        is_open = line is not None and not line.is_being_made and not line.problem
        is_busy = line is not None and self.presenter.works_on(line.name)
        self._tab.commands.update_for(is_open=is_open, is_busy=is_busy)
