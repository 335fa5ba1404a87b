"""Turns figures and stages of runs into what the user reads. No Qt."""

from pydantic import ValidationError

from pyroblur_gui.training.metrics import MAIN
from pyroblur_gui.training.spec import Hyperparameters
from pyroblur_gui.ui.i18n import numeral, tr, translated, trn
from pyroblur_gui.ui.tabs.blur.wording import time_left_text
from pyroblur_gui.ui.tabs.training.figures import History
from pyroblur_gui.ui.tabs.training.runs import Left, RunLine, Stage


def stage_text(stage: Stage) -> str:
    """The stage in a word or two."""
    return {
        Stage.WAITING: tr("Waits for another run"),
        Stage.HELD: tr("On hold"),
        Stage.RUNNING: tr("Training"),
        Stage.FINISHING: tr("Ends after this epoch"),
        Stage.STOPPING: tr("Stopping"),
        Stage.STOPPED: tr("Stopped"),
        Stage.INTERRUPTED: tr("Not finished"),
        Stage.DONE: tr("Done"),
        Stage.FAILED: tr("Failed"),
    }[stage]


STAGE_GLYPHS: dict[Stage, tuple[str, str]] = {
    Stage.WAITING: ("clock", "muted"),
    Stage.HELD: ("pause-fill", "muted"),
    Stage.RUNNING: ("play-fill", "accent_text"),
    Stage.FINISHING: ("play-fill", "accent_text"),
    Stage.STOPPING: ("stop-fill", "muted"),
    Stage.STOPPED: ("stop-fill", "muted"),
    Stage.INTERRUPTED: ("arrow-clockwise", "warning"),
    Stage.DONE: ("check-circle-fill", "success"),
    Stage.FAILED: ("warning-circle-fill", "danger"),
}


def second_line(line: RunLine) -> str:
    """Training · epoch 12 of 100 · 2 h left, as far as known."""
    parts = [stage_text(line.stage)]
    if line.stage.is_active or line.last_epoch:
        parts.append(epochs_text(line))
    if line.stage.is_active and line.progress is not None and line.progress.eta_s is not None:
        parts.append(time_left_text(line.progress.eta_s))
    return " · ".join(parts)


def third_line(line: RunLine) -> str:
    """The best result, or what went wrong."""
    if line.best is not None:
        return tr("Best mAP50-95 {value} (epoch {epoch})", value=numeral(line.best, ".3f"), epoch=line.best_epoch)
    return translated(line.message)


def epochs_text(line: RunLine) -> str:
    """Epoch 12 of 100: the one that runs, or the last one that was finished."""
    return tr("Epoch {epoch} of {epochs}", epoch=present_epoch(line), epochs=numeral(line.epochs, ","))


def present_epoch(line: RunLine) -> int:
    if line.stage.is_active:
        return min(line.last_epoch + 1, line.epochs)
    return line.last_epoch


def facts_text(line: RunLine) -> str:
    """What was trained on what."""
    network = line.recipe.model.replace("\\", "/").rpartition("/")[2]
    start = tr("{network}, from trained weights", network=network)
    if not line.recipe.is_pretrained:
        start = tr("{network}, from scratch", network=network)
    return tr(
        "{start} · {data} · {size} px · batch {batch} · {device}",
        start=start,
        data=line.data,
        size=line.recipe.hyperparameters.imgsz,
        batch=line.recipe.hyperparameters.batch,
        device=device_text(line.device),
    )


def device_text(device: str) -> str:
    if device == "auto":
        return tr("automatic device")
    if device in {"cpu", "mps"}:
        return device.upper()
    if device.startswith("cpu,"):
        return trn("CPU, {count} process", "CPU, {count} processes", device.count(",") + 1)
    return trn("GPU {numbers}", "GPUs {numbers}", device.count(",") + 1, numbers=device.replace(",", ", "))


def left_text(left: Left) -> str:
    """What is said at the start of what an earlier session left; nothing where it left nothing."""
    texts = []
    if left.running:
        texts.append(
            trn(
                "The training {names} went on while PyroBlur was closed; it is shown under Training.",
                "The trainings {names} went on while PyroBlur was closed; they are shown under Training.",
                len(left.running),
                names=", ".join(left.running),
            )
        )
    if left.ended:
        texts.append(
            trn(
                "The training {names} ended while PyroBlur was closed; see Training.",
                "The trainings {names} ended while PyroBlur was closed; see Training.",
                len(left.ended),
                names=", ".join(left.ended),
            )
        )
    if left.waiting:
        texts.append(
            trn(
                "{count} training waits to be begun; Resume under Training begins it.",
                "{count} trainings wait to be begun; Resume under Training begins each.",
                left.waiting,
            )
        )
    return " ".join(texts)


def epoch_text(history: History, epoch: int) -> str:
    """The log's line on one epoch."""
    parts = [tr("Epoch {epoch}", epoch=epoch)]
    for name, label in (
        (MAIN, "mAP50-95"), ("mAP50", "mAP50"), ("precision", tr("precision")), ("recall", tr("recall")),
        ("val/box_loss", tr("loss of boxes")),
    ):  # fmt: skip
        point = history.points(name).near(epoch)
        if point is not None and point[0] == epoch:
            parts.append(f"{label} {numeral(point[1], '.4g')}")
    return " · ".join(parts)


def reason(error: ValidationError) -> str:
    """What is wrong with a value, with the name that the form gives it."""
    fault = error.errors(include_url=False)[0]
    field = str(fault["loc"][-1]) if fault["loc"] else ""
    info = Hyperparameters.model_fields.get(field)
    titles = {"run": tr("Name"), "device": tr("Device"), "data": tr("Data set"), "name": tr("Name")}
    title = info.title if info is not None and info.title else titles.get(field, field)
    text = translated(str(fault["msg"]).removeprefix("Value error, ")).rstrip(".")
    if field == "run":
        text = tr("only letters, digits, dots, dashes and underscores, at most 100")
    return tr("{field}: {reason}.", field=tr(title), reason=text)
