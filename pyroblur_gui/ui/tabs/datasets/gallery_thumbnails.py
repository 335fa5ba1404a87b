"""The small pictures of the rows on screen: from the disk where they are, else made by the worker, newest wish first.

Reading and decoding happen in a thread; what is scrolled away before its turn is never asked for.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtGui import QImage

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.thumbnails import Thumbnails
from pyroblur_gui.ui.tabs.datasets.gallery_lane import PictureLane

READ_AT_ONCE = 12
MADE_AT_ONCE = 6
KEPT_BYTES = 64 << 20

Wish = tuple[int, str]  # number of the picture, hash of its file

log = logging.getLogger(__name__)


class ThumbnailFeed:
    """Of one data set. `on_arrived` is told the hashes of what has come."""

    def __init__(self, name: str, lane: PictureLane, on_arrived: Callable[[set[str]], None]) -> None:
        self._name = name
        self._lane = lane
        self._on_arrived = on_arrived
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="thumbnails")
        self._store: Thumbnails | None = None
        self._kept: OrderedDict[str, QImage] = OrderedDict()
        self._kept_bytes = 0
        self._wishes: list[Wish] = []
        self._unmade: set[str] = set()  # not on the disk when last looked
        self._refused: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def get(self, sha256: str) -> QImage | None:
        """What is in memory; asking keeps it there."""
        image = self._kept.get(sha256)
        if image is not None:
            self._kept.move_to_end(sha256)
        return image

    def want(self, wishes: Sequence[Wish]) -> None:
        """Replaces the wishes, the most wanted first. Pictures that cannot have one are not asked for again."""
        self._wishes = [wish for wish in wishes if wish[1] not in self._kept and wish[1] not in self._refused]
        if self._wishes and not self._is_closed and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed, self._wishes = True, []
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    async def _work(self) -> None:
        while self._wishes:
            unread = [wish for wish in self._wishes if wish[1] not in self._unmade][:READ_AT_ONCE]
            if unread:
                await self._read(unread)
                continue
            await self._make(self._wishes[:MADE_AT_ONCE])

    async def _read(self, wishes: Sequence[Wish]) -> None:
        hashes = list(dict.fromkeys(sha256 for _, sha256 in wishes))
        found = await asyncio.get_running_loop().run_in_executor(self._thread, self._decoded, hashes)
        self._unmade |= set(hashes) - found.keys()
        for sha256, image in found.items():
            self._keep(sha256, image)
        self._wishes = [wish for wish in self._wishes if wish[1] not in found]
        if found:
            self._on_arrived(set(found))

    async def _make(self, wishes: Sequence[Wish]) -> None:
        """Makes some and reads them; what then is not there cannot be had."""
        try:
            await self._lane.make_thumbnails(self._name, [number for number, _ in wishes])
        except PyroblurError as error:  # the gallery shows an icon instead; the check says more of a broken file
            log.info("thumbnails: %s", error.message)
        await self._read(wishes)
        missing = {sha256 for _, sha256 in wishes if sha256 not in self._kept}
        self._refused |= missing
        self._unmade -= {sha256 for _, sha256 in wishes}
        self._wishes = [wish for wish in self._wishes if wish[1] not in missing]

    def _keep(self, sha256: str, image: QImage) -> None:
        if sha256 in self._kept:
            return
        self._kept[sha256] = image
        self._kept_bytes += image.sizeInBytes()
        while self._kept_bytes > KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= oldest.sizeInBytes()

    def _decoded(self, hashes: Sequence[str]) -> dict[str, QImage]:
        """In the thread. A thumbnail that is damaged counts as not there."""
        if self._store is None:
            self._store = Thumbnails(self._name)
        images = {}
        for sha256 in hashes:
            data = self._store.get(sha256)
            if data is not None:
                image = QImage.fromData(data)
                if not image.isNull():
                    images[sha256] = image.convertToFormat(QImage.Format.Format_RGB32)
        return images

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
