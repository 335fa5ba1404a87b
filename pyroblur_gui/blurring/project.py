"""One job's memory: what was found in which frame and which parts of the output are done, kept in SQLite.

A killed job goes on from here. The folder's name follows from the source, the target and the options that shape the
picture: the same job finds its project again, and a changed source or option starts afresh. No pixel of the source is
kept, only places and numbers. The folder goes once the output is in place.
"""

import contextlib
import hashlib
import hmac
import json
import logging
import os
import secrets
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import JsonValue

from pyroblur_gui import __version__
from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.boxes import Edges
from pyroblur_gui.core.errors import DiskFullError, JobError, MissingFileError, OutputError, UnreadableMediaError
from pyroblur_gui.core.paths import folders

log = logging.getLogger(__name__)

FILE_NAME = "project.pyroblur"
COMMIT_EVERY_S = 1.0
STALE_AFTER_S = 30 * 24 * 3600
SAMPLE_BYTES = 1 << 16
# What is decided after the pictures are encoded: changing it need not cover them again.
AFTERWARDS = {"audio", "keep_metadata", "verify", "report", "image_quality"}
MIGRATIONS = (
    """
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE frames (
        number INTEGER PRIMARY KEY, pts INTEGER NOT NULL, is_key INTEGER NOT NULL,
        was_looked_at INTEGER NOT NULL, has_failed INTEGER NOT NULL
    );
    CREATE TABLE detections (
        frame INTEGER NOT NULL, label TEXT NOT NULL, score REAL NOT NULL,
        x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL
    );
    CREATE INDEX detections_by_frame ON detections (frame);
    CREATE TABLE segments (
        number INTEGER PRIMARY KEY, first INTEGER NOT NULL, stop INTEGER NOT NULL, name TEXT NOT NULL,
        covers TEXT NOT NULL
    );
    """,
)


