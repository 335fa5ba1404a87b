"""Runs as trainings leave them, without a training: record and table of figures as of a real one, other numbers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyroblur_gui.training.recipes import recipe
from pyroblur_gui.training.run import RunFolder, RunRecord, RunState

HEAD = (
    "epoch,time,train/box_loss,train/cls_loss,train/dfl_loss,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),"
    "metrics/mAP50-95(B),val/box_loss,val/cls_loss,val/dfl_loss,lr/pg0,lr/pg1,lr/pg2"
)
BEGAN = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def make_run(
    runs: Path,
    name: str,
    *,
    epochs: int = 3,
    best: float = 0.5,
    state: RunState = RunState.DONE,
    number: int = 0,
    **hyperparameters: object,
) -> RunFolder:
    """A run in the folder of runs; its mAP rises to `best`. number: tells when it began."""
    chosen = recipe("quick")
    told = chosen.hyperparameters.model_dump() | {"epochs": epochs} | hyperparameters
    folder = RunFolder(runs / name)
    figures = {"precision": 0.6, "recall": 0.4, "mAP50": best * 1.5, "mAP50-95": best, "lr": 0.001}
    folder.keep(
        RunRecord(
            name=name,
            recipe=chosen.model_copy(update={"hyperparameters": type(chosen.hyperparameters).model_validate(told)}),
            data="street",
            fingerprint=f"{number:064x}",
            device="cpu",
            versions={"torch": "2.14.1"},
            created=BEGAN + timedelta(hours=number),
            state=state,
            last_epoch=epochs,
            best_epoch=epochs,
            best=figures,
        )
    )
    add_epochs(folder, epochs, best=best)
    (folder.path / "weights").mkdir(exist_ok=True)
    folder.best.write_bytes(b"weights of " + name.encode())
    return folder


def add_epochs(folder: RunFolder, epochs: int, *, best: float) -> None:
    """The table of figures up to that epoch."""
    lines = [HEAD]
    for epoch in range(1, epochs + 1):
        share = epoch / epochs * best
        lines.append(
            f"{epoch},{epoch * 10.5},{3 - share},2,1,0.6,0.4,{share * 1.5},{share},2.5,1.5,1,0.001,0.001,0.001"
        )
    (folder.path / "results.csv").write_text("\n".join(lines) + "\n")
