"""The detector protocol: what blurring and benchmarking know of any model."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height x width x 3, RGB


@dataclass(frozen=True, slots=True)
class Detections:
    """What was found in one picture, best first.

    boxes: (n, 4) float32, x1 y1 x2 y2 in pixels of the picture that was given; pixel edges, 0 <= x <= width.
    scores: (n,) float32, 0..1. labels: (n,) int64, index into the detector's `classes`.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scores)


class Pending(Protocol):
    """A detection under way."""

    def result(self) -> Detections:
        """Waits. Raises EngineError when the inference failed: the frame must then not be written clear."""
        ...


class Detector(Protocol):
    """Finds things in pictures. Engines work on several pictures at once: submit a few before asking for results."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def in_flight(self) -> int:
        """How many pictures are worth submitting before the first result is asked for."""
        ...

    @property
    def engine(self) -> str:
        """What runs it and why, for the status bar: e.g. "OpenVINO bf16 on cpu"."""
        ...

    def threshold(self, label: str) -> float:
        """The card's recommended confidence for a class."""
        ...

    def margin(self, label: str) -> float:
        """The card's recommended margin a side, as a share of the box's size."""
        ...

    def preferred_size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) at which a picture of this size is best handed in: never larger than the picture itself.

        A reader that can scale while it converts colours saves time; any other size works too.
        """
        ...

    def prepare(self, width: int, height: int) -> None:
        """Makes the networks ready for pictures of this size ahead of the first; `submit` waits for it else.

        May be called in a thread of its own. Raises EngineError.
        """
        ...

    def prepare_any_size(self) -> None:
        """Makes the networks ready before it is known what comes. A size that comes often gets its own all the same.

        May be called in a thread of its own. Raises EngineError.
        """
        ...

    def submit(self, picture: Picture, *, confidence: dict[str, float]) -> Pending:
        """Starts looking for the classes named in `confidence`, each at its threshold. Copies what it needs."""
        ...

    def close(self) -> None: ...