@dataclass(frozen=True, slots=True)
class Detection:
    """One face or plate found in one frame; box in stored pixels."""

    label: str
    box: Edges
    score: float


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One frame that was analysed. detections is None where the frame was not looked at."""

    number: int
    pts: int
    is_key: bool
    detections: tuple[Detection, ...] | None
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """Frames first to stop - 1 of the output, encoded in `path`. covers: state of the covers after its last frame."""

    number: int
    first: int
    stop: int
    path: Path
    covers: JsonValue


@dataclass(frozen=True, slots=True)
class SourceIdentity:
    """What tells a source from another of the same name: cheap for a clip of any length."""

    size_bytes: int
    mtime_ns: int
    digest: str  # of its beginning, middle and end

    @classmethod
    def of(cls, source: Path) -> Self:
        """Raises MissingFileError or UnreadableMediaError."""
        try:
            if not stat.S_ISREG(source.stat().st_mode):  # to open a pipe is to wait for its other end
                hint = "Add photos and clips that are files; to take in a folder, add the folder."
                raise UnreadableMediaError(f"{source.name} is no file.", hint=hint, path=source)
            with source.open("rb") as file:
                status = os.fstat(file.fileno())
                sample = hashlib.sha256(str(status.st_size).encode())
                for start in (0, status.st_size // 2, max(0, status.st_size - SAMPLE_BYTES)):
                    file.seek(start)
                    sample.update(file.read(SAMPLE_BYTES))
        except FileNotFoundError as error:
            hint = "Check its name and folder; if it was moved, put it back and retry."
            raise MissingFileError(f"{source.name} is not there.", hint=hint, path=source) from error
        except OSError as error:
            message = f"{source.name} cannot be read: {error.strerror or error}."
            hint = "Check that you may read it."
            raise UnreadableMediaError(message, hint=hint, path=source) from error
        return cls(status.st_size, status.st_mtime_ns, sample.hexdigest())


def noise_seed(identity: SourceIdentity) -> bytes:
    """Seeds the noise of covers: the same for a source on this installation, unknown to whoever sees an output.

    Were it new for each job, several outputs of one source could be averaged to take the noise away.
    """
    return hmac.digest(_installation_secret(), f"{identity.size_bytes} {identity.digest}".encode(), "sha256")


def remove_stale(now_s: float | None = None) -> None:
    """Removes projects that nobody went on with for 30 days."""
    limit = (time.time() if now_s is None else now_s) - STALE_AFTER_S
    for file in folders().projects.glob(f"*/{FILE_NAME}"):
        with contextlib.suppress(OSError):
            if max(part.stat().st_mtime for part in file.parent.iterdir()) < limit:
                shutil.rmtree(file.parent)


def unfinished() -> tuple[int, int]:
    """How many jobs were begun and not ended, those that run now among them, and the bytes that is kept of them."""
    count, size_bytes = 0, 0
    for file in folders().projects.glob(f"*/{FILE_NAME}"):
        with contextlib.suppress(OSError):  # one that ends at this moment
            size_bytes += sum(part.stat().st_size for part in file.parent.iterdir())
            count += 1
    return count, size_bytes


class Project:
    """A job's project, open for one process at a time, written by one thread. A context manager."""

    def __init__(self, folder: Path) -> None:
        """Opens or makes the project in that folder. Raises JobError when another process has it open."""
        self.folder = folder
        self._connection = _open(folder)
        self._waiting: list[FrameRow] = []
        self._committed_at = time.monotonic()
        (count,) = self._connection.execute("SELECT coalesce(max(number) + 1, 0) FROM frames").fetchone()
        self._recorded: int = count

    @classmethod
    def of_job(cls, identity: SourceIdentity, target: Path, options: BlurOptions, *, model: str) -> Self:
        """model: what tells the model from another of the same name, e.g. its hash."""
        shaping = options.model_dump_json(exclude=AFTERWARDS)
        parts = (__version__, str(identity), str(target.absolute()), shaping, model)
        key = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]
        return cls(folders().projects / key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def recorded(self) -> int:
        """How many frames, from the first on, were analysed."""
        return self._recorded

    def note(self, name: str, value: JsonValue) -> None:
        """Keeps a fact about the job: media facts, options, what the program was."""
        with _writing(self.folder), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))

    def noted(self, name: str) -> JsonValue:
        """A fact kept by `note`, None where there is none."""
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        value: JsonValue = json.loads(row[0]) if row else None
        return value

    def record(self, row: FrameRow) -> None:
        """Adds the next analysed frame; committed about once a second, not at once."""
        if row.number != self._recorded:
            message = f"frame {row.number} was recorded where frame {self._recorded} was due"
            raise ValueError(message)
        self._waiting.append(row)
        self._recorded += 1
        if time.monotonic() - self._committed_at > COMMIT_EVERY_S:
            self.commit()

    def commit(self) -> None:
        """Makes all that was recorded safe from a kill."""
        rows, self._waiting = self._waiting, []
        with _writing(self.folder), self._connection:
            self._connection.executemany(
                "INSERT INTO frames VALUES (?, ?, ?, ?, ?)",
                [(row.number, row.pts, row.is_key, row.detections is not None, row.has_failed) for row in rows],
            )
            self._connection.executemany(
                "INSERT INTO detections VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(row.number, found.label, found.score, *found.box) for row in rows for found in row.detections or ()],
            )
        self._committed_at = time.monotonic()

    def frames(self, start: int = 0, *, stop: int | None = None) -> Iterator[FrameRow]:
        """The analysed frames from `start` on, in order, up to `stop` or to the last that is recorded now."""
        self.commit()
        limits = start, self._recorded if stop is None else stop
        found = self._connection.cursor().execute(
            "SELECT frame, label, score, x1, y1, x2, y2 FROM detections WHERE frame >= ? AND frame < ? "
            "ORDER BY frame, rowid",
            limits,
        )
        by_frame = groupby(found, key=lambda row: int(row[0]))
        following = next(by_frame, None)
        rows = self._connection.cursor().execute(
            "SELECT * FROM frames WHERE number >= ? AND number < ? ORDER BY number", limits
        )
        for number, pts, is_key, was_looked_at, has_failed in rows:
            detections: tuple[Detection, ...] = ()
            if following is not None and following[0] == number:
                detections = tuple(Detection(row[1], (row[3], row[4], row[5], row[6]), row[2]) for row in following[1])
                following = next(by_frame, None)
            yield FrameRow(number, pts, bool(is_key), detections if was_looked_at else None, bool(has_failed))

    def pts_of(self, number: int) -> int:
        """Time stamp of an analysed frame; may be asked by any thread. Raises IndexError for another."""
        row = self._connection.execute("SELECT pts FROM frames WHERE number = ?", (number,)).fetchone()
        if row is None:
            message = f"frame {number} was not analysed"
            raise IndexError(message)
        pts: int = row[0]
        return pts

    def segments(self) -> list[SegmentRow]:
        """The committed segments whose files are all there, from the first frame on without a gap."""
        rows = self._connection.execute("SELECT * FROM segments ORDER BY number").fetchall()
        segments: list[SegmentRow] = []
        for number, first, stop, name, covers in rows:
            path = self.folder / name
            if first != (segments[-1].stop if segments else 0) or not path.is_file():
                break
            segments.append(SegmentRow(number, first, stop, path, json.loads(covers)))
        return segments

    def commit_segment(self, segment: SegmentRow) -> None:
        """Keeps a segment whose file is complete, together with all that was analysed."""
        self.commit()
        values = (segment.number, segment.first, segment.stop, segment.path.name, json.dumps(segment.covers))
        with _writing(self.folder), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?)", values)

    def close(self) -> None:
        """Commits what waits, unless the disk is full: what is committed is enough to go on from."""
        with contextlib.suppress(OutputError, sqlite3.Error):
            self.commit()
        self._connection.close()

    def remove(self) -> None:
        """The output is in place: nothing of the job is needed any more."""
        self._connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _open(folder: Path) -> sqlite3.Connection:
    for _ in range(2):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _connect(folder / FILE_NAME)
        except sqlite3.OperationalError as error:
            raise _unusable(folder, error) from error
        except sqlite3.DatabaseError as error:
            log.warning("The project in %s is damaged (%s); the job starts afresh.", folder, error)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            message = f"PyroBlur cannot keep its work in {folder}: {error.strerror or error}."
            hint = "Free some space there, or set PYROBLUR_HOME to a folder that can be written."
            raise OutputError(message, hint=hint, path=folder) from error
    hint = "Remove it, or set PYROBLUR_HOME to another folder."
    raise OutputError(f"The project in {folder} is damaged and cannot be replaced.", hint=hint, path=folder)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=0.5, check_same_thread=False)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError("made by a newer PyroBlur")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _unusable(folder, error) from error


def _unusable(folder: Path, error: sqlite3.OperationalError) -> OutputError | JobError:
    if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        hint = "Wait until it is done, or cancel it."
        return JobError("Another PyroBlur is working on this very job.", hint=hint, path=folder)
    if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
        hint = "Free some space and retry: the job goes on where it stopped."
        return DiskFullError(f"The disk that holds {folder} is full.", hint=hint, path=folder)
    hint = "Check that the folder can be written, or set PYROBLUR_HOME to one that can."
    return OutputError(f"PyroBlur cannot keep its work in {folder}: {error}.", hint=hint, path=folder)


def _installation_secret() -> bytes:
    """32 bytes drawn once an installation; drawn anew each time where they cannot be kept."""
    file = folders().data / "covers.key"
    fresh = secrets.token_bytes(32)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(fresh)
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)  # the first of two at once wins, and none reads half a key
        draft.unlink()
    with contextlib.suppress(OSError):
        kept = file.read_bytes()
        if len(kept) == len(fresh):
            return kept
    return fresh
