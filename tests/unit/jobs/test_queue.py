"""The queue: lanes, order, and that no job's end, however bad, stops the others."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import ClassVar

import pytest
from ears import PATIENCE_S, eventually

from pyroblur_gui.jobs.events import Event, Finished, Preview, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.owner import Owner
from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.queue import Queue
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.jobs.store import JobStore

GRACE_S = 0.5
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals")


class Play(Spec):
    kind: ClassVar[str] = "play"
    text: str = ""
    count: int = 0


class Echo(Play):
    kind: ClassVar[str] = "echo"


class Count(Play):
    kind: ClassVar[str] = "count"


class Crash(Play):
    kind: ClassVar[str] = "crash"


class Fail(Play):
    kind: ClassVar[str] = "fail"


class Show(Play):
    kind: ClassVar[str] = "show"


class Diary:
    """What an observer was told."""

    def __init__(self) -> None:
        self.told: list[tuple[Job, Event | None]] = []

    def __call__(self, job: Job, event: Event | None) -> None:
        self.told.append((job, event))

    def states_of(self, job: Job) -> list[JobState]:
        states = [told.state for told, _ in self.told if told.id == job.id]
        return [state for index, state in enumerate(states) if index == 0 or states[index - 1] is not state]


def lane_of(kind: str) -> str:
    return {"show": "gpu"}.get(kind, "cpu")


MakeQueue = Callable[..., Queue]


@pytest.fixture
async def make_queue(command: list[str]) -> AsyncIterator[MakeQueue]:
    made: list[Queue] = []

    def make(
        store: JobStore | None = None, *, idle_s: float = 30.0, grace_s: float = GRACE_S, unheld: str = ""
    ) -> Queue:
        pool = WorkerPool(command, grace_s=grace_s, idle_s=idle_s)
        made.append(Queue(store or JobStore.in_memory(), lane_of, pool=pool, unheld=lambda kind: kind == unheld))
        return made[-1]

    yield make
    for queue in made:
        await queue.close()


@pytest.fixture
def queue(make_queue: MakeQueue) -> Queue:
    return make_queue()


@pytest.fixture
def diary(queue: Queue) -> Diary:
    diary = Diary()
    queue.subscribe(diary)
    return diary


async def until_idle(queue: Queue) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await queue.until_idle()


async def until(queue: Queue, job: Job, state: JobState) -> None:
    await eventually(lambda: queue.job(job.id).state is state)


async def until_it_counts(queue: Queue, job: Job) -> None:
    await eventually(lambda: queue.job(job.id).progress is not None)


async def test_jobs_wait_until_the_queue_is_started(queue: Queue, diary: Diary) -> None:
    job = queue.add(Echo(text="a"))
    await asyncio.sleep(0.1)
    assert queue.job(job.id).state is JobState.QUEUED
    queue.start()
    await until_idle(queue)
    assert diary.states_of(job) == [JobState.QUEUED, JobState.RUNNING, JobState.DONE]
    result = queue.job(job.id).result
    assert result is not None
    assert result.result["text"] == "a"
    assert [event.type for _, event in diary.told if event] == ["started", "artifact", "finished"]


async def test_what_is_added_later_starts_by_itself(queue: Queue) -> None:
    queue.start()
    job = queue.add(Echo())
    await until_idle(queue)
    assert queue.job(job.id).state is JobState.DONE


async def test_jobs_of_a_lane_run_one_after_another_in_one_child(queue: Queue, diary: Diary) -> None:
    jobs = queue.add_all([Echo(text=str(number)) for number in range(4)])
    queue.start()
    await until_idle(queue)
    finished = [job.id for job, event in diary.told if isinstance(event, Finished)]
    assert finished == [job.id for job in jobs]
    results = [queue.job(job.id).result for job in jobs]
    assert len({result.result["pid"] for result in results if result}) == 1
    assert max(_running_at_once(diary)) == 1


async def test_lanes_run_side_by_side(queue: Queue, diary: Diary) -> None:
    counting = queue.add(Count(count=10_000))
    queue.start()
    await until_it_counts(queue, counting)
    shown = queue.add(Show())
    await until(queue, shown, JobState.DONE)
    assert queue.job(counting.id).state is JobState.RUNNING
    assert max(_running_at_once(diary)) == 2


@posix_only
async def test_a_crash_does_not_stop_the_next_job(queue: Queue) -> None:
    jobs = queue.add_all([Crash(text="SIGABRT"), Crash(text="SIGKILL"), Fail(), Echo()])
    queue.start()
    await until_idle(queue)
    ended = [queue.job(job.id) for job in jobs]
    assert [job.state for job in ended] == [JobState.FAILED] * 3 + [JobState.DONE]
    assert [job.failure.code for job in ended if job.failure] == ["job", "job", "internal"]


async def test_a_running_job_is_paused_and_resumed(queue: Queue, diary: Diary) -> None:
    job = queue.add(Count(count=30))
    queue.start()
    await until_it_counts(queue, job)
    queue.pause(job.id)
    assert queue.job(job.id).state is JobState.PAUSED
    await asyncio.sleep(0.2)
    before = queue.job(job.id).progress
    await asyncio.sleep(0.2)
    assert queue.job(job.id).progress == before
    queue.resume(job.id)
    await until_idle(queue)
    assert diary.states_of(job)[1:] == [JobState.RUNNING, JobState.PAUSED, JobState.RUNNING, JobState.DONE]


async def test_pausing_all_starts_nothing_more(queue: Queue) -> None:
    first, _ = queue.add_all([Count(count=20), Echo()])
    queue.start()
    await until_it_counts(queue, first)
    queue.pause()
    assert not queue.is_started
    assert [job.state for job in queue.jobs()] == [JobState.PAUSED, JobState.QUEUED]
    queue.resume()
    await until_idle(queue)
    assert [job.state for job in queue.jobs()] == [JobState.DONE] * 2


async def test_kinds_that_nothing_holds_begin_at_once_and_go_on_while_the_others_pause(make_queue: MakeQueue) -> None:
    queue = make_queue(unheld="show")
    listed, free = queue.add(Count(count=1000)), queue.add(Show(count=100_000))
    await until(queue, free, JobState.RUNNING)
    assert queue.job(listed.id).state is JobState.QUEUED
    queue.start()
    await until_it_counts(queue, listed)
    queue.pause()
    assert [queue.job(job.id).state for job in (listed, free)] == [JobState.PAUSED, JobState.RUNNING]
    queue.cancel()
    await until(queue, listed, JobState.CANCELLED)
    assert queue.job(free.id).state is JobState.RUNNING


async def test_a_queued_job_that_is_paused_is_passed_over(queue: Queue) -> None:
    first, _ = queue.add_all([Echo(), Echo()])
    queue.pause(first.id)
    queue.start()
    await until_idle(queue)
    assert [job.state for job in queue.jobs()] == [JobState.PAUSED, JobState.DONE]
    queue.resume(first.id)
    await until_idle(queue)
    assert queue.job(first.id).state is JobState.DONE


async def test_cancel_and_retry(queue: Queue, diary: Diary) -> None:
    running, waiting = queue.add_all([Count(count=10_000), Echo()])
    queue.cancel(waiting.id)
    queue.start()
    await until_it_counts(queue, running)
    queue.cancel(running.id)
    await until_idle(queue)
    assert [job.state for job in queue.jobs()] == [JobState.CANCELLED] * 2
    queue.retry(waiting.id)
    await until_idle(queue)
    assert queue.job(waiting.id).state is JobState.DONE
    assert diary.states_of(waiting) == [
        JobState.QUEUED, JobState.CANCELLED, JobState.QUEUED, JobState.RUNNING, JobState.DONE,
    ]  # fmt: skip


async def test_cancelling_all_ends_the_queue(queue: Queue) -> None:
    jobs = queue.add_all([Count(count=10_000), Count(count=10_000), Echo()])
    queue.start()
    await until_it_counts(queue, jobs[0])
    queue.cancel()
    await until_idle(queue)
    assert [job.state for job in queue.jobs()] == [JobState.CANCELLED] * 3


async def test_remove_also_takes_a_running_job(queue: Queue) -> None:
    running, waiting, kept = queue.add_all([Count(count=10_000), Echo(), Echo()])
    queue.start()
    await until_it_counts(queue, running)
    queue.remove(waiting.id)
    queue.remove(running.id)
    await until_idle(queue)
    assert [job.id for job in queue.jobs()] == [kept.id]
    with pytest.raises(KeyError):
        queue.remove(running.id)


async def test_move_changes_what_runs_next(queue: Queue, diary: Diary) -> None:
    a, b, c = queue.add_all([Echo(text="a"), Echo(text="b"), Echo(text="c")])
    queue.move(c.id, 0)
    queue.move(a.id, 99)
    assert [job.id for job in queue.jobs()] == [c.id, b.id, a.id]
    queue.start()
    await until_idle(queue)
    assert [job.id for job, event in diary.told if isinstance(event, Finished)] == [c.id, b.id, a.id]


async def test_what_makes_no_sense_does_nothing(queue: Queue) -> None:
    job = queue.add(Echo())
    queue.start()
    await until_idle(queue)
    for verb in (queue.pause, queue.resume, queue.cancel):
        verb(job.id)
    assert queue.job(job.id).state is JobState.DONE


async def test_an_observer_that_fails_does_not_stop_the_queue(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    def observe(job: Job, event: Event | None) -> None:
        raise ZeroDivisionError

    unsubscribe = queue.subscribe(observe)
    job = queue.add(Echo())
    queue.start()
    await until_idle(queue)
    assert queue.job(job.id).state is JobState.DONE
    assert "observer failed" in caplog.text
    unsubscribe()
    unsubscribe()


async def test_a_queue_that_cannot_be_saved_still_runs(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    job = queue.add(Echo())
    queue._store.save = _raise  # type: ignore[method-assign]
    queue.start()
    await until_idle(queue)
    assert queue.job(job.id).state is JobState.DONE
    assert "could not be saved" in caplog.text


async def test_only_the_watched_job_shows_previews(queue: Queue, diary: Diary) -> None:
    first, second = queue.add_all([Show(count=1), Show(count=1)])
    queue.watch(second.id)
    queue.start()
    await until(queue, first, JobState.RUNNING)
    await asyncio.sleep(0.3)
    assert not [event for _, event in diary.told if isinstance(event, Preview)]
    queue.watch(first.id)
    await until(queue, first, JobState.DONE)
    queue.watch(second.id)
    await until_idle(queue)
    assert [job.id for job, event in diary.told if isinstance(event, Preview)] == [first.id, second.id]


async def test_the_queue_outlives_the_window(make_queue: MakeQueue, tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite"
    queue = make_queue(JobStore.open(path))
    _, running, waiting = queue.add_all([Echo(), Count(count=10_000), Echo()])
    queue.start()
    await until_it_counts(queue, running)
    await queue.close()
    again = make_queue(JobStore.open(path))
    states = [job.state for job in again.jobs()]
    assert states == [JobState.DONE, JobState.INTERRUPTED, JobState.QUEUED]
    assert [job.id for job in again.interrupted()] == [running.id]
    again.cancel(waiting.id)
    again.start()
    await asyncio.sleep(0.1)
    assert again.job(running.id).state is JobState.INTERRUPTED
    again.resume(running.id)
    await until_it_counts(again, running)


async def test_a_crash_of_the_window_leaves_interrupted_jobs(make_queue: MakeQueue, tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite"
    gone = Owner(pid=2**22 + 1, started=1.0)
    queue = make_queue(JobStore.open(path, owner=gone))
    job = queue.add(Count(count=10_000))
    queue.start()
    await until_it_counts(queue, job)
    again = make_queue(JobStore.open(path))
    assert [job.state for job in again.jobs()] == [JobState.INTERRUPTED]


async def test_progress_is_written_down_now_and_then(
    make_queue: MakeQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyroblur_gui.jobs.queue.PROGRESS_SAVED_S", 0.0)
    path = tmp_path / "queue.sqlite"
    queue = make_queue(JobStore.open(path))
    job = queue.add(Count(count=10_000))
    queue.start()
    await until_it_counts(queue, job)
    database = sqlite3.connect(path)
    (text,) = database.execute("SELECT progress FROM jobs").fetchone()
    database.close()
    assert Progress.model_validate_json(text).stage == "count"


async def test_an_idle_worker_is_closed_after_a_while(make_queue: MakeQueue) -> None:
    queue = make_queue(idle_s=0.2)
    first = queue.add(Echo())
    queue.start()
    await until_idle(queue)
    (worker,) = queue._pool._idle["cpu", None]
    assert worker.is_alive
    await eventually(lambda: not worker.is_alive)
    second = queue.add(Echo())
    await until_idle(queue)
    pids = [job.result.result["pid"] for job in queue.jobs() if job.result]
    assert len(set(pids)) == 2
    assert first.id != second.id


@posix_only
async def test_a_worker_that_died_while_idle_is_not_used(queue: Queue) -> None:
    queue.add(Echo())
    queue.start()
    await until_idle(queue)
    (worker,) = queue._pool._idle["cpu", None]
    assert worker.pid is not None
    os.kill(worker.pid, 9)
    await eventually(lambda: not worker.is_alive)
    job = queue.add(Echo())
    await until_idle(queue)
    assert queue.job(job.id).state is JobState.DONE


async def test_close_leaves_no_process_and_may_be_repeated(
    make_queue: MakeQueue, caplog: pytest.LogCaptureFixture
) -> None:
    queue = make_queue(grace_s=10.0)  # time enough on a busy machine
    queue.add_all([Count(count=10_000), Show(count=1000)])
    queue.start()
    await eventually(lambda: len(queue._active) == 2)
    workers = [active.worker for active in queue._active.values()]
    with caplog.at_level(logging.WARNING):
        await queue.close()
        await queue.close()
    assert not any(worker.is_alive for worker in workers)
    assert not caplog.records


def _running_at_once(diary: Diary) -> list[int]:
    running: set[int] = set()
    counts = [0]
    for job, _ in diary.told:
        (running.add if job.state is JobState.RUNNING else running.discard)(job.id)
        counts.append(len(running))
    return counts


def _raise(job: Job) -> None:
    raise sqlite3.OperationalError("disk full")
