"""From pictures to a network's input and from its output to boxes: numpy and cv2, equal to what Ultralytics computes.

Boxes that fall below their threshold are dropped before anything else is computed, so that a picture of 8400 anchors
costs well under a millisecond.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.core import boxes as box_arithmetic
from pyroblur_gui.models.detector import Detections, Picture

PADDING = 114  # grey, as in Ultralytics' training
SAME = 0.5  # of the union of two boxes: one thing seen twice
INSIDE = 0.8  # of a box: a part of what was seen whole elsewhere
YOLO_OVERLAP = 0.7  # boxes of one class that share more than this are doubles
MOST_CANDIDATES = 30_000  # that are compared with each other, as in Ultralytics


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture of `width` x `height` lies in a network's input: scaled to `inner`, at (left, top) of `outer`.

    Sizes are (width, height) in pixels.
    """

    width: int
    height: int
    inner: tuple[int, int]
    outer: tuple[int, int]
    left: int = 0
    top: int = 0

    @classmethod
    def letterbox(cls, width: int, height: int, *, longest: int, stride: int) -> Self:
        """Scaled to the longest side, padded to multiples of the stride: Ultralytics' LetterBox(auto=True)."""
        inner = _scaled(width, height, min(longest / width, longest / height))
        padding = ((longest - inner[0]) % stride, (longest - inner[1]) % stride)
        return cls._centred(width, height, inner, (inner[0] + padding[0], inner[1] + padding[1]))

    @classmethod
    def fixed(cls, width: int, height: int, *, outer: tuple[int, int]) -> Self:
        """Scaled to fit into the one size that a network takes: LetterBox(auto=False)."""
        return cls._centred(width, height, _scaled(width, height, min(outer[0] / width, outer[1] / height)), outer)

    @classmethod
    def within(cls, width: int, height: int, *, longest: int, outer: tuple[int, int]) -> Self:
        """Scaled to the longest side, then padded to a size that others share: Ultralytics' batches of a validation."""
        scale = longest / max(width, height)
        inner = (min(math.ceil(width * scale), longest), min(math.ceil(height * scale), longest))
        if inner[0] > outer[0] or inner[1] > outer[1]:
            inner = _scaled(width, height, min(outer[0] / width, outer[1] / height))
        return cls._centred(width, height, inner, outer)

    @classmethod
    def stretched(cls, width: int, height: int, *, longest: int, stride: int) -> Self:
        """Reduced to the longest side where it is larger, then each side stretched up to a multiple of the stride."""
        inner = _scaled(width, height, min(1.0, longest / max(width, height)))
        outer = (-(-inner[0] // stride) * stride, -(-inner[1] // stride) * stride)
        return cls(width, height, outer, outer)

    @classmethod
    def _centred(cls, width: int, height: int, inner: tuple[int, int], outer: tuple[int, int]) -> Self:
        # Ultralytics rounds half the padding minus 0.1, so that an odd row goes to the bottom
        left, top = (round((whole - part) / 2 - 0.1) for whole, part in zip(outer, inner, strict=True))
        return cls(width, height, inner, outer, left, top)

    def apply(self, picture: Picture) -> Picture:
        """The network's input; the picture itself where nothing has to change."""
        if self.inner != (self.width, self.height):
            picture = _resized(picture, self.inner)
        if self.inner == self.outer:
            return picture
        right, bottom = self.outer[0] - self.inner[0] - self.left, self.outer[1] - self.inner[1] - self.top
        grey = (PADDING, PADDING, PADDING)
        import cv2  # loaded while a network is made ready, which takes longer

        return _bytes(cv2.copyMakeBorder(picture, self.top, bottom, self.left, right, cv2.BORDER_CONSTANT, value=grey))

    def back(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes in input pixels (n, 4) to pixels of the picture, clipped to it."""
        return box_arithmetic.clipped(self.back_unclipped(boxes), width=self.width, height=self.height)

    def back_unclipped(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same, where they reach over the picture's edges."""
        offset = np.array((self.left, self.top) * 2, np.float32)
        scale = np.array((self.width / self.inner[0], self.height / self.inner[1]) * 2, np.float32)
        return np.asarray((boxes - offset) * scale, np.float32)


def decode_yolo(
    output: NDArray[np.float32], thresholds: Mapping[int, float], *, overlap: float = YOLO_OVERLAP
) -> Detections:
    """[4 + classes, anchors] of centre, size and scores -> boxes in input pixels, best first.

    `thresholds`: the classes that are asked for, by output index. An anchor counts for the class with the highest score
    among those that reach their own threshold, so that a sure plate is not lost to a vague face.
    """
    wanted = np.fromiter(thresholds, np.int64, len(thresholds))
    scores = output[4 + wanted]
    passed = scores > np.fromiter(thresholds.values(), np.float32, len(thresholds))[:, None]
    anchors = np.flatnonzero(passed.any(axis=0))
    if not len(anchors):
        return nothing()
    candidates = np.where(passed[:, anchors], scores[:, anchors], -1)
    best = candidates.argmax(axis=0)
    centre, half = output[0:2, anchors].T, output[2:4, anchors].T / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    return suppressed(boxes, candidates[best, np.arange(len(anchors))], wanted[best], overlap=overlap)


def decode_every_label(
    output: NDArray[np.float32], thresholds: Mapping[int, float], *, overlap: float = YOLO_OVERLAP, most: int
) -> Detections:
    """As decode_yolo, but an anchor counts for each class that it reaches the threshold of; at most so many boxes.

    That is how Ultralytics' validation reads a network, so that average precision sees the weak classes, too.
    """
    wanted = np.fromiter(thresholds, np.int64, len(thresholds))
    scores = output[4 + wanted]
    which, anchors = np.nonzero(scores > np.fromiter(thresholds.values(), np.float32, len(thresholds))[:, None])
    if not len(anchors):
        return nothing()
    confidence = scores[which, anchors]
    if len(anchors) > MOST_CANDIDATES:
        best = np.argpartition(-confidence, MOST_CANDIDATES)[:MOST_CANDIDATES]
        which, anchors, confidence = which[best], anchors[best], confidence[best]
    centre, half = output[0:2, anchors].T, output[2:4, anchors].T / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    found = suppressed(boxes, confidence, wanted[which], overlap=overlap)
    return Detections(found.boxes[:most], found.scores[:most], found.labels[:most])


def suppressed(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], labels: NDArray[np.int64], *, overlap: float
) -> Detections:
    """Non-maximum suppression within each class; best first."""
    if not len(scores):
        return nothing()
    corner_and_size = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    # lists: OpenCV converts them faster than arrays
    import cv2

    kept = cv2.dnn.NMSBoxesBatched(corner_and_size.tolist(), scores.tolist(), labels.tolist(), 0.0, overlap)
    return best_first(boxes, scores, labels, np.asarray(kept, np.int64).reshape(-1))


def merged(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], labels: NDArray[np.int64], parts: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Joins several looks at one picture: indices of the boxes that stay, chosen by score, possible `parts` last.

    A box is dropped only for one of its class that stays and that it matches or lies in, so that what it covered
    stays covered.
    """
    stays = np.zeros(len(boxes), np.bool_)
    for index in np.lexsort((-scores, parts)):
        rivals = boxes[stays & (labels == labels[index])]
        stays[index] = not _is_covered(boxes[index : index + 1], rivals)
    return np.flatnonzero(stays)


def best_first(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], labels: NDArray[np.int64], kept: NDArray[np.int64]
) -> Detections:
    order = kept[np.argsort(-scores[kept], kind="stable")]
    return Detections(boxes[order].astype(np.float32), scores[order].astype(np.float32), labels[order].astype(np.int64))


def nothing() -> Detections:
    return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    import cv2

    return _bytes(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))


def _bytes(picture: object) -> Picture:
    return np.asarray(picture, np.uint8)


def _is_covered(box: NDArray[np.float32], others: NDArray[np.float32]) -> bool:
    shared = box_arithmetic.intersections(box, others)
    area = box_arithmetic.areas(box)
    return bool((box_arithmetic.ious(box, others) > SAME).any() or (shared > INSIDE * area[:, None]).any())
