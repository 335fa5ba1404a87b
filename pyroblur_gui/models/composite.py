"""Several detectors as one, each asked for its own classes."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.models.detector import Detections, Detector, Pending, Picture
from pyroblur_gui.models.network import Ready
from pyroblur_gui.models.postprocess import best_first, nothing


@dataclass(frozen=True)
class Part:
    """One member and the classes that it answers for."""

    detector: Detector
    classes: tuple[str, ...]


class CompositeDetector:
    """Every class comes from one member; what else a member finds is left out."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self._owners: dict[str, Part] = {}
        for part in self._parts:
            for label in part.classes:
                if label in self._owners or label not in part.detector.classes:
                    message = f"The class {label} must come from exactly one member that finds it."
                    raise ModelError(message)
                self._owners[label] = part

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self._owners)

    @property
    def in_flight(self) -> int:
        return max(part.detector.in_flight for part in self._parts)

    @property
    def engine(self) -> str:
        return " + ".join(dict.fromkeys(part.detector.engine for part in self._parts))

    def threshold(self, label: str) -> float:
        return self._owner(label).detector.threshold(label)

    def margin(self, label: str) -> float:
        return self._owner(label).detector.margin(label)

    def preferred_size(self, width: int, height: int) -> tuple[int, int]:
        return max(part.detector.preferred_size(width, height) for part in self._parts)

    def prepare(self, width: int, height: int) -> None:
        self._at_once(lambda detector: detector.prepare(width, height))

    def prepare_any_size(self) -> None:
        self._at_once(lambda detector: detector.prepare_any_size())

    def _at_once(self, prepare: Callable[[Detector], None]) -> None:
        """All members side by side: making a network ready takes a second of one core."""
        with ThreadPoolExecutor(len(self._parts)) as threads:
            for _ in threads.map(lambda part: prepare(part.detector), self._parts):
                pass

    def submit(self, picture: Picture, *, confidence: dict[str, float]) -> Pending:
        """Members that none of the asked classes belongs to do no work."""
        started: list[tuple[Part, Pending]] = []
        for part in self._parts:
            asked = {label: value for label, value in confidence.items() if label in part.classes}
            if asked:
                started.append((part, part.detector.submit(picture, confidence=asked)))
        if not started:
            return Ready(nothing())
        return _Pending(tuple(started), {label: index for index, label in enumerate(self._owners)})

    def close(self) -> None:
        for part in self._parts:
            part.detector.close()

    def _owner(self, label: str) -> Part:
        if label not in self._owners:
            message = f"The model does not find the class {label}."
            raise ModelError(message, hint=f"It finds: {', '.join(self._owners)}.")
        return self._owners[label]


@dataclass(frozen=True)
class _Pending:
    started: tuple[tuple[Part, Pending], ...]
    indices: Mapping[str, int]

    def result(self) -> Detections:
        found = [(part, pending.result()) for part, pending in self.started]
        labels = [
            np.array([self.indices[part.detector.classes[label]] for label in each.labels], np.int64)
            for part, each in found
        ]
        boxes = np.concatenate([each.boxes for _, each in found])
        scores = np.concatenate([each.scores for _, each in found])
        return best_first(boxes, scores, np.concatenate(labels), np.arange(len(scores)))
