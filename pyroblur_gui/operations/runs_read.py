"""Lists runs, and reads several of them with the course of their figures."""

from pydantic import JsonValue

from pyroblur_gui.core.errors import RunStoreError, StoreAwayError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Started
from pyroblur_gui.operations.runs_sync import sync
from pyroblur_gui.runs import embedded
from pyroblur_gui.runs.compare import compared
from pyroblur_gui.runs.embedded import Series
from pyroblur_gui.runs.place import Place, alone, here
from pyroblur_gui.runs.row import Row, chosen, pack
from pyroblur_gui.runs.spec import ListSpec, ShowSpec


def list_runs(spec: ListSpec, context: Context) -> dict[str, JsonValue]:
    """{"store", "table": row.pack's, "logged", "pending", "problem"}.

    Raises RunStoreError, StoreAwayError when the store cannot be read.
    """
    place = here()
    context.emit(Started(kind=spec.kind, detail={"store": place.title}))
    synced = sync(place, context)
    rows = rows_of(place, deleted=spec.deleted)
    return {"store": place.title, "is_own": place.is_own, "table": pack(rows), **synced.result()}


def show(spec: ShowSpec, context: Context) -> dict[str, JsonValue]:
    """compare.compared, and {"table": row.pack's}. Raises as list_runs does, RunStoreError for an unknown run."""
    place = here()
    context.emit(Started(kind=spec.kind, detail={"store": place.title}))
    try:
        rows = _chosen(place, spec.runs)
    except StoreAwayError:
        raise
    except RunStoreError:
        sync(place, context)  # one that was trained since the last list
        rows = _chosen(place, spec.runs)
    return {"table": pack(rows), **compared(rows, histories_of(place, [row.id for row in rows]))}


def _chosen(place: Place, names: tuple[str, ...]) -> list[Row]:
    """Raises RunStoreError for an unknown run, and as rows_of does."""
    if place.database is not None and embedded.is_readable(place.database):
        wanted = [row.id for row in chosen(embedded.names(place.database, place.experiment), names)]
        known = {row.id: row for row in embedded.rows(place.database, place.experiment, only=wanted)}
        return [known[run] for run in wanted]
    return chosen(rows_of(place), names)


def rows_of(place: Place, *, deleted: bool = False) -> list[Row]:
    """Raises RunStoreError, StoreAwayError."""
    if place.database is not None:
        if place.is_own and not place.database.exists():
            return []
        if embedded.is_readable(place.database):
            return embedded.rows(place.database, place.experiment, deleted=deleted)
    from pyroblur_gui.runs.tracking import Tracking

    with alone():
        return Tracking(place).rows(deleted=deleted)


def histories_of(place: Place, runs: list[str]) -> dict[str, Series]:
    """Raises RunStoreError, StoreAwayError."""
    if place.database is not None and embedded.is_readable(place.database):
        return embedded.histories(place.database, runs)
    from pyroblur_gui.runs.tracking import Tracking

    return Tracking(place).histories(runs)
