"""The list of work on data sets: its words, and what it does with the queue."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from pyroblur_gui.blurring.spec import BlurSpec
from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.datasets.spec import CheckSpec, DownloadSpec, ImportSpec, RecogniseSpec
from pyroblur_gui.jobs.events import Failed, Finished, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.queue import Queue
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.jobs.store import JobStore
from pyroblur_gui.operations.catalogue import OPERATIONS
from pyroblur_gui.ui.tabs.datasets.jobs import hold_what_waits
from pyroblur_gui.ui.tabs.datasets.work_items import WorkItem, item_of, result_text, running_text, status_text
from pyroblur_gui.ui.tabs.datasets.work_presenter import WorkPresenter

GET = DownloadSpec(source="roboflow", name="plates", has_accepted=True)
IMPORT = ImportSpec(paths=(Path("a"),), name="plates")


class View:
    """What was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, object]] = []

    def item_added(self, item: WorkItem) -> None:
        self.told.append(("added", item.id))

    def item_changed(self, item: WorkItem) -> None:
        self.told.append(("changed", item.state))

    def item_removed(self, number: int) -> None:
        self.told.append(("removed", number))

    def item_finished(self, item: WorkItem) -> None:
        self.told.append(("finished", item.name))

    def say(self, text: str) -> None:
        self.told.append(("said", text))


class Bench:
    """A queue that starts nothing, so that a test decides what becomes of its jobs."""

    def __init__(self, *specs: Spec) -> None:
        self.queue = Queue(JobStore.in_memory(), lambda _: "cpu")
        self.jobs = [self.queue.add(spec) for spec in specs]
        self.view = View()
        self.discarded: list[str] = []

    def begin(self) -> None:
        """As the window does when it is opened."""
        self.presenter = WorkPresenter(
            self.queue, self.view, titles={"roboflow": "Roboflow Universe"}, discard=self.discarded.append
        )
        hold_what_waits(self.queue)  # as the tab does when it is given the queue
        self.presenter.restore()

    def become(self, job: Job, state: JobState, **how: object) -> None:
        self.queue._change(replace(self.queue.job(job.id), state=state, **how))

    def item(self, job: Job) -> WorkItem:
        return next(item for item in self.presenter.items() if item.id == job.id)


async def test_what_an_earlier_run_left_is_listed_and_begins_only_when_asked() -> None:
    bench = Bench(GET, CheckSpec(name="other"), IMPORT, RecogniseSpec(paths=(Path("a"),)))
    interrupted, queued, done, _ = bench.jobs
    bench.become(interrupted, JobState.INTERRUPTED)
    bench.become(done, JobState.DONE)
    bench.begin()
    assert {item.id: item.state for item in bench.presenter.items()} == {
        interrupted.id: JobState.INTERRUPTED,
        queued.id: JobState.PAUSED,
    }
    assert done.id not in [job.id for job in bench.queue.jobs()]
    bench.presenter.go_on(interrupted.id)
    bench.presenter.go_on(queued.id)
    assert {item.state for item in bench.presenter.items()} == {JobState.QUEUED}
    await bench.queue.close()


async def test_a_failure_is_kept_over_a_restart_and_can_be_tried_again() -> None:
    bench = Bench(GET)
    (job,) = bench.jobs
    bench.become(job, JobState.FAILED, failure=Failed(code="access", message="No.", hint="Another key."))
    bench.begin()
    assert status_text(bench.item(job)) == "No. Another key."
    assert bench.item(job).wants_key
    bench.presenter.go_on(job.id)
    assert bench.item(job).state is JobState.QUEUED
    await bench.queue.close()


