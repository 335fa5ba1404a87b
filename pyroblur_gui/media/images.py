"""Reads and writes photos: every page upright, without metadata unless it is asked for by name."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.media.planes import Plane, Samples


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """One page or animation frame. pixels: (h, w) or (h, w, channels), uint8 or uint16, upright, writable.

    mode: "L", "LA", "RGB", "RGBA", "CMYK": the channels of `pixels`, at 8 or 16 bits.
    """

    pixels: Samples
    mode: str
    duration_ms: float = 0.0  # of an animation's frame

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    def rgb(self, width: int, height: int) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 RGB for a detector or a preview. Own memory."""
        raise NotImplementedError

    def writable_planes(self) -> tuple[Plane, ...]:
        raise NotImplementedError

    def fill_values(self, red: int, green: int, blue: int) -> tuple[int, ...]:
        """One sample value a plane that shows this 8-bit sRGB colour, opaque."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture file. `format` is Pillow's name of what the content is, whatever the file is called."""

    path: Path
    format: str
    pages: tuple[PhotoPage, ...]
    icc_profile: bytes | None = None
    cut_off: str = ""  # "" or why the lower part is missing
    notes: tuple[str, ...] = ()
    details: dict[str, object] = field(default_factory=dict)  # what writing it alike needs: subsampling, loop, dpi


def read_photo(path: Path) -> Photo:
    """Raises MissingFileError, UnreadableMediaError, UnsupportedMediaError."""
    raise NotImplementedError


def photo_suffix(photo: Photo) -> str:
    """Suffix of the file that the output becomes: the source's own where its format can be written."""
    raise NotImplementedError


def write_photo(
    photo: Photo, path: Path, *, format: str | None = None, quality: int = 95, keep_metadata: Collection[str] = ()
) -> tuple[str, ...]:
    """Writes to `path` (a temporary name: `format`, e.g. "PNG" or ".png", says what it becomes). Returns what differs.

    Raises DiskFullError, OutputError.
    """
    raise NotImplementedError
