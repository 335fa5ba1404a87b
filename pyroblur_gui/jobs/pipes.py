"""What comes out of a child: whole lines of its stdout, the end of its stderr, and the moment of its death.

An asyncio protocol rather than streams: streams tell of a child's death only once all its pipes are closed, and a
grandchild that inherited stderr can hold one open for ever (cpython gh-119710, not mended in Python 3.11).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import cast

STDOUT, STDERR = 1, 2
LONGEST_LINE_BYTES = 32 << 20
KEPT_ERRORS_BYTES = 64 << 10
DRAIN_S = 0.5  # a dead child's last lines may still be on their way

log = logging.getLogger(__name__)


class Pipes(asyncio.SubprocessProtocol):
    """Tells whoever is attached each line and, once, the end after the child's death and its last line."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._kept: list[bytes] = []  # lines that nobody was there to hear
        self._on_line: Callable[[bytes], None] = self._kept.append
        self._on_end: Callable[[], None] = _tell_nobody
        self.transport: asyncio.SubprocessTransport | None = None
        self._rest = bytearray()
        self._is_skipping = False
        self._errors = bytearray()
        self._is_stdout_closed = False
        self._has_exited = False

    def attach(self, *, on_line: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        """From now on, and what was said before. Call it before the child has ended."""
        self._on_line, self._on_end = on_line, on_end
        for line in self._kept:
            on_line(line)
        self._kept.clear()

    def forget_errors(self) -> None:
        self._errors.clear()

    def last_errors(self) -> str:
        return self._errors.decode(errors="replace")

    async def ended_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        except TimeoutError:
            return False
        return True

    def abandon(self) -> None:
        """Takes the child for dead although the system still holds it."""
        self._end()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        data = data if isinstance(data, bytes) else data.encode()
        if fd == STDERR:
            self._errors += data
            del self._errors[:-KEPT_ERRORS_BYTES]
        elif fd == STDOUT:
            self._split(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if fd == STDOUT:
            self._is_stdout_closed = True
            if self._has_exited:
                self._end()

    def process_exited(self) -> None:
        self._has_exited = True
        if self._is_stdout_closed:
            self._end()
        else:
            asyncio.get_running_loop().call_later(DRAIN_S, self._end)

    def _split(self, data: bytes) -> None:
        *lines, rest = data.split(b"\n")
        for line in lines:
            whole = bytes(self._rest + line) if self._rest else line
            self._rest.clear()
            if not self._is_skipping and whole:
                self._on_line(whole)
            self._is_skipping = False
        self._rest += rest
        if len(self._rest) > LONGEST_LINE_BYTES:
            log.warning("a line of more than %d bytes was skipped", LONGEST_LINE_BYTES)
            self._rest.clear()
            self._is_skipping = True
        elif self._is_skipping:
            self._rest.clear()

    def _end(self) -> None:
        if self.ended.is_set():
            return
        if self.transport is not None:
            self.transport.close()
        self._on_end()
        self.ended.set()


def _tell_nobody() -> None:
    """A child that ended before anybody took it over."""
