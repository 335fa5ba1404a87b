"""Connects the Data sets tab's widgets with what decides and reads: from the moment that there are jobs to the end."""

from __future__ import annotations

import asyncio
from array import array
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QMenu

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.fixes import FIXES
from pyroblur_gui.datasets.spec import CheckSpec, FixSpec
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.tabs.datasets.charts_panel import ChartsPanel
from pyroblur_gui.ui.tabs.datasets.export_dialog import ExportDialog
from pyroblur_gui.ui.tabs.datasets.gallery_edits import Edits
from pyroblur_gui.ui.tabs.datasets.gallery_lane import PictureLane
from pyroblur_gui.ui.tabs.datasets.gallery_reader import OpenSet
from pyroblur_gui.ui.tabs.datasets.gallery_thumbnails import ThumbnailFeed
from pyroblur_gui.ui.tabs.datasets.import_dialog import ImportDialog
from pyroblur_gui.ui.tabs.datasets.picture_wiring import PictureWiring
from pyroblur_gui.ui.tabs.datasets.presenter import DatasetsPresenter, SetLine
from pyroblur_gui.ui.tabs.datasets.source_dialog import SourceDialog
from pyroblur_gui.ui.tabs.datasets.split_dialog import SplitDialog
from pyroblur_gui.ui.tabs.datasets.suggest_dialog import SuggestDialog
from pyroblur_gui.ui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from pyroblur_gui.jobs.spec import Spec
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.datasets.gallery_reader import History
    from pyroblur_gui.ui.tabs.datasets.tab import DatasetsTab

REMOVE = "remove"
CHARTS = "charts"
COUNT_AGAIN_MS = 400  # after the last edit


