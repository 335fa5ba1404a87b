"""How a stored picture is turned and mirrored to stand upright, and back again."""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Rotation = Literal[0, 90, 180, 270]

_CODES = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True, slots=True)
class Orientation:
    """Turned clockwise by `rotation`, then flipped left to right if `mirrored`: that shows a stored picture upright."""

    rotation: Rotation = 0
    mirrored: bool = False

    @property
    def swaps_sides(self) -> bool:
        return self.rotation in {90, 270}

    def upright_size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) upright of a stored size; also the other way round."""
        return (height, width) if self.swaps_sides else (width, height)

    def upright(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The stored picture (h, w) or (h, w, channels), upright."""
        if self.rotation:
            picture = cast("NDArray[np.uint8]", cv2.rotate(picture, _CODES[self.rotation]))
        if self.mirrored:
            picture = cast("NDArray[np.uint8]", cv2.flip(picture, 1))
        return picture

    def stored_boxes(self, boxes: NDArray[np.float32], *, width: int, height: int) -> NDArray[np.float32]:
        """Boxes (n, 4) x1 y1 x2 y2 on the upright picture of that size, as boxes on the stored picture."""
        x1, y1, x2, y2 = boxes.T
        if self.mirrored:
            x1, x2 = width - x2, width - x1
        if self.rotation == 90:
            stored = (y1, width - x2, y2, width - x1)
        elif self.rotation == 180:
            stored = (width - x2, height - y2, width - x1, height - y1)
        elif self.rotation == 270:
            stored = (height - y2, x1, height - y1, x2)
        else:
            stored = (x1, y1, x2, y2)
        return np.stack(stored, axis=1).astype(np.float32)


def parse_display_matrix(data: bytes) -> tuple[int, ...]:
    """FFmpeg's nine native 32-bit numbers."""
    return struct.unpack("=9i", data[:36])


def orientation_of(matrix: Sequence[int] | None) -> Orientation:
    """The nearest of the eight orientations that EXIF and phones know; a degenerate matrix turns nothing."""
    if matrix is None:
        return Orientation()
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    mirrored = a * d - b * c < 0
    turned = math.degrees(math.atan2(b, -a if mirrored else a)) if (a or b) else 0.0
    return Orientation(rotation=cast("Rotation", round(turned / 90.0) * 90 % 360), mirrored=mirrored)
