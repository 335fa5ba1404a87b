"""The queue on disk: one SQLite file that survives a crash and that several windows may have open at once.

Every job has an owner: the process whose queue it is in. Opening the file takes over the jobs of owners that are gone,
and only those; of these, the ones that were under way become `interrupted`, for the user to resume.
"""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import BaseModel, JsonValue

from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.core.files import unused_name
from pyroblur_gui.jobs.events import Failed, Finished, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.owner import CLOCK_TOLERANCE_S, Owner

BUSY_TIMEOUT_S = 5.0

# Each entry takes a file from the version that is its index to the next; never change one that was released.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            spec TEXT NOT NULL,
            lane TEXT NOT NULL,
            state TEXT NOT NULL,
            position INTEGER NOT NULL,
            created TEXT NOT NULL,
            updated TEXT NOT NULL,
            progress TEXT,
            result TEXT,
            failure TEXT,
            owner_pid INTEGER,
            owner_started REAL
        )""",
        "CREATE INDEX jobs_by_owner ON jobs (owner_pid, position)",
    ),
)

_KEPT_COLUMNS = ",".join(
    ("kind", "spec", "lane", "state", "created", "updated", "progress", "result", "failure")  # not whose they were
)

_REASONS = {"newer": "made by a newer version of PyroBlur", "damaged": "damaged"}

log = logging.getLogger(__name__)

_E = TypeVar("_E", bound=BaseModel)


class JobStore:
    """Jobs of one owner. All methods are quick and are called from one thread.

    Where nothing else is said, errors of the database are sqlite3.Error: the queue goes on from memory.
    """

    def __init__(self, database: sqlite3.Connection, owner: Owner) -> None:
        self._database = database
        self._owner = owner
        try:
            _migrate(database)
            self._take_over()
        except BaseException:
            database.close()
            raise

    @classmethod
    def open(cls, path: Path, *, owner: Owner | None = None) -> Self:
        """Opens or makes the file. A file that a newer PyroBlur made, or a damaged one, is moved aside, not changed.

        Raises OutputError when the file can be neither read nor made.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            reason = _unfitness(path)
            if reason:
                _move_aside(path, reason)
            store = cls(_connect(path), owner or Owner.this_process())
            for aside in sorted(path.parent.glob(f"{path.stem}.newer*{path.suffix}")):
                store._take_back(aside)
        except (OSError, sqlite3.Error) as exc:
            reason = (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
            message = f"The queue cannot be kept in {path}: {reason}."
            hint = f"Check that {path.parent} can be written to and that its disk is not full."
            raise OutputError(message, hint=hint, path=path) from exc
        return store

    @classmethod
    def in_memory(cls) -> Self:
        """A queue that nobody else sees and that ends with this process: the command line's."""
        return cls(_connect(":memory:"), Owner.this_process())

    def jobs(self) -> list[Job]:
        rows = self._database.execute(
            "SELECT * FROM jobs WHERE owner_pid = ? AND abs(owner_started - ?) < ? ORDER BY position, id", self._mine()
        )
        return [_job_of(row) for row in rows]

    def add(self, wanted: Iterable[tuple[str, Mapping[str, JsonValue], str]]) -> list[Job]:
        """Appends jobs, given as (kind, spec, lane), all or none. Raises OutputError when they cannot be kept."""
        try:
            return self._add(wanted)
        except sqlite3.Error as exc:
            message = f"The job cannot be added to the queue: {exc}."
            raise OutputError(message, hint="Check that the disk with your home folder is not full.") from exc

    def save(self, job: Job) -> None:
        """Writes what may change in a job: state, position, progress and how it ended."""
        events = (_json_of(job.progress), _json_of(job.result), _json_of(job.failure))
        self._database.execute(
            "UPDATE jobs SET state = ?, position = ?, updated = ?, progress = ?, result = ?, failure = ? WHERE id = ?",
            (job.state, job.position, job.updated.isoformat(), *events, job.id),
        )

    def remove(self, ids: Sequence[int]) -> None:
        with _transaction(self._database):
            self._database.executemany("DELETE FROM jobs WHERE id = ?", [(number,) for number in ids])

    def reorder(self, positions: Mapping[int, int]) -> None:
        """Gives jobs new positions: id -> position."""
        with _transaction(self._database):
            self._database.executemany(
                "UPDATE jobs SET position = ? WHERE id = ?",
                [(position, number) for number, position in positions.items()],
            )

    def close(self) -> None:
        """Lets go of the jobs, so that another window may take them over. Once closed, it may be closed again."""
        try:
            self._database.execute(
                "UPDATE jobs SET owner_pid = NULL, owner_started = NULL WHERE owner_pid = ? "
                "AND abs(owner_started - ?) < ?",
                self._mine(),
            )
        except sqlite3.ProgrammingError:
            return
        except sqlite3.Error:
            log.exception("the queue could not be let go of; it is taken over when this process has ended")
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, wanted: Iterable[tuple[str, Mapping[str, JsonValue], str]]) -> list[Job]:
        now = datetime.now(UTC).isoformat()
        added: list[Job] = []
        with _transaction(self._database):
            (last,) = self._database.execute("SELECT coalesce(max(position), -1) FROM jobs").fetchone()
            for position, (kind, spec, lane) in enumerate(wanted, start=last + 1):
                values = (kind, json.dumps(spec), lane, JobState.QUEUED, position, now, now)
                row = self._database.execute(
                    "INSERT INTO jobs (kind, spec, lane, state, position, created, updated, owner_pid, owner_started) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
                    (*values, self._owner.pid, self._owner.started),
                ).fetchone()
                added.append(_job_of(row))
        return added

    def _take_back(self, aside: Path) -> None:
        """Adds the jobs of a file that an older PyroBlur had to move aside, once it is not too new any more."""
        try:
            if _unfitness(aside):
                return
            with closing(_connect(aside)) as before:
                _migrate(before)
                rows = before.execute(f"SELECT {_KEPT_COLUMNS} FROM jobs ORDER BY position, id").fetchall()  # noqa: S608
        except sqlite3.Error:
            log.exception("the jobs in %s could not be taken back; it is kept", aside.name)
            return
        with _transaction(self._database):
            (last,) = self._database.execute("SELECT coalesce(max(position), -1) FROM jobs").fetchone()
            self._database.executemany(
                f"INSERT INTO jobs ({_KEPT_COLUMNS}, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                [(*row, position) for position, row in enumerate(rows, start=last + 1)],
            )
        for companion in ("-wal", "-shm", ""):
            aside.with_name(aside.name + companion).unlink(missing_ok=True)
        log.warning("%d jobs of %s are in the queue again", len(rows), aside.name)
        self._take_over()

    def _mine(self) -> tuple[int, float, float]:
        return self._owner.pid, self._owner.started, CLOCK_TOLERANCE_S

    def _take_over(self) -> None:
        """In one transaction: of two windows that open at once, only one gets a dead owner's jobs."""
        with _transaction(self._database):
            owners = self._database.execute("SELECT DISTINCT owner_pid, owner_started FROM jobs").fetchall()
            for pid, started in owners:
                if pid is not None and Owner(pid, started).is_alive():
                    continue
                self._database.execute(
                    "UPDATE jobs SET owner_pid = ?, owner_started = ?, "
                    "state = CASE WHEN state IN ('running', 'paused') THEN 'interrupted' ELSE state END "
                    "WHERE owner_pid IS ? AND owner_started IS ?",
                    (self._owner.pid, self._owner.started, pid, started),
                )


