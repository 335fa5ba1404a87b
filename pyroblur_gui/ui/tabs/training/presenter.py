"""What the Training tab knows: which runs there are, how far they are, and what becomes of the user's wishes. No Qt.

Lives on the window's loop. What is on disk is read in threads; what a job tells comes from the queue.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from pydantic import ValidationError

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.errors import PyroblurError, RunError
from pyroblur_gui.jobs.diary import last_event
from pyroblur_gui.jobs.events import Artifact, Event, Failed, Finished, Log, Metric, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.operations.catalogue import Lane
from pyroblur_gui.training import run, samples
from pyroblur_gui.training.metrics import MAIN, MEMORY
from pyroblur_gui.training.run import RunFolder
from pyroblur_gui.training.spec import Recipe, TrainSpec
from pyroblur_gui.ui.i18n import failure_text, tr, translated
from pyroblur_gui.ui.tabs.training import runs
from pyroblur_gui.ui.tabs.training.past import LAST_OF_EPOCH, read_past
from pyroblur_gui.ui.tabs.training.runs import Left, OnDisk, RunLine, Stage
from pyroblur_gui.ui.tabs.training.told import Told, join
from pyroblur_gui.ui.tabs.training.wording import epoch_text, reason
from pyroblur_gui.ui.tasks import Tasks

KIND = TrainSpec.kind

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says. run: empty for a name of PyroBlur's choice."""

    recipe: Recipe
    data: str
    device: str = "auto"
    run: str = ""
    unlabelled: Unlabelled = Unlabelled.LEAVE_OUT


class Jobs(Protocol):
    """The queue (jobs.queue.Queue), as far as the tab uses it."""

    def jobs(self) -> list[Job]: ...
    def job(self, number: int) -> Job: ...
    def subscribe(self, observer: Callable[[Job, Event | None], None]) -> Callable[[], None]: ...
    def add(self, spec: Spec) -> Job: ...
    def add_all(self, specs: Iterable[Spec], *, lane: str | None = None) -> list[Job]: ...
    def pause(self, number: int | None = None) -> None: ...
    def resume(self, number: int | None = None) -> None: ...
    def cancel(self, number: int | None = None) -> None: ...
    def finish(self, number: int) -> None: ...
    def remove(self, number: int) -> None: ...


class TrainingView(Protocol):
    """What shows the tab. Called on the loop."""

    def runs_changed(self, lines: list[RunLine], chosen: str | None) -> None: ...
    def run_changed(self, line: RunLine) -> None:
        """How far it is, or its stage."""
        ...

    def run_chosen(self, line: RunLine | None, told: Told) -> None:
        """Another run is shown, or all of what is known of this one has been read."""
        ...

    def point_added(self, name: str) -> None:
        """To the figures of this run."""
        ...

    def samples_added(self, name: str) -> None:
        """What this run found in its sample pictures after one more epoch lies in its folder."""
        ...

    def log_added(self, name: str, text: str) -> None: ...
    def run_ended(self, line: RunLine) -> None: ...
    def say(self, text: str) -> None: ...


