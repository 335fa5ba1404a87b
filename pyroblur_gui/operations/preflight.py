"""Looks whether a training would work: its data, its model, the device, the disk, and how long it would take."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.core.files import free_space
from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.operations.train import load_training
from pyroblur_gui.operations.training_data import TrainingData, absent_text, write_training_data
from pyroblur_gui.training.base import base_of
from pyroblur_gui.training.forecast import Advice, Forecast
from pyroblur_gui.training.preflight import forecast
from pyroblur_gui.training.spec import PreflightSpec, TrainSpec

LONG_S = 24 * 3600.0
FEW = 100  # training pictures of a class
SMALLER = {"x": "l", "l": "m", "m": "s", "s": "n"}


def run(spec: PreflightSpec, context: Context) -> dict[str, JsonValue]:
    """A Forecast as JSON; the data and the disk add to its advice.

    Raises RunError, ModelError, DatasetError, MissingExtraError, JobCancelledError.
    """
    load_training(context)
    base = base_of(spec.recipe)
    trial = TrainSpec(run="trial", recipe=spec.recipe, data=spec.data, device=spec.device, unlabelled=spec.unlabelled)
    with tempfile.TemporaryDirectory(prefix="pyroblur-preflight-") as folder:
        data = write_training_data(spec.data, Path(folder), spec.unlabelled, context)
        watched = data.pictures[Split.VAL]
        found = forecast(
            trial, base=base, data=data.path, validation_pictures=watched, folder=Path(folder), context=context
        )
    found = found.model_copy(
        update={
            "free_bytes": free_space(spec.folder or folders().runs),
            "fingerprint": data.fingerprint,
            "pictures": {split.value: count for split, count in data.pictures.items()},
        }
    )
    advice = (*_about_data(data), *found.advice, *_about_cost(spec, found))
    return found.model_copy(update={"advice": advice}).model_dump(mode="json")


def _about_data(data: TrainingData) -> Iterator[Advice]:
    if data.left_out:
        yield Advice(text=data.left_out)
    for name, shown in data.shown.items():
        if not shown:
            yield Advice(text=absent_text(name))
        elif shown < FEW:
            yield Advice(text=f"Only {shown} training pictures show the class {name}; some hundreds are better.")
    if data.problems:
        yield Advice(text=f"The check found {data.problems} problems in the data set: look at them under Data sets.")


def _about_cost(spec: PreflightSpec, found: Forecast) -> Iterator[Advice]:
    folder = spec.folder or folders().runs
    if found.free_bytes < found.disk_bytes:
        need, free = found.disk_bytes / 1e6, found.free_bytes / 1e6
        text = f"The checkpoints need about {need:,.0f} MB; {folder} has {free:,.0f} MB left. "
        text = f"{text}The last and the best alone need less."
        yield Advice(text=text, change={"save_period": -1})
    if found.total_s > LONG_S:
        days = found.total_s / LONG_S
        smaller = _smaller(spec.recipe.model)
        faster = f" {smaller} is faster." if smaller else ""
        device = found.device.upper() if found.device in {"cpu", "mps"} else found.device
        yield Advice(text=f"This would take about {days:.1f} days on {device}.{faster}", model=smaller)


def _smaller(model: str) -> str | None:
    """The next smaller network of the family, where the model is named by family and size."""
    size = SMALLER.get(model[-1:])
    return f"{model[:-1]}{size}" if size and model.startswith("yolo") else None
