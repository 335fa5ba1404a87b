"""What the Benchmark tab knows: what can be measured, the benchmark under way, and those that were made. No Qt."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from pyroblur_gui.benchmark import store
from pyroblur_gui.benchmark.result import BenchmarkResult
from pyroblur_gui.benchmark.spec import BenchmarkOptions, BenchmarkSpec
from pyroblur_gui.core.errors import BenchmarkError, PyroblurError
from pyroblur_gui.datasets import store as datasets
from pyroblur_gui.jobs.events import Event, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.models import catalogue
from pyroblur_gui.ui.i18n import failure_text, moment, tr, translated
from pyroblur_gui.ui.tabs.benchmark.wording import short

KIND = BenchmarkSpec.kind
UNDER_WAY = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.PAUSED})


@dataclass(frozen=True, slots=True)
class Choice:
    """A model or a data set that can be chosen. value: its name, or the path of a file."""

    value: str
    title: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says."""

    models: tuple[str, ...] = ()
    data: str = ""
    split: str = "val"
    has_speed: bool = False
    clip: Path | None = None
    truth: Path | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """The benchmark under way. share: None while it is not known. is_waiting: for other jobs."""

    text: str
    share: float | None = None
    is_waiting: bool = False


class Jobs(Protocol):
    """The queue (jobs.queue.Queue), as far as the tab uses it."""

    def jobs(self) -> list[Job]: ...
    def add(self, spec: Spec) -> Job: ...
    def cancel(self, number: int | None = None) -> None: ...
    def remove(self, number: int) -> None: ...
    def subscribe(self, observer: Callable[[Job, Event | None], None]) -> Callable[[], None]: ...


class BenchmarkView(Protocol):
    """What shows the tab. Called on the loop."""

    def choices_changed(self, models: list[Choice], data: list[Choice]) -> None: ...
    def results_changed(self, names: list[str], chosen: str | None) -> None: ...
    def result_shown(self, result: BenchmarkResult | None, folder: Path | None) -> None: ...
    def work_changed(self, work: Work | None) -> None: ...
    def failed(self, text: str) -> None: ...
    def say(self, text: str) -> None: ...


