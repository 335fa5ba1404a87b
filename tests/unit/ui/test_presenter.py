"""The tab's decisions, without Qt, on a real queue that is not started or whose worker is a small script."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec, Style
from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.jobs.owner import Owner
from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.queue import Queue
from pyroblur_gui.jobs.store import JobStore
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState, Summary
from pyroblur_gui.ui.tabs.blur.output import Output
from pyroblur_gui.ui.tabs.blur.presenter import SETTLE_S, BlurPresenter

NO_WORKER = [sys.executable, "-c", "raise SystemExit(3)"]


class View:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.rows: dict[int, Item] = {}
        self.summary = Summary()
        self.said: list[str] = []
        self.offered: list[int] = []
        self.done: list[Summary] = []

    def items_added(self, items: list[Item]) -> None:
        self.rows |= {item.id: item for item in items}

    def item_changed(self, item: Item) -> None:
        assert item.id in self.rows
        self.rows[item.id] = item

    def items_removed(self, ids: list[int]) -> None:
        for number in ids:
            del self.rows[number]

    def summary_changed(self, summary: Summary) -> None:
        self.summary = summary

    def say(self, text: str) -> None:
        self.said.append(text)

    def offer_resume(self, count: int) -> None:
        self.offered.append(count)

    def engine_known(self, text: str) -> None: ...

    def all_done(self, summary: Summary) -> None:
        self.done.append(summary)

    def states(self) -> list[ItemState]:
        return [item.state for item in self.rows.values()]


class Bench:
    """A presenter with its view on a queue; the queue's workers end at once."""

    def __init__(self, store: JobStore) -> None:
        self.queue = Queue(store, lambda _: "cpu", pool=WorkerPool(NO_WORKER, grace_s=0.5))
        self.view = View()
        self.presenter = BlurPresenter(
            self.queue, self.view, options=BlurOptions(), output=Output(), on_preview=lambda _item, _preview: None
        )

    def specs(self) -> list[BlurSpec]:
        return [BlurSpec.model_validate(job.spec) for job in self.queue.jobs()]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench(JobStore.in_memory())
    yield bench
    bench.presenter.close()
    await bench.queue.close()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "in" / f"{number}.jpg" for number in range(3)]
    paths[0].parent.mkdir()
    for path in paths:
        path.write_bytes(b"no picture, but a file")
    return paths


async def hold(bench: Bench) -> None:
    """Hands over without running: as when everything is paused."""
    bench.queue.start = bench.queue.resume = lambda *_: None  # type: ignore[method-assign]
    await bench.presenter.start()


async def test_added_files_are_ready_once_and_what_is_left_out_is_said(bench: Bench, photos: list[Path]) -> None:
    (photos[0].parent / "notes.txt").write_text("x")
    await bench.presenter.add([photos[0].parent, photos[0], photos[0].parent / "notes.txt"])
    assert bench.view.states() == [ItemState.READY] * 3
    await bench.presenter.add(photos)
    assert len(bench.view.rows) == 3
    assert "neither photo nor video" in bench.view.said[0]
    assert "in the list already" in bench.view.said[1]
    await asyncio.sleep(0)
    assert bench.view.summary == Summary(total=3, ready=3)
    assert bench.queue.jobs() == []


async def test_start_hands_all_ready_files_over_with_their_targets(bench: Bench, photos: list[Path]) -> None:
    await bench.presenter.add(photos)
    await hold(bench)
    assert [spec.target.name for spec in bench.specs()] == ["0_blurred.jpg", "1_blurred.jpg", "2_blurred.jpg"]
    assert bench.view.states() == [ItemState.QUEUED] * 3
    await bench.presenter.start()
    assert len(bench.queue.jobs()) == 3


async def test_a_double_press_hands_every_file_over_once(bench: Bench, photos: list[Path]) -> None:
    await bench.presenter.add(photos)
    bench.queue.start = bench.queue.resume = lambda *_: None  # type: ignore[method-assign]
    await asyncio.gather(bench.presenter.start(), bench.presenter.start())
    assert len(bench.queue.jobs()) == 3


