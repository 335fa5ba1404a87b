"""Has the large view show pictures, and saves what is edited in it, at once and in order."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.ui.i18n import failure_text
from pyroblur_gui.ui.tabs.datasets.picture_loading import PictureLoader

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QImage

    from pyroblur_gui.datasets.dataset import Picture
    from pyroblur_gui.ui.tabs.datasets.gallery_lane import PictureLane
    from pyroblur_gui.ui.tabs.datasets.gallery_reader import History, OpenSet, Row
    from pyroblur_gui.ui.tabs.datasets.gallery_thumbnails import ThumbnailFeed
    from pyroblur_gui.ui.tabs.datasets.tab import DatasetsTab
    from pyroblur_gui.ui.tasks import Tasks


class PictureWiring:
    """Of one open data set. on_saved is told of each edit: what can be undone now, and the picture's number."""

    def __init__(
        self,
        tab: DatasetsTab,
        opened: OpenSet,
        feed: ThumbnailFeed,
        lane: PictureLane,
        tasks: Tasks,
        *,
        on_saved: Callable[[History, int], None],
    ) -> None:
        self._tab = tab
        self._view = tab.picture
        self._opened = opened
        self._feed = feed
        self._tasks = tasks
        self._on_saved = on_saved
        self._wanted: int | None = None
        self._unsaved: deque[tuple[str, Picture]] = deque()
        self._saver: asyncio.Task[None] | None = None
        self._loader = PictureLoader(opened.name, lane, on_image=self._show_image, on_problem=self._show_problem)
        self._view.edited.connect(self._edited)
        self._view.wanted.connect(self._ask)
        self._view.detail_wanted.connect(self._ask_detail)

    async def close(self) -> None:
        """What was edited last is saved first."""
        self._view.canvas.settle()
        if self._saver is not None:
            await asyncio.wait([self._saver])
        self._view.edited.disconnect(self._edited)
        self._view.wanted.disconnect(self._ask)
        self._view.detail_wanted.disconnect(self._ask_detail)
        self._view.forget()
        await self._loader.close()

    async def open(self, number: int, *, box: int | None = None, ids: array[int] | None = None) -> None:
        """Shows a picture; the newest wish counts. ids: those to turn through; None: as before."""
        self._wanted = number
        if ids is not None:
            self._view.set_ids(ids)
        try:
            rows = await self._opened.rows([number])
        except PyroblurError as error:
            self._tab.banner.say(failure_text(error))
            return
        if self._wanted != number or not rows:
            return
        self._view.show_row(rows[0], box=box)
        self._tab.show_picture()
        small = self._feed.get(rows[0].picture.sha256)
        if small is not None:
            self._view.show_image(small)
        self._loader.show(number, self._view.neighbours)

    async def read_again(self) -> None:
        """After undo, or after a job: the picture that is shown may be another one now. What the user edits while it is
        read is newer than what was read, and stays.
        """
        while True:
            if self._saver is not None and not self._saver.done():
                await asyncio.wait([self._saver])
            picture = self._view.picture
            rows = await self._stored(picture)
            if self._view.picture is picture:
                break
        for row in rows:
            self._view.change(row)

    async def _stored(self, picture: Picture | None) -> Sequence[Row]:
        """The picture as the data set has it; nothing where it cannot be read, which is said."""
        try:
            return await self._opened.rows([picture.id]) if picture is not None else []
        except PyroblurError as error:
            self._tab.banner.say(failure_text(error))
            return []

    def _ask(self, number: int) -> None:
        self._tasks.run(self.open(number))

    def _ask_detail(self, number: int) -> None:
        self._loader.show(number, is_full=True)

    def _edited(self, title: str, after: Picture) -> None:
        """The gallery shows it, too. Edits are saved one after another: the loop may start tasks in any order."""
        if self._view.row is not None:
            self._tab.gallery.change(self._view.row)
        self._unsaved.append((title, after))
        if self._saver is None or self._saver.done():
            self._saver = asyncio.get_running_loop().create_task(self._save_all())

    async def _save_all(self) -> None:
        while self._unsaved:
            await self._save(*self._unsaved.popleft())

    async def _save(self, title: str, after: Picture) -> None:
        try:
            history = await self._opened.apply(title, [after])
        except PyroblurError as error:
            self._tab.banner.say(failure_text(error))
            for row in await self._stored(self._view.picture):
                self._view.change(row)
            return
        self._on_saved(history, after.id)
        if after.is_removed:
            await self._tab.gallery.refresh()

    def _show_image(self, number: int, image: QImage) -> None:
        if self._view.picture is not None and self._view.picture.id == number:
            self._view.show_image(image)

    def _show_problem(self, number: int, error: PyroblurError) -> None:
        if self._view.picture is not None and self._view.picture.id == number:
            self._view.show_problem(error)
