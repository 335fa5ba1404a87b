"""Events on their way to the parent, which may have stopped reading: the work goes on all the same.

A pipe takes 64 KiB and then holds up whoever writes into it. A parent reads no more when its own reader does not (a
program that waits behind `--json`, a terminal that was stopped): a training would stand still with it, hear no wish to
stop, and be ended the hard way. A thread of its own therefore writes. In a pipe that is read nothing changes: who tells
an event goes on once it is out, so that a crash right after it does not take it along.
"""

import logging
import threading
from collections import deque
from typing import BinaryIO

from pyroblur_gui.jobs.diary import is_momentary
from pyroblur_gui.jobs.events import Event, Preview, to_line

MOST_MOMENTS = 500  # lines that wait, from which on those of the moment are dropped
MOST_BYTES = 32 << 20  # that wait; then the one who tells more waits, too: nothing that lasts is dropped
PATIENCE_S = 0.1  # for a line to be out while nothing else waits

log = logging.getLogger(__name__)


class EventPipe:
    """Events as lines of JSON, whole and in order, from whichever thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting: deque[bytes] = deque()  # the first one is being written
        self._bytes = 0
        self._changed = threading.Condition()
        self._is_gone = False
        threading.Thread(target=self._pour, name="events", daemon=True).start()

    def write(self, event: Event) -> None:
        line = to_line(event).encode() + b"\n"
        with self._changed:
            if len(self._waiting) >= MOST_MOMENTS and _passes(event):
                return
            self._changed.wait_for(lambda: self._bytes < MOST_BYTES)
            is_read = not self._waiting
            self._waiting.append(line)
            self._bytes += len(line)
            self._changed.notify_all()
            if is_read:
                self._changed.wait_for(lambda: not self._waiting, PATIENCE_S)

    def flush(self, seconds: float) -> None:
        """Waits until all is out, for that long at most."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting, seconds)

    def _pour(self) -> None:
        """The thread that may be held up."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                line = self._waiting[0]
            self._send(line)
            with self._changed:
                self._waiting.popleft()
                self._bytes -= len(line)
                self._changed.notify_all()

    def _send(self, line: bytes) -> None:
        if self._is_gone:
            return
        try:
            self._stream.write(line)
            self._stream.flush()
        except OSError:  # nobody reads any more; the end of stdin, which comes with it, stops the job
            self._is_gone = True
            log.debug("an event was lost: the parent is gone")


def _passes(event: Event) -> bool:
    """Whether it is of the moment only: the next of its kind says all that is of interest."""
    return is_momentary(event) and not (isinstance(event, Preview) and event.request is not None)
