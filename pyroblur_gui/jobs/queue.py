"""The queue: which job runs when. One runner for the window and the command line; they differ in the store only.

Jobs of one lane wait for each other, lanes run side by side. A job that fails never stops the next. The queue lives
on one asyncio loop: its methods are called there, return at once, and tell what comes of it to the observers.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from pyroblur_gui.jobs.events import Cancelled, EndEvent, Event, Failed, Finished, Progress
from pyroblur_gui.jobs.interpreter import Interpreter
from pyroblur_gui.jobs.job import Job, JobState, state_after
from pyroblur_gui.jobs.lone_worker import LoneWorker
from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.jobs.store import JobStore

# How many jobs of a lane run at once; any other lane: 1.
LANES: Mapping[str, int] = {"gpu": 1, "cpu": 1, "net": 3, "follow": 100}
PROGRESS_SAVED_S = 2.0

Observer = Callable[[Job, Event | None], None]

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Active:
    """A job that has a worker."""

    worker: WorkerProcess | LoneWorker
    interpreter: Interpreter | None = None
    saved_at: float = field(default_factory=time.monotonic)
    was_cancelled: bool = False  # by the user, rather than by closing the window
    is_unwanted: bool = False  # remove the job when it has ended


class Queue:
    """Runs jobs once `start` was called. Use it as `async with`, or close it: no process outlives it then.

    Methods that take a job's number raise KeyError for one that is not in the queue; what makes no sense in the
    job's state (pausing one that is done) does nothing.
    """

    def __init__(
        self,
        store: JobStore,
        lane_of: Callable[[str], str],
        *,
        pool: WorkerPool | None = None,
        lanes: Mapping[str, int] = LANES,
        unheld: Callable[[str], bool] = lambda _kind: False,
        alone: Callable[[Job], LoneWorker | None] = lambda _job: None,
        interpreter_of: Callable[[Job], Interpreter | None] = lambda _job: None,
    ) -> None:
        """lane_of: the lane of a kind of job; operations/catalogue.py knows. The store is closed with the queue.

        unheld: kinds that begin as soon as their lane is free. What is said without a number (start, pause, resume,
        cancel) does not concern them: pausing a list of clips must not pause a download.

        alone: the worker of a job that may outlive the queue; None for all others, whose workers end with it.

        interpreter_of: the Python that a job's worker needs; None: this program's own.
        """
        self._store = store
        self._lane_of = lane_of
        self._pool = pool or WorkerPool()
        self._lanes = lanes
        self._unheld = unheld
        self._alone = alone
        self._interpreter_of = interpreter_of
        self._jobs = {job.id: job for job in store.jobs()}
        self._active: dict[int, _Active] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._observers: list[Observer] = []
        self._watched: int | None = None
        self._is_started = False
        self._is_closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    # -- what there is

    def jobs(self) -> list[Job]:
        """All jobs, in their order."""
        return sorted(self._jobs.values(), key=lambda job: (job.position, job.id))

    def job(self, number: int) -> Job:
        return self._jobs[number]

    def interrupted(self) -> list[Job]:
        """Jobs that were under way when PyroBlur ended: to be offered for resumption."""
        return [job for job in self.jobs() if job.state is JobState.INTERRUPTED]

    @property
    def is_started(self) -> bool:
        """True while queued jobs are started by themselves."""
        return self._is_started

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Tells the observer each event with its job, and each change of a job's state with None for the event.

        Returns what ends the subscription. A job that was removed is told of no more.
        """
        self._observers.append(observer)
        return lambda: self._observers.remove(observer) if observer in self._observers else None

    # -- what to do

    def add(self, spec: Spec) -> Job:
        return self.add_all([spec])[0]

    def add_all(self, specs: Iterable[Spec], *, lane: str | None = None) -> list[Job]:
        """Appends jobs, all or none. Raises OutputError when they cannot be kept. lane: instead of the kind's own."""
        wanted = [(spec.kind, spec.model_dump(mode="json"), lane or self._lane_of(spec.kind)) for spec in specs]
        added = self._store.add(wanted)
        for job in added:
            self._jobs[job.id] = job
            self._tell(job, None)
        self._dispatch()
        return added

    def start(self) -> None:
        """From now on, jobs are started as lanes become free."""
        self._is_started = True
        self._dispatch()

    def pause(self, number: int | None = None) -> None:
        """Pauses a job or, without a number, all: those that run, and the starting of others.

        A paused job that has begun keeps its place in its lane.
        """
        if number is None:
            self._is_started = False
        for job in self._chosen(number):
            if job.state is JobState.RUNNING:
                self._active[job.id].worker.pause()
                self._change(replace(job, state=JobState.PAUSED))
            elif job.state is JobState.QUEUED and number is not None:
                self._change(replace(job, state=JobState.PAUSED))
        self._settle()

    def resume(self, number: int | None = None) -> None:
        """Resumes a paused or interrupted job or, without a number, all that are paused, and starts others again."""
        if number is None:
            self._is_started = True
        for job in self._chosen(number):
            if job.id in self._active and job.state is JobState.PAUSED:
                self._active[job.id].worker.resume()
                self._change(replace(job, state=JobState.RUNNING))
            elif job.state is JobState.PAUSED or (job.state is JobState.INTERRUPTED and number is not None):
                self._change(replace(job, state=JobState.QUEUED))
        self._dispatch()

    def cancel(self, number: int | None = None) -> None:
        """Cancels a job or, without a number, all that are not over. Those that run end within the grace time."""
        for job in self._chosen(number):
            if job.id in self._active:
                self._active[job.id].was_cancelled = True
                self._spawn(self._active[job.id].worker.cancel())
            elif not job.state.is_over:
                self._change(replace(job, state=JobState.CANCELLED))
        self._settle()

    def finish(self, number: int) -> None:
        """Asks a job that runs to end early, in order and with a result: a training, after its epoch."""
        if number in self._active:
            self._active[number].worker.finish()

    def retry(self, number: int) -> None:
        """Queues a job that is over once more, where it stands. What it had finished of its work is used again."""
        job = self._jobs[number]
        if job.state.is_over and job.id not in self._active:
            self._change(_fresh(job, JobState.QUEUED))
            self._dispatch()

    def remove(self, number: int) -> None:
        """Takes a job off the list; one that runs is cancelled first and goes when it has ended."""
        if number in self._active:
            self._active[number].is_unwanted = True
            self.cancel(number)
            return
        del self._jobs[number]
        self._keep(lambda: self._store.remove([number]))
        self._settle()

    def move(self, number: int, index: int) -> None:
        """Moves a job to a place in the order, 0 being the first."""
        order = [job.id for job in self.jobs() if job.id != self._jobs[number].id]
        order.insert(max(0, index), number)
        positions = {job_id: place for place, job_id in enumerate(order) if self._jobs[job_id].position != place}
        for job_id, place in positions.items():
            self._jobs[job_id] = replace(self._jobs[job_id], position=place)
        self._keep(lambda: self._store.reorder(positions))
        self._tell(self._jobs[number], None)

    def watch(self, number: int | None) -> None:
        """Asks for previews of this job, now or once it runs, and of no other."""
        if self._watched in self._active:
            self._active[self._watched].worker.watch(previews=False)
        self._watched = number
        if number in self._active:
            self._active[number].worker.watch(previews=True)

    async def until_idle(self) -> None:
        """Waits until nothing runs and nothing that could be started is left."""
        await self._idle.wait()

    async def close(self, *, keeps: Callable[[Job], bool] = lambda _job: False) -> None:
        """Stops at once. Jobs that ran become `interrupted`: the next start offers to resume them.

        keeps: jobs whose worker can and shall go on by itself; the next start finds it again.
        """
        if self._is_closed:
            return
        self._is_closed, self._is_started = True, False
        for number, active in self._active.items():
            if isinstance(active.worker, LoneWorker) and keeps(self._jobs[number]):
                active.worker.let_go()
            else:
                self._spawn(active.worker.cancel())
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._pool.close()
        self._settle()
        self._store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # -- how it is done

    def _dispatch(self) -> None:
        """Starts what may start."""
        if not self._is_closed:
            room = {lane: self._lanes.get(lane, 1) for lane in {job.lane for job in self._jobs.values()}}
            for number in self._active:
                room[self._jobs[number].lane] -= 1
            for job in self.jobs():
                if self._may_start(job) and room[job.lane] > 0 and job.id not in self._active:
                    room[job.lane] -= 1
                    self._begin(job)
        self._settle()

    def _begin(self, job: Job) -> None:
        alone = self._alone(job)
        interpreter = self._interpreter_of(job) if alone is None else None
        active = self._active[job.id] = _Active(alone or self._pool.take(job.lane, interpreter), interpreter)
        job = self._change(_fresh(job, JobState.RUNNING))
        self._spawn(self._work(job, active))

    async def _work(self, job: Job, active: _Active) -> None:
        try:
            end: EndEvent = await active.worker.run(
                job.kind,
                job.spec,
                previews=self._watched == job.id,
                on_event=lambda event: self._heard(job.id, active, event),
            )
        finally:
            del self._active[job.id]
            if isinstance(active.worker, WorkerProcess):
                self._pool.give_back(active.worker, job.lane, active.interpreter)
        self._finish(self._jobs[job.id], active, end)
        self._dispatch()

    def _finish(self, job: Job, active: _Active, end: EndEvent) -> None:
        state = state_after(end)
        if isinstance(end, Cancelled) and not active.was_cancelled:
            state = JobState.INTERRUPTED
        result = end if isinstance(end, Finished) else None
        failure = end if isinstance(end, Failed) else None
        self._change(replace(job, state=state, result=result, failure=failure), end)
        if active.is_unwanted:
            self.remove(job.id)

    def _heard(self, number: int, active: _Active, event: Event) -> None:
        job = self._jobs[number]
        if isinstance(event, Progress):
            job = self._jobs[number] = replace(job, progress=event, updated=datetime.now(UTC))
            if time.monotonic() - active.saved_at > PROGRESS_SAVED_S:
                active.saved_at = time.monotonic()
                self._keep(lambda: self._store.save(job))
        self._tell(job, event)

    def _change(self, job: Job, event: Event | None = None) -> Job:
        changed = self._jobs[job.id] = replace(job, updated=datetime.now(UTC))
        self._keep(lambda: self._store.save(changed))
        self._tell(changed, event)
        return changed

    def _keep(self, write: Callable[[], None]) -> None:
        """A queue that cannot be written down (a full disk) still runs."""
        try:
            write()
        except sqlite3.Error:
            log.exception("the queue could not be saved")

    def _tell(self, job: Job, event: Event | None) -> None:
        for observer in tuple(self._observers):
            try:
                observer(job, event)
            except Exception:  # an observer's mistake must not stop the queue
                log.exception("an observer failed on job %d", job.id)

    def _chosen(self, number: int | None) -> list[Job]:
        if number is not None:
            return [self._jobs[number]]
        return [job for job in self.jobs() if not self._unheld(job.kind)]

    def _may_start(self, job: Job) -> bool:
        return job.state is JobState.QUEUED and (self._is_started or self._unheld(job.kind))

    def _settle(self) -> None:
        """Idle: nothing has a worker, and nothing is queued that will be started."""
        will_start = not self._is_closed and any(self._may_start(job) for job in self._jobs.values())
        if self._active or will_start:
            self._idle.clear()
        else:
            self._idle.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _fresh(job: Job, state: JobState) -> Job:
    """The job without a trace of its last run."""
    return replace(job, state=state, progress=None, result=None, failure=None)
