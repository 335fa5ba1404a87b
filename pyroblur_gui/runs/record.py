"""What is logged of one training, and the note in its folder that says what of it has been logged where.

The run's own folder is the truth: a store that was away is given what it lacks later; logging twice changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pyroblur_gui.core.files import PartFile

LOGGED_FILE = "logged.json"


@dataclass(frozen=True, slots=True)
class Point:
    """step: epoch, from 1. time_ms: since 1970; the same at every attempt, so that a point is never there twice."""

    step: int
    value: float
    time_ms: int


@dataclass(frozen=True, slots=True)
class RunLog:
    """status: MLflow's (RUNNING, FINISHED, FAILED, KILLED). series: figures by epoch; summary: of the whole run,
    some of them measured later. files: what is kept beside the figures, by its folder.

    uid: tells this run from another of its name.
    """

    uid: str
    name: str
    status: str
    started_ms: int
    ended_ms: int | None
    params: Mapping[str, str]
    series: Mapping[str, tuple[Point, ...]]
    tags: Mapping[str, str]
    summary: Mapping[str, Point] = field(default_factory=dict)
    data: str = ""
    fingerprint: str = ""
    files: Mapping[Path, str] = field(default_factory=dict)


class Logged(BaseModel):
    """What one store has of a run. epoch: last step that it was given. files: signatures by name.

    is_gone: the run was taken out of the store for good; it is not logged again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    run: str = ""
    epoch: int = 0
    signature: str = ""
    files: dict[str, str] = {}
    is_gone: bool = False


class _Note(BaseModel):
    stores: dict[str, Logged] = {}


def logged(folder: Path, store: str) -> Logged:
    """What the store of that title has of the run in the folder. A note that cannot be read says nothing."""
    return _read(folder).stores.get(store, Logged())


def keep_logged(folder: Path, store: str, what: Logged) -> None:
    """Raises OutputError."""
    note = _Note(stores={**_read(folder).stores, store: what})
    with PartFile(folder / LOGGED_FILE) as part:
        part.path.write_text(note.model_dump_json(indent=1) + "\n", encoding="utf-8")
        part.commit()


def signature(path: Path) -> str:
    """Changes whenever the file does; empty where there is none."""
    try:
        facts = path.stat()
    except OSError:
        return ""
    return f"{facts.st_size}-{facts.st_mtime_ns}"


def _read(folder: Path) -> _Note:
    try:
        return _Note.model_validate_json((folder / LOGGED_FILE).read_bytes())
    except (OSError, ValidationError):
        return _Note()
