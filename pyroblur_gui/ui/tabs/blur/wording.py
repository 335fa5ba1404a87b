"""Turns figures and states into what the user reads."""

from pyroblur_gui.core.classes import counted
from pyroblur_gui.media.facts import Kind
from pyroblur_gui.ui.i18n import numeral, tr, trn
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState, Summary


def size_text(size_bytes: int) -> str:
    """1.4 MB; decimal units, as file managers show them."""
    value = float(size_bytes)
    for unit in (tr("B"), tr("kB"), tr("MB"), tr("GB")):
        if value < 1000:
            return (
                f"{numeral(value, '.0f')} {unit}"
                if value >= 100 or value == size_bytes
                else f"{numeral(value, '.1f')} {unit}"
            )
        value /= 1000
    return f"{numeral(value, '.1f')} {tr('TB')}"


def clock_text(seconds: float) -> str:
    """0:07, 12:30, 1:02:03."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def time_left_text(seconds: float) -> str:
    """Rounded to what an estimate is worth."""
    if seconds < 60:
        return tr("{seconds} s left", seconds=max(1, round(seconds)))
    if seconds < 3600:
        return tr("{minutes} min left", minutes=round(seconds / 60))
    hours, minutes = divmod(round(seconds / 60), 60)
    return tr("{hours} h {minutes} min left", hours=hours, minutes=minutes)


def kind_text(item: Item) -> str:
    return tr("Photo") if item.kind is Kind.IMAGE else tr("Video")


def facts_text(item: Item) -> str:
    """Kind, picture size, duration and size, as far as known."""
    parts = [kind_text(item)]
    if item.facts is not None:
        parts.append(f"{item.facts.width} × {item.facts.height}")
        if item.facts.pages > 1:
            parts.append(trn("{count} page", "{count} pages", item.facts.pages))
        if item.facts.duration_s > 0:
            parts.append(clock_text(item.facts.duration_s))
    if item.size_bytes:
        parts.append(size_text(item.size_bytes))
    return " · ".join(parts)


def state_text(item: Item) -> str:
    """The state in a word or two."""
    if item.state is ItemState.RUNNING:
        stages = {"analyse": tr("Looking"), "blur": tr("Covering"), "verify": tr("Checking")}
        return stages.get(item.stage, tr("Starting") if not item.stage else tr("Working"))
    return {
        ItemState.READY: tr("Ready"),
        ItemState.QUEUED: tr("Waiting"),
        ItemState.PAUSED: tr("Paused"),
        ItemState.DONE: tr("Done"),
        ItemState.LOOK: tr("Needs a look"),
        ItemState.FAILED: tr("Failed"),
        ItemState.CANCELLED: tr("Cancelled"),
        ItemState.INTERRUPTED: tr("Not finished"),
    }[item.state]


STATE_ICONS: dict[ItemState, str] = {
    ItemState.READY: "circle-dashed",
    ItemState.QUEUED: "clock",
    ItemState.RUNNING: "play-fill",
    ItemState.PAUSED: "pause-fill",
    ItemState.DONE: "check-circle-fill",
    ItemState.LOOK: "eye-fill",
    ItemState.FAILED: "warning-circle-fill",
    ItemState.CANCELLED: "x-circle-fill",
    ItemState.INTERRUPTED: "arrow-clockwise",
}


def progress_text(item: Item) -> str:
    """43 % · 66 fps · 12 s left, as far as known."""
    parts = []
    if item.fraction is not None:
        parts.append(f"{numeral(item.fraction * 100, '.0f')} %")
    if item.rate and item.state is ItemState.RUNNING:
        rate = numeral(item.rate, ".0f") if item.rate >= 10 else numeral(item.rate, ".1f")
        parts.append(tr("{rate} fps", rate=rate) if item.unit == "frames" else f"{rate} {item.unit}/s")
    if item.eta_s is not None and item.state is ItemState.RUNNING:
        parts.append(time_left_text(item.eta_s))
    return " · ".join(parts)


def found_text(item: Item) -> str:
    """What was covered, by class: "4 faces, 1 licence plate"."""
    return ", ".join(counted(label, count).replace("_", " ") for label, count in item.counts.items())


def accessible_text(item: Item) -> str:
    """The whole line as one sentence for a screen reader."""
    parts = [item.source.name, facts_text(item), state_text(item)]
    if item.state in {ItemState.RUNNING, ItemState.PAUSED}:
        parts.append(progress_text(item))
    parts += [item.message, item.hint]
    return ". ".join(part.rstrip(".") for part in parts if part)


def start_text(summary: Summary) -> str:
    """What the main button does next."""
    if summary.under_way and summary.ready:
        return trn("Cover {count} more file", "Cover {count} more files", summary.ready)
    if summary.ready:
        return trn("Cover {count} file", "Cover {count} files", summary.ready)
    return tr("Cover files")


def summary_text(summary: Summary) -> str:
    """One line on the whole list."""
    if summary.total == 0:
        return tr("No files yet")
    if summary.handed_over == 0:
        return trn("{count} file", "{count} files", summary.total)
    parts = [tr("{done} of {total} done", done=summary.finished, total=summary.handed_over)]
    if summary.failed:
        parts.append(trn("{count} failed", "{count} failed", summary.failed))
    if summary.look:
        parts.append(trn("{count} needs a look", "{count} need a look", summary.look))
    if summary.is_busy and summary.eta_s is not None:
        parts.append(time_left_text(summary.eta_s))
    return " · ".join(parts)
