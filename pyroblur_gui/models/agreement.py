"""Whether an exported network sees what the checkpoint that it was made from sees, on real pictures."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from pyroblur_gui.models.choice import OPENVINO, TORCH
from pyroblur_gui.models.detector import Detections, Detector, Picture
from pyroblur_gui.models.loading import open_detector

SAME_PX = 1.0  # how far an edge may be off
NEAR = 0.01  # a score so close to the threshold may fall on either side of it


class Agreement(BaseModel):
    """boxes: that the checkpoint found on these pictures. differing: of both, those without a partner within a pixel.

    largest_px: the largest distance of two edges among the partners.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pictures: int
    boxes: int
    differing: int
    largest_px: float
    confidence: float
    engines: tuple[str, str]

    @property
    def is_passed(self) -> bool:
        return self.differing == 0


def compare_engines(
    name: str, pictures: Sequence[Path], check_cancelled: Callable[[], None], *, confidence: float = 0.1
) -> Agreement:
    """Runs a model of the store as its checkpoint, in torch, and as its export, both in f32 on the CPU.

    Pictures that cannot be read are passed over. Raises ModelError, EngineError, MissingExtraError.
    """
    torch, exported = (
        open_detector(name, engine=engine, device="cpu", precision="f32") for engine in (TORCH, OPENVINO)
    )
    looked = boxes = differing = 0
    largest = 0.0
    try:
        for path in pictures:
            check_cancelled()
            picture = _read(path)
            if picture is None:
                continue
            looked += 1
            one, other = (_found(detector, picture, confidence) for detector in (torch, exported))
            boxes += len(one)
            alone, distance = _compared(one, other, confidence)
            differing, largest = differing + alone, max(largest, distance)
        return Agreement(
            pictures=looked,
            boxes=boxes,
            differing=differing,
            largest_px=round(largest, 4),
            confidence=confidence,
            engines=(torch.engine, exported.engine),
        )
    finally:
        torch.close()
        exported.close()


def _found(detector: Detector, picture: Picture, confidence: float) -> Detections:
    return detector.submit(picture, confidence=dict.fromkeys(detector.classes, confidence)).result()


def _compared(one: Detections, other: Detections, confidence: float) -> tuple[int, float]:
    """How many boxes have no partner, and how far the partners are apart at most."""
    alone, largest = 0, 0.0
    for mine, theirs in ((one, other), (other, one)):
        for box, score, label in zip(mine.boxes, mine.scores, mine.labels, strict=True):
            rivals = theirs.boxes[theirs.labels == label]
            distance = _nearest(box, rivals)
            if distance <= SAME_PX:
                largest = max(largest, distance)
            elif score > confidence + NEAR:
                alone += 1
    return alone, largest


def _nearest(box: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    return float(np.abs(others - box).max(axis=1).min()) if len(others) else float("inf")


def _read(path: Path) -> Picture | None:
    data = np.fromfile(path, np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if len(data) else None
    return None if picture is None else np.ascontiguousarray(picture, np.uint8)