class BenchmarkPresenter:
    """Lives on the window's loop."""

    def __init__(self, jobs: Jobs, view: BenchmarkView) -> None:
        self._jobs = jobs
        self._view = view
        self._names: list[str] = []
        self._chosen: str | None = None
        self._shown: str | None = None
        self._refreshing: set[asyncio.Task[None]] = set()
        for job in jobs.jobs():  # what an earlier session left: results are files, and a benchmark is begun anew
            if job.kind == KIND and job.state.is_over:
                jobs.remove(job.id)
        self._unsubscribe = jobs.subscribe(self._heard)

    async def close(self) -> None:
        self._unsubscribe()
        for task in tuple(self._refreshing):
            task.cancel()
        await asyncio.gather(*self._refreshing, return_exceptions=True)

    @property
    def chosen(self) -> str | None:
        return self._chosen

    @property
    def folder(self) -> Path | None:
        return None if self._chosen is None else store.benchmarks_folder() / self._chosen

    def is_busy(self) -> bool:
        return any(job.kind == KIND and job.state in UNDER_WAY for job in self._jobs.jobs())

    async def refresh(self) -> None:
        """Looks which models, data sets and results there are, and shows the newest if none is chosen."""
        models, data, names = await asyncio.to_thread(_there)
        self._names = names
        if self._chosen not in names:
            self._chosen = names[0] if names else None
        self._view.choices_changed(models, data)
        self._tell_work()
        await self._show()

    async def choose(self, name: str) -> None:
        if name in self._names and name != self._chosen:
            self._chosen = name
            await self._show()

    def start(self, draft: Draft) -> None:
        """Raises BenchmarkError, which says what is missing."""
        if not draft.models:
            raise BenchmarkError(tr("Choose at least one model."))
        if not draft.data and not draft.has_speed and draft.clip is None:
            raise BenchmarkError(tr("Choose a data set, the speed, or a clip."))
        try:
            spec = BenchmarkSpec(
                models=draft.models,
                data=draft.data or None,
                options=BenchmarkOptions(split=draft.split),
                speed=draft.has_speed,
                clip=draft.clip,
                truth=draft.truth,
            )
        except ValidationError as error:
            raise BenchmarkError(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from error
        self._jobs.add(spec)
        self._tell_work()

    def cancel(self) -> None:
        for job in self._jobs.jobs():
            if job.kind == KIND and job.state in UNDER_WAY:
                self._jobs.cancel(job.id)

    async def remove(self) -> None:
        """Deletes the result that is shown, for good."""
        if self._chosen is None:
            return
        try:
            await asyncio.to_thread(store.remove, self._chosen)
        except PyroblurError as error:
            self._view.say(failure_text(error))
        await self.refresh()

    async def _show(self) -> None:
        name = self._chosen
        self._view.results_changed(self._names, name)
        if name == self._shown:
            return
        self._shown = name
        if name is None:
            self._view.result_shown(None, None)
            return
        folder = store.benchmarks_folder() / name
        try:
            result = await asyncio.to_thread(store.read, folder)
        except PyroblurError as error:
            self._view.result_shown(None, None)
            self._view.failed(failure_text(error))
            return
        if name == self._chosen:
            self._view.result_shown(result, folder)

    def _heard(self, job: Job, event: Event | None) -> None:
        if job.kind != KIND:
            return
        if event is None or isinstance(event, Progress) or job.state.is_over:
            self._tell_work()  # also of one that failed or was cancelled: the form is free again
        if not job.state.is_over:
            return
        if job.state is JobState.DONE and job.result is not None:
            name = Path(str(job.result.result.get("report_dir", ""))).name
            self._chosen, self._shown = name, None
            self._later(self.refresh())
        elif job.state is JobState.FAILED and job.failure is not None:
            self._view.failed(failure_text(job.failure))
        if job.state is not JobState.INTERRUPTED:
            self._later(self._let_go(job.id))

    async def _let_go(self, number: int) -> None:
        """What is over is no job any more: its result is a file. Not within the queue's own call."""
        await asyncio.sleep(0)
        if any(job.id == number for job in self._jobs.jobs()):
            self._jobs.remove(number)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._refreshing.add(task)
        task.add_done_callback(self._refreshing.discard)

    def _tell_work(self) -> None:
        job = next((job for job in self._jobs.jobs() if job.kind == KIND and job.state in UNDER_WAY), None)
        self._view.work_changed(None if job is None else _work(job))


def _work(job: Job) -> Work:
    if job.state is JobState.QUEUED:
        return Work(tr("Waits for other jobs"), is_waiting=True)
    progress = job.progress
    if progress is None:
        return Work(tr("Opens the models"))
    share = progress.done / progress.total if progress.total else None
    what = {
        "accuracy": tr("Looks at the pictures"),
        "speed": tr("Times the models"),
        "leaks": tr("Follows the clip"),
        "blur": tr("Blurs the clip"),
        "report": tr("Writes the report"),
    }.get(progress.stage, progress.stage)
    if progress.eta_s is None:
        return Work(what, share)
    return Work(tr("{what}, {left} left", what=what, left=_duration(progress.eta_s)), share)


def _duration(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _there() -> tuple[list[Choice], list[Choice], list[str]]:
    """Reads the disk: call it in a thread."""
    models = [
        Choice(
            entry.name,
            translated(entry.title) if entry.is_shipped else entry.name,
            f"{translated(entry.summary)} {', '.join(entry.classes)}",
        )
        for entry in catalogue.entries()
    ]
    return models, [Choice(name, name) for name in datasets.names()], store.names()


def title_of(name: str) -> tuple[str, str]:
    """A result's folder name as (models, when): "20260102-030405-thorough-fast"."""
    day, _, rest = name.partition("-")
    clock, _, models = rest.partition("-")
    if len(day) != 8 or len(clock) != 6:
        return short(name), ""
    try:
        when = datetime.strptime(f"{day}{clock}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return short(name), ""
    return models or name, moment(when)