def _connect(path: Path | str) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last second, never the file
    return database


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _migrate(database: sqlite3.Connection) -> None:
    with _transaction(database):  # the version is read inside: another window may be migrating, too
        (version,) = database.execute("PRAGMA user_version").fetchone()
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _unfitness(path: Path) -> str:
    """Why the file cannot be used as it is: "newer", "damaged" or, for a good one, nothing."""
    if not path.exists():
        return ""
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as exc:
        if exc.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            return "damaged"
        raise
    finally:
        database.close()
    return "newer" if version > len(MIGRATIONS) else ""


def _move_aside(path: Path, reason: str) -> None:
    """Renames the file and what SQLite keeps beside it."""
    aside = unused_name(path.with_name(f"{path.stem}.{reason}{path.suffix}"))
    for companion in ("-wal", "-shm", ""):
        part = path.with_name(path.name + companion)
        if part.exists():
            part.rename(aside.with_name(aside.name + companion))
    log.error("the queue's file was %s: it is kept as %s, and a new queue begins", _REASONS[reason], aside.name)


def _job_of(row: Mapping[str, Any]) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        spec=json.loads(row["spec"]),
        lane=row["lane"],
        state=JobState(row["state"]),
        position=row["position"],
        created=datetime.fromisoformat(row["created"]),
        updated=datetime.fromisoformat(row["updated"]),
        progress=_event_of(Progress, row["progress"]),
        result=_event_of(Finished, row["result"]),
        failure=_event_of(Failed, row["failure"]),
    )


def _event_of(kind: type[_E], text: str | None) -> _E | None:
    """None also for what an earlier version wrote differently: a detail of a job must not hide the whole queue."""
    if text is None:
        return None
    try:
        return kind.model_validate(json.loads(text))
    except ValueError:
        log.warning("a job's %s could not be read", kind.__name__.lower())
        return None


def _json_of(event: BaseModel | None) -> str | None:
    """As JSON of ASCII: the name of a file may hold bytes that are no text (surrogates), which SQLite would refuse."""
    return None if event is None else json.dumps(event.model_dump(mode="json"))
