"""Counts a data set: the numbers behind its charts, and those that a job ends with."""

import dataclasses

from pydantic import JsonValue

from pyroblur_gui.datasets import stats
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.spec import StatsSpec
from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Started

NO_SPLIT = "none"


def run(spec: StatsSpec, context: Context) -> dict[str, JsonValue]:
    """stats.summary, and {"splits": {split: {"images", "boxes": {class: n}}}, "histograms"}. Raises PyroblurError."""
    context.emit(Started(kind=spec.kind, detail={"name": spec.name}))
    with open_dataset(spec.name) as dataset:
        counted = stats.count(dataset)
        context.check_cancelled()
        return {**stats.summary(dataset), "splits": _splits(counted), "histograms": _histograms(counted)}


def _splits(counted: stats.Stats) -> JsonValue:
    boxes: dict[Split | None, dict[str, JsonValue]] = {split: {} for split in counted.images}
    for each in counted.counts:
        boxes.setdefault(each.split, {})[counted.classes[each.label]] = each.boxes
    return {
        NO_SPLIT if split is None else split.value: {"images": number, "boxes": boxes[split]}
        for split, number in counted.images.items()
    }


def _histograms(counted: stats.Stats) -> JsonValue:
    return {
        "shorter_side_px": {counted.classes[each.label]: _plain(each.sides) for each in counted.by_class},
        "aspect": {counted.classes[each.label]: _plain(each.aspects) for each in counted.by_class},
        "boxes_per_image": _plain(counted.per_image),
    }


def _plain(histogram: stats.Histogram) -> JsonValue:
    return {name: list(values) for name, values in dataclasses.asdict(histogram).items()}
