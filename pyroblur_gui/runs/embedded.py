"""Reads a store that is an SQLite file of this computer, past MLflow: its import alone takes seconds.

Only what MLflow's tables of runs hold is read, never written. The tables are those of the schema below; a store of
another schema is left to MLflow, which knows its own.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

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
    with _reading(database) as store:
        where = (
            "run_uuid IN (SELECT run_uuid FROM runs JOIN experiments USING (experiment_id) "
            "WHERE experiments.name = ? AND runs.lifecycle_stage = ?)"
        )
        given: tuple[str, ...] = (experiment, "deleted" if deleted else "active")
        if only is not None:
            where, given = f"run_uuid IN ({','.join('?' * len(only))})", tuple(only)
        common = _common(store, where, given)
        params: dict[str, dict[str, str]] = defaultdict(common.copy)
        tags: dict[str, dict[str, str]] = defaultdict(dict)
        metrics: dict[str, dict[str, float]] = defaultdict(dict)
        without = f" AND key NOT IN ({','.join('?' * len(common))})"
        query = f"SELECT run_uuid, key, value FROM params WHERE {where}{without}"  # noqa: S608
        for run, key, value in store.execute(query, (*given, *common)):
            params[run][key] = value
        for run, key, value in store.execute(f"SELECT run_uuid, key, value FROM tags WHERE {where}", given):  # noqa: S608
            tags[run][key] = value
        query = f"SELECT run_uuid, key, value FROM latest_metrics WHERE NOT is_nan AND {where}"  # noqa: S608
        for run, key, value in store.execute(query, given):
            metrics[run][key] = value
        query = f"SELECT run_uuid, name, status, start_time, end_time FROM runs WHERE {where} ORDER BY start_time DESC"  # noqa: S608
        return [
            row_of(
                run,
                name or "",
                status,
                times_ms=(started, ended),
                params=params[run],
                metrics=metrics.get(run, {}),
                tags=tags.get(run, {}),
                is_deleted=deleted,
            )
            for run, name, status, started, ended in store.execute(query, given)
        ]


def histories(database: Path, runs: Sequence[str]) -> dict[str, Series]:
    """By run and metric: (step, value), by step; what is no number is left out. Raises RunStoreError."""
    found: dict[str, Series] = {run: defaultdict(list) for run in runs}
    marks = ",".join("?" * len(runs))
    query = f"SELECT run_uuid, key, step, value FROM metrics WHERE NOT is_nan AND run_uuid IN ({marks}) ORDER BY step"  # noqa: S608
    with _reading(database) as store:
        for run, key, step, value in store.execute(query, tuple(runs)):
            found[run][key].append((step, value))
    return {run: dict(series) for run, series in found.items()}


def _common(store: sqlite3.Connection, where: str, given: tuple[str, ...]) -> dict[str, str]:
    """Parameters that all of the runs have with one value: most of them, and they need not be read run by run."""
    (count,) = store.execute(f"SELECT COUNT(*) FROM runs WHERE {where}", given).fetchone()  # noqa: S608
    query = (
        f"SELECT key, MIN(value) FROM params WHERE {where} GROUP BY key "  # noqa: S608
        "HAVING COUNT(*) = ? AND MIN(value) = MAX(value)"
    )
    return dict(store.execute(query, (*given, count)).fetchall())


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
