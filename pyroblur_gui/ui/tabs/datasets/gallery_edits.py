"""Changes to a data set of more than one picture's boxes: removals, moves between splits, fixes, undo and redo.

Each is one undoable change. Few pictures are changed at once in the data set's thread, many by a job.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.fixes import FIXES
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.spec import FixSpec, UndoSpec
from pyroblur_gui.ui.i18n import failure_text, tr, trn
from pyroblur_gui.ui.tabs.datasets.picture_editing import all_accepted
from pyroblur_gui.ui.tabs.datasets.wording import split_label

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from PySide6.QtWidgets import QMenu

    from pyroblur_gui.datasets.dataset import Picture
    from pyroblur_gui.jobs.spec import Spec
    from pyroblur_gui.ui.tabs.datasets.gallery_reader import OpenSet
    from pyroblur_gui.ui.tabs.datasets.tab import DatasetsTab
    from pyroblur_gui.ui.tasks import Tasks

FIXED_AT_ONCE = 50  # problems; more are fixed by a job
TURNED_AT_ONCE = 2000  # pictures of a change that is undone; more by a job


class Edits:
    """current: the data set that is open. on_changed: told the numbers of pictures whose problems are to be found anew,
    once a change is on the disk.
    """

    def __init__(
        self,
        tab: DatasetsTab,
        tasks: Tasks,
        *,
        current: Callable[[], OpenSet | None],
        start: Callable[[Spec], None],
        on_changed: Callable[[Collection[int]], Awaitable[None]],
    ) -> None:
        self._tab = tab
        self._tasks = tasks
        self._current = current
        self._start = start
        self._on_changed = on_changed

    def undo(self) -> None:
        self._tasks.run(self._turn(is_undo=True))

    def redo(self) -> None:
        self._tasks.run(self._turn(is_undo=False))

    def remove(self, ids: Sequence[int]) -> None:
        """Takes pictures out of the data set; their files stay until it is deleted."""
        title = trn("Remove {count} picture", "Remove {count} pictures", len(ids))
        self._tasks.run(self._apply(title, ids, lambda picture: replace(picture, is_removed=True)))

    def accept(self, ids: Sequence[int]) -> None:
        title = trn("Accept suggestions of {count} picture", "Accept suggestions of {count} pictures", len(ids))
        self._tasks.run(self._apply(title, ids, all_accepted))

    def move(self, ids: Sequence[int], split: Split) -> None:
        title = trn(
            "Move {count} picture to {split}", "Move {count} pictures to {split}", len(ids), split=split_label(split)
        )
        self._tasks.run(self._apply(title, ids, lambda picture: replace(picture, split=split)))

    def fix(self, fix: str, kind: str, problems: tuple[int, ...]) -> None:
        """Of a job the row of running work tells; undo is offered for both."""
        opened = self._current()
        if opened is None:
            return
        if problems and len(problems) <= FIXED_AT_ONCE and FIXES[fix].change is not None:
            self._tasks.run(self._fix_now(fix, kind, problems))
        else:
            self._start(FixSpec(name=opened.name, fix=fix, kind_of_problem=kind, problems=problems))

    def offer_undo(self, title: str) -> None:
        undo = self._tab.commands.undo
        self._tab.banner.offer(tr("Done: “{change}”.", change=title), ((tr("&Undo"), undo.trigger),))

    def fill_menu(self, menu: QMenu, ids: Sequence[int]) -> None:
        """What can be done with these pictures of the gallery."""
        menu.addAction(tr("&Accept suggestions")).triggered.connect(lambda: self.accept(ids))
        moves = menu.addMenu(tr("&Move to"))
        for split in Split:
            moves.addAction(split_label(split)).triggered.connect(lambda _checked=False, to=split: self.move(ids, to))
        menu.addSeparator()
        menu.addAction(tr("&Remove from the data set")).triggered.connect(lambda: self.remove(ids))

    async def _turn(self, *, is_undo: bool) -> None:
        """Undo or redo, and says what it was where that is not seen."""
        opened = self._current()
        if opened is None:
            return
        try:
            if await opened.change_size(is_undo=is_undo) > TURNED_AT_ONCE:
                self._start(UndoSpec(name=opened.name, again=not is_undo))
                return
            turned = await opened.turn(is_undo=is_undo)
        except PyroblurError as error:
            self._tell(error)
            return
        if turned is not None and not self._tab.picture.isVisible():
            text = tr("Undone: “{change}”.") if is_undo else tr("Done again: “{change}”.")
            self._tab.banner.say(text.format(change=turned.title))
        await self._on_changed(())

    async def _apply(self, title: str, ids: Sequence[int], change: Callable[[Picture], Picture]) -> None:
        opened = self._current()
        if opened is None or not ids:
            return
        try:
            await opened.apply(title, [change(row.picture) for row in await opened.rows(ids)])
        except PyroblurError as error:
            self._tell(error)
            return
        self.offer_undo(title)
        await self._on_changed(ids)

    async def _fix_now(self, fix: str, kind: str, problems: tuple[int, ...]) -> None:
        opened = self._current()
        if opened is None:
            return
        try:
            await opened.fix(fix, kind, problems)
        except PyroblurError as error:
            self._tell(error)
            return
        self.offer_undo(tr(FIXES[fix].title))
        await self._on_changed(())

    def _tell(self, error: PyroblurError) -> None:
        self._tab.banner.say(failure_text(error))
