"""Sample planes of a frame or photo, as numpy arrays that can be written to in place."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8] | NDArray[np.uint16]
PlaneKind = Literal["luma", "chroma", "rgb", "alpha"]


@dataclass(frozen=True, slots=True)
class Plane:
    """One channel of a picture: writing to `samples` changes the picture.

    samples: (rows, cols) uint8 or uint16 view, not always contiguous. step_x, step_y: how many pixels of the picture
    one sample stands for (1, 2 or 4). low, high: the legal values, for the bit depth and colour range.
    neutral: black for luma and rgb, no colour for chroma, opaque for alpha, no ink for the inks of CMYK (kind "rgb").
    channel: "y", "u", "v", "r", "g", "b", "a", "c", "m", "k"; yellow ink is "ye".
    """

    samples: Samples
    kind: PlaneKind
    channel: str
    step_x: int
    step_y: int
    low: int
    high: int
    neutral: int
