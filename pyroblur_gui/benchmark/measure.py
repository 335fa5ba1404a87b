"""Measures one model on a labelled set: lets it look at every picture, compares, and makes the figures."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyroblur_gui.benchmark.accuracy import ClassTable, Operating, Tally
from pyroblur_gui.benchmark.figures import (
    ClassSamples,
    class_result,
    class_samples,
    figures_of,
    in_vain_samples,
    reach,
    size_results,
    together,
)
from pyroblur_gui.benchmark.intervals import Samples, compared
from pyroblur_gui.benchmark.looking import Found, looked_at
from pyroblur_gui.benchmark.ranking import Weights
from pyroblur_gui.benchmark.result import FIGURES, Comparison, Confusion, ModelResult
from pyroblur_gui.benchmark.spec import BenchmarkOptions
from pyroblur_gui.benchmark.times import times_of
from pyroblur_gui.benchmark.truth import LabelledSet
from pyroblur_gui.core.classes import BACKGROUND
from pyroblur_gui.core.errors import BenchmarkError
from pyroblur_gui.models.evaluation import MeasuredModel
from pyroblur_gui.models.onnx_file import count_parameters

FEW = 20  # pictures, below which a bootstrap says little


@dataclass(frozen=True, slots=True)
class Measured:
    """A model's result, and by label of the set what comparing it with others needs."""

    result: ModelResult
    samples: Mapping[int, ClassSamples]
    in_vain: Samples  # of all its classes as one

    def together(self, labels: Sequence[int]) -> dict[str, Samples]:
        """Figures by name of some of its classes; what is covered in vain only where they are all of them."""
        is_all = set(labels) == set(self.samples)
        return together((self.samples[label] for label in labels), in_vain=self.in_vain if is_all else None)


def measure(
    name: str,
    model: MeasuredModel,
    data: LabelledSet,
    classes: Mapping[str, int],
    *,
    options: BenchmarkOptions,
    weights: Weights,
    step: Callable[[], None],
) -> Measured:
    """classes: the model's own names of the set's classes. weights: of the bootstrap, (1 + b, pictures).

    step: called after each picture; may raise to stop. Raises EngineError, BenchmarkError when no picture could be
    looked at.
    """
    truths = data.truths()
    counted = {label: own for own, label in classes.items() if truths[data.classes[label]]}
    tally = Tally(data, {label: _operating(model, own, data.classes[label], options) for label, own in counted.items()})
    unreadable = failed = 0
    began = time.perf_counter()
    for number, found in looked_at(model, data.pictures, {own: label for label, own in counted.items()}):
        if isinstance(found, Found):
            tally.add(number, found)
        else:
            unreadable += found.is_unreadable
            failed += not found.is_unreadable
        step()
    wall_s = time.perf_counter() - began
    if not tally.milliseconds:
        message = f"No picture of {data.name} could be looked at."
        raise BenchmarkError(message, hint="Check that the pictures are there and can be read.")
    tables = tally.tables()
    samples = {label: class_samples(table, weights) for label, table in tables.items()}
    in_vain = in_vain_samples(*tally.in_vain, weights)
    result = ModelResult.model_validate(
        {
            **_about(name, model),
            "missing": tuple(each for label, each in enumerate(data.classes) if truths[each] and label not in counted),
            "figures": figures_of(
                together(samples.values(), in_vain=in_vain), truths=sum(map(len, (t.needed for t in tables.values())))
            ),
            "by_class": tuple(
                class_result(data.classes[label], table, samples[label]).model_copy(
                    update={"reach": reach(table, options.wanted_recall)}
                )
                for label, table in tables.items()
            ),
            "by_size": size_results(tables, weights),
            "confusion": _confusion(tally, data, sorted(tables)),
            "findings": tally.findings(),
            "misses": tally.misses,
            "false_alarms": tally.false_alarms,
            "times": times_of(tally.milliseconds, wall_s),
            "failed": failed + unreadable,
            "notes": tuple(_notes(unreadable, failed, tables)),
        }
    )
    return Measured(result, samples, in_vain)


def compare(measured: Sequence[Measured]) -> tuple[Comparison, ...]:
    """Every pair, on the classes that both find."""
    found: list[Comparison] = []
    for place, one in enumerate(measured):
        for other in measured[place + 1 :]:
            common = sorted(set(one.samples) & set(other.samples))
            if not common:
                continue
            ours, theirs = one.together(common), other.together(common)
            each = (compared(one.result.model, other.result.model, name, ours[name], theirs[name]) for name in FIGURES)
            found += [comparison for comparison in each if comparison is not None]
    return tuple(found)


def _operating(model: MeasuredModel, own: str, label: str, options: BenchmarkOptions) -> Operating:
    threshold = options.confidence_for(label)
    detector = model.detector
    return Operating(detector.threshold(own) if threshold is None else threshold, detector.margin(own))


def _about(name: str, model: MeasuredModel) -> dict[str, object]:
    cards = [file.card for file in model.files]
    runs = [str(card.recipe["run"]) for card in cards if "run" in card.recipe]
    return {
        "model": name,
        "title": " + ".join(card.title for card in cards),
        "engine": model.detector.engine,
        "device": " + ".join(dict.fromkeys(each.device for each in model.candidates)),
        "precision": " + ".join(dict.fromkeys(each.precision for each in model.candidates)),
        "files": tuple(card.sha256 for card in cards),
        "classes": model.detector.classes,
        "parameters": sum(count_parameters(file.path) for file in model.files),
        "run": runs[0] if runs else None,
        "size_bytes": sum(file.path.stat().st_size for file in model.files),
        "load_s": round(model.load_s, 3),
    }


def _confusion(tally: Tally, data: LabelledSet, labels: Sequence[int]) -> Confusion:
    places = [*labels, len(data.classes)]
    names = (*(data.classes[label] for label in labels), BACKGROUND)
    counts = tally.confusion[np.ix_(places, places)]
    return Confusion(names=names, counts=tuple(tuple(row) for row in counts.tolist()))


def _notes(unreadable: int, failed: int, tables: Mapping[int, ClassTable]) -> list[str]:
    notes = []
    if unreadable:
        notes.append(f"{unreadable} pictures could not be read and do not count.")
    if failed:
        notes.append(f"The engine failed on {failed} pictures; they do not count.")
    fewest = min((len(table.pictures) for table in tables.values()), default=0)
    if fewest < FEW:
        notes.append(f"Only {fewest} pictures: the intervals are rough.")
    return notes
