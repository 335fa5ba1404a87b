"""Writing to a reader that may have stopped reading: a full pipe holds a command up for ever, Ctrl-C or not.

A write that is blocked is begun again after a signal, so that asyncio's own handler of Ctrl-C comes to nothing. Here it
is waited for in short turns, and given up a moment after the command was asked to end.
"""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import TextIO

TURN_S = 0.1
GRACE_S = 2.0  # for a reader that is only slow, after the command was asked to end
MOST_BYTES = 512  # at once: what POSIX promises that a pipe takes whole, once it takes anything


class UnreadError(BrokenPipeError):
    """The reader is there and does not read."""


class _Ending:
    """When the command was asked to end; None: it was not."""

    asked_at: float | None = None


@contextlib.contextmanager
def noting_the_end() -> Iterator[None]:
    """Within it, Ctrl-C and SIGTERM are noted, and handled as before. Call it on the main thread."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, frame: FrameType | None) -> None:
        _Ending.asked_at = _Ending.asked_at or time.monotonic()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in before.items():
            if callable(handler):
                signal.signal(number, handler)


def send(stream: TextIO, text: str) -> None:
    """Writes all of it, at once. Raises UnreadError where the command was asked to end and nobody reads it, OSError."""
    encoding = stream.encoding or "utf-8"
    data = text.encode(encoding, "backslashreplace")
    try:
        number = stream.fileno()
    except (OSError, ValueError, AttributeError):  # in memory
        number = -1
    if number < 0 or sys.platform == "win32":  # Windows cannot wait for a pipe
        stream.write(data.decode(encoding))
        stream.flush()
        return
    stream.flush()
    while data:
        if select.select([], [number], [], TURN_S)[1]:
            data = data[os.write(number, data[:MOST_BYTES]) :]
        elif _Ending.asked_at is not None and time.monotonic() - _Ending.asked_at > GRACE_S:
            raise UnreadError
