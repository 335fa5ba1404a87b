"""Runs the jobs of a command, one after another, on the runner that the window uses, and tells what becomes of each."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import typer
from pydantic import JsonValue

from pyroblur_gui.cli.output import File
from pyroblur_gui.cli.unread import noting_the_end
from pyroblur_gui.jobs.events import Cancelled, Event, Failed, Finished
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.queue import Queue
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.jobs.store import JobStore
from pyroblur_gui.operations.catalogue import ENVIRONMENTS, OPERATIONS
from pyroblur_gui.operations.pack_workers import interpreter_of

Listener = Callable[[File, Event], None]

WALL = "wall_s"
DONE, FAILED, INTERRUPTED, TERMINATED = 0, 1, 130, 143


@dataclass(frozen=True, slots=True)
class Work:
    """A job, the file that it is about as the user named it, and what its result is known to hold beforehand."""

    spec: Spec
    path: Path
    facts: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """How many files ended how, and the exit status that this comes to."""

    done: int = 0
    failed: int = 0
    cancelled: int = 0
    status: int = DONE


def run_batch(work: Sequence[Work], hear: Listener, *, is_wanted: Callable[[], bool] = lambda: True) -> Outcome:
    """Does all of the work and tells each event of it; a file that fails does not stop the next.

    Ctrl-C and SIGTERM cancel as the window does: the file in hand stops, no other is begun, nothing half-written stays.
    So does is_wanted, asked after each event, once it says no: then the status is that of a failure.
    """
    return asyncio.run(_Batch(work, hear, is_wanted).run())


def run_one(spec: Spec) -> Finished | Failed:
    """Does one job that is about no file to cover. Cancelled, it ends the command with the exit status of that."""
    ends: list[Finished | Failed] = []

    def hear(_file: File, event: Event) -> None:
        if isinstance(event, Finished):
            event = Finished(result={key: value for key, value in event.result.items() if key != WALL})
        if isinstance(event, Finished | Failed):
            ends.append(event)

    outcome = run_batch([Work(spec, Path())], hear)
    if not ends:
        raise typer.Exit(outcome.status)
    return ends[0]


class _Batch:
    def __init__(self, work: Sequence[Work], hear: Listener, is_wanted: Callable[[], bool]) -> None:
        self._work = work
        self._hear = hear
        self._is_wanted = is_wanted
        self._outcome = Outcome()
        self._places: dict[int, int] = {}  # a job's number -> its place in the work
        self._began_at: dict[int, float] = {}

    async def run(self) -> Outcome:
        pool = WorkerPool(environments=ENVIRONMENTS)
        async with Queue(
            JobStore.in_memory(), lambda kind: OPERATIONS[kind].lane, pool=pool, interpreter_of=interpreter_of
        ) as queue:
            jobs = queue.add_all(item.spec for item in self._work)
            self._places = {job.id: place for place, job in enumerate(jobs)}
            queue.subscribe(partial(self._heard, queue))
            with self._stopping(queue):
                queue.start()
                await self._until_idle(queue)
        if self._outcome.failed and self._outcome.status == DONE:
            self._outcome.status = FAILED
        if self._outcome.cancelled and self._outcome.status == DONE:  # by another: `train --stop`, a window
            self._outcome.status = INTERRUPTED
        return self._outcome

    async def _until_idle(self, queue: Queue) -> None:
        """Waits for the end; Ctrl-C, which asyncio turns into a cancellation of this task, cancels the queue."""
        while True:
            try:
                await queue.until_idle()
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or self._outcome.status != DONE:
                    raise  # asked twice: the queue is closed at once
                task.uncancel()
                self._stop(queue, INTERRUPTED)
            else:
                return

    @contextlib.contextmanager
    def _stopping(self, queue: Queue) -> Iterator[None]:
        """SIGTERM (a service that is stopped, a time limit) cancels, too, where the system can tell."""
        loop = asyncio.get_running_loop()
        try:
            loop.add_signal_handler(signal.SIGTERM, self._stop, queue, TERMINATED)
        except NotImplementedError:  # Windows
            yield
            return
        try:
            with noting_the_end():
                yield
        finally:
            loop.remove_signal_handler(signal.SIGTERM)

    def _stop(self, queue: Queue, status: int) -> None:
        self._outcome.status = status
        queue.cancel()

    def _heard(self, queue: Queue, job: Job, event: Event | None) -> None:
        place = self._places[job.id]
        item = self._work[place]
        file = File(item.path, place + 1, len(self._work))
        if event is None:
            if job.state is JobState.RUNNING:
                self._began_at[job.id] = time.monotonic()
            elif job.state is JobState.CANCELLED:  # before it was begun
                self._heard(queue, job, Cancelled())
            return
        match event:
            case Finished():
                self._outcome.done += 1
                wall_s = round(time.monotonic() - self._began_at[job.id], 3)
                event = Finished(result={**item.facts, **event.result, WALL: wall_s})
            case Failed():
                self._outcome.failed += 1
            case Cancelled():
                self._outcome.cancelled += 1
            case _:
                pass
        self._hear(file, event)
        if self._outcome.status == DONE and not self._is_wanted():
            self._stop(queue, FAILED)
