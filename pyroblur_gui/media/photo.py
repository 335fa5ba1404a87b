"""A photo in memory: its pages, and what writing it again needs to know."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.media.picture import shrink
from pyroblur_gui.media.planes import Plane, PlaneKind, Samples

PageMode = Literal["L", "LA", "RGB", "RGBA", "CMYK"]

_CHANNELS: Final[dict[PageMode, tuple[str, ...]]] = {
    "L": ("y",), "LA": ("y", "a"), "RGB": ("r", "g", "b"), "RGBA": ("r", "g", "b", "a"), "CMYK": ("c", "m", "ye", "k"),
}  # fmt: skip
_LUMA: Final = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """One page or animation frame. pixels: (h, w) or (h, w, channels), uint8 or uint16, upright, writable.

    mode: which channels `pixels` has, at 8 or 16 bits; CMYK counts ink, so 0 is paper.
    """

    pixels: Samples
    mode: PageMode
    duration_ms: float = 0.0  # of an animation's frame

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def bits(self) -> int:
        return 8 * self.pixels.itemsize

    def rgb(self, width: int, height: int) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 RGB for a detector or a preview. Own memory. Transparency is left out."""
        small: NDArray[Any] = np.array(shrink(self.pixels, width, height))  # a copy also at the same size
        if self.bits == 16:
            small = _eight_bits(small)
        if self.mode in {"L", "LA"}:
            grey = small if small.ndim == 2 else np.ascontiguousarray(small[:, :, 0])
            return cast("NDArray[np.uint8]", cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))
        if self.mode == "CMYK":
            return rgb_of_cmyk(cast("NDArray[np.uint8]", small))
        return cast("NDArray[np.uint8]", np.ascontiguousarray(small[:, :, :3]))

    def writable_planes(self) -> tuple[Plane, ...]:
        """One plane a channel; what is written to them is in `pixels`."""
        top = (1 << self.bits) - 1
        planes = []
        for number, channel in enumerate(_CHANNELS[self.mode]):
            kind: PlaneKind = "alpha" if channel == "a" else "luma" if channel == "y" else "rgb"
            samples = self.pixels if self.pixels.ndim == 2 else self.pixels[:, :, number]
            neutral = top if kind == "alpha" else 0
            planes.append(Plane(samples, kind, channel, step_x=1, step_y=1, low=0, high=top, neutral=neutral))
        return tuple(planes)

    def fill_values(self, red: int, green: int, blue: int) -> tuple[int, ...]:
        """One sample value a plane (in the order of writable_planes) that shows this 8-bit sRGB colour, opaque."""
        lightest = max(red, green, blue, 1)
        inks = [255 - round(255 * value / lightest) for value in (red, green, blue)]
        values = {
            "y": round(float(_LUMA @ (red, green, blue))), "a": 255, "r": red, "g": green, "b": blue,
            "c": inks[0], "m": inks[1], "ye": inks[2], "k": 255 - max(red, green, blue),
        }  # fmt: skip
        scale = 1 if self.bits == 8 else 257
        return tuple(values[channel] * scale for channel in _CHANNELS[self.mode])


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """What makes the output like the source without telling anything about who took it."""

    jpeg_subsampling: str = "4:4:4"
    is_progressive: bool = False
    is_lossless: bool = False  # WebP
    tiff_compression: str = ""
    dpi: tuple[float, float] | None = None
    loop: int | None = None  # repetitions of an animation, 0 without end; None: plays once
    has_default_image: bool = False  # APNG whose first page is not part of the animation
    colour_profile: dict[str, int] = field(default_factory=dict)  # HEIF's nclx numbers


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture file. `format` is Pillow's name of what the content is, whatever the file is called."""

    path: Path
    format: str
    pages: tuple[PhotoPage, ...]
    icc_profile: bytes | None = None
    cut_off: str = ""  # "" or, in a sentence, why a part is missing
    notes: tuple[str, ...] = ()
    details: PhotoDetails = field(default_factory=PhotoDetails)
    exif: bytes = b""  # as read; what of it is written is chosen by name
    texts: dict[str, str] = field(default_factory=dict)  # of a PNG


def channels_of(mode: PageMode) -> int:
    return len(_CHANNELS[mode])


def _eight_bits(samples: NDArray[Any]) -> NDArray[np.uint8]:
    """16-bit samples as a person could see them: 10 or 12 bits kept in 16 look black, and can be brightened again.

    So the range that is used, in steps of a whole bit, is stretched to all of it; nothing else is changed.
    """
    used_bits = max(8, int(samples.max(initial=0)).bit_length())
    return np.asarray(samples.astype(np.uint16) >> np.uint16(used_bits - 8), np.uint8)


def rgb_of_cmyk(inks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 4) inks to (h, w, 3): the plain rule without a profile, good enough to look at."""
    paper = 255 - inks.astype(np.uint16)
    return cast("NDArray[np.uint8]", ((paper[:, :, :3] * paper[:, :, 3:] + 127) // 255).astype(np.uint8))
