"""Brings sample pictures to the window: the boxes from the run's folder, the pictures from the worker, each once.

The pictures are kept in memory only, and only those of the run that is shown.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QImage

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.training.samples import SampledEpoch, read
from pyroblur_gui.ui.pictures import Picture

SIZE = 960  # pixels, the longer side


class PictureSource(Protocol):
    """The window's jobs (ui/job_client.py), as far as they are needed here."""

    def thumbnail(self, path: Path, *, width: int, height: int) -> Awaitable[tuple[Picture | None, object]]: ...


class SampleLoader:
    """Only the newest wish is answered. Call it on the loop."""

    def __init__(
        self,
        source: PictureSource,
        on_loaded: Callable[[list[int], SampledEpoch | None, dict[Path, QImage | None]], None],
    ) -> None:
        self._source = source
        self._on_loaded = on_loaded
        self._images: dict[Path, QImage | None] = {}
        self._folder: Path | None = None
        self._wish = 0

    async def load(self, folder: Path, epoch: int) -> None:
        """The samples of an epoch, or of the last one (0). They are shown as soon as the pictures are there."""
        self._wish += 1
        wish = self._wish
        if folder != self._folder:
            self._folder = folder
            self._images = {}
        epochs, sampled = await asyncio.to_thread(read, folder, epoch or None)
        for sample in sampled.samples if sampled is not None else ():
            if wish != self._wish:
                return
            if sample.picture not in self._images:
                image = await self._image(sample.picture)
                self._images[sample.picture] = image
        if wish == self._wish:
            self._on_loaded(epochs, sampled, dict(self._images))

    async def _image(self, path: Path) -> QImage | None:
        try:
            picture, _ = await self._source.thumbnail(path, width=SIZE, height=SIZE)
        except PyroblurError:  # it was removed from the data set, or is damaged: its boxes are shown without it
            return None
        return await asyncio.to_thread(_converted, picture) if picture is not None else None


def _converted(picture: Picture) -> QImage:
    """A copy in the format that is drawn fastest."""
    stride = picture.width * 3
    image = QImage(picture.rgb, picture.width, picture.height, stride, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)