class TrainingPresenter:
    def __init__(self, jobs: Jobs, view: TrainingView) -> None:
        self._jobs = jobs
        self._view = view
        self._tasks = Tasks()
        self._lines: dict[str, RunLine] = {}
        self._told: dict[str, Told] = {}
        self._chosen: str | None = None
        self._unwanted: set[str] = set()  # to be deleted when they have stopped
        self._unsubscribe = jobs.subscribe(self._heard)

    async def close(self) -> None:
        self._unsubscribe()
        await self._tasks.close()

    # -- what there is

    def lines(self) -> list[RunLine]:
        """The newest first."""
        return list(self._lines.values())

    def line(self, name: str) -> RunLine | None:
        return self._lines.get(name)

    @property
    def chosen(self) -> RunLine | None:
        return self._lines.get(self._chosen) if self._chosen is not None else None

    def is_busy(self) -> bool:
        return any(line.stage.is_active for line in self._lines.values())

    def told(self, name: str) -> Told:
        return self._told.setdefault(name, Told())

    # -- reading

    def refresh(self) -> None:
        """Looks anew which runs there are."""
        self._tasks.run(self._refresh())

    async def _refresh(self) -> None:
        there = await asyncio.to_thread(runs.scan)
        jobs = self._latest_jobs()
        waiting = [name for name in jobs if name not in there]
        lines = {}
        for name in [*reversed(waiting), *there]:
            before = self._lines.get(name)
            if before is not None and before.stage.is_active:
                lines[name] = before
                continue
            line = runs.line_of(there.get(name), jobs.get(name))
            if line is not None:
                lines[name] = line
        if list(lines.items()) != list(self._lines.items()) or not lines:
            self._lines = lines
            self._tell()
        self._follow(there)

    def _follow(self, there: dict[str, OnDisk]) -> None:
        """Comes to the trainings that another window or a command line started, and that no job here is about."""
        mine = {str(job.spec.get("run", "")) for job in self._jobs.jobs() if job.kind == KIND and not job.state.is_over}
        for name, disk in there.items():
            if disk.is_held and name not in mine:
                record = disk.record
                spec = TrainSpec(
                    run=name, recipe=record.recipe, data=record.data, device=record.device, resumes=True
                )  # fmt: skip
                self._jobs.add_all([spec], lane=Lane.FOLLOW)

    def choose(self, name: str | None) -> None:
        if name == self._chosen or (name is not None and name not in self._lines):
            return
        before, self._chosen = self._chosen, name
        if before is not None and (line := self._lines.get(before)) is not None and not line.stage.is_active:
            self._told.pop(before, None)  # read again when it is looked at again
        self._show_chosen()

    def _show_chosen(self) -> None:
        line = self.chosen
        told = self.told(line.name) if line is not None else Told()
        self._view.run_chosen(line, told)
        if line is not None and not told.is_read:
            self._tasks.run(self._read(line.name))

    async def _read(self, name: str) -> None:
        """What its folder tells of it, from the beginning, beside what is heard of it now."""
        told = self.told(name)
        told.is_read = True
        told.meanwhile.clear()
        past = await asyncio.to_thread(read_past, RunFolder.of(name))
        join(told, past)
        if name == self._chosen:
            self._view.run_chosen(self.chosen, told)

    # -- what the user wants

    def start(self, draft: Draft) -> str:
        """Queues a new run; its name. Raises RunError when the draft cannot be one, OutputError from the queue."""
        name = draft.run or run.unused_name(draft.recipe.name)
        if name in self._lines or RunFolder.of(name).exists():
            message = tr("There is a run named {name} already.", name=name)
            raise RunError(message, hint=tr("Choose another name, or leave the field empty."))
        try:
            spec = TrainSpec(
                run=name, recipe=draft.recipe, data=draft.data, device=draft.device, unlabelled=draft.unlabelled
            )  # fmt: skip
        except ValidationError as error:
            raise RunError(reason(error)) from error
        self._jobs.add(spec)
        self.choose(name)
        return name

    def resume(self, name: str, data: str | None = None) -> None:
        """Goes on with the epoch after the last one, or begins anew where nothing was learnt yet.

        data: the name of its data set, where that has changed.
        """
        line = self._lines[name]
        if line.stage is Stage.HELD and line.job is not None and data is None:
            self._jobs.resume(line.job)
            return
        spec = TrainSpec(
            run=name, recipe=line.recipe, data=data or line.data, device=line.device, unlabelled=line.unlabelled,
            resumes=line.has_last,
        )  # fmt: skip
        self._forget_jobs(name)
        self._jobs.add(spec)

    def stop(self, name: str) -> None:
        """At once. What was learnt until the last epoch is kept."""
        self._ask(name, Stage.STOPPING, self._jobs.cancel)

    def finish(self, name: str) -> None:
        """After the present epoch, as if it had been the last one."""
        self._ask(name, Stage.FINISHING, self._jobs.finish)

    def discard(self, name: str) -> None:
        """Deletes a run with all that it learnt; one that runs is stopped first."""
        line = self._lines[name]
        if line.stage.is_under_way:
            self._unwanted.add(name)
            self.stop(name)
        else:
            self._tasks.run(self._delete(name))

    # -- how it is done

    def _ask(self, name: str, stage: Stage, ask: Callable[[int], None]) -> None:
        line = self._lines[name]
        if line.job is None or not line.stage.is_under_way:
            return
        if line.stage.is_active:
            self._change(replace(line, stage=stage))
        ask(line.job)

    async def _delete(self, name: str) -> None:
        self._forget_jobs(name)
        try:
            await asyncio.to_thread(_remove, name)
        except OSError as error:
            self._view.say(tr("The run {name} could not be deleted: {why}", name=name, why=error.strerror or error))
        self._told.pop(name, None)
        await self._refresh()

    def _forget_jobs(self, name: str) -> None:
        for job in self._jobs.jobs():
            if job.kind == KIND and job.spec.get("run") == name and (job.state.is_over or job.state is JobState.PAUSED):
                self._jobs.remove(job.id)

    def _latest_jobs(self) -> dict[str, Job]:
        jobs = sorted((job for job in self._jobs.jobs() if job.kind == KIND), key=lambda job: job.id)
        return {str(job.spec.get("run", "")): job for job in jobs}

    def _heard(self, job: Job, event: Event | None) -> None:
        if job.kind != KIND:
            return
        name = str(job.spec.get("run", ""))
        match event:
            case Metric():
                self._take(name, event)
            case Progress():
                line = self._lines.get(name)
                if line is not None:
                    self._change(replace(line, progress=event))
            case Log():
                self._log(name, translated(event.text))
            case Artifact(kind=samples.KIND):
                self._view.samples_added(name)
            case _ if event is None or job.state.is_over:
                self._state_changed(name, job)

    def _take(self, name: str, metric: Metric) -> None:
        line = self._lines.get(name)
        if line is None:
            return
        if metric.name == MEMORY:
            if metric.value != line.memory_bytes:
                self._lines[name] = replace(line, memory_bytes=round(metric.value))
            return
        told = self.told(name)
        history = told.history
        history.add(metric.name, metric.step, metric.value)
        if told.is_read and not told.is_joined:
            told.meanwhile.append(metric)
        self._view.point_added(name)
        if metric.name == MAIN and (line.best is None or metric.value >= line.best):
            line = replace(line, best=metric.value, best_epoch=metric.step)
        if metric.name == LAST_OF_EPOCH:
            line = replace(line, last_epoch=metric.step, has_last=True)
            self._log(name, epoch_text(history, metric.step))
        if line is not self._lines[name]:
            self._change(line)

    def _log(self, name: str, text: str) -> None:
        self.told(name).log.append(text)
        self._view.log_added(name, text)

    def _state_changed(self, name: str, job: Job) -> None:
        before = self._lines.get(name)
        if before is not None and before.job is not None and job.id < before.job:
            return
        line = runs.with_job(before, job) if before is not None else runs.line_of(None, job)
        if line is None:
            return
        if job.state.is_over:
            self._tasks.run(self._ended(name, job, was_under_way=before is not None and before.stage.is_under_way))
        elif before is None:
            self._lines = {name: line, **self._lines}
            self._tell()
        elif line != before:
            self._change(line)

    async def _ended(self, name: str, job: Job, *, was_under_way: bool) -> None:
        if job.lane == Lane.FOLLOW:
            self._jobs.remove(job.id)
        if name in self._unwanted:
            self._unwanted.discard(name)
            await self._delete(name)
            return
        disk = await asyncio.to_thread(_look_after, name, was_stopped=job.state is JobState.CANCELLED)
        if disk is None and job.state is JobState.CANCELLED:
            await self._delete(name)
            return
        line = runs.line_of(disk, job)
        if line is None:
            return
        if line.stage is Stage.FAILED:
            self._log(name, failure_text(line))
        self._change(line)
        if was_under_way:
            self._view.run_ended(line)

    def _change(self, line: RunLine) -> None:
        self._lines[line.name] = line
        self._view.run_changed(line)

    def _tell(self) -> None:
        """The list as a whole, and the chosen one where that changed."""
        before = self._chosen
        if self._chosen not in self._lines:
            self._chosen = next(iter(self._lines), None)
        self._view.runs_changed(self.lines(), self._chosen)
        if self._chosen != before:
            self._show_chosen()
        elif (line := self.chosen) is not None:
            self._view.run_changed(line)


