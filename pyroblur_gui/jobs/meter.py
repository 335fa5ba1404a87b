"""Tells whoever watches how far a stage of a job is, how fast it goes, and how long it will take."""

import threading
import time
from collections import deque

from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress

EVERY_S = 0.1
WINDOW_S = 5.0  # the rate is that of the last seconds


class Meter:
    """Counts one stage; may be told from several threads.

    `start`: what an earlier run of the job had done, which says nothing about the speed.
    """

    def __init__(
        self, context: Context, stage: str, *, total: float | None, unit: str = "frames", start: float = 0
    ) -> None:
        self._context = context
        self._stage = stage
        self._total = total
        self._unit = unit
        self._told_at = float("-inf")
        self._past = deque([(time.monotonic(), start)])
        self._lock = threading.Lock()

    def expect(self, total: float | None) -> None:
        """All of it is so much, as far as is known by now."""
        self._total = total

    def at(self, done: float) -> None:
        """So much is done; told a few times a second at most."""
        now = time.monotonic()
        with self._lock:
            if now - self._told_at < EVERY_S:
                return
            self._tell(now, done, self._total)

    def finish(self, done: float) -> None:
        """All is done: the total is known now, whatever was thought before."""
        with self._lock:
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
