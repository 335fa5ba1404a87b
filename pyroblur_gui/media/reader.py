"""Decodes a clip frame by frame, from any frame on, with time stamps that can be written again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.media.facts import MediaFacts, VideoFacts
from pyroblur_gui.media.planes import Plane


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame. `pts` and `duration` count `time_base` seconds; pts rise strictly from frame to frame."""

    index: int
    pts: int
    time_base: Fraction
    duration: int
    image: av.VideoFrame
    facts: VideoFacts

    @property
    def time_s(self) -> float:
        return float(self.pts * self.time_base)

    def rgb(self, width: int, height: int) -> NDArray[np.uint8]:
        """Upright picture of that size for a detector or a preview: (height, width, 3) uint8 RGB. Own memory."""
        raise NotImplementedError

    def editable(self) -> "Frame":
        """Itself, or converted without loss to a format whose planes can be written (rgb24 -> gbrp, nv12 -> yuv420p)."""
        raise NotImplementedError

    def writable_planes(self) -> tuple[Plane, ...]:
        """Planes as stored (not rotated); what is written to them is in `image`. Only of an editable frame."""
        raise NotImplementedError

    def fill_values(self, red: int, green: int, blue: int) -> tuple[int, ...]:
        """One sample value a plane (in the order of writable_planes) that shows this 8-bit sRGB colour, opaque."""
        raise NotImplementedError


class VideoReader:
    """Reads one clip; a context manager, used by one thread at a time."""

    facts: MediaFacts
    cut_off: str  # "" or, once the end is reached, why the clip ended before its announced end
    damaged: int  # packets and frames so far that could not be decoded cleanly
    retimed: int  # frames so far whose time stamp was missing or not after the one before

    def __init__(self, path: Path, *, facts: MediaFacts | None = None, threads: int = 0) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None: ...

    def frames(self, start: int = 0, *, pts_of: Callable[[int], int] | None = None) -> Iterator[Frame]:
        """Decodes from frame number `start` on, exactly. With pts_of (known time stamps) it seeks near it first."""
        raise NotImplementedError

    def frame_at(self, time_s: float) -> Frame:
        """The frame that is shown at this time, counted from the clip's first frame; its index is an estimate."""
        raise NotImplementedError

    def notes(self) -> tuple[str, ...]:
        """What a user should know after reading: cut off, damaged, retimed; in sentences."""
        raise NotImplementedError
