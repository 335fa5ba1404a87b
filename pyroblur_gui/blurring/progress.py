"""Shows whoever watches what a job makes, while it makes it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.jobs.context import Context

PREVIEW_PX = 640


class Upright(Protocol):
    """A frame or a page of a photo, as a person sees it."""

    def rgb(self, width: int, height: int) -> NDArray[np.uint8]: ...


def show(context: Context, picture: Upright, size: tuple[int, int], *, frame: int, time_s: float) -> None:
    """Shows a covered picture to whoever watches. size: width and height that it is seen at."""
    if not context.wants_preview():
        return
    scale = min(1.0, PREVIEW_PX / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    context.show(picture.rgb(width, height).data, width=width, height=height, frame=frame, time_s=time_s, boxes=())