async def test_options_reach_the_files_that_wait(bench: Bench, photos: list[Path], tmp_path: Path) -> None:
    await bench.presenter.add(photos)
    await hold(bench)
    bench.presenter.set_options(BlurOptions(style=Style.SOLID), Output(tmp_path / "out", "safe-{stem}.{ext}"))
    await asyncio.sleep(SETTLE_S * 2)
    assert {spec.options.style for spec in bench.specs()} == {Style.SOLID}
    assert [spec.target for spec in bench.specs()] == [tmp_path / "out" / f"safe-{n}.jpg" for n in range(3)]
    assert [item.job for item in bench.view.rows.values()] == [job.id for job in bench.queue.jobs()]


async def test_a_job_that_fails_shows_it_and_the_next_goes_on(bench: Bench, photos: list[Path]) -> None:
    await bench.presenter.add(photos)
    await bench.presenter.start()
    await asyncio.wait_for(bench.queue.until_idle(), 20)
    assert bench.view.states() == [ItemState.FAILED] * 3
    assert all(item.message and item.hint for item in bench.view.rows.values())
    await asyncio.sleep(0)
    assert [summary.failed for summary in bench.view.done] == [3]


async def test_a_failed_file_is_tried_again_with_the_options_of_now(bench: Bench, photos: list[Path]) -> None:
    (item,) = await bench.presenter.add(photos[:1])
    await bench.presenter.start()
    await asyncio.wait_for(bench.queue.until_idle(), 20)
    first = bench.queue.jobs()[0].id
    bench.presenter.set_options(BlurOptions(crf=30), Output())
    await bench.presenter.retry([item.id])
    (job,) = bench.queue.jobs()
    assert job.id != first
    assert BlurSpec.model_validate(job.spec).options.crf == 30
    await asyncio.wait_for(bench.queue.until_idle(), 20)


async def test_removing_takes_file_and_job_off_and_touches_no_file(bench: Bench, photos: list[Path]) -> None:
    items = await bench.presenter.add(photos)
    await hold(bench)
    bench.presenter.remove([items[0].id, items[2].id])
    assert [job.spec["source"] for job in bench.queue.jobs()] == [str(photos[1])]
    assert list(bench.view.rows) == [items[1].id]
    assert all(path.exists() for path in photos)


async def test_cancelled_files_can_be_cleared(bench: Bench, photos: list[Path]) -> None:
    items = await bench.presenter.add(photos)
    await hold(bench)
    bench.presenter.cancel([items[0].id])
    assert bench.view.states() == [ItemState.CANCELLED, ItemState.QUEUED, ItemState.QUEUED]
    bench.presenter.clear_finished()
    assert len(bench.view.rows) == 2


async def test_files_pause_and_go_on_one_by_one(bench: Bench, photos: list[Path]) -> None:
    items = await bench.presenter.add(photos)
    await hold(bench)
    bench.presenter.pause([items[1].id])
    assert bench.view.rows[items[1].id].state is ItemState.PAUSED
    job = bench.view.rows[items[1].id].job
    assert job is not None
    assert bench.queue.job(job).state is JobState.PAUSED


async def test_what_an_earlier_run_left_is_listed_and_offered(tmp_path: Path, photos: list[Path]) -> None:
    path = tmp_path / "queue.sqlite"
    gone = Owner(pid=2**22 - 1, started=1.0)  # a process that is no more
    with JobStore.open(path, owner=gone) as store:
        specs = [BlurSpec(source=photo, target=photo.with_suffix(".out.jpg")) for photo in photos]
        jobs = store.add((spec.kind, spec.model_dump(mode="json"), "cpu") for spec in specs)
        store.save(_with_state(jobs[0], JobState.RUNNING))
        store.save(_with_state(jobs[1], JobState.DONE))
        store._database.execute("UPDATE jobs SET owner_pid = ?", (gone.pid,))
        store._owner = Owner(0, 0.0)  # closing must not let go of them: this run was killed
    bench = Bench(JobStore.open(path))
    bench.presenter.restore()
    assert bench.view.states() == [ItemState.INTERRUPTED, ItemState.QUEUED]
    assert bench.view.offered == [1]
    bench.presenter.discard_interrupted()
    assert bench.view.states() == [ItemState.QUEUED]
    bench.presenter.close()
    await bench.queue.close()


def _with_state(job: object, state: JobState) -> object:
    from dataclasses import replace

    return replace(job, state=state)  # type: ignore[type-var]
