"""What the Data sets tab knows: which data sets there are, which one is shown, and which are being worked on.

A data set that is being made, or made anew, is closed here meanwhile: it gets its name by renaming, which some systems
refuse while a file in it is open. One that is only changed (checked, split, fixed) stays open and is read again after.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets import store, thumbnails
from pyroblur_gui.jobs.events import Event
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.ui.i18n import failure_text
from pyroblur_gui.ui.tabs.datasets.gallery_reader import SetFacts, facts_of
from pyroblur_gui.ui.tabs.datasets.jobs import KINDS, MAKES, at_work


@dataclass(frozen=True, slots=True)
class SetLine:
    """A data set in the list. facts: None until counted, and while it is first made. problem: why it cannot be read."""

    name: str
    facts: SetFacts | None = None
    is_being_made: bool = False
    problem: str = ""

    @property
    def is_readable(self) -> bool:
        return not self.is_being_made and not self.problem


class Jobs(Protocol):
    """The queue (jobs.queue.Queue), as far as the tab uses it."""

    def jobs(self) -> list[Job]: ...
    def add(self, spec: Spec) -> Job: ...
    def subscribe(self, observer: Callable[[Job, Event | None], None]) -> Callable[[], None]: ...


class DatasetsView(Protocol):
    """What shows the tab. Called on the loop."""

    def sets_changed(self, lines: list[SetLine]) -> None: ...
    def set_chosen(self, line: SetLine | None) -> None:
        """Another data set is shown, or the same one became readable or unreadable."""
        ...

    def work_changed(self) -> None:
        """A job on a data set began, waits or ended."""
        ...

    def job_ended(self, job: Job) -> None: ...
    def say(self, text: str) -> None: ...


class DatasetsPresenter:
    """Lives on the window's loop."""

    def __init__(self, jobs: Jobs, view: DatasetsView) -> None:
        self._jobs = jobs
        self._view = view
        self._lines: dict[str, SetLine] = {}
        self._chosen: str | None = None
        self._shown: SetLine | None = None  # as the view was told
        self._states: dict[int, JobState] = {}
        self._unsubscribe = jobs.subscribe(self._heard)

    def close(self) -> None:
        self._unsubscribe()

    @property
    def chosen(self) -> str | None:
        return self._chosen

    def lines(self) -> list[SetLine]:
        return list(self._lines.values())

    def line(self, name: str) -> SetLine | None:
        return self._lines.get(name)

    def is_busy(self) -> bool:
        """Whether a job on data sets runs or is about to."""
        return bool(at_work(self._jobs.jobs()))

    def works_on(self, name: str) -> bool:
        """Whether a job is changing this data set, so that it must not be changed by hand."""
        return any(_name(job) == name for job in at_work(self._jobs.jobs()))

    async def refresh(self) -> None:
        """Looks which data sets there are, counts those that were not counted, and chooses one if none is."""
        there = await asyncio.to_thread(store.names)
        made = self._being_made()
        old = self._lines
        self._lines = {
            name: SetLine(
                name,
                facts=old[name].facts if name in old else None,
                is_being_made=name in made,
                problem=old[name].problem if name in old else "",
            )
            for name in sorted({*there, *made}, key=str.casefold)
        }
        if self._chosen not in self._lines:
            self._chosen = next(iter(self._lines), None)
        self._tell()
        for name in there:
            line = self._lines.get(name)
            if line is not None and line.facts is None and not line.problem and not line.is_being_made:
                await self._count(name)

    def choose(self, name: str) -> None:
        if name in self._lines:
            self._chosen = name
            self._tell()

    def facts_known(self, facts: SetFacts) -> None:
        """What was counted elsewhere, after an edit, say."""
        if facts.name in self._lines:
            self._lines[facts.name] = SetLine(facts.name, facts, self._lines[facts.name].is_being_made)
            self._view.sets_changed(self.lines())

    async def remove(self, name: str) -> None:
        """Deletes a data set for good; the view has closed it."""
        try:
            await asyncio.to_thread(_remove, name)
        except PyroblurError as error:
            self._view.say(failure_text(error))
        self._forget(name)
        await self.refresh()

    def _forget(self, name: str) -> None:
        if name in self._lines:
            self._lines[name] = SetLine(name, is_being_made=self._lines[name].is_being_made)

    async def _count(self, name: str) -> None:
        try:
            facts = await asyncio.to_thread(_counted, name)
        except PyroblurError as error:
            line = SetLine(name, problem=failure_text(error))
        else:
            line = SetLine(name, facts)
        if name in self._lines:
            self._lines[name] = line
            self._tell()

    def _tell(self) -> None:
        self._view.sets_changed(self.lines())
        shown = self._lines.get(self._chosen) if self._chosen is not None else None
        before, self._shown = self._shown, shown
        if _key(before) != _key(shown):
            self._view.set_chosen(shown)

    def _being_made(self) -> set[str]:
        return {_name(job) for job in at_work(self._jobs.jobs()) if job.kind in MAKES}

    def _heard(self, job: Job, _event: Event | None) -> None:
        """State changes only; progress is shown by the row of running work."""
        if job.kind not in KINDS or self._states.get(job.id) is job.state:
            return
        self._states[job.id] = job.state
        self._view.work_changed()
        name = _name(job)
        if job.kind in MAKES and at_work([job]):
            line = self._lines.get(name) or SetLine(name)
            if not line.is_being_made:
                self._lines[name] = SetLine(name, line.facts, is_being_made=True)
                self._lines = dict(sorted(self._lines.items(), key=lambda item: item[0].casefold()))
                self._chosen = name
                self._tell()
        elif job.state.is_over:
            self._forget(name)
            if job.kind in MAKES and job.state is JobState.DONE:
                self._chosen = name
            self._view.job_ended(job)


def _key(line: SetLine | None) -> tuple[str, bool, str] | None:
    return None if line is None else (line.name, line.is_being_made, line.problem)


def _name(job: Job) -> str:
    return str(job.spec.get("name", ""))


def _counted(name: str) -> SetFacts:
    with store.open_dataset(name) as dataset:
        return facts_of(dataset)


def _remove(name: str) -> None:
    store.remove(name)
    thumbnails.delete(name)
