"""Models as they are measured: YOLO networks are fed and read exactly as Ultralytics' validation does it.

Validation differs from prediction in four ways that move average precision in its third decimal: pictures are padded
to the size of a batch of pictures of like shape, with half a stride around; an anchor counts for every class; boxes
are compared before they are cut at the picture's edges; and weak boxes count, up to a number. Other networks are
measured as they run everywhere in PyroBlur.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.models import loading
from pyroblur_gui.models.card import Layout
from pyroblur_gui.models.catalogue import ModelFile
from pyroblur_gui.models.centerface import CenterFaceDetector
from pyroblur_gui.models.choice import Candidate
from pyroblur_gui.models.composite import Part
from pyroblur_gui.models.detector import Detections, Pending, Picture
from pyroblur_gui.models.engine import PendingOutputs
from pyroblur_gui.models.network import NetworkDetector, Thresholds
from pyroblur_gui.models.postprocess import Fit, decode_every_label
from pyroblur_gui.models.yolo import YoloDetector

LEAST = 0.001  # confidence from which on boxes count: Ultralytics' own for validation
MOST_BOXES = 300  # of a picture, unless more are labelled in one
BATCH = 16  # Ultralytics' default: which pictures share a size follows from it
AROUND = 0.5  # strides of padding around the batch's shape

Size = tuple[int, int]  # width, height


class ValidatedYolo(YoloDetector):
    """`frame`: the size that the next picture is padded to; None: as in prediction."""

    frame: Size | None = None
    most = MOST_BOXES

    def fit(self, width: int, height: int) -> Fit:
        if self.frame is None or self._card.fixed_size is not None:
            return super().fit(width, height)
        return Fit.within(width, height, longest=self._card.input_size, outer=self.frame)

    def frames(self, sizes: Sequence[Size]) -> list[Size | None]:
        if self._card.fixed_size is not None:
            return [None] * len(sizes)
        return [*batch_shapes(sizes, longest=self._card.input_size, stride=self._card.stride)]

    def run(self, picture: Picture, fit: Fit, thresholds: Thresholds) -> Pending:
        return _Unclipped(self._engine.submit(fit.apply(picture)), fit, thresholds, self.most)


class MeasuredCenterFace(CenterFaceDetector):
    """What the second look is not sure of must not take the place of what the first one saw well."""

    def from_afar(self, thresholds: Thresholds) -> Thresholds:
        return {label: max(value, self._card.classes[label].threshold) for label, value in thresholds.items()}


KINDS: Mapping[Layout, type[NetworkDetector]] = MappingProxyType(
    {**loading.KINDS, Layout.YOLO: ValidatedYolo, Layout.CENTERFACE: MeasuredCenterFace}
)


class MeasuredModel:
    """A model of the catalogue, or a file, opened to be measured. Pictures are told of before they are handed in."""

    def __init__(self, name_or_path: str | Path, *, engine: str, device: str, precision: str) -> None:
        """Raises ModelError, UnsafeModelError, EngineError, MissingExtraError."""
        began = time.perf_counter()
        self.files: tuple[ModelFile, ...] = ()
        self.candidates: tuple[Candidate, ...] = ()  # how each of them is run
        self._yolos: list[ValidatedYolo] = []
        parts: list[Part] = []
        for model, classes in loading.members(name_or_path):
            choices = loading.choose(model, engine=engine, device=device, precision=precision)
            detector = loading.start(model, choices, KINDS)
            parts.append(Part(detector, classes))
            self.files += (model,)
            self.candidates += (choices[0].candidate,)
            if isinstance(detector, ValidatedYolo):
                self._yolos.append(detector)
        self.detector = loading.joined(parts)
        self._frames: list[list[Size | None]] = []
        self.load_s = time.perf_counter() - began

    def expect(self, sizes: Sequence[Size], *, most_labelled: int) -> list[int]:
        """Tells the sizes (width, height) of all pictures; gives the order in which they are looked at fastest."""
        self._frames = [yolo.frames(sizes) for yolo in self._yolos]
        for yolo in self._yolos:
            yolo.most = max(MOST_BOXES, most_labelled)
        keys = self._frames[0] if self._frames else [*sizes]
        return sorted(range(len(sizes)), key=lambda number: (keys[number] or (0, 0), number))

    def submit(self, number: int, picture: Picture, *, confidence: dict[str, float]) -> Pending:
        """number: of the picture among those that were told."""
        for yolo, frames in zip(self._yolos, self._frames, strict=True):
            yolo.frame = frames[number]
        return self.detector.submit(picture, confidence=confidence)

    def close(self) -> None:
        self.detector.close()


def batch_shapes(sizes: Sequence[Size], *, longest: int, stride: int) -> list[Size]:
    """The padded size of each picture: ordered by aspect, each sixteen share the one that all of them fit into."""
    aspects = np.array([height / width for width, height in sizes], np.float64)
    order = aspects.argsort()
    shapes: list[Size] = [(0, 0)] * len(sizes)
    for begin in range(0, len(sizes), BATCH):
        batch = order[begin : begin + BATCH]
        low, high = float(aspects[batch].min()), float(aspects[batch].max())
        down, across = (high, 1.0) if high < 1 else (1.0, 1 / low) if low > 1 else (1.0, 1.0)
        shape = (_padded(across, longest, stride), _padded(down, longest, stride))
        for number in batch:
            shapes[number] = shape
    return shapes


def _padded(share: float, longest: int, stride: int) -> int:
    return math.ceil(share * longest / stride + AROUND) * stride


@dataclass(frozen=True)
class _Unclipped:
    outputs: PendingOutputs
    fit: Fit
    thresholds: Thresholds
    most: int

    def result(self) -> Detections:
        output: NDArray[np.float32] = self.outputs.result()[0][0]
        found = decode_every_label(output, self.thresholds, most=self.most)
        return replace(found, boxes=self.fit.back_unclipped(found.boxes))
