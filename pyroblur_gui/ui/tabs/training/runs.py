"""One run as the tab shows it: what its folder says, and what the job that works on it says. No Qt."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.training import run
from pyroblur_gui.training.metrics import MAIN
from pyroblur_gui.training.run import RunFolder, RunRecord, RunState
from pyroblur_gui.training.spec import Recipe, TrainSpec


class Stage(StrEnum):
    """Where a run is, as the user sees it."""

    WAITING = "waiting"  # behind another run
    HELD = "held"  # waited when PyroBlur ended
    RUNNING = "running"
    FINISHING = "finishing"  # ends after this epoch
    STOPPING = "stopping"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"  # killed, or PyroBlur ended
    DONE = "done"
    FAILED = "failed"

    @property
    def is_under_way(self) -> bool:
        return self in {Stage.WAITING, Stage.RUNNING, Stage.FINISHING, Stage.STOPPING}

    @property
    def is_active(self) -> bool:
        """It has a worker."""
        return self in {Stage.RUNNING, Stage.FINISHING, Stage.STOPPING}


@dataclass(frozen=True, slots=True)
class OnDisk:
    """What a run's folder holds."""

    record: RunRecord
    folder: Path
    has_last: bool = False
    has_best: bool = False
    is_held: bool = False  # a worker is at it, whoever started that


@dataclass(frozen=True, slots=True)
class RunLine:
    """job: the number of the job that works, worked or will work on it. best: mAP50-95; best_epoch 0: none yet."""

    name: str
    stage: Stage
    recipe: Recipe
    data: str
    device: str
    job: int | None = None
    created: datetime | None = None
    folder: Path | None = None
    has_last: bool = False
    has_best: bool = False
    last_epoch: int = 0
    best: float | None = None
    best_epoch: int = 0
    message: str = ""
    hint: str = ""
    progress: Progress | None = None
    memory_bytes: int = 0
    unlabelled: Unlabelled = Unlabelled.LEAVE_OUT

    @property
    def epochs(self) -> int:
        return self.recipe.hyperparameters.epochs

    @property
    def can_resume(self) -> bool:
        """Also a run that learnt nothing yet: it starts anew."""
        if self.stage is Stage.HELD:
            return True
        rests = self.stage in {Stage.STOPPED, Stage.INTERRUPTED, Stage.FAILED}
        return rests and self.last_epoch < self.epochs

    @property
    def can_continue(self) -> bool:
        return self.has_best and not self.stage.is_under_way

    @property
    def can_be_removed(self) -> bool:
        return not self.stage.is_under_way


@dataclass(frozen=True, slots=True)
class Left:
    """What an earlier session left: runs that are trained still, runs that ended since, how many never began."""

    running: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    waiting: int = 0


def scan() -> dict[str, OnDisk]:
    """All runs on disk by name, the newest first; those whose record cannot be read are left out."""
    found = {}
    for name in run.names():
        one = look_at(name)
        if one is not None:
            found[name] = one
    return found


def look_at(name: str) -> OnDisk | None:
    folder = RunFolder.of(name)
    try:
        record = folder.record()
    except PyroblurError:
        return None
    return OnDisk(record, folder.path, folder.last.is_file(), folder.best.is_file(), folder.job.is_held())


def spec_of(job: Job) -> TrainSpec | None:
    """None for a job that another version of PyroBlur left and this one cannot read."""
    try:
        return TrainSpec.model_validate(job.spec)
    except ValidationError:
        return None


def line_of(disk: OnDisk | None, job: Job | None) -> RunLine | None:
    """At least one of them is there; None where neither can be read."""
    spec = spec_of(job) if job is not None else None
    if disk is not None:
        record = disk.record
        line = RunLine(
            name=disk.folder.name,
            stage=Stage.RUNNING if disk.is_held else _stage(record.state),
            recipe=record.recipe,
            data=record.data,
            device=record.device,
            unlabelled=record.unlabelled,
            created=record.created,
            folder=disk.folder,
            has_last=disk.has_last,
            has_best=disk.has_best,
            last_epoch=record.last_epoch,
            best=record.best.get(MAIN),
            best_epoch=record.best_epoch,
            message=record.message if record.state is RunState.FAILED else "",
        )
    elif spec is not None and job is not None:
        line = RunLine(
            name=spec.run, stage=Stage.STOPPED, recipe=spec.recipe, data=spec.data, device=spec.device,
            unlabelled=spec.unlabelled, created=job.created, folder=RunFolder.of(spec.run).path,
        )  # fmt: skip
    else:
        return None
    return with_job(line, job) if job is not None else line


def with_job(line: RunLine, job: Job) -> RunLine:
    """What the job adds to, or says instead of, what the folder says."""
    line = replace(line, job=job.id, progress=job.progress)
    if job.state in {JobState.DONE, JobState.CANCELLED}:
        return line
    keeps = job.state is JobState.RUNNING and line.stage in {Stage.FINISHING, Stage.STOPPING}
    stage = line.stage if keeps else _OF_JOB[job.state]
    told = job.failure if stage is Stage.FAILED else None
    if told is not None:
        return replace(line, stage=stage, message=told.message, hint=told.hint)
    return replace(line, stage=stage, message="", hint="")


_OF_JOB = {
    JobState.RUNNING: Stage.RUNNING,
    JobState.QUEUED: Stage.WAITING,
    JobState.PAUSED: Stage.HELD,
    JobState.FAILED: Stage.FAILED,
    JobState.INTERRUPTED: Stage.INTERRUPTED,
}


def _stage(state: RunState) -> Stage:
    match state:
        case RunState.RUNNING:
            return Stage.INTERRUPTED  # unless a job says otherwise
        case RunState.STOPPED:
            return Stage.STOPPED
        case RunState.DONE:
            return Stage.DONE
        case RunState.FAILED:
            return Stage.FAILED
