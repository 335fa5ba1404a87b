"""A real face that moves through a small picture: what the tests' photos and clips are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

# Where the man on the right of Ultralytics' "zidane" has his eyes, nose and mouth, and a window around him alone.
_FEATURES = (945, 150, 1040, 250)
_WINDOW = (540, 405)
_FIRST_LEFT, _LAST_LEFT = 700, 740


@dataclass(frozen=True, slots=True)
class Scene:
    """Pictures (height x width x 3, RGB, 8 bits), and in each the middle of its one face."""

    pictures: tuple[NDArray[np.uint8], ...]
    faces: tuple[Box, ...]

    @property
    def face(self) -> Box:
        return self.faces[0]

    def image(self, number: int = 0) -> Image.Image:
        return Image.fromarray(self.pictures[number])


def moving_face(zidane: Path, *, frames: int = 1, width: int = 320, height: int = 240) -> Scene:
    """The window pans a little, so that the face moves by some 24 of 320 pixels."""
    pictures, faces = [], []
    with Image.open(zidane) as whole:
        for left in np.linspace(_FIRST_LEFT, _LAST_LEFT, frames).round().astype(int).tolist():
            window = whole.crop((left, 0, left + _WINDOW[0], _WINDOW[1]))
            pictures.append(np.asarray(window.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)))
            faces.append(_scaled(_FEATURES, left, (width / _WINDOW[0], height / _WINDOW[1])))
    return Scene(tuple(pictures), tuple(faces))


def shifted(boxes: Sequence[Box], right: int, down: int) -> tuple[Box, ...]:
    return tuple((box[0] + right, box[1] + down, box[2] + right, box[3] + down) for box in boxes)


def _scaled(box: Box, left: int, factors: tuple[float, float]) -> Box:
    x, y = factors
    return round((box[0] - left) * x), round(box[1] * y), round((box[2] - left) * x), round(box[3] * y)
