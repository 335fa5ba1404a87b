"""Arithmetic on boxes: rows of x1 y1 x2 y2 in pixels, where x1 and x2 are pixel edges (a box of one pixel is 0 0 1 1).

Detectors weigh boxes against each other to drop doubles, the tracker to follow them and the check of the output to see
what a cover left bare; one implementation keeps their notions of overlap the same.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Float = TypeVar("Float", np.float32, np.float64)
Edges = tuple[float, float, float, float]


def areas(boxes: NDArray[Float]) -> NDArray[Float]:
    """(n, 4) -> (n,); a box turned inside out has no area."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1])


def intersections(ours: NDArray[Float], theirs: NDArray[Float]) -> NDArray[Float]:
    """Area shared by each of our n boxes with each of their m boxes: (n, m)."""
    low = np.maximum(ours[:, None, :2], theirs[None, :, :2])
    high = np.minimum(ours[:, None, 2:], theirs[None, :, 2:])
    sides = np.maximum(high - low, 0)
    return np.asarray(sides[..., 0] * sides[..., 1])


def ious(ours: NDArray[Float], theirs: NDArray[Float]) -> NDArray[Float]:
    """Intersection over union of each of our n boxes with each of their m boxes: (n, m), 0 for boxes without area."""
    shared = intersections(ours, theirs)
    union = areas(ours)[:, None] + areas(theirs)[None, :] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def clipped(boxes: NDArray[Float], *, width: float, height: float) -> NDArray[Float]:
    """The part of each box that lies in a picture of that size."""
    limits = np.array((width, height, width, height), dtype=boxes.dtype)
    return np.clip(boxes, np.zeros_like(limits), limits)


def grown(box: Edges, share: float) -> Edges:
    """The box made wider by a share of its width on the left and on the right, and of its height above and below."""
    x1, y1, x2, y2 = box
    across, down = (x2 - x1) * share, (y2 - y1) * share
    return x1 - across, y1 - down, x2 + across, y2 + down


def moved(box: Edges, across: float, down: float) -> Edges:
    x1, y1, x2, y2 = box
    return x1 + across, y1 + down, x2 + across, y2 + down


def hull(one: Edges, other: Edges) -> Edges:
    """The smallest box around both."""
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def between(one: Edges, other: Edges, share: float) -> Edges:
    """The box on the straight way from one (share 0) to the other (share 1)."""
    x1, y1, x2, y2 = (start + (end - start) * share for start, end in zip(one, other, strict=True))
    return x1, y1, x2, y2


def centre(box: Edges) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
