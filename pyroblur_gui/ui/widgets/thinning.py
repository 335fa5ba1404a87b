"""Arithmetic on the points of a line: smoothing, and no more points than there are pixels. numpy, no Qt."""

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.ui.curves import Points

Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-12  # weights below this are left out
ROOM = 1024  # points that a line has room for at first
FEW = 4
ONE_BY_ONE = 16


class Trace:
    """One line as arrays that grow with its points: only what was added is copied and smoothed.

    steps, values: as they are; soft: smoothed. lowest, highest: of the values; 0 while there are none.
    """

    def __init__(self) -> None:
        self._points: Points | None = None
        self._rewritten = -1
        self._weight = 0.0
        self._count = 0
        self._room = np.empty((3, ROOM))
        self._sums = (0.0, 0.0)
        self.lowest = self.highest = 0.0

    def __len__(self) -> int:
        return self._count

    @property
    def steps(self) -> Floats:
        return self._room[0, : self._count]

    @property
    def values(self) -> Floats:
        return self._room[1, : self._count]

    @property
    def soft(self) -> Floats:
        return self._room[2, : self._count]

    def follow(self, points: Points, weight: float) -> None:
        """Takes in what is new. weight: of the past, from 0 to less than 1."""
        if points is not self._points or points.rewritten != self._rewritten or weight != self._weight:
            self._points, self._rewritten, self._weight = points, points.rewritten, weight
            self._count, self._sums = 0, (0.0, 0.0)
        known, count = self._count, len(points)
        if known == count:
            return
        if count > self._room.shape[1]:
            grown = np.empty((3, 2 * count))
            grown[:, :known] = self._room[:, :known]
            self._room = grown
        new = slice(known, count)
        self._room[0, new] = points.steps[new]
        self._room[1, new] = values = np.array(points.values[new])
        self._room[2, new], self._sums = averaged(values, weight, self._sums)
        lowest, highest = float(values.min()), float(values.max())
        self.lowest = min(self.lowest, lowest) if known else lowest
        self.highest = max(self.highest, highest) if known else highest
        self._count = count


def smoothed(values: Floats, weight: float) -> Floats:
    """The exponential average of each value and those before it; weight: of the past, from 0 to less than 1.

    Each average is divided by the sum of its weights, so that the line does not start at nothing.
    """
    return averaged(values, weight, (0.0, 0.0))[0]


def averaged(values: Floats, weight: float, before: tuple[float, float]) -> tuple[Floats, tuple[float, float]]:
    """`smoothed`, going on from (sum of values, sum of weights) of what came before; and those sums at the end."""
    if weight <= 0 or not len(values):
        return values, before
    if len(values) <= ONE_BY_ONE:
        return _averaged_one_by_one(values, weight, before)
    left = weight ** np.arange(1, len(values) + 1)  # of what came before
    sums = values.copy()
    reach = 1  # of each sum; it doubles
    while reach < len(sums) and weight**reach > NEGLIGIBLE:
        sums[reach:] += weight**reach * sums[:-reach].copy()
        reach *= 2
    sums += left * before[0]
    weights = left * before[1] + (1 - left) / (1 - weight)
    return sums / weights, (float(sums[-1]), float(weights[-1]))


def _averaged_one_by_one(
    values: Floats, weight: float, before: tuple[float, float]
) -> tuple[Floats, tuple[float, float]]:
    """The same, without arrays on the way: a chart that grows gets a point or two at a time."""
    total, weights = before
    result = np.empty(len(values))
    for place, value in enumerate(values.tolist()):
        total, weights = total * weight + value, weights * weight + 1
        result[place] = total / weights
    return result, (total, weights)


def thinned(steps: Floats, values: Floats, most: int) -> tuple[Floats, Floats]:
    """At most about `most` points that look the same: the lowest and the highest of each stretch stay."""
    if len(steps) <= most or most < FEW:
        return steps, values
    size = -(-len(steps) // (most // 2))
    whole = len(steps) // size * size
    rows = values[:whole].reshape(-1, size)
    first = np.arange(0, whole, size)
    lowest, highest = first + rows.argmin(axis=1), first + rows.argmax(axis=1)
    ends = np.empty(2 * len(rows), dtype=np.intp)
    np.minimum(lowest, highest, out=ends[0::2])
    np.maximum(lowest, highest, out=ends[1::2])
    fresh = np.ones(len(ends), dtype=bool)
    fresh[1::2] = lowest != highest
    places = np.concatenate((ends[fresh], np.arange(whole, len(steps))))
    return steps[places], values[places]
