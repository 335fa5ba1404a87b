"""Average precision, precision and recall of one class, for the pictures as they are and for any weighting of them.

A bootstrap weighs pictures: drawn twice, a picture counts twice. So everything is computed for many weightings at once,
and the plain figure is the one in which each picture counts once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.benchmark.matching import HALF, NOTHING, OVERLAPS, Matches
from pyroblur_gui.benchmark.result import Curve

Weights = NDArray[np.float64]  # (b, pictures)
RECALLS = np.linspace(0, 1, 101)
CONFIDENCES = np.linspace(0, 1, 101)
_AT_ONCE = 2_000_000  # weights that are looked up at once


@dataclass(frozen=True, slots=True)
class Ranking:
    """Detections of one class, best first.

    pictures: (n,) where each was. truth_pictures: (m,) where each labelled object is. matches: (n, 10).
    """

    scores: NDArray[np.float32]
    pictures: NDArray[np.int64]
    matches: Matches
    truth_pictures: NDArray[np.int64]

    def average_precision(self, weights: Weights) -> NDArray[np.float64]:
        """(b, pictures) -> (b, 10); NaN where no labelled object has a weight.

        The area under the precision envelope over 101 recalls, as Ultralytics computes it.
        """
        step = max(1, _AT_ONCE // max(1, len(self.scores)))
        parts = [self._precisions(weights[begin : begin + step]) for begin in range(0, len(weights), step)]
        return np.concatenate(parts)

    def counts(self, weights: Weights, threshold: float) -> tuple[NDArray[np.float64], ...]:
        """(b, pictures) -> true detections, all detections and labelled objects, (b,) each, above a threshold."""
        kept = self.scores > threshold
        hits = kept & (self.matches[:, HALF] != NOTHING)
        return (
            _total(weights, self.pictures[hits]),
            _total(weights, self.pictures[kept]),
            _total(weights, self.truth_pictures),
        )

    def curves(self) -> tuple[Curve, ...]:
        """Precision by recall, and precision, recall and F1 by confidence, at an overlap of half."""
        hits = self.matches[:, HALF] != NOTHING
        true = np.cumsum(hits)
        recall = true / max(1, len(self.truth_pictures))
        precision = true / np.arange(1, len(hits) + 1)
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        place = np.searchsorted(recall, RECALLS, side="right")
        by_recall = np.append(envelope, 0.0)[place]
        kept = np.searchsorted(-self.scores, -CONFIDENCES.astype(np.float32), side="left")
        at = np.where(kept > 0, np.append(0.0, precision)[kept], 1.0)
        reached = np.append(0.0, recall)[kept]
        f1 = 2 * at * reached / np.maximum(at + reached, 1e-16)
        return (
            _curve("pr", RECALLS, by_recall),
            _curve("p", CONFIDENCES, at),
            _curve("r", CONFIDENCES, reached),
            _curve("f1", CONFIDENCES, f1),
        )

    def _precisions(self, weights: Weights) -> NDArray[np.float64]:
        truths = _total(weights, self.truth_pictures)
        found = np.full((len(weights), len(OVERLAPS)), np.nan)
        sums = np.cumsum(weights[:, self.pictures], axis=1)
        for column in range(len(OVERLAPS)):
            places = np.flatnonzero(self.matches[:, column] != NOTHING)
            true = np.cumsum(weights[:, self.pictures[places]], axis=1)
            precision = true / np.maximum(sums[:, places], 1e-16)
            envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
            recall = true / np.maximum(truths, 1e-16)[:, None]
            found[:, column] = _areas(recall, envelope)
        found[truths == 0] = np.nan
        return found


def _areas(recall: NDArray[np.float64], envelope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of steps: from one recall to the next, precision is the envelope of the next."""
    steps = np.concatenate([envelope, np.zeros((len(envelope), 1))], axis=1)
    heights = np.empty((len(recall), len(RECALLS)))
    for row in range(len(recall)):
        heights[row] = steps[row, np.searchsorted(recall[row], RECALLS, side="right")]
    return np.asarray(np.trapezoid(heights, RECALLS, axis=1))


def _total(weights: Weights, pictures: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum of the weights of these pictures, which may occur more than once: (b,)."""
    counts = np.bincount(pictures, minlength=weights.shape[1]).astype(np.float64)
    return np.asarray(weights @ counts)


def _curve(kind: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> Curve:
    return Curve(kind=kind, x=tuple(np.round(x, 4).tolist()), y=tuple(np.round(y, 5).tolist()))
