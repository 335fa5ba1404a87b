"""Trains a detector and puts what came of it among the models."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.core.awake import kept_awake
from pyroblur_gui.core.errors import MissingExtraError, RunError
from pyroblur_gui.core.training_part import has_training, training_hint
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Artifact, Log, Started
from pyroblur_gui.models import store as store_of_models
from pyroblur_gui.models.card import Card
from pyroblur_gui.models.export import keep_trained
from pyroblur_gui.models.offline import import_ultralytics
from pyroblur_gui.operations.plan_models import sort_out
from pyroblur_gui.operations.trained_model import describe
from pyroblur_gui.operations.training_data import TrainingData, absent_text, write_training_data
from pyroblur_gui.training.base import Base, base_of
from pyroblur_gui.training.devices import devices_of
from pyroblur_gui.training.fit import fit, new_record, note
from pyroblur_gui.training.run import RunFolder, RunState, run_folder
from pyroblur_gui.training.spec import TrainSpec

SHOWN_NAMES = 5  # of a base model's classes
DATA_FOLDER = "data"  # within the run's: the lists of what it is trained on
MAY_SLEEP = "This computer could not be asked to stay awake: if it goes to sleep, the training waits until it wakes."


def run(spec: TrainSpec, context: Context) -> dict[str, JsonValue]:
    """{"run", "run_dir", "first_epoch", "last_epoch", "best", "model", "onnx"}.

    Raises RunError, ModelError, DatasetError, MissingExtraError, JobCancelledError.
    """
    load_training(context)
    devices_of(spec.device)  # before anything is begun
    folder = run_folder(spec)
    base = None
    if not (spec.resumes and _has_learnt(folder)):
        folder.check_free()
        base = base_of(spec.recipe)
    unlabelled = folder.record().unlabelled if spec.resumes else spec.unlabelled
    data = write_training_data(spec.data, folder.path / DATA_FOLDER, unlabelled, context)
    if base is not None:
        folder.begin(new_record(spec, fingerprint=data.fingerprint).model_copy(update={"classes": data.classes}))
    else:
        _go_on(folder, spec, data, context)
    for text in _remarks(data, base):
        context.emit(Log(level="warning", text=text))
    context.emit(Started(kind=spec.kind, detail={"run": spec.run, "run_dir": str(folder.path), "data": str(data.path)}))
    with kept_awake() as is_awake:
        if not is_awake:
            context.emit(Log(level="info", text=MAY_SLEEP))
        fitted = fit(spec, run=folder, base=base, data=data.path, context=context)
    card = _keep(folder, spec, data)
    note(folder, RunState.STOPPED if fitted.is_ended_early else RunState.DONE)
    card = describe(card, data.path, context)
    sort_out(spec.run)
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


def _go_on(folder: RunFolder, spec: TrainSpec, data: TrainingData, context: Context) -> None:
    """The record of a run that goes on, perhaps with data of another name or other pictures. Raises RunError.

    The checkpoint tells classes apart by their numbers: other classes would be learnt as those.
    """
    record = folder.record()
    if record.classes not in {(), data.classes}:
        known, now = ", ".join(record.classes), ", ".join(data.classes)
        message = f"The run {spec.run} tells {known} apart, the data set {spec.data} {now}."
        raise RunError(message, hint="Choose a data set with the same classes, or begin a new run.", path=folder.path)
    if record.fingerprint not in {"", data.fingerprint}:
        text = f"The data set {spec.data} is not quite what {spec.run} has learnt from until now; it goes on with it."
        context.emit(Log(level="warning", text=text))
    changes = {
        "data": spec.data,
        "classes": data.classes,
        "fingerprint": data.fingerprint,
        "state": RunState.RUNNING,
        "message": "",
    }
    folder.keep(record.model_copy(update=changes))


def require_training() -> None:
    """Raises MissingExtraError where the training part is not installed."""
    if not has_training():
        message = "Training needs torch and Ultralytics, which are not installed."
        raise MissingExtraError(message, hint=training_hint())


def load_training(context: Context) -> None:
    """What a training needs, in seconds; a job that is cancelled meanwhile ends at once. Raises MissingExtraError."""
    require_training()
    with context.loading():
        import_ultralytics()
        import_module("pyroblur_gui.training.trainer")


def _remarks(data: TrainingData, base: Base | None) -> Iterator[str]:
    """What need not keep a training from starting, and is told."""
    if data.left_out:
        yield data.left_out
    for name in data.absent:
        yield absent_text(name)
    if base is not None and base.names and base.names != data.classes:
        known = ", ".join(base.names[:SHOWN_NAMES]) + (" and more" if len(base.names) > SHOWN_NAMES else "")
        yield f"{Path(base.model).name} knows other classes ({known}): what it sees is kept, the classes are new to it."


def _keep(folder: RunFolder, spec: TrainSpec, data: TrainingData) -> Card:
    """The best checkpoint as a model of the run's name, with a card that says where it comes from."""
    record = folder.record()
    epochs = f"Epoch {record.best_epoch} of {record.recipe.hyperparameters.epochs}"
    about = {
        "title": spec.run,
        "summary": f"{epochs} of {record.recipe.title}, trained on {record.data}.",
        "data": data.sources,
        "licence": "AGPL-3.0 (Ultralytics)",
        "recipe": {
            "run": spec.run,
            **record.recipe.model_dump(mode="json"),
            "data": record.data,
            "fingerprint": record.fingerprint,
            "versions": dict(record.versions),
        },
        "seed": record.recipe.hyperparameters.seed,
        "figures": dict(record.best),
    }
    return keep_trained(folder.best, store_of_models.name_from(spec.run), about=about)


def _has_learnt(folder: RunFolder) -> bool:
    """False for a run that was killed before its first checkpoint: it begins again, with its own recipe and data.

    Raises RunError where there is no such run, or nothing is left to do.
    """
    if folder.record().state is RunState.DONE:
        message = f"The run {folder.path.name} has done all its epochs."
        raise RunError(message, hint="Continue from its best weights with a new run.", path=folder.path)
    return folder.last.is_file()
