"""What a job's news means for its line in the list."""

from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.jobs.events import Artifact, Event, Failed, Finished, Log, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.tabs.blur.items import STATES, Item, ItemState

REPORT = "report"


def updated(item: Item, job: Job, event: Event | None) -> Item:
    """The line after this event of its job, None being a mere change of state."""
    item = _with_state(item, job)
    match event:
        case Progress():
            return _with_progress(item, event)
        case Artifact() if event.kind == REPORT:
            return replace(item, report=event.path)
        case Log() if event.level in {"warning", "error"}:
            return replace(item, message=event.text)
        case _:
            return item


def _with_state(item: Item, job: Job) -> Item:
    state = STATES[job.state]
    if job.state is JobState.DONE and job.result is not None:
        return _finished(item, job.result)
    if job.state is JobState.FAILED and job.failure is not None:
        return _failed(item, job.failure)
    if state is item.state and state is not ItemState.INTERRUPTED:
        return item
    if state in {ItemState.QUEUED, ItemState.CANCELLED} or (
        state is ItemState.RUNNING and item.state is not ItemState.PAUSED
    ):
        return replace(_cleared(item), state=state)
    if state is ItemState.INTERRUPTED:
        hint = tr("Resume goes on where it stopped.")
        return replace(_cleared(item), state=state, message=tr("It was not finished."), hint=hint)
    return replace(item, state=state)


def _with_progress(item: Item, progress: Progress) -> Item:
    fraction = min(1.0, progress.done / progress.total) if progress.total else None
    return replace(
        item,
        stage=progress.stage,
        fraction=fraction,
        rate=progress.rate,
        unit=progress.unit,
        eta_s=progress.eta_s,
    )


def _finished(item: Item, end: Finished) -> Item:
    result = end.result
    output = result.get("output")
    counts = result.get("detections")
    left = _left(result)
    item = replace(
        _cleared(item),
        state=ItemState.LOOK if left or result.get("needs_look") else ItemState.DONE,
        target=Path(output) if isinstance(output, str) else item.target,
        counts={str(name): int(count) for name, count in counts.items() if isinstance(count, int | float) and count}
        if isinstance(counts, dict)
        else {},
        message=_text(result.get("warnings")),
    )
    if item.state is ItemState.LOOK:
        message = (
            trn("The check still found {count} place.", "The check still found {count} places.", left)
            if left
            else item.message
        )
        hint = tr("Look at the result; a lower confidence or a larger margin covers more.")
        return replace(item, message=message or tr("The result should be looked at."), hint=hint)
    return item


def _failed(item: Item, failure: Failed) -> Item:
    return replace(
        _cleared(item),
        state=ItemState.FAILED,
        message=failure.message,
        hint=failure.hint,
        detail=failure.detail,
    )


def _cleared(item: Item) -> Item:
    return replace(item, stage="", fraction=None, rate=None, eta_s=None, message="", hint="", detail="", counts={})


def _left(result: dict[str, JsonValue]) -> int:
    """How many places the check of the result still found something in."""
    verification = result.get("verification")
    leaks = verification.get("leaks") if isinstance(verification, dict) else None
    if isinstance(leaks, list):
        return len(leaks)
    return leaks if isinstance(leaks, int) else 0


def _text(value: JsonValue) -> str:
    return " ".join(str(each) for each in value) if isinstance(value, list) else str(value or "")
