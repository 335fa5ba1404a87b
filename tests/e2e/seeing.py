"""Opens pictures and clips as a viewer would, and tells whether a face in them can still be recognised."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

Pixels = NDArray[np.uint8]  # height x width x 3, RGB, upright
Box = tuple[int, int, int, int]  # left, top, right, bottom

# Fine detail of a covered face has nothing to do with that of the face: 0 is no likeness, 1 is the same picture.
COVERED_BELOW = 0.35
CLEAR_ABOVE = 0.85
UNTOUCHED_DB = 30.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame as a player shows it, and when (seconds from the clip's first)."""

    pixels: Pixels
    time_s: float


def pages(path: Path) -> list[Pixels]:
    """Every page or animation frame of a picture, upright, whatever its colours, on white where it is clear."""
    with Image.open(path) as picture:
        return [_as_rgb(ImageOps.exif_transpose(page.copy())) for page in ImageSequence.Iterator(picture)]


def frames(path: Path, *, stream: int = 0) -> list[Shown]:
    """Every frame of a clip that can be decoded, as shown; what is damaged ends the list and is no error."""
    shown: list[Shown] = []
    with av.open(path) as container, contextlib.suppress(av.error.InvalidDataError, av.error.EOFError):
        first: float | None = None
        for frame in container.decode(container.streams.video[stream]):
            time_s = float(frame.time or 0.0)
            first = time_s if first is None else first
            pixels = frame.to_ndarray(format="rgb24")
            upright: Pixels = np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90) % 4), dtype=np.uint8)
            shown.append(Shown(upright, time_s - first))
    return shown


def likeness(one: Pixels, other: Pixels, box: Box) -> float:
    """How alike the fine detail of two pictures is within a box: their correlation without what is coarse."""
    first, second = (_detail(_cut(picture, box)) for picture in (one, other))
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.vdot(first, second)) / norm if norm > 1e-6 else 0.0


def psnr_db(one: Pixels, other: Pixels, box: Box) -> float:
    """Peak signal to noise within a box; 100 where there is no difference."""
    difference = _cut(one, box).astype(np.float64) - _cut(other, box)
    error = float(np.mean(difference**2))
    return 100.0 if error == 0 else 10 * np.log10(255**2 / error)


def assert_covered(source: Sequence[Pixels], output: Sequence[Pixels], faces: Sequence[Sequence[Box]]) -> None:
    """In every picture, each face (the middle of it) can no longer be recognised."""
    assert len(output) == len(source)
    for number, (before, after, boxes) in enumerate(zip(source, output, faces, strict=True)):
        assert after.shape == before.shape
        for box in boxes:
            alike = likeness(before, after, box)
            assert alike < COVERED_BELOW, f"page {number}: the face at {box} is still there ({alike:.2f} alike)"


def assert_clear(source: Pixels, output: Pixels, box: Box) -> None:
    assert likeness(source, output, box) > CLEAR_ABOVE
    assert psnr_db(source, output, box) > UNTOUCHED_DB


def _as_rgb(page: Image.Image) -> Pixels:
    if page.mode.startswith("I"):  # 16 bits: Pillow would cut off what is over 255
        return np.repeat((np.asarray(page).astype(np.uint32) >> 8).astype(np.uint8)[..., None], 3, axis=2)
    if page.mode in {"RGBA", "LA", "PA"} or "transparency" in page.info:
        clear = page.convert("RGBA")
        page = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return np.asarray(page.convert("RGB"))


def _cut(picture: Pixels, box: Box) -> Pixels:
    left, top, right, bottom = box
    return picture[top:bottom, left:right]


def _detail(area: Pixels) -> NDArray[np.float32]:
    grey = area.astype(np.float32).mean(axis=2)
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), max(2.0, min(grey.shape) / 8)), np.float32)
