"""Asks for the small pictures of the lines that are on screen, newest wish first, and for no others."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.ui.pictures import Picture
from pyroblur_gui.ui.tabs.blur.ports import Previews

log = logging.getLogger(__name__)

Learned = Callable[[int, Picture | None, MediaFacts], None]


class Thumbnails:
    """Patient requests, one after another: the preview's own requests go first in the lane."""

    def __init__(self, previews: Previews, on_learned: Learned, *, width: int, height: int) -> None:
        """width, height: the box that a thumbnail must fit into, in device pixels."""
        self._previews = previews
        self._on_learned = on_learned
        self._size = (width, height)
        self._wanted: list[tuple[int, Path]] = []
        self._refused: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def want(self, wanted: Sequence[tuple[int, Path]]) -> None:
        """Replaces the wishes: (number of the line, file). Files that gave an error are not asked for again."""
        self._wanted = [wish for wish in wanted if wish[0] not in self._refused]
        if self._wanted and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    def close(self) -> None:
        self._wanted = []
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        width, height = self._size
        while self._wanted:
            number, path = self._wanted.pop(0)
            try:
                picture, facts = await self._previews.thumbnail(path, width=width, height=height)
            except PyroblurError as error:  # the job will say it better, where it can be acted on
                log.info("no thumbnail of %s: %s", path.name, error.message)
                self._refused.add(number)
                continue
            self._on_learned(number, picture, facts)
