"""Labelled pictures as a benchmark sees them, and the one definition of a box's size."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]  # (n, 4) x1 y1 x2 y2 in pixels, pixel edges
Labels = NDArray[np.int64]  # (n,) index into the set's classes

# Name, least shorter side in pixels (included), most (excluded).
SIZES: tuple[tuple[str, float, float | None], ...] = (
    ("tiny", 0.0, 16.0),
    ("small", 16.0, 32.0),
    ("medium", 32.0, 96.0),
    ("large", 96.0, None),
)


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """number: in PyroBlur's data set, None elsewhere. width, height: upright, as stored. looked_for: classes of which
    it is known whether they are in it; of others, neither boxes nor detections count.
    """

    path: Path
    name: str
    width: int
    height: int
    boxes: Boxes
    labels: Labels
    looked_for: frozenset[int]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """One split. name: of the data set, or of its data.yaml. dataset: its name among PyroBlur's, if it is one."""

    name: str
    split: str
    classes: tuple[str, ...]
    pictures: tuple[LabelledPicture, ...]
    fingerprint: str = ""
    dataset: str | None = None
    notes: tuple[str, ...] = field(default=())

    def truths(self) -> dict[str, int]:
        """Labelled objects by class."""
        counts = np.zeros(len(self.classes), np.int64)
        for picture in self.pictures:
            counts += np.bincount(picture.labels, minlength=len(counts))
        return dict(zip(self.classes, counts.tolist(), strict=True))


def sides(boxes: Boxes) -> NDArray[np.float64]:
    """The size of a box wherever PyroBlur speaks of one: its shorter side in pixels. (n, 4) -> (n,)."""
    return np.asarray(np.maximum(boxes[:, 2:] - boxes[:, :2], 0).min(axis=1, initial=np.inf))


def in_size(values: NDArray[np.float64], least: float, most: float | None) -> NDArray[np.bool_]:
    return np.asarray((values >= least) & (values < (np.inf if most is None else most)))
