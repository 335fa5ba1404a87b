"""Jobs on the window's loop: qasync's, with real children."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import qasync
from PySide6.QtWidgets import QApplication

from pyroblur_gui.core.interpreter import hold_constants
from pyroblur_gui.jobs.events import Cancelled, Event, Failed, Finished
from pyroblur_gui.jobs.interactive import InteractiveLane
from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.jobs.queue import Queue
from pyroblur_gui.jobs.shared_images import read
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.jobs.store import JobStore

COMMAND = [
    sys.executable, "-P", str(Path(__file__).parents[1] / "unit" / "jobs" / "worker_script.py"), "0.5",
]  # fmt: skip

Run = Callable[[Callable[[], Awaitable[None]]], None]


class Echo(Spec):
    kind: ClassVar[str] = "echo"
    text: str = ""


class Crash(Echo):
    kind: ClassVar[str] = "crash"


class AnswerSpec(Spec):
    kind: ClassVar[str] = "answer"


class Ask(Echo):
    verb: str = "picture"
    value: int = 0


@pytest.fixture
def run(qapp: QApplication) -> Iterator[Run]:
    """Runs a coroutine on a loop of qasync's."""
    hold_constants()
    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)

    def run(main: Callable[[], Awaitable[None]]) -> None:
        loop.run_until_complete(asyncio.wait_for(main(), 30))

    yield run
    loop.close()
    asyncio.set_event_loop(None)


def ignore(event: Event) -> None:
    """For jobs of which only the end matters."""


def test_a_worker_takes_jobs_is_cancelled_and_is_missed_when_it_crashes(run: Run) -> None:
    async def main() -> None:
        worker = WorkerProcess(COMMAND, grace_s=0.5)
        assert isinstance(await worker.run("echo", {"text": "a"}, on_event=ignore), Finished)
        begun = asyncio.Event()
        end = worker.run("count", {"count": 10_000}, on_event=lambda _: begun.set())
        await begun.wait()
        await worker.cancel()
        assert await end == Cancelled()
        await worker.close()
        worker = WorkerProcess(COMMAND, grace_s=0.5)
        end_of_crash = await worker.run("crash", {"text": "SIGKILL"}, on_event=ignore)
        assert isinstance(end_of_crash, Failed)
        assert end_of_crash.code == "job"
        await worker.close()

    run(main)


def test_a_stubborn_worker_is_killed(run: Run) -> None:
    async def main() -> None:
        worker = WorkerProcess(COMMAND, grace_s=0.2)
        begun = asyncio.Event()
        end = worker.run("stubborn", {}, on_event=lambda _: begun.set())
        await begun.wait()
        await worker.close()
        assert await end == Cancelled()
        assert not worker.is_alive

    run(main)


def test_the_queue_and_the_interactive_lane_work_side_by_side(run: Run) -> None:
    async def main() -> None:
        lane = InteractiveLane(AnswerSpec(), command=COMMAND, grace_s=0.5)
        pool = WorkerPool(COMMAND, grace_s=0.5)
        async with Queue(JobStore.in_memory(), lambda _: "cpu", pool=pool) as queue:
            jobs = queue.add_all([Echo(text="a"), Crash(text="SIGABRT"), Echo(text="b")])
            queue.start()
            preview, answer = await lane.request(Ask(value=9), urgent=True)
            assert answer.error is None
            assert preview is not None
            picture = read(preview.image)
            assert picture is not None
            assert picture[0] == 9
            await queue.until_idle()
            states = [queue.job(job.id).state for job in jobs]
            assert states == [JobState.DONE, JobState.FAILED, JobState.DONE]
        await lane.close()

    run(main)
