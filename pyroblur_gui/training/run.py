"""A run on disk: what was trained on what and how, how far it came, and its checkpoints.

In the folder runs/NAME lie run.json, the record below, written whole at every epoch; weights/ with last.pt, best.pt and
those of every n-th epoch, each whole or not there; results.csv, Ultralytics' figures, a line an epoch; and job/, by
which a window or a command line finds the worker that is at it (jobs/job_folder.py).
"""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.errors import RunError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.job_folder import JobFolder
from pyroblur_gui.training.spec import Recipe, TrainSpec

COMMIT = "commit"  # among the versions
RECORD_FILE = "run.json"


class RunState(StrEnum):
    RUNNING = "running"  # or killed while it ran: whether a worker holds it tells
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


class RunRecord(BaseModel):
    """Epochs count from 1; 0: none yet. best: the figures of the best epoch. classes, fingerprint: of the data set."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    recipe: Recipe
    data: str
    classes: tuple[str, ...] = ()
    fingerprint: str = ""
    device: str = "auto"
    unlabelled: Unlabelled = Unlabelled.LEAVE_OUT
    versions: dict[str, str] = {}
    created: datetime
    state: RunState = RunState.RUNNING
    last_epoch: int = 0
    best_epoch: int = 0
    best: dict[str, float] = {}
    message: str = ""  # how it ended, where it did not end well


class RunFolder:
    """One run's folder; nothing is made before `begin`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, name: str) -> "RunFolder":
        return cls(folders().runs / name)

    @property
    def last(self) -> Path:
        return self.path / "weights" / "last.pt"

    @property
    def best(self) -> Path:
        return self.path / "weights" / "best.pt"

    @property
    def job(self) -> JobFolder:
        return JobFolder.within(self.path)

    def exists(self) -> bool:
        return (self.path / RECORD_FILE).is_file()

    def record(self) -> RunRecord:
        """Raises RunError when there is no such run, or its record cannot be read."""
        path = self.path / RECORD_FILE
        try:
            return RunRecord.model_validate_json(path.read_bytes())
        except FileNotFoundError as exc:
            hint = f"There are: {', '.join(names()) or 'none yet'}."
            raise RunError(f"There is no run named {self.path.name}.", hint=hint, path=path) from exc
        except (OSError, ValidationError) as exc:
            message = f"The record of the run {self.path.name} cannot be read: {exc}"
            raise RunError(message, hint="Its weights may still be imported as a model.", path=path) from exc

    def keep(self, record: RunRecord) -> None:
        """Raises OutputError, DiskFullError."""
        with PartFile(self.path / RECORD_FILE) as part:
            part.path.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
            part.commit()

    def mark_stopped(self) -> None:
        """Where a worker had to be ended before it could say so itself. Raises RunError, OutputError, DiskFullError."""
        if self.exists() and not self.job.is_held():
            record = self.record()
            if record.state is RunState.RUNNING:
                self.keep(record.model_copy(update={"state": RunState.STOPPED}))

    def check_free(self) -> None:
        """Raises RunError when the name is taken by a run that has learnt something."""
        if self.exists() and self.last.is_file():
            message = f"There is a run named {self.path.name} already."
            raise RunError(message, hint="Resume it, or choose another name.", path=self.path)

    def begin(self, record: RunRecord) -> None:
        """Raises as check_free and keep do."""
        self.check_free()
        self.keep(record)


def run_folder(spec: TrainSpec) -> RunFolder:
    return RunFolder(spec.folder) if spec.folder is not None else RunFolder.of(spec.run)


def job_folder(spec: TrainSpec) -> Path:
    return run_folder(spec).job.path


def names() -> list[str]:
    """All runs, the newest first."""
    records = folders().runs.glob(f"*/{RECORD_FILE}")
    return [path.parent.name for path in sorted(records, key=lambda path: path.stat().st_mtime, reverse=True)]


def unused_name(recipe: str, now: datetime | None = None) -> str:
    """A name for a new run: recipe, day and time, and a number where that is taken."""
    stem = f"{recipe}-{(now or datetime.now(UTC).astimezone()):%Y%m%d-%H%M%S}"
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    return next(name for name in candidates if not (folders().runs / name).exists())
