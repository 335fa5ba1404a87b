"""Which detection met which labelled object, at ten degrees of overlap: as Ultralytics' validation decides it."""

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.benchmark.truth import Boxes, Labels
from pyroblur_gui.core.boxes import ious

OVERLAPS = np.linspace(0.5, 0.95, 10)  # mAP50-95 is the mean over these
HALF = 0  # the place of 0.5 among them
CONFUSED = 0.45  # overlap from which on a detection of another class is taken for a confusion: Ultralytics' value
NOTHING = -1

Matches = NDArray[np.int64]  # (n, 10) index of the labelled object that a detection met, or NOTHING


def matched(boxes: Boxes, labels: Labels, truth: Boxes, truth_labels: Labels) -> Matches:
    """boxes: best first. At each overlap, each takes the object of its class that it overlaps most and none took."""
    found = np.full((len(boxes), len(OVERLAPS)), NOTHING, np.int64)
    if not len(boxes) or not len(truth):
        return found
    overlap = ious(truth, boxes) * (truth_labels[:, None] == labels)
    taken = np.zeros((len(truth), len(OVERLAPS)), np.bool_)
    every = np.arange(len(OVERLAPS))
    for place in np.flatnonzero((overlap >= OVERLAPS[0]).any(axis=0)):
        free = np.where(taken, 0, overlap[:, place, None])
        best = free.argmax(axis=0)
        is_met = free[best, every] >= OVERLAPS
        found[place, is_met] = best[is_met]
        taken[best, every] |= is_met
    return found


def confusions(boxes: Boxes, labels: Labels, truth: Boxes, truth_labels: Labels, *, classes: int) -> NDArray[np.int64]:
    """counts[predicted, true] of one picture; the last row and column are the background. boxes: those that count."""
    counts = np.zeros((classes + 1, classes + 1), np.int64)
    overlap = ious(truth, boxes)
    met = np.full(len(truth), NOTHING)
    for place in range(len(boxes)):
        if not len(truth):
            break
        best = int(overlap[:, place].argmax())
        if overlap[best, place] > CONFUSED:
            met[best] = place
            overlap[best] = 0
    for number, place in enumerate(met):
        counts[labels[place] if place != NOTHING else classes, truth_labels[number]] += 1
    for place in set(range(len(boxes))) - set(met.tolist()):
        counts[labels[place], classes] += 1
    return counts
