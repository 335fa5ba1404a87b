"""Keeps the list of work on data sets in step with the queue, and does what the user asks of a job. No Qt."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.jobs.events import Event
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.tabs.datasets.jobs import MAKES
from pyroblur_gui.ui.tabs.datasets.work_items import SHOWN, WorkItem, item_of


class Jobs(Protocol):
    """The queue (jobs.queue.Queue), as far as this list uses it."""

    def jobs(self) -> list[Job]: ...
    def job(self, number: int) -> Job: ...
    def subscribe(self, observer: Callable[[Job, Event | None], None]) -> Callable[[], None]: ...
    def add(self, spec: Spec) -> Job: ...
    def pause(self, number: int | None = None) -> None: ...
    def resume(self, number: int | None = None) -> None: ...
    def cancel(self, number: int | None = None) -> None: ...
    def retry(self, number: int) -> None: ...
    def remove(self, number: int) -> None: ...


class WorkView(Protocol):
    def item_added(self, item: WorkItem) -> None: ...
    def item_changed(self, item: WorkItem) -> None: ...
    def item_removed(self, number: int) -> None: ...
    def item_finished(self, item: WorkItem) -> None: ...
    def say(self, text: str) -> None: ...


class WorkPresenter:
    """Lists the jobs on data sets, oldest first."""

    def __init__(
        self, jobs: Jobs, view: WorkView, *, titles: Mapping[str, str], discard: Callable[[str], None]
    ) -> None:
        """titles: of the sources. discard: deletes what an unfinished data set of that name is made from."""
        self._jobs = jobs
        self._view = view
        self._titles = titles
        self._discard = discard
        self._items: dict[int, WorkItem] = {}
        self._unsubscribe = jobs.subscribe(self._heard)

    def close(self) -> None:
        self._unsubscribe()

    def items(self) -> list[WorkItem]:
        return list(self._items.values())

    @property
    def under_way(self) -> int:
        return sum(item.is_under_way for item in self._items.values())

    def restore(self) -> None:
        """Lists what an earlier window left; see `jobs.hold_what_waits`.

        A download that was cancelled is listed, too: what it fetched lies on the disk until the user lets go of it.
        """
        for job in self._jobs.jobs():
            if job.kind not in SHOWN:
                continue
            if job.state is JobState.DONE or (job.state is JobState.CANCELLED and job.kind not in MAKES):
                self._jobs.remove(job.id)
                continue
            self._show(job)

    def start(self, spec: Spec) -> int:
        """Begins a job as soon as there is room. Raises OutputError when it cannot be kept."""
        self._clear(str(getattr(spec, "name", "")))
        return self._jobs.add(spec).id

    def pause(self, number: int) -> None:
        self._jobs.pause(number)

    def go_on(self, number: int) -> None:
        """Resumes what was paused or interrupted, and tries again what failed or was cancelled."""
        if self._items[number].state in {JobState.PAUSED, JobState.INTERRUPTED}:
            self._jobs.resume(number)
        else:
            self._jobs.retry(number)

    def cancel(self, number: int) -> None:
        self._jobs.cancel(number)

    async def let_go(self, number: int) -> None:
        """Takes a job that is over off the list; of one that did not end well, what it fetched and made is deleted."""
        item = self._items.pop(number, None)
        if item is None:
            return
        self._view.item_removed(number)
        self._jobs.remove(number)
        shares = any(other.name == item.name and other.kind in MAKES for other in self._items.values())
        if item.kind not in MAKES or item.state is JobState.DONE or shares:
            return
        try:
            await asyncio.to_thread(self._discard, item.name)
        except (OSError, PyroblurError) as error:
            self._view.say(tr("What was fetched for “{name}” could not be deleted: {why}", name=item.name, why=error))

    def _clear(self, name: str) -> None:
        """What is done with a data set needs no line any more when something new begins with it."""
        for item in self.items():
            if item.name == name and item.state is JobState.DONE:
                del self._items[item.id]
                self._view.item_removed(item.id)
                self._jobs.remove(item.id)

    def _heard(self, job: Job, _event: Event | None) -> None:
        if job.kind in SHOWN:
            self._show(job)

    def _show(self, job: Job) -> None:
        before, item = self._items.get(job.id), item_of(job, self._titles)
        if item == before:
            return
        self._items[job.id] = item
        if before is None:
            self._view.item_added(item)
        else:
            self._view.item_changed(item)
            if item.state is JobState.DONE and before.state is not JobState.DONE:
                self._view.item_finished(item)
