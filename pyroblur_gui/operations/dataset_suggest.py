"""Lets a model of the catalogue suggest boxes of classes that nobody looked for in a picture."""

from collections import Counter

from pydantic import JsonValue

from pyroblur_gui.blurring.photo import is_large
from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.system import give_way_to_window
from pyroblur_gui.datasets import suggestions
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.spec import SuggestSpec
from pyroblur_gui.datasets.store import Lock, open_dataset
from pyroblur_gui.datasets.suggest import Task, suggest, tasks
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log, Started
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.models.loading import members, open_detector
from pyroblur_gui.operations.dataset_check import checked


def run(spec: SuggestSpec, context: Context) -> dict[str, JsonValue]:
    """What dataset_check returns, and {"looked_at": pictures, "suggested": {class: boxes}, "model"}.

    Cancelled or killed, it goes on where it was when it is run again. Raises PyroblurError, JobCancelledError.
    """
    give_way_to_window()
    with Lock(spec.name), open_dataset(spec.name) as dataset:
        known = [label for _, classes in members(spec.model) for label in classes]
        if not set(known) & set(dataset.classes):
            message = f"The model {spec.model} finds no class of the data set {spec.name}."
            hint = f"It finds {', '.join(known)}; the data set has {', '.join(dataset.classes)}."
            raise DatasetError(message, hint=hint)
        suggestions.begin(dataset, teacher=f"{spec.model} {spec.confidence}")
        work = tasks(dataset, known)
        context.emit(Started(kind=spec.kind, detail={"name": spec.name, "model": spec.model, "pictures": len(work)}))
        looked, counts = _look(spec, dataset, work, context)
        suggestions.finish(dataset)
        found: dict[str, JsonValue] = {name: counts[name] for name in dataset.classes if name in known}
        return {**checked(dataset, context), "looked_at": looked, "suggested": found, "model": spec.model}


def _look(spec: SuggestSpec, dataset: Dataset, work: list[Task], context: Context) -> tuple[int, Counter[str]]:
    """Large pictures come last, and are looked at in tiles."""
    meter = Meter(context, "suggest", total=len(work), unit="pictures")
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        meter.at(done)
        context.check_cancelled()

    counts: Counter[str] = Counter()
    failures: list[str] = []
    for tiled in (False, True):
        part = [task for task in work if is_large(task.picture.width, task.picture.height) is tiled]
        if not part:
            continue
        detector = open_detector(spec.model, tiled=tiled)
        try:
            found, failed = suggest(dataset, detector, part, confidence=spec.confidence, step=step)
        finally:
            detector.close()
        counts += found
        failures += failed
    meter.finish(done)
    if failures:
        text = f"{len(failures)} pictures could not be looked at, the first one is {failures[0]}."
        context.emit(Log(level="warning", text=text))
    return done - len(failures), counts
