"""Looks at a large picture in overlapping tiles as well as whole, so that small faces are seen at their own size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.core.errors import EngineError
from pyroblur_gui.models.detector import Detections, Detector, Pending, Picture
from pyroblur_gui.models.network import Ready
from pyroblur_gui.models.postprocess import best_first, merged

MOST_TILES = 400  # a picture that would need more is looked at in larger tiles, which the detector reduces
EDGE_PX = 2.0  # a box that ends so near to a cut shows a part of something

Window = tuple[int, int, int, int]  # left, top, right, bottom


class TiledDetector:
    """`tile`: side in pixels that the detector looks at without reducing; `overlap`: share of it that neighbours share.

    Whatever fits into the overlap lies whole in at least one tile; what is larger is found in the whole picture.
    """

    in_flight = 1  # one picture fills the engine by itself

    def __init__(self, detector: Detector, *, tile: int, overlap: float = 0.2) -> None:
        self._detector = detector
        self._tile = tile
        self._overlap = overlap

    @property
    def classes(self) -> tuple[str, ...]:
        return self._detector.classes

    @property
    def engine(self) -> str:
        return self._detector.engine

    def threshold(self, label: str) -> float:
        return self._detector.threshold(label)

    def margin(self, label: str) -> float:
        return self._detector.margin(label)

    def preferred_size(self, width: int, height: int) -> tuple[int, int]:
        return width, height

    def prepare(self, width: int, height: int) -> None:
        """Nothing: most of its pictures are tiles of a size that follows from the whole's."""

    def prepare_any_size(self) -> None:
        self._detector.prepare_any_size()

    def submit(self, picture: Picture, *, confidence: dict[str, float]) -> Pending:
        height, width = picture.shape[:2]
        parts = [*self.windows(width, height), (0, 0, width, height)]  # tiles first: an engine prepares for early sizes
        pending: list[Pending] = []
        for index, (left, top, right, bottom) in enumerate(parts):
            pending.append(self._detector.submit(picture[top:bottom, left:right], confidence=confidence))
            settled = index - self._detector.in_flight
            if settled >= 0:  # so that the raw outputs of hundreds of tiles do not pile up
                pending[settled] = _settled(pending[settled])
        return _Pending(tuple(pending), tuple(parts), width, height)

    def close(self) -> None:
        self._detector.close()

    def windows(self, width: int, height: int) -> list[Window]:
        """The tiles of a picture of this size; none where it is no larger than one tile."""
        tile = self._tile
        if max(width, height) <= tile:
            return []
        while len(columns := self._starts(width, tile)) * len(rows := self._starts(height, tile)) > MOST_TILES:
            tile = tile * 5 // 4
        return [(left, top, min(left + tile, width), min(top + tile, height)) for top in rows for left in columns]

    def _starts(self, length: int, tile: int) -> list[int]:
        """Where tiles begin along one side: evenly spread, the last one ends with the picture."""
        if length <= tile:
            return [0]
        count = int(np.ceil((length - tile) / (tile * (1 - self._overlap)))) + 1
        return [int(start) for start in np.linspace(0, length - tile, count)]


def _settled(pending: Pending) -> Pending:
    """The same result without what it is made from; a failure stays one until it is asked for."""
    try:
        return Ready(pending.result())
    except EngineError as error:
        return _Failed(error)


@dataclass(frozen=True)
class _Failed:
    error: EngineError

    def result(self) -> Detections:
        raise self.error


@dataclass(frozen=True)
class _Pending:
    pending: tuple[Pending, ...]
    windows: tuple[Window, ...]
    width: int
    height: int

    def result(self) -> Detections:
        found = [pending.result() for pending in self.pending]
        moved = [
            each.boxes + np.array((left, top, left, top), np.float32)
            for each, (left, top, _, _) in zip(found, self.windows, strict=True)
        ]
        cut = [
            is_cut(boxes, window, self.width, self.height) for boxes, window in zip(moved, self.windows, strict=True)
        ]
        scores, labels = (np.concatenate([getattr(each, name) for each in found]) for name in ("scores", "labels"))
        boxes = np.concatenate(moved)
        return best_first(boxes, scores, labels, merged(boxes, scores, labels, np.concatenate(cut)))


def is_cut(boxes: NDArray[np.float32], window: Window, width: int, height: int) -> NDArray[np.bool_]:
    """Which boxes end at an edge of the window that is no edge of the picture."""
    left, top, right, bottom = window
    inner = np.array((left > 0, top > 0, right < width, bottom < height))
    return np.asarray(((np.abs(boxes - np.array(window, np.float32)) <= EDGE_PX) & inner).any(axis=1))
