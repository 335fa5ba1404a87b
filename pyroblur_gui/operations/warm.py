"""Keeps the detector of the last job at hand: a warm worker that covers 200 photos loads the networks once."""

import threading
from dataclasses import dataclass

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.models.detector import Detector
from pyroblur_gui.models.loading import members, open_detector


@dataclass(frozen=True, slots=True)
class _Key:
    """What makes a detector another one. files: hashes of its networks, for a model that was replaced meanwhile."""

    files: tuple[str, ...]
    model: str
    engine: str
    device: str
    precision: str
    tiled: bool


class WarmDetector:
    """At most one open detector."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: _Key | None = None
        self._detector: Detector | None = None

    def open(self, options: BlurOptions, tiled: bool) -> Detector:
        """The detector that the options ask for; who gets it does not close it. Raises what open_detector raises."""
        with self._lock:
            return self._open(options, tiled)

    def _open(self, options: BlurOptions, tiled: bool) -> Detector:
        key = _Key(
            tuple(model.card.sha256 for model, _ in members(options.model)),
            options.model, options.engine.value, options.device, options.precision.value, tiled,
        )  # fmt: skip
        if self._detector is None or key != self._key:
            self._close()
            self._detector = open_detector(
                options.model,
                engine=key.engine,
                device=key.device,
                precision=key.precision,
                tiled=tiled,
            )
            self._key = key
        return self._detector

    @property
    def model(self) -> str | None:
        """The model that was opened last."""
        return self._key.model if self._key is not None else None

    def close(self) -> None:
        """Gives its memory back; the next `open` loads it again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._detector is not None:
            detector, self._detector = self._detector, None
            detector.close()


DETECTOR = WarmDetector()
"""The worker's own: it belongs to the process, as a job's objects end with the job."""
