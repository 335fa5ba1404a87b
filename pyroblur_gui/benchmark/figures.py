"""From the tables of a model to its figures, each for the pictures as they are and for every draw of the bootstrap."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.benchmark.accuracy import GRID, ClassTable
from pyroblur_gui.benchmark.intervals import Samples, interval_of, value_of
from pyroblur_gui.benchmark.matching import HALF, NOTHING
from pyroblur_gui.benchmark.ranking import Ranking, Weights
from pyroblur_gui.benchmark.result import ClassResult, Figures, LeakCurve, Reach, SizeResult
from pyroblur_gui.benchmark.truth import SIZES, in_size

OPERATING = len(GRID)  # the place of the operating threshold among those of the tables
TENTHS = 10


@dataclass(frozen=True, slots=True)
class ClassSamples:
    """Of one class; all of shape (1 + b,). The counts of the six in the middle add up over classes and sizes."""

    map50: Samples
    map50_95: Samples
    true: Samples
    found: Samples
    truths: Samples
    leaked: Samples
    bare: Samples
    labelled: Samples
    in_vain: Samples


def class_samples(table: ClassTable, weights: Weights) -> ClassSamples:
    ranking = table.ranking()
    precisions = ranking.average_precision(weights)
    true, found, truths = ranking.counts(weights, table.operating.threshold)
    mine = weights[:, table.pictures]
    return ClassSamples(
        map50=precisions[:, HALF],
        map50_95=precisions.mean(axis=1),
        true=true,
        found=found,
        truths=truths,
        leaked=_leaked(table, weights, np.ones(len(table.needed), np.bool_)),
        bare=mine @ table.bare[:, OPERATING],
        labelled=mine @ table.labelled,
        in_vain=in_vain_samples(table.pictures, table.in_vain[:, OPERATING], weights),
    )


def in_vain_samples(pictures: NDArray[np.int64], shares: NDArray[np.float64], weights: Weights) -> Samples:
    """The mean over the pictures. pictures: places in the set; shares: of each that is covered in vain; (n,) both."""
    mine = weights[:, pictures]
    return _ratio(mine @ shares, mine.sum(axis=1))


def together(classes: Iterable[ClassSamples], *, in_vain: Samples | None = None) -> dict[str, Samples]:
    """Figures by name: means over the classes of what is a mean, shares of all their objects of what is a share.

    in_vain: of these classes as one, as covers of several may overlap; without it nothing is said of several.
    """
    parts = list(classes)
    if in_vain is None:
        in_vain = parts[0].in_vain if len(parts) == 1 else np.full_like(parts[0].in_vain, np.nan)
    precision = [_ratio(part.true, part.found) for part in parts]
    recall = [_ratio(part.true, part.truths) for part in parts]
    f1 = [_f1(*pair) for pair in zip(precision, recall, strict=True)]
    return {
        "map50": _mean([part.map50 for part in parts]),
        "map50_95": _mean([part.map50_95 for part in parts]),
        "precision": _mean(precision),
        "recall": _mean(recall),
        "f1": _mean(f1),
        "leak_objects": _ratio(_sum([part.leaked for part in parts]), _sum([part.truths for part in parts])),
        "leak_area": _ratio(_sum([part.bare for part in parts]), _sum([part.labelled for part in parts])),
        "in_vain": in_vain,
    }


def figures_of(samples: Mapping[str, Samples], *, truths: int) -> Figures:
    intervals = {name: found for name, each in samples.items() if (found := interval_of(each)) is not None}
    return Figures(truths=truths, intervals=intervals, **{name: value_of(each) for name, each in samples.items()})


def class_result(name: str, table: ClassTable, samples: ClassSamples, *, is_drawn: bool = True) -> ClassResult:
    """is_drawn: with curves."""
    sure = table.scores[table.scores > table.operating.threshold].astype(np.float64)
    best_f1, at = _best_f1(table.ranking())
    return ClassResult(
        name=name,
        pictures=len(table.pictures),
        threshold=table.operating.threshold,
        margin=table.operating.margin,
        found=len(sure),
        figures=figures_of(together([samples]), truths=len(table.needed)),
        best_f1=best_f1,
        best_f1_threshold=at,
        confidences=tuple(np.histogram(sure, bins=TENTHS, range=(0, 1))[0].tolist()),
        confidence_mean=round(float(sure.mean()), 4) if len(sure) else None,
        confidence_median=round(float(np.median(sure)), 4) if len(sure) else None,
        curves=table.ranking().curves() if is_drawn else (),
        leaks=_leak_curve(table) if is_drawn else None,
    )


def reach(table: ClassTable, wanted: float) -> Reach:
    """The highest threshold of the grid at which the wanted share is covered, and what is covered in vain there."""
    count = max(1, len(table.needed))
    covered = (table.needed[:, None] > GRID.astype(np.float32)).sum(axis=0) / count
    reached = np.flatnonzero(covered >= wanted - 1e-9)
    place = int(reached[-1]) if len(reached) else None
    return Reach(
        wanted=wanted,
        threshold=None if place is None else float(GRID[place]),
        in_vain=None if place is None else round(float(table.in_vain[:, place].mean()), 6),
        best=round(float(covered.max(initial=0.0)), 5),
    )


def size_results(tables: Mapping[int, ClassTable], weights: Weights) -> tuple[SizeResult, ...]:
    """Over all classes. Intervals are given for what is a share; average precision of a size is a figure alone."""
    return tuple(_size_result(name, least, most, tables, weights) for name, least, most in SIZES)


def _size_result(
    name: str, least: float, most: float | None, tables: Mapping[int, ClassTable], weights: Weights
) -> SizeResult:
    precisions: list[Samples] = []
    true, found, truths, leaked = (np.zeros(len(weights)) for _ in range(4))
    for table in tables.values():
        ranking = table.ranking_of(least, most)
        if len(ranking.truth_pictures):
            precisions.append(ranking.average_precision(weights[:1])[0])
        hits, kept, there = ranking.counts(weights, table.operating.threshold)
        true, found, truths = true + hits, found + kept, truths + there
        leaked += _leaked(table, weights, in_size(table.truth_sides, least, most))
    count = int(truths[0])
    precision, recall = _ratio(true, found), _ratio(true, truths)
    shares = {"precision": precision, "recall": recall, "f1": _f1(precision, recall)}
    shares["leak_objects"] = _ratio(leaked, truths)
    if not count:
        return SizeResult(name=name, least_px=least, most_px=most, figures=Figures())
    figures = figures_of(shares, truths=count)
    mean = np.mean(precisions, axis=0)
    means = {"map50": round(float(mean[HALF]), 5), "map50_95": round(float(mean.mean()), 5)}
    return SizeResult(name=name, least_px=least, most_px=most, figures=figures.model_copy(update=means))


def _leaked(table: ClassTable, weights: Weights, counted: NDArray[np.bool_]) -> Samples:
    bare = table.truth_in[counted & (table.needed <= table.operating.threshold)]
    return np.asarray(weights @ np.bincount(bare, minlength=weights.shape[1]).astype(np.float64))


def _leak_curve(table: ClassTable) -> LeakCurve:
    count, area = max(1, len(table.needed)), max(1.0, float(table.labelled.sum()))
    objects = (table.needed[:, None] <= GRID.astype(np.float32)).sum(axis=0) / count
    return LeakCurve(
        thresholds=tuple(GRID.tolist()),
        leak_objects=_rounded(objects),
        leak_area=_rounded(table.bare[:, :OPERATING].sum(axis=0) / area),
        in_vain=_rounded(table.in_vain[:, :OPERATING].mean(axis=0)),
    )


def _best_f1(ranking: Ranking) -> tuple[float | None, float | None]:
    if not len(ranking.scores) or not len(ranking.truth_pictures):
        return None, None
    true = np.cumsum(ranking.matches[:, HALF] != NOTHING)
    f1 = 2 * true / (np.arange(1, len(true) + 1) + len(ranking.truth_pictures))
    best = int(f1.argmax())
    return round(float(f1[best]), 5), round(float(ranking.scores[best]), 4)


def _f1(precision: Samples, recall: Samples) -> Samples:
    """Nothing found: precision says nothing, and F1 is 0 as recall is."""
    known = np.nan_to_num(precision)
    return np.asarray(2 * known * recall / np.maximum(known + recall, 1e-16))


def _ratio(part: Samples, whole: Samples) -> Samples:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _mean(parts: list[Samples]) -> Samples:
    """Over those that say something."""
    stacked = np.array(parts)
    known = ~np.isnan(stacked)
    return _ratio(np.where(known, stacked, 0).sum(axis=0), known.sum(axis=0).astype(np.float64))


def _sum(parts: list[Samples]) -> Samples:
    return np.asarray(np.sum(parts, axis=0, dtype=np.float64))


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(np.round(values, 6).tolist())
