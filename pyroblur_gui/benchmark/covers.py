"""What a cover leaves bare: the one definition, for benchmarks, for the starter model's figures and for its thresholds.

A face or plate counts as covered when the covers (boxes grown by the class's margin) lie over at least 60 % of the
middle 70 % of its box: a recognisable centre is what matters, not the outline. In vain is what covers take outside the
labelled boxes of that class grown by half their size on each side.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.benchmark.truth import Boxes
from pyroblur_gui.core.boxes import grown

Mask = NDArray[np.bool_]

MIDDLE = -0.15  # each side moves in by 15 %: the middle 70 % stay
LEAST_COVERED = 0.6
AROUND_LABEL = 0.5
NEVER = -1.0  # of an object that no cover covers, however low the threshold


def covered_share(covered: Mask, box: NDArray[np.float64]) -> float:
    """How much of the middle of a box lies under covers: 0..1."""
    rows, columns = _middle(box, width=covered.shape[1], height=covered.shape[0])
    middle = covered[rows, columns]
    return float(middle.mean()) if middle.size else 0.0


def painted(boxes: Boxes, *, width: int, height: int) -> Mask:
    """The pixels that the boxes touch."""
    mask = np.zeros((height, width), np.bool_)
    for rows, columns in _touched(boxes, width=width, height=height):
        mask[rows, columns] = True
    return mask


def widened(boxes: Boxes, share: float) -> Boxes:
    return np.array([grown(tuple(box), share) for box in boxes], np.float64).reshape(-1, 4)


@dataclass(frozen=True, slots=True)
class Bareness:
    """What the covers of one class leave bare in one picture, at every threshold of a grid.

    needed: (m,) the score that a threshold must be below for the object to be covered; NEVER where none is low enough.
    bare: (g,) labelled pixels that stay bare. in_vain: (g,) pixels covered far from any label. labelled, pixels: of the
    picture. vain: (height, width) where covers lie in vain at the last threshold of the grid.
    """

    needed: NDArray[np.float32]
    bare: NDArray[np.int64]
    in_vain: NDArray[np.int64]
    labelled: int
    pixels: int
    vain: Mask


def bareness(
    truth: Boxes,
    covers: Boxes,
    scores: NDArray[np.float32],
    thresholds: NDArray[np.float64],
    *,
    width: int,
    height: int,
) -> Bareness:
    """One picture, one class. covers: grown already, best first, as `scores`; a score above a threshold counts.

    Every pixel is marked with the best cover over it, once, and what any threshold leaves bare is counted from that.
    """
    count = len(scores)
    best = np.full((height, width), count, np.int32)  # the place of the best cover; `count`: none
    places = list(_touched(covers, width=width, height=height))
    for place in range(count - 1, -1, -1):
        best[places[place]] = place
    labels, around = painted(truth, width=width, height=height), None
    if len(truth):
        around = painted(widened(truth, AROUND_LABEL), width=width, height=height)
    counts = np.bincount(best.ravel(), minlength=count + 1)[:count]
    on_labels = np.bincount(best[labels], minlength=count + 1)[:count] if len(truth) else np.zeros(count, np.int64)
    near = np.bincount(best[around], minlength=count + 1)[:count] if around is not None else np.zeros(count, np.int64)
    kept = np.searchsorted(-scores, -thresholds.astype(np.float32), side="left")  # how many lie above each threshold
    labelled = int(np.count_nonzero(labels))
    vain = best < kept[-1]
    if around is not None:
        vain &= ~around
    return Bareness(
        needed=np.array([_needed(best, box, scores) for box in truth], np.float32),
        bare=labelled - _sums(on_labels)[kept],
        in_vain=_sums(counts - near)[kept],
        labelled=labelled,
        pixels=width * height,
        vain=vain,
    )


def _needed(best: NDArray[np.int32], box: NDArray[np.float64], scores: NDArray[np.float32]) -> float:
    """The score of the cover with which 60 % of the middle are covered."""
    rows, columns = _middle(box, width=best.shape[1], height=best.shape[0])
    middle = best[rows, columns].ravel()
    if not middle.size:
        return NEVER
    place = math.ceil(LEAST_COVERED * middle.size - 1e-9) - 1
    worst = int(np.partition(middle, place)[place])
    return float(scores[worst]) if worst < len(scores) else NEVER


def _sums(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, the first, the first two, ...: (n,) -> (n + 1,)."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _middle(box: NDArray[np.float64], *, width: int, height: int) -> tuple[slice, slice]:
    x1, y1, x2, y2 = np.clip(grown(tuple(box), MIDDLE), 0, (width, height, width, height)).astype(int)
    return slice(y1, max(y2, y1 + 1)), slice(x1, max(x2, x1 + 1))


def _touched(boxes: Boxes, *, width: int, height: int) -> list[tuple[slice, slice]]:
    low, high = np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])
    edges = np.clip(np.hstack([low, high]), 0, (width, height, width, height)).astype(int)
    return [(slice(y1, y2), slice(x1, x2)) for x1, y1, x2, y2 in edges.tolist()]
