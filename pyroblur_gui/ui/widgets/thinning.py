"""Arithmetic on the points of a line: smoothing, and no more points than there are pixels. numpy, no Qt."""

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.ui.curves import Points

Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-3  # weights below this share of the first are left out


def arrays(points: Points) -> tuple[Floats, Floats]:
    """Copies: the points may grow meanwhile."""
    return np.array(points.steps, dtype=np.float64), np.array(points.values, dtype=np.float64)


def smoothed(values: Floats, weight: float) -> Floats:
    """The exponential average of each value and those before it; weight: of the past, from 0 to less than 1.

    Each average is divided by the sum of its weights, so that the line does not start at nothing.
    """
    if weight <= 0 or len(values) < 2:
        return values
    length = min(len(values), 1 + int(np.ceil(np.log(NEGLIGIBLE) / np.log(weight))))
    kernel = weight ** np.arange(length)
    sums = np.convolve(values, kernel)[: len(values)]
    weights = np.full(len(values), kernel.sum())
    weights[:length] = np.cumsum(kernel)
    result: Floats = sums / weights
    return result


def thinned(steps: Floats, values: Floats, most: int) -> tuple[Floats, Floats]:
    """At most about `most` points that look the same: the lowest and the highest of each stretch stay."""
    if len(steps) <= most or most < 4:
        return steps, values
    size = -(-len(steps) // (most // 2))
    whole = len(steps) // size * size
    rows = values[:whole].reshape(-1, size)
    first = np.arange(len(rows)) * size
    ends = np.stack((first + rows.argmin(axis=1), first + rows.argmax(axis=1)), axis=1)
    ends.sort(axis=1)
    places = np.unique(np.concatenate((ends.ravel(), np.arange(whole, len(steps)))))
    return steps[places], values[places]
