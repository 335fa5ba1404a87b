"""What a training ends with: its best checkpoint as a model, measured, and checked against what it was made from.

The measuring is the benchmark's own, on the pictures that the training was watched with, so that a run's card and a
report name the same figures. These pictures also choose at which confidence each class is covered.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue

from pyroblur_gui.benchmark import intervals
from pyroblur_gui.benchmark.measure import measure
from pyroblur_gui.benchmark.result import ClassResult, Figures, ModelResult
from pyroblur_gui.benchmark.spec import BenchmarkOptions
from pyroblur_gui.benchmark.truth import LabelledSet
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.models import store
from pyroblur_gui.models.agreement import Agreement, compare_engines
from pyroblur_gui.models.card import Card, ClassCard
from pyroblur_gui.models.evaluation import MeasuredModel
from pyroblur_gui.operations.benchmark_data import labelled_set

CHECKED = 20  # validation pictures that the exported network must see as the checkpoint does
MOST_MEASURED = 1000  # validation pictures; of more, every n-th
LOWEST, HIGHEST = 0.05, 0.5  # between which a class's threshold is chosen
MARKED = "Beware: its export finds other boxes than its checkpoint."
RULE = "the highest F2 on the validation pictures: a missed object weighs more than one covered in vain"

Item = TypeVar("Item")


def describe(card: Card, data: Path, context: Context) -> Card:
    """The card with figures by class and size, thresholds and the check of the export; written to the store, too.

    data: the training's own data.yaml. Raises JobCancelledError; what cannot be measured is told and left out.
    """
    try:
        watched = _some(labelled_set(str(data), Split.VAL, context))
    except PyroblurError as error:
        context.emit(Log(level="warning", text=f"{error.message} The model's card says no figures by class and size."))
        return card
    figures: dict[str, JsonValue] = dict(card.figures)
    pictures = [picture.path for picture in watched.pictures]
    changes: dict[str, object] = {"figures": figures}
    try:
        agreement = _checked(card.name, spread(pictures, CHECKED), context)
        figures["export_check"] = {**agreement.model_dump(mode="json"), "is_passed": agreement.is_passed}
        if not agreement.is_passed:
            changes["summary"] = f"{card.summary} {MARKED}".strip()
        result = _measured(card.name, watched, context)
    except PyroblurError as error:  # what was learnt is kept, whatever keeps it from being measured
        context.emit(Log(level="warning", text=f"The model could not be measured: {error.message} {error.hint}"))
    else:
        figures["pictures"] = len(watched.pictures)
        figures["by_class"] = {each.name: _short(each.figures) for each in result.by_class}
        figures["by_size"] = {each.name: _short(each.figures) for each in result.by_size}
        classes = tuple(_operating(each, result.by_class) for each in card.classes)
        changes |= {"classes": classes, "recipe": {**card.recipe, "thresholds": RULE}}
    described = card.model_copy(update=changes)
    store.rewrite(described)
    return described


def _checked(name: str, pictures: Sequence[Path], context: Context) -> Agreement:
    agreement = compare_engines(name, pictures, context.check_cancelled)
    if not agreement.boxes:
        text = f"Its checkpoint found nothing in {agreement.pictures} validation pictures: there was little to compare."
        context.emit(Log(level="warning", text=text))
    if not agreement.is_passed:
        context.emit(Log(level="error", text=_disagreement(name, agreement)))
    return agreement


def _measured(name: str, watched: LabelledSet, context: Context) -> ModelResult:
    options = BenchmarkOptions(resamples=0)
    weights = intervals.weights(len(watched.pictures), resamples=0, seed=options.seed)
    meter = Meter(context, "measure", total=len(watched.pictures), unit="pictures")
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        meter.at(done)
        context.check_cancelled()

    model = MeasuredModel(name, engine=options.engine, device=options.device, precision=options.precision)
    try:
        classes: Mapping[str, int] = {label: number for number, label in enumerate(watched.classes)}
        result = measure(name, model, watched, classes, options=options, weights=weights, step=step).result
    finally:
        model.close()
    meter.finish(done)
    return result


def _operating(own: ClassCard, results: Sequence[ClassResult]) -> ClassCard:
    """At which confidence a class is covered; as before where it was not labelled in a validation picture."""
    result = next((each for each in results if each.name == own.name), None)
    curves = {curve.kind: curve for curve in result.curves} if result is not None else {}
    if "p" not in curves or "r" not in curves:
        return own
    scores = [
        5 * precision * recall / (4 * precision + recall) if precision + recall > 0 else 0.0
        for precision, recall in zip(curves["p"].y, curves["r"].y, strict=True)
    ]
    if not scores or max(scores) <= 0:
        return own
    best = curves["p"].x[scores.index(max(scores))]
    return own.model_copy(update={"threshold": round(min(max(best, LOWEST), HIGHEST), 3)})


def _short(figures: Figures) -> dict[str, JsonValue]:
    return {
        "objects": figures.truths,
        "mAP50": figures.map50,
        "mAP50-95": figures.map50_95,
        "precision": figures.precision,
        "recall": figures.recall,
    }


def _some(watched: LabelledSet) -> LabelledSet:
    pictures = spread(watched.pictures, MOST_MEASURED)
    return LabelledSet(watched.name, watched.split, watched.classes, tuple(pictures), watched.fingerprint)


def spread(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many, from all over the sequence."""
    if len(items) <= most:
        return list(items)
    return [items[number * len(items) // most] for number in range(most)]


def _disagreement(name: str, agreement: Agreement) -> str:
    return (
        f"The exported model {name} does not see what its checkpoint sees: {agreement.differing} of {agreement.boxes} "
        f"boxes on {agreement.pictures} validation pictures differ, by up to {agreement.largest_px:.1f} px. Its card "
        "says so. Use the checkpoint with torch (--engine torch), or train again with another version of Ultralytics."
    )
