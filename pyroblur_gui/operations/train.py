"""Trains a detector and puts what came of it among the models."""

from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.core.errors import MissingExtraError, RunError
from pyroblur_gui.core.system import is_installed
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.layout import DATA_FILE
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Artifact, Started
from pyroblur_gui.models.export import INSTALL, import_checkpoint
from pyroblur_gui.training.base import base_of
from pyroblur_gui.training.fit import fit, new_record
from pyroblur_gui.training.run import RunFolder
from pyroblur_gui.training.spec import TrainSpec


def run(spec: TrainSpec, context: Context) -> dict[str, JsonValue]:
    """{"run", "run_dir", "first_epoch", "last_epoch", "best", "model", "onnx"}.

    Raises RunError, ModelError, DatasetError, MissingExtraError, JobCancelledError.
    """
    require_training()
    folder = RunFolder.of(spec.run)
    data, print_of_data = _data(spec.data)
    base = None
    if spec.resumes:
        _require_resumable(folder)
    else:
        base = base_of(spec.recipe)
        folder.begin(new_record(spec, fingerprint=print_of_data))
    context.emit(Started(kind=spec.kind, detail={"run": spec.run, "run_dir": str(folder.path), "data": str(data)}))
    fitted = fit(spec, run=folder, base=base, data=data, context=context)
    card = import_checkpoint(folder.best)
    context.emit(Artifact(path=folder.best, kind="model"))
    return {
        "run": spec.run,
        "run_dir": str(folder.path),
        "first_epoch": fitted.first_epoch,
        "last_epoch": fitted.last_epoch,
        "best": dict(fitted.best),
        "model": card.name,
    }


def require_training() -> None:
    """Raises MissingExtraError where the training part is not installed."""
    if not (is_installed("torch") and is_installed("ultralytics")):
        message = "Training needs torch and Ultralytics, which are not installed."
        raise MissingExtraError(message, hint=INSTALL)


def _data(wanted: str) -> tuple[Path, str]:
    """The data.yaml of a data set by its name, and its fingerprint."""
    with store.open_dataset(wanted) as dataset:
        return dataset.folder / DATA_FILE, fingerprint(dataset)


def _require_resumable(folder: RunFolder) -> None:
    folder.record()
    if not folder.last.is_file():
        message = f"The run {folder.path.name} has learnt nothing yet that could go on."
        raise RunError(message, hint="Start it anew.", path=folder.path)
