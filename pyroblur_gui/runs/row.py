"""One run as it is listed and compared, and what all of them have in common."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from pyroblur_gui.core.errors import RunStoreError

RUN_TAG = "pyroblur.run"  # name of the run's folder
STATE_TAG = "pyroblur.state"  # how its training stands, more exactly than MLflow's status
DATA_TAG = "pyroblur.fingerprint"
INTERRUPTED = "interrupted"  # state of a run whose worker was killed: it did not say so itself
MODEL_TAG = "pyroblur.model"  # the model that came of it
PLAN_TAG = "pyroblur.plan"
COMMIT_TAG = "mlflow.source.git.commit"
NOTE_TAG = "mlflow.note.content"
OWN_TAGS = ("mlflow.", "pyroblur.")  # prefixes of tags that users do not set


class Row(BaseModel):
    """started, ended: seconds since 1970. metrics: the best epoch's, and `last/...`. tags: of the user."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str
    name: str
    state: str
    started: float | None = None
    ended: float | None = None
    note: str = ""
    data: str = ""
    fingerprint: str = ""
    commit: str = ""
    model: str = ""
    plan: str = ""
    params: dict[str, str] = {}
    metrics: dict[str, float] = {}
    tags: dict[str, str] = {}
    is_deleted: bool = False

    @property
    def seconds(self) -> float | None:
        return self.ended - self.started if self.started is not None and self.ended is not None else None


def row_of(
    run: str,
    name: str,
    status: str,
    *,
    times_ms: tuple[int | None, int | None],
    params: dict[str, str],
    metrics: dict[str, float],
    tags: Mapping[str, str],
    is_deleted: bool,
) -> Row:
    """A row from what MLflow keeps of a run."""
    started, ended = (None if time is None else time / 1000 for time in times_ms)
    return Row.model_construct(
        id=run,
        name=tags.get(RUN_TAG) or name,
        state=tags.get(STATE_TAG) or status.lower(),
        started=started,
        ended=ended,
        note=tags.get(NOTE_TAG, ""),
        data=params.get("data", ""),
        fingerprint=tags.get(DATA_TAG, ""),
        commit=tags.get(COMMIT_TAG, ""),
        model=tags.get(MODEL_TAG, ""),
        plan=tags.get(PLAN_TAG, ""),
        params=params,
        metrics=metrics,
        tags={key: value for key, value in tags.items() if not key.startswith(OWN_TAGS)},
        is_deleted=is_deleted,
    )


def common_params(rows: Sequence[Row]) -> dict[str, str]:
    """Parameters that every run has with the same value; of a single run, none."""
    if len(rows) < 2:
        return {}
    shared = set(rows[0].params.items())
    for row in rows[1:]:
        shared &= row.params.items()
        if not shared:
            break
    return {key: value for key, value in rows[0].params.items() if (key, value) in shared}


def pack(rows: Sequence[Row]) -> dict[str, Any]:
    """Rows for the way between processes: what they have in common is said once."""
    common = common_params(rows)
    short = [
        {
            key: value
            for key, value in (row.__dict__ | {"params": _without(row.params, common)}).items()
            if value not in ("", None, {})
        }
        for row in rows
    ]
    return {"common": common, "rows": short}


def unpack(packed: Mapping[str, Any]) -> list[Row]:
    """What `pack` made, from a worker of this same program."""
    common: dict[str, str] = packed["common"]
    return [Row.model_construct(**{**each, "params": {**common, **each.get("params", {})}}) for each in packed["rows"]]


def chosen(rows: Iterable[Row], wanted: Sequence[str]) -> list[Row]:
    """The runs of these names or ids (also the first letters of one), in the order wanted. Raises RunStoreError."""
    known = list(rows)
    found = []
    for name in wanted:
        exact = [row for row in known if name in (row.name, row.id)]
        close = exact or [row for row in known if row.id.startswith(name) or row.name.startswith(name)]
        if len(close) != 1 and not exact:
            message = f"There is no run {name}." if not close else f"{name} may be {len(close)} runs."
            near = ", ".join(row.name for row in (close or known)[:5])
            raise RunStoreError(message, hint=f"There are: {near}." if near else "There are no runs yet.")
        found.append(close[0])
    return found


def _without(params: Mapping[str, str], common: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in params.items() if key not in common}