async def test_letting_go_of_what_did_not_end_well_deletes_what_it_made() -> None:
    bench = Bench(GET, CheckSpec(name="plates"), replace_name(GET, "done"))
    cancelled, checked, done = bench.jobs
    bench.become(cancelled, JobState.CANCELLED)
    bench.become(checked, JobState.FAILED, failure=Failed(code="x", message="No."))
    bench.begin()
    bench.become(done, JobState.DONE, result=Finished(result={}))
    for job in (done, checked):
        await bench.presenter.let_go(job.id)
    assert bench.discarded == []
    await bench.presenter.let_go(cancelled.id)
    assert bench.discarded == ["plates"]
    assert bench.queue.jobs() == []
    await bench.queue.close()


async def test_what_another_job_still_needs_is_not_deleted() -> None:
    bench = Bench(GET, IMPORT)
    first, second = bench.jobs
    bench.become(first, JobState.FAILED, failure=Failed(code="x", message="No."))
    bench.become(second, JobState.INTERRUPTED)
    bench.begin()
    await bench.presenter.let_go(first.id)
    assert bench.discarded == []
    await bench.queue.close()


async def test_what_cannot_be_deleted_is_said() -> None:
    bench = Bench(GET)
    (job,) = bench.jobs
    bench.become(job, JobState.INTERRUPTED)
    bench.begin()

    def refuse(_name: str) -> None:
        raise OutputError("The folder is in use.")

    bench.presenter._discard = refuse
    await bench.presenter.let_go(job.id)
    assert bench.view.told[-1] == ("said", "What was fetched for “plates” could not be deleted: The folder is in use.")
    await bench.queue.close()


async def test_a_job_that_ends_is_told_once_and_goes_when_something_new_begins() -> None:
    bench = Bench()
    bench.begin()
    number = bench.presenter.start(CheckSpec(name="plates"))
    job = bench.queue.job(number)
    bench.become(job, JobState.RUNNING)
    assert bench.presenter.under_way == 1
    bench.become(job, JobState.DONE, result=Finished(result={"images": 3}))
    bench.become(job, JobState.DONE)
    assert [told for told in bench.view.told if told[0] == "finished"] == [("finished", "plates")]
    bench.presenter.start(CheckSpec(name="plates"))
    assert [item.id for item in bench.presenter.items()] != [number]
    assert len(bench.presenter.items()) == 1
    await bench.queue.close()
    await asyncio.sleep(0)


def replace_name(spec: DownloadSpec, name: str) -> DownloadSpec:
    return spec.model_copy(update={"name": name})


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (None, "Starting"),
        (
            Progress(stage="download", done=312e6, total=1.5e9, unit="bytes", rate=12e6, eta_s=99),
            "Downloading · 312 MB of 1.5 GB · 12.0 MB/s · 2 min left",
        ),
        (Progress(stage="read", done=40, total=1200, unit="pictures"), "Reading pictures · 40 of 1,200"),
        (Progress(stage="download", done=5000, unit="bytes"), "Downloading · 5.0 kB"),
        (Progress(stage="something new", done=0), "Working · 0"),
    ],
)
def test_progress_is_told_as_far_as_it_is_known(told: Progress | None, text: str) -> None:
    assert running_text(told) == text


def test_a_result_is_told_by_what_was_found() -> None:
    assert result_text({}) == "Done."
    result = {"images": 1204, "boxes": {"face": 1, "license_plate": 2000, "dog": 0, "big_cat": 3}, "problems": 2}
    assert result_text(result) == "Done: 1,204 pictures · 1 face · 2,000 licence plates · 3 big cat · 2 problems."


async def test_titles_name_source_and_data_set() -> None:
    bench = Bench(GET)
    assert item_of(bench.jobs[0], {"roboflow": "Roboflow Universe"}).title == "Getting Roboflow Universe as “plates”"
    await bench.queue.close()


def test_an_import_does_not_wait_for_a_film_nor_a_film_for_an_import() -> None:
    lanes = {spec.kind: OPERATIONS[spec.kind].lane for spec in (BlurSpec, ImportSpec, DownloadSpec, CheckSpec)}
    assert lanes.pop(BlurSpec.kind) not in lanes.values()
