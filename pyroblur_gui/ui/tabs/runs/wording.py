"""Words of the Runs tab that more than one part of it uses."""

from pyroblur_gui.runs.plan import CellState
from pyroblur_gui.ui.i18n import numeral, tr


def column_title(name: str) -> str:
    titles = {
        "run": tr("Run"),
        "state": tr("State"),
        "started": tr("Started"),
        "seconds": tr("Duration"),
        "data": tr("Data set"),
        "model": tr("Model"),
        "plan": tr("Plan"),
        "note": tr("Note"),
        "commit": tr("Commit"),
        "fingerprint": tr("Fingerprint"),
        "id": tr("Id"),
        "best/mAP50-95": tr("Best mAP50-95"),
        "best/mAP50": tr("Best mAP50"),
        "best/precision": tr("Precision"),
        "best/recall": tr("Recall"),
        "latency_ms": tr("Latency (ms)"),
        "epoch_s": tr("Seconds an epoch"),
        "leak_objects": tr("Leak rate"),
        "leak_area": tr("Leaked area"),
        "in_vain": tr("In vain"),
        "fps": tr("Pictures a second"),
        "measured/F1": tr("F1, benchmark"),
        "measured/mAP50": tr("mAP50, benchmark"),
        "measured/mAP50-95": tr("mAP50-95, benchmark"),
        "measured/precision": tr("Precision, benchmark"),
        "measured/recall": tr("Recall, benchmark"),
        "best_epoch": tr("Best epoch"),
        "mAP50": tr("mAP50, last epoch"),
        "mAP50-95": tr("mAP50-95, last epoch"),
        "precision": tr("Precision, last epoch"),
        "recall": tr("Recall, last epoch"),
        "lr": tr("Learning rate, last epoch"),
    }
    return titles.get(name, name)


def curve_title(name: str) -> str:
    """What a chart over the epochs is called."""
    titles = {
        "precision": tr("Precision"),
        "recall": tr("Recall"),
        "train/box_loss": tr("Training loss: boxes"),
        "train/cls_loss": tr("Training loss: classes"),
        "val/box_loss": tr("Validation loss: boxes"),
        "val/cls_loss": tr("Validation loss: classes"),
    }
    return titles.get(name, name)


def state_text(state: str) -> str:
    texts = {
        "done": tr("Done"),
        "running": tr("Running"),
        "stopped": tr("Stopped"),
        "failed": tr("Failed"),
        "interrupted": tr("Interrupted"),
        "finished": tr("Done"),
        "killed": tr("Stopped"),
    }
    return texts.get(state, state)


def cell_text(state: CellState, value: float | None) -> str:
    """A cell of a plan's matrix."""
    if state is CellState.DONE:
        return tr("Done") if value is None else numeral(value, ".4f")
    texts = {
        CellState.WAITING: tr("Waiting"),
        CellState.STARTED: tr("Begun"),
        CellState.FAILED: tr("Failed"),
        CellState.LEFT_OUT: tr("Left out"),
    }
    return texts.get(state, "")
