"""Several runs beside each other: in what they were told differently, how they went, and what several seeds come to."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyroblur_gui.runs import table
from pyroblur_gui.runs.embedded import Series
from pyroblur_gui.runs.row import Row

SEED = "seed"
CURVES = (
    "mAP50-95",
    "mAP50",
    "precision",
    "recall",
    "train/box_loss",
    "val/box_loss",
    "train/cls_loss",
    "val/cls_loss",
)
MOST_POINTS = 2000  # of one curve, on the way to the window


@dataclass(frozen=True, slots=True)
class Difference:
    """values: one a run, in the runs' order; None where a run has none."""

    name: str
    values: tuple[table.Value, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """Of runs that differ by their seed only. deviation: of the sample; None of a single run."""

    runs: tuple[str, ...]
    mean: float
    deviation: float | None
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of parallel coordinates. places: 0 (low) to 1 (high), one a run; None where it has no value.

    marks: texts for both ends, or for each value of what is no number.
    """

    name: str
    places: tuple[float | None, ...]
    marks: tuple[tuple[float, str], ...]


def differences(rows: Sequence[Row]) -> list[Difference]:
    """Parameters, and the data's fingerprint, that are not the same in all."""
    found = [Difference(name, tuple(_value(row, name) for row in rows)) for name in table.varying(rows)]
    prints = tuple(row.fingerprint for row in rows)
    return [*found, Difference("fingerprint", prints)] if len(set(prints)) > 1 else found


def figures(rows: Sequence[Row]) -> list[Difference]:
    """Metrics that any of them has, those that count first."""
    names = sorted(
        {name for row in rows for name in row.metrics}, key=lambda name: (not name.startswith("best/"), name)
    )
    return [Difference(name, tuple(row.metrics.get(name) for row in rows)) for name in names]


def spreads(rows: Sequence[Row], metric: str = table.MAIN) -> list[tuple[dict[str, str], Spread]]:
    """The metric by groups of runs that differ by their seed only, the best mean first."""
    names = [name for name in table.varying(rows) if name != SEED]
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if metric in row.metrics:
            groups.setdefault(tuple(row.params.get(name, "") for name in names), []).append(row)
    found = [
        (dict(zip(names, key, strict=True)), spread([(row.name, row.metrics[metric]) for row in group]))
        for key, group in groups.items()
    ]
    return sorted(found, key=lambda each: each[1].mean, reverse=True)


def spread(values: Sequence[tuple[str, float]]) -> Spread:
    """At least one value. Raises statistics.StatisticsError for none."""
    numbers = [value for _, value in values]
    deviation = statistics.stdev(numbers) if len(numbers) > 1 else None
    return Spread(tuple(name for name, _ in values), statistics.fmean(numbers), deviation, min(numbers), max(numbers))


def axes(rows: Sequence[Row], names: Sequence[str]) -> list[Axis]:
    """For parallel coordinates: columns of the table, each between its least and its most."""
    return [_axis(name, [table.value(row, name) for row in rows]) for name in names]


def compared(rows: Sequence[Row], histories: Mapping[str, Series]) -> dict[str, Any]:
    """All of it as JSON: what `pyroblur runs compare --json` prints and the window draws."""
    return {
        "runs": [row.name for row in rows],
        "ids": [row.id for row in rows],
        "params": {each.name: list(each.values) for each in differences(rows)},
        "metrics": {each.name: list(each.values) for each in figures(rows)},
        "spread": [
            {"params": group, "runs": [*each.runs], "mean": each.mean, "deviation": each.deviation,
             "least": each.least, "most": each.most}
            for group, each in spreads(rows)
        ],
        "curves": {
            name: {row.name: thin(series[name]) for row in rows if name in (series := histories.get(row.id, {}))}
            for name in CURVES
        },
    }  # fmt: skip


def thin(points: Sequence[tuple[int, float]]) -> list[list[float]]:
    """Steps and values, at most MOST_POINTS of them, the last one among them."""
    step = max(1, math.ceil(len(points) / MOST_POINTS))
    kept = [*points[::step], *(points[-1:] if (len(points) - 1) % step else ())]
    return [[each[0] for each in kept], [each[1] for each in kept]]


def _value(row: Row, name: str) -> table.Value:
    return table.number(row.params[name]) if name in row.params else None


def _axis(name: str, values: Sequence[table.Value]) -> Axis:
    numbers = [value for value in values if isinstance(value, int | float)]
    texts = sorted({value for value in values if isinstance(value, str) and value})
    if texts:
        texts = sorted({str(value) for value in values if value not in (None, "")})
        places = {text: (place + 0.5) / len(texts) for place, text in enumerate(texts)}
        return Axis(
            name,
            tuple(None if value in (None, "") else places[str(value)] for value in values),
            tuple((place, text) for text, place in places.items()),
        )
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    width = high - low
    scaled = tuple(
        None if not isinstance(value, int | float) else (value - low) / width if width else 0.5 for value in values
    )
    marks = ((0.0, f"{low:.4g}"), (1.0, f"{high:.4g}")) if width else ((0.5, f"{low:.4g}"),)
    return Axis(name, scaled, marks)