def _remove(name: str) -> None:
    path = RunFolder.of(name).path
    if path.exists():
        shutil.rmtree(path)


def _look_after(name: str, *, was_stopped: bool) -> OnDisk | None:
    """What a run's folder holds when its worker has gone; one that had to be ended was stopped all the same."""
    if was_stopped:
        try:
            RunFolder.of(name).mark_stopped()
        except PyroblurError as error:
            log.warning("the record of a stopped run could not be written: %s", error.code)
    return runs.look_at(name)


def take_over(jobs: Jobs) -> Left:
    """Finds the trainings again that went on by themselves. Of the others, nothing begins before the user says so.

    What is over is forgotten: the run's folder says how it ended.
    """
    running, ended, waiting = [], [], 0
    for job in jobs.jobs():
        if job.kind != KIND:
            continue
        name = str(job.spec.get("run", ""))
        place = RunFolder.of(name).job
        if job.lane == Lane.FOLLOW or job.state in {JobState.DONE, JobState.CANCELLED}:
            jobs.remove(job.id)
        elif job.state is JobState.INTERRUPTED and place.is_held():
            running.append(name)
            jobs.resume(job.id)
        elif job.state is JobState.INTERRUPTED and place.path.exists() and place.sitting() is None:
            if isinstance(last_event(place.path), Finished | Failed):  # else it was stopped when the window was closed
                ended.append(name)
            jobs.remove(job.id)
        elif job.state in {JobState.QUEUED, JobState.PAUSED}:
            waiting += 1
            jobs.pause(job.id)
    return Left(tuple(running), tuple(ended), waiting)
