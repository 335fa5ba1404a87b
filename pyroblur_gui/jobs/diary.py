"""What a job tells, on disk, so that whoever comes later reads all of it and then goes on listening.

Two files of JSON lines. `events.jsonl` is for good and only grows. `present.jsonl` holds what is of interest until the
next step is through (progress, the losses of single batches) and begins anew then, so that a training of 300 epochs
with 1000 batches each leaves a file that is read in a blink. Every line has a number, by which both are put in order.
"""

import logging
import threading
import time
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict

from pyroblur_gui.jobs.events import Event, Metric, Preview, Progress, from_line, to_line

LASTING_FILE, PRESENT_FILE = "events.jsonl", "present.jsonl"
PROGRESS_INTERVAL_S = 0.5
MOMENTARY = ("batch/", "device/")  # what the names of metrics begin with that tell of a moment within a step
_TAIL_BYTES = 64 << 10
_HEAD_BYTES = 48  # enough for a line's number and time, which no other line has

log = logging.getLogger(__name__)


class Entry(BaseModel):
    """A line. n: rises by one from line to line over both files; at: seconds since 1970."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    n: int
    at: float
    event: Event


def last_event(folder: Path) -> Event | None:
    """The last of those that last: how the last sitting ended, where it ended in order. None where there is none."""
    entry = _last_entry(folder / LASTING_FILE)
    return entry.event if entry is not None else None


def is_momentary(event: Event) -> bool:
    """Whether it goes to the file that begins anew with every step."""
    if isinstance(event, Metric):
        return event.name.startswith(MOMENTARY)
    return isinstance(event, Progress | Preview)


class DiaryWriter:
    """The worker's side. A disk that is full costs lines, never the job. Every method may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError where the folder cannot be written to."""
        self._lock = threading.Lock()
        self._number = max(_last_number(folder / LASTING_FILE), _last_number(folder / PRESENT_FILE))
        self._lasting = _Lines(folder / LASTING_FILE)
        self._present = _Lines(folder / PRESENT_FILE)
        self._present.clear()
        self._is_step_over = False
        self._told_at: dict[str, float] = {}

    @property
    def size(self) -> int:
        """Bytes of what lasts."""
        return self._lasting.size

    def write(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, Progress) and not self._is_due(event):
                return
            self._number += 1
            line = f'{{"n":{self._number},"at":{time.time():.3f},"event":{to_line(event)}}}\n'.encode()
            if not is_momentary(event):
                self._is_step_over |= isinstance(event, Metric)
                self._lasting.write(line)
                return
            if self._is_step_over:
                self._is_step_over = False
                self._present.clear()
            self._present.write(line)

    def close(self) -> None:
        with self._lock:
            self._lasting.close()
            self._present.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _is_due(self, progress: Progress) -> bool:
        now = time.monotonic()
        is_complete = progress.total is not None and progress.done >= progress.total
        if not is_complete and now - self._told_at.get(progress.stage, float("-inf")) < PROGRESS_INTERVAL_S:
            return False
        self._told_at[progress.stage] = now
        return True


class DiaryReader:
    """Anybody's side: each `read` gives what is new, in the order in which it was told. May be called from a thread."""

    def __init__(self, folder: Path, *, lasting_from: int = 0) -> None:
        """lasting_from: bytes of what lasts that are passed over, told in earlier sittings."""
        self._lasting = _Tail(folder / LASTING_FILE, lasting_from)
        self._present = _Tail(folder / PRESENT_FILE)
        self._held: list[Entry] = []
        self._last = -1

    def read(self) -> list[Entry]:
        """Raises OSError where it cannot be read; a file that is not there yet holds nothing.

        The files are read one after the other while both grow. What lasts is therefore read before and after: what is
        later than the newest of the other file waits for the next time, when nothing before it can be missing.
        """
        lasting = [*self._held, *self._lasting.entries()]
        present = self._present.entries()
        later = self._lasting.entries()
        newest = present[-1].n if present else -1
        self._held = [entry for entry in later if entry.n > newest]
        told = [*lasting, *present, *(entry for entry in later if entry.n <= newest)]
        told.sort(key=lambda entry: entry.n)
        told = [entry for entry in told if entry.n > self._last]
        if told:
            self._last = told[-1].n
        return told


class _Lines:
    """A file that whole lines are added to."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO | None = path.open("ab", buffering=0)
        self._is_whole = _ends_whole(path)

    @property
    def size(self) -> int:
        return self._file.tell() if self._file is not None else 0

    def write(self, line: bytes) -> None:
        self._try(lambda file: self._add(file, line))

    def clear(self) -> None:
        self._is_whole = True
        self._try(lambda file: file.truncate(0))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _add(self, file: BinaryIO, line: bytes) -> None:
        line = line if self._is_whole else b"\n" + line  # after one that a full disk or a kill cut short
        self._is_whole = False
        self._is_whole = file.write(line) == len(line)

    def _try(self, write: Callable[[BinaryIO], object]) -> None:
        if self._file is None:
            return
        try:
            write(self._file)
        except OSError as exc:
            log.warning("the events of a job cannot be written down: %s", exc.strerror)


class _Tail:
    """What was added to a file since it was looked at last; from the start where it was begun anew."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self._path = path
        self._offset = offset
        self._head = b""

    def entries(self) -> list[Entry]:
        try:
            with self._path.open("rb", buffering=0) as file:  # what a buffer holds may be older than the file
                data = self._added(file)
        except FileNotFoundError:
            return []
        whole = data.rfind(b"\n") + 1
        self._offset += whole
        return [entry for line in data[:whole].splitlines() if (entry := _entry(line)) is not None]

    def _added(self, file: FileIO) -> bytes:
        """A file that is begun anew meanwhile is read again: what was read may lie in the midst of the new lines."""
        while True:
            head = _head(file)
            if not head.startswith(self._head):
                self._offset = 0
            self._head = head
            file.seek(self._offset)
            data = file.read() if head else b""
            if _head(file) == head:
                return data


def _head(file: FileIO) -> bytes:
    file.seek(0)
    return file.read(_HEAD_BYTES)


def _entry(line: bytes) -> Entry | None:
    """None for a line that was cut short, or that another version wrote."""
    if not line.strip():
        return None
    try:
        return Entry.model_validate_json(line)
    except ValueError:
        pass
    try:  # a name that is no text, which only Python's own JSON carries
        number, _, rest = line.partition(b',"at":')
        at, _, event = rest.partition(b',"event":')
        return Entry(n=int(number.removeprefix(b'{"n":')), at=float(at), event=from_line(event[:-1]))
    except ValueError:
        log.debug("a line of a job's events is not whole")
        return None


def _last_number(path: Path) -> int:
    entry = _last_entry(path)
    return entry.n if entry is not None else 0


def _last_entry(path: Path) -> Entry | None:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    return next((entry for line in reversed(lines) if (entry := _entry(line)) is not None), None)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if not size:
            return True
        file.seek(size - 1)
        return file.read(1) == b"\n"
