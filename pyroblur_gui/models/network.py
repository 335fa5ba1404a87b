"""What detectors that run one network have in common: their card's values, fitting pictures in, reading results out."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pyroblur_gui.models.card import Card
from pyroblur_gui.models.detector import Detections, Pending, Picture
from pyroblur_gui.models.engine import Engine, Outputs, PendingOutputs
from pyroblur_gui.models.postprocess import Fit, nothing

Thresholds = Mapping[int, float]  # by output index of the class


class NetworkDetector(ABC):
    """`reason`: why this engine runs the network; it is shown beside the engine's title."""

    def __init__(self, engine: Engine, card: Card, *, reason: str = "") -> None:
        self._engine = engine
        self._card = card
        self._reason = reason

    @property
    def classes(self) -> tuple[str, ...]:
        return self._card.labels

    @property
    def in_flight(self) -> int:
        return self._engine.in_flight

    @property
    def engine(self) -> str:
        return ": ".join(filter(None, (self._engine.title, self._reason)))

    def threshold(self, label: str) -> float:
        return self._card.of(label).threshold

    def margin(self, label: str) -> float:
        return self._card.of(label).margin

    def preferred_size(self, width: int, height: int) -> tuple[int, int]:
        longest = self._card.input_size
        if max(width, height) <= longest:
            return width, height
        scale = longest / max(width, height)
        return max(round(width * scale), 1), max(round(height * scale), 1)

    def prepare(self, width: int, height: int) -> None:
        self._engine.prepare(*self.fit(width, height).outer)

    def prepare_any_size(self) -> None:
        self._engine.prepare_any_size()

    def submit(self, picture: Picture, *, confidence: dict[str, float]) -> Pending:
        labels = self._card.labels
        thresholds = {labels.index(label): value for label, value in confidence.items() if label in labels}
        return self.look(picture, thresholds) if thresholds else Ready(nothing())

    def look(self, picture: Picture, thresholds: Thresholds) -> Pending:
        """Starts the network on one picture."""
        return self.run(picture, self.fit(picture.shape[1], picture.shape[0]), thresholds)

    def run(self, picture: Picture, fit: Fit, thresholds: Thresholds) -> Pending:
        return _Pending(self._engine.submit(fit.apply(picture)), fit, thresholds, self.decode)

    def close(self) -> None:
        self._engine.close()

    @abstractmethod
    def fit(self, width: int, height: int) -> Fit:
        """How a picture of this size is laid into the network's input."""

    @abstractmethod
    def decode(self, outputs: Outputs, thresholds: Thresholds) -> Detections:
        """The network's outputs as boxes in input pixels, best first."""


@dataclass(frozen=True)
class Ready:
    """A result that needs no waiting."""

    detections: Detections

    def result(self) -> Detections:
        return self.detections


@dataclass(frozen=True)
class _Pending:
    outputs: PendingOutputs
    fit: Fit
    thresholds: Thresholds
    decode: Callable[[Outputs, Thresholds], Detections]

    def result(self) -> Detections:
        found = self.decode(self.outputs.result(), self.thresholds)
        return replace(found, boxes=self.fit.back(found.boxes))
