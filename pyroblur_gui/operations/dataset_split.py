"""Divides a data set into train, val and test anew: a change that can be undone."""

from dataclasses import replace

from pydantic import JsonValue

from pyroblur_gui.datasets.changes import Changes
from pyroblur_gui.datasets.spec import SplitSpec
from pyroblur_gui.datasets.stats import summary
from pyroblur_gui.datasets.store import Lock, open_dataset
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Started
from pyroblur_gui.operations.dataset_making import divided, find_problems


def run(spec: SplitSpec, context: Context) -> dict[str, JsonValue]:
    """{"name", "path", "images", "boxes", "problems", "fingerprint"}. Raises PyroblurError, JobCancelledError."""
    context.emit(Started(kind=spec.kind, detail={"name": spec.name}))
    with Lock(spec.name), open_dataset(spec.name) as dataset:
        changes = Changes(dataset)
        changes.write_due_files()
        splits = divided(dataset, spec.options, context)
        train, val, test = spec.options.ratios
        changes.apply(
            f"Split {train}/{val}/{test}",
            [
                replace(picture, split=splits[picture.id])
                for picture in dataset.every_picture()
                if picture.id in splits and picture.split is not splits[picture.id]
            ],
        )
        find_problems(dataset, context)
        return summary(dataset)