class Wiring(QObject):
    """The DatasetsView of the tab's presenter. Call everything on the window's loop."""

    def __init__(self, tab: DatasetsTab, client: JobClient) -> None:
        super().__init__(tab)
        self._tab = tab
        self._client = client
        self._tasks = Tasks()
        self._switching = asyncio.Lock()
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(COUNT_AGAIN_MS)
        self.lane = PictureLane()
        self.opened: OpenSet | None = None
        self._feed: ThumbnailFeed | None = None
        self._picture: PictureWiring | None = None
        self._edited: set[int] = set()  # pictures whose problems are to be found anew
        self.presenter = DatasetsPresenter(client.queue, self)
        self.edits = Edits(
            tab, self._tasks, current=lambda: self.opened, start=self._start, on_changed=self._pictures_changed
        )
        self._connect()
        self.shown()

    async def close(self) -> None:
        self.presenter.close()
        await self._tab.work.close_jobs()
        await self._tasks.close()
        await self._tab.gallery.end()
        await self._tab.problems.end()
        await self._close_set()
        self._counting.stop()
        await self.lane.close()

    # -- DatasetsView

    def sets_changed(self, lines: list[SetLine]) -> None:
        self._tab.sets.show_items(lines, self.presenter.chosen)
        line = self._line()
        if line is not None and line.facts is not None:
            self._tab.show_facts(line.facts)

    def set_chosen(self, line: SetLine | None) -> None:
        self._tab.show_set(line)
        self._update_actions()
        self._tasks.run(self._switch())

    def work_changed(self) -> None:
        self._update_actions()

    def job_ended(self, job: Job) -> None:
        if job.kind == FixSpec.kind and job.state is JobState.DONE:
            self.edits.offer_undo(tr(FIXES[str(job.spec["fix"])].title))
        self._tasks.run(self._look_again(str(job.spec.get("name", ""))))

    def say(self, text: str) -> None:
        self._tab.banner.say(text)

    # -- the data set that is shown

    async def _switch(self) -> None:
        """Closes the one and opens the other; the last wish counts when there are several."""
        async with self._switching:
            line = self._line()
            wanted = line.name if line is not None and line.is_readable else None
            if (self.opened.name if self.opened is not None else None) == wanted:
                return
            await self._close_set()
            if wanted is None:
                return
            self.opened = OpenSet(wanted)
            self._feed = ThumbnailFeed(wanted, self.lane, self._arrived)
            self._picture = PictureWiring(
                self._tab, self.opened, self._feed, self.lane, self._tasks, on_saved=self._saved
            )
            self._tab.gallery.show_set(self.opened, self._feed)
            self._tab.problems.show_set(self.opened, self._feed)
            if line is not None and line.facts is not None:
                self._tab.show_facts(line.facts)
            self._turn_view()
            await self._show_history()

    async def _close_set(self) -> None:
        self._tab.leave_picture()
        self._tab.gallery.show_set(None, None)
        self._tab.problems.show_set(None, None)
        self._close_charts()
        self._tab.commands.show_history(None, None, is_allowed=False)
        opened, feed, picture = self.opened, self._feed, self._picture
        self.opened = self._feed = self._picture = None
        self._edited.clear()
        if picture is not None:
            await picture.close()
        if feed is not None:
            await feed.close()
        if opened is not None:
            await opened.close()

    def shown(self) -> None:
        """The user comes back to the tab or the window: data sets may have been made or deleted elsewhere."""
        self._tasks.run(self.presenter.refresh())

    async def _look_again(self, name: str) -> None:
        """After a job: it may have made a data set, or changed the one that is shown."""
        await self.presenter.refresh()
        self._update_actions()
        if self.opened is not None and self.opened.name == name:
            await self._changed()

    async def _pictures_changed(self, ids: Collection[int]) -> None:
        self._edited |= set(ids)
        await self._changed()

    async def _changed(self) -> None:
        """More than one picture may be other than it was: everything that is shown is read again."""
        await self._tab.gallery.refresh()
        if self._picture is not None:
            await self._picture.read_again()
        await self._show_history()
        await self._count()

    async def _count(self) -> None:
        """Finds the problems of what was edited anew, and counts."""
        opened = self.opened
        if opened is None:
            return
        edited, self._edited = sorted(self._edited), set()
        try:
            if edited:
                await opened.recheck(edited)
                for row in await opened.rows(edited):
                    self._tab.gallery.change(row)
                if self._picture is not None:
                    await self._picture.read_again()
            self.presenter.facts_known(await opened.facts())
        except PyroblurError as error:
            self.say(failure_text(error))
        self._tab.problems.refresh()
        if self._tab.charts is not None:
            self._tab.charts.refresh()

    def _saved(self, history: History, picture: int) -> None:
        self._tab.commands.show_history(history.undo, history.redo, is_allowed=True)
        self._edited.add(picture)
        self._counting.start()

    def _arrived(self, hashes: set[str]) -> None:
        self._tab.gallery.arrived(hashes)
        self._tab.problems.arrived(hashes)

    def _close_charts(self) -> None:
        if self._tab.charts is not None:
            self._tab.charts.cancel()
        self._tab.show_charts(None)

    def _turn_view(self) -> None:
        """The charts are made when they are first looked at: they bring numpy with them."""
        opened = self.opened
        if self._tab.views.value() == CHARTS and self._tab.charts is None and opened is not None:
            with store.open_dataset(opened.name) as dataset:
                charts = ChartsPanel(dataset)
            charts.said.connect(self.say)
            self._tab.show_charts(charts)

    async def _show_history(self) -> None:
        opened = self.opened
        if opened is None:
            return
        try:
            history = await opened.history()
        except PyroblurError as error:
            self.say(failure_text(error))
            return
        is_allowed = not self.presenter.works_on(opened.name)
        self._tab.commands.show_history(history.undo, history.redo, is_allowed=is_allowed)

    def _open_picture(self, number: int, box: int | None, ids: array[int]) -> None:
        if self._picture is not None:
            self._tasks.run(self._picture.open(number, box=box, ids=ids))

    def open_picture(self, name: str, number: int) -> None:
        """Shows a picture of a data set that need not be the one that is shown."""
        self._tasks.run(self._show_picture(name, number))

    async def _show_picture(self, name: str, number: int) -> None:
        if self.presenter.line(name) is None:
            await self.presenter.refresh()
        self.presenter.choose(name)
        await self._switch()
        if self._picture is not None and self.opened is not None and self.opened.name == name:
            await self._picture.open(number, ids=array("q", [number]))
        else:
            self.say(tr("The data set {name} is not there any more.", name=name))

    # -- what is asked for

    def ask_import(self, paths: Sequence[Path]) -> None:
        self._ask(ImportDialog(self._client, paths, parent=self._tab))

    def _ask_split(self) -> None:
        line = self._line()
        if line is not None:
            pictures = line.facts.images if line.facts is not None else None
            self._ask(SplitDialog(line.name, pictures=pictures, parent=self._tab))

    def _ask_export(self) -> None:
        line = self._line()
        if line is not None:
            self._ask(ExportDialog(line.name, parent=self._tab))

    def _ask_suggest(self) -> None:
        line = self._line()
        if line is not None:
            self._ask(SuggestDialog(line.name, parent=self._tab))

    def _ask(self, dialog: SourceDialog | ImportDialog | SplitDialog | ExportDialog | SuggestDialog) -> None:
        dialog.wanted.connect(self._start)
        dialog.open()

    def _start(self, spec: Spec) -> None:
        """Has a job done; what it tells is shown by the row of running work."""
        try:
            self._tab.work.start(spec)
        except PyroblurError as error:
            self.say(failure_text(error))
        self._update_actions()

    def _check(self) -> None:
        if self.presenter.chosen is not None:
            self._start(CheckSpec(name=self.presenter.chosen))

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
        question.answered.connect(lambda answer: self._tasks.run(self._remove(name)) if answer == REMOVE else None)
        question.open()

    async def _remove(self, name: str) -> None:
        async with self._switching:
            if self.opened is not None and self.opened.name == name:
                await self._close_set()
        await self.presenter.remove(name)

    def _show_menu(self, place: QPoint) -> None:
        """For the chosen pictures of the gallery."""
        ids = self._tab.gallery.selected()
        if not ids or self._is_busy():
            return
        menu = QMenu(self._tab)
        if len(ids) == 1:
            menu.addAction(tr("&Open")).triggered.connect(lambda: self._tab.gallery.opened.emit(ids[0]))
            menu.addSeparator()
        self.edits.fill_menu(menu, ids)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    # -- how it is connected

    def _connect(self) -> None:
        tab, act = self._tab, self._tab.commands
        tab.sets.chosen.connect(self.presenter.choose)
        tab.gallery.said.connect(self.say)
        tab.gallery.opened.connect(lambda number: self._open_picture(number, None, tab.gallery.model.ids))
        tab.gallery.remove_asked.connect(self.edits.remove)
        tab.gallery.menu_asked.connect(self._show_menu)
        tab.picture.said.connect(self.say)
        tab.problems.said.connect(self.say)
        tab.problems.opened.connect(self._open_picture)
        tab.problems.fix_asked.connect(self.edits.fix)
        tab.problems.check_asked.connect(self._check)
        tab.views.changed.connect(self._turn_view)
        if tab.work is not None:
            tab.work.opened.connect(self.presenter.choose)
            tab.work.said.connect(self.say)
        act.get.triggered.connect(lambda: self._ask(SourceDialog(parent=tab)))
        act.import_.triggered.connect(lambda: self.ask_import(()))
        act.check.triggered.connect(self._check)
        act.suggest.triggered.connect(self._ask_suggest)
        act.split.triggered.connect(self._ask_split)
        act.export.triggered.connect(self._ask_export)
        act.remove.triggered.connect(self._ask_remove)
        act.undo.triggered.connect(self.edits.undo)
        act.redo.triggered.connect(self.edits.redo)
        self._counting.timeout.connect(lambda: self._tasks.run(self._count()))
        self._update_actions()

    def _line(self) -> SetLine | None:
        return self.presenter.line(self.presenter.chosen) if self.presenter.chosen is not None else None

    def _is_busy(self) -> bool:
        line = self._line()
        return line is not None and self.presenter.works_on(line.name)

    def _update_actions(self) -> None:
        line, is_busy = self._line(), self._is_busy()
        self._tab.problems.set_busy(is_busy=is_busy)
        self._tab.picture.set_read_only(is_read_only=is_busy)
        self._tab.commands.update_for(is_open=line is not None and line.is_readable, is_busy=is_busy)
