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
