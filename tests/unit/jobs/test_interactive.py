"""The interactive lane: every request gets its own answer, or a reason why not."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
from ears import Ear
from pydantic import BaseModel

from pyroblur_gui.core.errors import JobError
from pyroblur_gui.jobs.interactive import InteractiveLane
from pyroblur_gui.jobs.shared_images import read
from pyroblur_gui.jobs.spec import Spec

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals")


class AnswerSpec(Spec):
    kind: ClassVar[str] = "answer"


class Ask(BaseModel):
    verb: str
    value: int = 0


@pytest.fixture
async def lane(command: list[str], ear: Ear) -> AsyncIterator[InteractiveLane]:
    lane = InteractiveLane(AnswerSpec(), command=command, grace_s=0.5, on_event=ear)
    yield lane
    await lane.close()


async def test_a_request_is_answered_with_its_pictures(lane: InteractiveLane, ear: Ear) -> None:
    preview, answer = await lane.request(Ask(verb="picture", value=5))
    assert preview is not None
    assert preview.covered is not None
    picture, covered = read(preview.image), read(preview.covered)
    assert picture is not None
    assert covered is not None
    assert (picture[0], covered[0]) == (5, 6)
    assert answer.error is None
    assert answer.result["answered"] == 1
    assert [event.type for event in ear.events] == ["started"]


async def test_a_hundred_requests_at_once_lose_no_picture(lane: InteractiveLane) -> None:
    async def ask(value: int) -> int | None:
        preview, _ = await lane.request(Ask(verb="picture", value=value))
        picture = read(preview.image) if preview else None
        return picture[0] if picture else None

    assert await asyncio.gather(*(ask(value) for value in range(100))) == list(range(100))


async def test_urgent_requests_go_first(lane: InteractiveLane) -> None:
    order: list[str] = []

    async def ask(name: str, *, urgent: bool) -> None:
        await lane.request(Ask(verb="plain"), urgent=urgent)
        order.append(name)

    patient = [asyncio.create_task(ask("patient", urgent=False)) for _ in range(6)]
    await asyncio.sleep(0)
    await asyncio.gather(ask("urgent", urgent=True), *patient)
    assert order.index("urgent") == 2  # behind the two that were already sent


async def test_a_request_without_a_picture_and_one_that_fails(lane: InteractiveLane) -> None:
    preview, answer = await lane.request(Ask(verb="plain"))
    assert (preview, answer.error) == (None, None)
    preview, answer = await lane.request(Ask(verb="refuse"))
    assert preview is None
    assert answer.error is not None
    assert answer.error.code == "unreadable_media"


@posix_only
async def test_a_dead_worker_fails_its_request_and_the_next_gets_a_fresh_one(lane: InteractiveLane) -> None:
    _, first = await lane.request(Ask(verb="picture", value=1))
    _, lost = await lane.request(Ask(verb="die"))
    assert lost.error is not None
    assert lost.error.code == "job"
    assert lost.error.hint
    preview, second = await lane.request(Ask(verb="picture", value=2))
    assert preview is not None
    assert second.error is None
    assert first.result["pid"] != second.result["pid"]


async def test_a_worker_that_cannot_start_fails_all_that_wait(command: list[str]) -> None:
    lane = InteractiveLane(AnswerSpec(), command=[*command[:-2], "absent.py"])
    replies = await asyncio.gather(*(lane.request(Ask(verb="plain")) for _ in range(20)))
    await lane.close()
    assert [answer.error.code for _, answer in replies if answer.error] == ["job"] * 20


async def test_a_worker_that_hangs_is_ended(command: list[str]) -> None:
    lane = InteractiveLane(AnswerSpec(), command=command, grace_s=0.2, timeout_s=1.5)
    await lane.request(Ask(verb="plain"))
    _, answer = await lane.request(Ask(verb="hang"))
    assert answer.error is not None
    assert "too long" in answer.error.message
    _, answer = await lane.request(Ask(verb="plain"))
    assert answer.error is None
    await lane.close()


async def test_a_caller_that_loses_interest_takes_its_request_back(lane: InteractiveLane) -> None:
    first = asyncio.create_task(lane.request(Ask(verb="picture", value=1)))
    waiting = [asyncio.create_task(lane.request(Ask(verb="picture", value=2))) for _ in range(10)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await first
    _, answer = await lane.request(Ask(verb="picture", value=3))
    assert int(str(answer.result["answered"])) <= 3  # the first, one that was already sent, this one


async def test_an_unused_worker_ends_and_comes_back(command: list[str]) -> None:
    lane = InteractiveLane(AnswerSpec(), command=command, idle_s=0.2)
    _, first = await lane.request(Ask(verb="picture"))
    worker = lane._worker
    assert worker is not None
    async with asyncio.timeout(10):
        await worker._pipes.ended.wait()
    _, second = await lane.request(Ask(verb="picture"))
    assert first.result["pid"] != second.result["pid"]
    await lane.close()


async def test_warming_up_starts_the_worker(lane: InteractiveLane, ear: Ear) -> None:
    lane.warm_up()
    await ear.hear("started")
    _, answer = await lane.request(Ask(verb="plain"))
    assert answer.error is None


async def test_closing_cancels_who_waits(lane: InteractiveLane) -> None:
    waiting = asyncio.create_task(lane.request(Ask(verb="hang")))
    await asyncio.sleep(0.3)
    await lane.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(JobError, match="closed"):
        await lane.request(Ask(verb="plain"))
