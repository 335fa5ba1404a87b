"""What a job's news means for its line in the list."""

from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.jobs.events import Event, Failed, Finished, Log, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.media.facts import Kind
from pyroblur_gui.ui.i18n import tr, translated, trn
from pyroblur_gui.ui.tabs.blur.items import STATES, Item, ItemState


def updated(item: Item, job: Job, event: Event | None) -> Item:
    """The line after this event of its job, None being a mere change of state."""
    item = _with_state(item, job)
    match event:
        case Progress():
            return _with_progress(item, event)
        case Log() if event.level in {"warning", "error"}:
            return replace(item, message=translated(event.text))
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
    """blurring/outcome.py tells what the result holds."""
    result = end.result
    output, reports = result.get("output"), result.get("reports")
    counts = result.get("tracks") if result.get("kind") == Kind.VIDEO else result.get("detections")
    item = replace(
        _cleared(item),
        state=ItemState.LOOK if result.get("needs_look") else ItemState.DONE,
        target=Path(output) if isinstance(output, str) else item.target,
        report=Path(str(reports[0])) if isinstance(reports, list) and reports else None,
        counts=_numbers(counts),
        message=_text(result.get("warnings")),
    )
    return _with_reason(item, result) if item.state is ItemState.LOOK else item


def _with_reason(item: Item, result: dict[str, JsonValue]) -> Item:
    """Why a result should be looked at, and what may be done about it."""
    left, cut_off = len(_leaks(result)), result.get("cut_off")
    if left:
        message = trn("The check still found {count} place.", "The check still found {count} places.", left)
        hint = tr("Look at the result; a lower confidence or a larger margin covers more.")
        return replace(item, message=message, hint=hint, look_at_s=_first_s(result))
    if cut_off:
        hint = tr("The file is damaged there; all before it is done.")
        return replace(item, message=translated(str(cut_off)), hint=hint)
    reasons = _text(result.get("reasons"))
    return replace(item, message=reasons or item.message or tr("Please look at the result."))


def _failed(item: Item, failure: Failed) -> Item:
    return replace(
        _cleared(item),
        state=ItemState.FAILED,
        message=translated(failure.message),
        hint=translated(failure.hint),
        detail=failure.detail,
    )


def _cleared(item: Item) -> Item:
    """The line without a trace of an earlier run."""
    return Item(
        id=item.id,
        source=item.source,
        place=item.place,
        size_bytes=item.size_bytes,
        state=item.state,
        job=item.job,
        target=item.target,
        facts=item.facts,
    )


def _leaks(result: dict[str, JsonValue]) -> list[dict[str, JsonValue]]:
    """The places that the check of the result still found something in."""
    verification = result.get("verification")
    leaks = verification.get("leaks") if isinstance(verification, dict) else None
    return [leak for leak in leaks if isinstance(leak, dict)] if isinstance(leaks, list) else []


def _first_s(result: dict[str, JsonValue]) -> float:
    times = [time_s for leak in _leaks(result) if isinstance(time_s := leak.get("time_s"), int | float)]
    return min(times, default=0.0)


def _numbers(value: JsonValue) -> dict[str, int]:
    if not isinstance(value, dict):
        return {}
    return {name: int(count) for name, count in value.items() if isinstance(count, int | float) and count}


def _text(value: JsonValue) -> str:
    return " ".join(translated(str(each)) for each in value) if isinstance(value, list) else ""
