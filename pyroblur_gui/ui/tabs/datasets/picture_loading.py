"""Brings pictures for the large view from the worker: the one that is shown, then its neighbours, so that turning the
pages is immediate. Only the newest wish waits.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QImage

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.spec import PictureRequest
from pyroblur_gui.ui.pictures import Picture
from pyroblur_gui.ui.tabs.datasets.gallery_lane import PictureLane

KEPT = 5
USUAL_SIZE = (1920, 1440)
LARGEST_SIZE = (8192, 8192)


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture by its number, as large as usual or, to zoom in, as large as it is."""

    number: int
    is_full: bool = False


class PictureLoader:
    """Of one data set. `on_image` and `on_problem` are told of the picture that was wished for last."""

    def __init__(
        self,
        name: str,
        lane: PictureLane,
        *,
        on_image: Callable[[int, QImage], None],
        on_problem: Callable[[int, PyroblurError], None],
    ) -> None:
        self._name = name
        self._lane = lane
        self._on_image = on_image
        self._on_problem = on_problem
        self._kept: OrderedDict[Wish, QImage] = OrderedDict()
        self._wishes: list[Wish] = []
        self._shown: Wish | None = None
        self._task: asyncio.Task[None] | None = None

    def show(self, number: int, neighbours: tuple[int, ...] = (), *, is_full: bool = False) -> None:
        """Tells the picture at once if it is here, else as soon as it is."""
        wish = self._shown = Wish(number, is_full)
        wishes = [wish, *(Wish(each) for each in neighbours)]
        for each in wishes:
            if each in self._kept:
                self._kept.move_to_end(each)
        if wish in self._kept:
            self._on_image(number, self._kept[wish])
        self._wishes = [each for each in wishes if each not in self._kept]
        if self._wishes and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        self._wishes, self._shown = [], None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while self._wishes:
            wish = self._wishes.pop(0)
            width, height = LARGEST_SIZE if wish.is_full else USUAL_SIZE
            request = PictureRequest(name=self._name, picture=wish.number, width=width, height=height)
            try:
                image = await asyncio.to_thread(_image, await self._lane.picture(request))
            except PyroblurError as error:
                if wish == self._shown:
                    self._on_problem(wish.number, error)
                continue
            self._kept[wish] = image
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            if wish == self._shown:
                self._on_image(wish.number, image)


def _image(picture: Picture) -> QImage:
    """In a thread: a copy in the format that is drawn fastest."""
    stride = picture.width * 3
    return QImage(picture.rgb, picture.width, picture.height, stride, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )
