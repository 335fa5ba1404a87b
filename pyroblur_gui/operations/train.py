"""Trains a detector and puts what came of it among the models."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.core.errors import MissingExtraError, RunError
from pyroblur_gui.core.system import is_installed
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.layout import DATA_FILE
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Artifact, Started
from pyroblur_gui.models import store as store_of_models
from pyroblur_gui.models.card import Card, DataSource
from pyroblur_gui.models.export import INSTALL, keep_trained
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
    data = _Data.of(spec.data)
    base = None
    if spec.resumes:
        _require_resumable(folder)
    else:
        base = base_of(spec.recipe)
        folder.begin(new_record(spec, fingerprint=data.fingerprint))
    context.emit(Started(kind=spec.kind, detail={"run": spec.run, "run_dir": str(folder.path), "data": str(data.path)}))
    fitted = fit(spec, run=folder, base=base, data=data.path, context=context)
    card = _keep(folder, spec, data)
    context.emit(Artifact(path=folder.best, kind="model"))
    return {
        "run": spec.run,
        "run_dir": str(folder.path),
        "first_epoch": fitted.first_epoch,
        "last_epoch": fitted.last_epoch,
        "best": dict(fitted.best),
        "model": card.name,
        "onnx": str(store_of_models.model_file(card.name)),
    }


def require_training() -> None:
    """Raises MissingExtraError where the training part is not installed."""
    if not (is_installed("torch") and is_installed("ultralytics")):
        message = "Training needs torch and Ultralytics, which are not installed."
        raise MissingExtraError(message, hint=INSTALL)


def _keep(folder: RunFolder, spec: TrainSpec, data: "_Data") -> Card:
    """The best checkpoint as a model of the run's name, with a card that says where it comes from."""
    record = folder.record()
    epochs = f"Epoch {record.best_epoch} of {record.recipe.hyperparameters.epochs}"
    about = {
        "title": spec.run,
        "summary": f"{epochs} of {record.recipe.title}, trained on {record.data}.",
        "data": data.sources,
        "licence": "AGPL-3.0 (Ultralytics)",
        "recipe": {"run": spec.run, **record.recipe.model_dump(mode="json"), "versions": dict(record.versions)},
        "seed": record.recipe.hyperparameters.seed,
        "figures": dict(record.best),
    }
    return keep_trained(folder.best, store_of_models.name_from(spec.run), about=about)


@dataclass(frozen=True)
class _Data:
    """What is trained on. sources: of its pictures, as the model's card names them."""

    path: Path
    fingerprint: str
    sources: tuple[DataSource, ...]

    @classmethod
    def of(cls, name: str) -> "_Data":
        """Raises DatasetError."""
        with store.open_dataset(name) as dataset:
            mark = fingerprint(dataset)
            note = f"Part of the data set {name}, fingerprint {mark}."
            sources = (DataSource(name=each.title, licence=each.licence, note=note) for each in dataset.provenances())
            return cls(dataset.folder / DATA_FILE, mark, tuple(sources))


def _require_resumable(folder: RunFolder) -> None:
    folder.record()
    if not folder.last.is_file():
        message = f"The run {folder.path.name} has learnt nothing yet that could go on."
        raise RunError(message, hint="Start it anew.", path=folder.path)
