"""Reads a store that is an SQLite file of this computer, past MLflow: its import alone takes seconds.

Only what MLflow's tables of runs hold is read, never written. The tables are those of the schema below; a store of
another schema is left to MLflow, which knows its own.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pyroblur_gui.core.errors import RunStoreError
from pyroblur_gui.runs.place import Place
from pyroblur_gui.runs.row import RUN_TAG, Row, row_of

SCHEMA = "dc11669786a5"  # of MLflow 3.17: alembic_version
BUSY_S = 10.0

Series = dict[str, list[tuple[int, float]]]


def is_readable(database: Path) -> bool:
    """Whether the store is there, with the schema that is read here. Raises RunStoreError for what is no store."""
    return database.is_file() and schema(database) == SCHEMA


def schema(database: Path) -> str:
    """Raises RunStoreError for a file that is no store of runs."""
    with _reading(database) as store:
        found = store.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else ""


def store_mark(place: Place) -> str:
    """What tells this store from one that was at the same place before: a file that was moved away is another store."""
    if place.database is None:
        return place.title
    query = "SELECT creation_time FROM experiments WHERE name = ?"
    try:
        if not place.database.is_file():
            return f"{place.title}, not there"
        with _reading(place.database) as store:
            found = store.execute(query, (place.experiment,)).fetchone()
    except RunStoreError:
        return f"{place.title}, not readable"
    return f"{place.title}, made {found[0] if found else 'elsewhere'}"


def names(database: Path, experiment: str) -> list[Row]:
    """The runs of an experiment, the newest first, with nothing but their ids and names. Raises RunStoreError."""
    query = (
        "SELECT runs.run_uuid, COALESCE(tags.value, runs.name) FROM runs JOIN experiments USING (experiment_id) "
        "LEFT JOIN tags ON tags.run_uuid = runs.run_uuid AND tags.key = ? "
        "WHERE experiments.name = ? AND runs.lifecycle_stage = 'active' ORDER BY start_time DESC"
    )
    with _reading(database) as store:
        return [Row(id=run, name=name, state="") for run, name in store.execute(query, (RUN_TAG, experiment))]


def rows(database: Path, experiment: str, *, deleted: bool = False, only: Sequence[str] | None = None) -> list[Row]:
    """The runs of an experiment, the newest first; deleted: those in the bin instead. only: those of these ids.

    Raises RunStoreError.
    """
    where = "runs JOIN experiments USING (experiment_id) WHERE experiments.name = ? AND runs.lifecycle_stage = ?"
    given: tuple[str, ...] = (experiment, "deleted" if deleted else "active")
    if only is not None:
        where, given = f"runs WHERE run_uuid IN ({','.join('?' * len(only))})", tuple(only)
    query = f"SELECT run_uuid, runs.name, status, start_time, end_time FROM {where} ORDER BY start_time DESC"  # noqa: S608
    with _reading(database) as store:
        found = store.execute(query, given).fetchall()
        (total,) = store.execute("SELECT COUNT(*) FROM runs").fetchone()
        # Of most runs there are, a table is read from front to back; of a few, by its index.
        narrowed = f" AND run_uuid IN (SELECT run_uuid FROM {where})" if 2 * len(found) < total else ""  # noqa: S608
        own = _Narrowed(store, narrowed, given if narrowed else (), [run for run, *_ in found])
        params = own.params()
        tags = own.by_run("SELECT run_uuid, key, value FROM tags WHERE TRUE")
        metrics = own.by_run("SELECT run_uuid, key, value FROM latest_metrics WHERE NOT is_nan")
    return [
        row_of(
            run,
            name or "",
            status,
            times_ms=(started, ended),
            params=params[run],
            metrics=metrics[run],
            tags=tags[run],
            is_deleted=deleted,
        )
        for run, name, status, started, ended in found
    ]


class _Narrowed:
    """Reads tables of keys and values, of some runs: `narrowed` is the end of a WHERE with its values `given`."""

    def __init__(self, store: sqlite3.Connection, narrowed: str, given: tuple[str, ...], runs: Sequence[str]) -> None:
        self._store, self._narrowed, self._given, self._runs = store, narrowed, given, runs

    def by_run(self, query: str, given: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {run: {} for run in self._runs}
        unwanted: dict[str, Any] = {}
        for run, key, value in self._store.execute(f"{query}{self._narrowed}", (*given, *self._given)):
            found.get(run, unwanted)[key] = value
        return found

    def params(self) -> dict[str, dict[str, str]]:
        """Most runs have most parameters as the newest has them: only what differs is read of the others."""
        if not self._runs:
            return {}
        of_run = "SELECT key, value FROM params WHERE run_uuid = ?"
        usual: dict[str, str] = dict(self._store.execute(of_run, (self._runs[0],)).fetchall())
        query = f"SELECT run_uuid, key, value FROM params WHERE (key, value) NOT IN ({of_run})"  # noqa: S608
        differing = self.by_run(query, (self._runs[0],))
        query = f"SELECT run_uuid, COUNT(*) FROM params WHERE TRUE{self._narrowed} GROUP BY run_uuid"  # noqa: S608
        counts: dict[str, int] = dict(self._store.execute(query, self._given).fetchall())
        found: dict[str, dict[str, str]] = {}
        for run, own in differing.items():
            whole = usual | own
            if len(whole) != counts.get(run, 0):  # it lacks some
                whole = dict(self._store.execute(of_run, (run,)).fetchall())
            found[run] = whole
        return found


def histories(database: Path, runs: Sequence[str]) -> dict[str, Series]:
    """By run and metric: (step, value), by step; what is no number is left out. Raises RunStoreError."""
    found: dict[str, Series] = {run: defaultdict(list) for run in runs}
    marks = ",".join("?" * len(runs))
    query = f"SELECT run_uuid, key, step, value FROM metrics WHERE NOT is_nan AND run_uuid IN ({marks}) ORDER BY step"  # noqa: S608
    with _reading(database) as store:
        for run, key, step, value in store.execute(query, tuple(runs)):
            found[run][key].append((step, value))
    return {run: dict(series) for run, series in found.items()}


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    try:
        uri = f"{database.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as store:
            yield store
    except sqlite3.Error as exc:
        message = f"The store of runs {database.name} cannot be read: {exc}."
        raise RunStoreError(message, hint=_hint(database), path=database) from exc


def _hint(database: Path) -> str:
    return (
        f"Close other programs that use it. If it is damaged, move {database} away: the runs in PyroBlur's own folder "
        "are logged again into a new one."
    )
