"""One job on a data set as the list of work shows it, and the words for it. No Qt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pyroblur_gui.core.classes import counted
from pyroblur_gui.datasets.spec import (
    CheckSpec,
    DownloadSpec,
    ExportSpec,
    FixSpec,
    ImportSpec,
    SplitSpec,
    SuggestSpec,
)
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.ui.i18n import numeral, tr, translated, trn
from pyroblur_gui.ui.tabs.blur.wording import size_text, time_left_text


@dataclass(frozen=True)
class WorkItem:
    """id: the job's number. name: of the data set. code, message, hint: of a failure. result: of a job that is done."""

    id: int
    kind: str
    name: str
    title: str
    state: JobState
    progress: Progress | None = None
    code: str = ""
    message: str = ""
    hint: str = ""
    result: Mapping[str, Any] | None = None
    source: str = ""  # of a download

    @property
    def fraction(self) -> float | None:
        """How far the present stage is; None where that is not known."""
        told = self.progress
        return min(1.0, told.done / told.total) if told is not None and told.total else None

    @property
    def is_under_way(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING, JobState.PAUSED}

    @property
    def wants_key(self) -> bool:
        """A download that was refused for want of access: another key may help."""
        return self.kind == DownloadSpec.kind and self.state is JobState.FAILED and self.code == "access"


def item_of(job: Job, titles: Mapping[str, str]) -> WorkItem:
    """titles: of the sources, by name."""
    name, source = str(job.spec.get("name", "")), str(job.spec.get("source", ""))
    item = WorkItem(
        id=job.id,
        kind=job.kind,
        name=name,
        title=_TITLES[job.kind](name, titles.get(source, source)),
        state=job.state,
        progress=job.progress,
        source=source,
    )
    if job.failure is not None:
        item = replace(
            item, code=job.failure.code, message=translated(job.failure.message), hint=translated(job.failure.hint)
        )
    return replace(item, result=job.result.result) if job.result is not None else item


_TITLES: dict[str, Callable[[str, str], str]] = {
    DownloadSpec.kind: lambda name, source: tr("Getting {source} as “{name}”", source=source, name=name),
    ImportSpec.kind: lambda name, _: tr("Importing “{name}”", name=name),
    CheckSpec.kind: lambda name, _: tr("Checking “{name}”", name=name),
    FixSpec.kind: lambda name, _: tr("Mending “{name}”", name=name),
    SplitSpec.kind: lambda name, _: tr("Splitting “{name}”", name=name),
    ExportSpec.kind: lambda name, _: tr("Exporting “{name}”", name=name),
    SuggestSpec.kind: lambda name, _: tr("Suggesting boxes for “{name}”", name=name),
}
SHOWN = frozenset(_TITLES)


def status_text(item: WorkItem) -> str:
    """What the second line says: how far it is, what went wrong, or what came of it."""
    match item.state:
        case JobState.RUNNING:
            text = running_text(item.progress)
        case JobState.PAUSED:
            text = tr("Paused. {how_far}", how_far=_how_far(item.progress)).rstrip(" .") + "."
        case JobState.QUEUED:
            text = tr("Waits for other work to end.")
        case JobState.DONE:
            text = result_text(item.result or {})
        case JobState.FAILED:
            text = " ".join(part for part in (item.message, item.hint) if part)
        case JobState.CANCELLED:
            text = tr("Cancelled. What was done so far is used when it is started again.")
        case JobState.INTERRUPTED:
            text = tr("Not finished when PyroBlur ended. It can go on where it stopped.")
    return text


def running_text(told: Progress | None) -> str:
    """Downloading · 312 MB of 1.5 GB · 12 MB/s · 2 min left, as far as known."""
    if told is None:
        return tr("Starting")
    parts = [_stage(told.stage), _how_far(told)]
    if told.rate:
        parts.append(tr("{amount}/s", amount=_amount(told.rate, told.unit)))
    if told.eta_s is not None:
        parts.append(time_left_text(told.eta_s))
    return " · ".join(part for part in parts if part)


def _how_far(told: Progress | None) -> str:
    if told is None:
        return ""
    if not told.total:
        return _amount(told.done, told.unit)
    return tr("{done} of {total}", done=_amount(told.done, told.unit), total=_amount(told.total, told.unit))


def _amount(value: float, unit: str) -> str:
    if unit == "bytes":
        return size_text(round(value))
    return numeral(value, ",.0f") if value >= 10 or value == round(value) else numeral(value, ".1f")


def _stage(stage: str) -> str:
    return {
        "download": tr("Downloading"),
        "extract": tr("Unpacking"),
        "read": tr("Reading pictures"),
        "split": tr("Splitting"),
        "check": tr("Checking"),
        "write": tr("Writing"),
        "suggest": tr("Looking"),
        "draw": tr("Drawing"),
    }.get(stage, tr("Working"))


def result_text(result: Mapping[str, Any]) -> str:
    """Done: 1,204 pictures · 3,400 faces · 2 problems, as far as the job told."""
    parts = []
    if isinstance(images := result.get("images"), int):
        parts.append(trn("{count} picture", "{count} pictures", images))
    boxes = result.get("boxes")
    if isinstance(boxes, Mapping):
        parts += [counted(str(name), int(count)).replace("_", " ") for name, count in boxes.items() if count]
    if isinstance(problems := result.get("problems"), int) and problems:
        parts.append(trn("{count} problem", "{count} problems", problems))
    return tr("Done: {what}.", what=" · ".join(parts)) if parts else tr("Done.")
