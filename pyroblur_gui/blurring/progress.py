"""Tells whoever watches how far a stage of a job is, how fast it goes, and what it makes."""

import time
from collections import deque
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress

EVERY_S = 0.1
WINDOW_S = 5.0  # the rate is that of the last seconds
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


class Meter:
    """Counts one stage. `start`: what an earlier run of the job had done, which says nothing about the speed."""

    def __init__(
        self, context: Context, stage: str, *, total: float | None, unit: str = "frames", start: float = 0
    ) -> None:
        self._context = context
        self._stage = stage
        self._total = total
        self._unit = unit
        self._told_at = float("-inf")
        self._past = deque([(time.monotonic(), start)])

    def at(self, done: float) -> None:
        """So much is done; told a few times a second at most."""
        now = time.monotonic()
        if now - self._told_at < EVERY_S:
            return
        self._tell(now, done, self._total)

    def finish(self, done: float) -> None:
        """All is done: the total is known now, whatever was thought before."""
        self._tell(time.monotonic(), done, done)

    def _tell(self, now: float, done: float, total: float | None) -> None:
        self._told_at = now
        self._past.append((now, done))
        while len(self._past) > 2 and self._past[1][0] <= now - WINDOW_S:
            self._past.popleft()
        then, before = self._past[0]
        rate = (done - before) / (now - then) if now > then and done > before else None
        left = max(0.0, total - done) / rate if rate and total is not None else None
        if total is not None:
            total = max(total, done)
        self._context.emit(Progress(stage=self._stage, done=done, total=total, unit=self._unit, rate=rate, eta_s=left))
