"""Errands: an answer from a real worker beside the queue, the reason where there is none, and nothing left running."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar

import pytest

from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.ui.errands import ErrandError, Errands

SCRIPT = Path(__file__).parents[1] / "jobs" / "worker_script.py"


class Echo(Spec):
    kind: ClassVar[str] = "echo"
    text: str = ""


class Fail(Echo):
    kind: ClassVar[str] = "fail"


class Count(Spec):
    kind: ClassVar[str] = "count"
    count: int


@pytest.fixture
async def errands() -> AsyncIterator[Errands]:
    errands = Errands(WorkerPool([sys.executable, "-P", "-X", "utf8", str(SCRIPT), "0.5"], grace_s=0.5))
    yield errands
    await errands.close()


async def test_errands_bring_their_results_and_share_a_worker(errands: Errands) -> None:
    first, second = await errands.run(Echo(text="a")), await errands.run(Echo(text="b"))
    assert (first["text"], second["text"]) == ("a", "b")
    assert first["pid"] == second["pid"]


async def test_an_errand_that_fails_says_why_and_what_to_do(errands: Errands) -> None:
    with pytest.raises(ErrandError) as told:
        await errands.run(Fail(text="output"))
    assert (told.value.message, told.value.hint) == ("No place.", "Take another.")


async def test_who_stops_waiting_ends_the_errand(errands: Errands) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(errands.run(Count(count=10_000)), 0.5)
    assert (await errands.run(Echo(text="next")))["text"] == "next"


async def test_closing_ends_the_errand_that_runs(errands: Errands) -> None:
    waiting = asyncio.create_task(errands.run(Count(count=10_000)))
    await asyncio.sleep(0.3)
    await errands.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
