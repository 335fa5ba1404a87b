"""Sample planes of a frame or photo, as numpy arrays that can be written to in place."""

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, cast

import av
import numpy as np
from av.codec.codec import PixFmtLoss, find_best_pix_fmt_of_list
from av.video.format import VideoFormat
from av.video.plane import VideoPlane
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from pyroblur_gui.media import colour

Samples = NDArray[np.uint8] | NDArray[np.uint16]
PlaneKind = Literal["luma", "chroma", "rgb", "alpha"]


@dataclass(frozen=True, slots=True)
class Plane:
    """One channel of a picture: writing to `samples` changes the picture.

    samples: (rows, cols) uint8 or uint16 view, not always contiguous. step_x, step_y: how many pixels of the picture
    one sample stands for (1, 2 or 4). low, high: the legal values, for the bit depth and colour range.
    neutral: black for luma and rgb, no colour for chroma, opaque for alpha, no ink for the inks of CMYK (kind "rgb").
    channel: "y", "u", "v", "r", "g", "b", "a", or an ink: "c", "m", "ye", "k".
    """

    samples: Samples
    kind: PlaneKind
    channel: str
    step_x: int
    step_y: int
    low: int
    high: int
    neutral: int


@dataclass(frozen=True, slots=True)
class ChannelLayout:
    channel: str
    kind: PlaneKind
    step_x: int
    step_y: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a pixel format that can be edited in place lays out its samples: one channel a plane, native byte order."""

    channels: tuple[ChannelLayout, ...]
    bits: int

    @property
    def dtype(self) -> type[np.uint8] | type[np.uint16]:
        return np.uint8 if self.bits == 8 else np.uint16

    @property
    def is_yuv(self) -> bool:
        return len(self.channels) >= 3 and self.channels[0].channel == "y"


_CHANNELS: Final = {"yuv": ("y", "u", "v", "a"), "gbr": ("g", "b", "r", "a"), "gray": ("y",)}
_KINDS: Final[dict[str, PlaneKind]] = {"y": "luma", "u": "chroma", "v": "chroma", "a": "alpha"}
# What a frame that cannot be edited becomes: FFmpeg picks the one of these that loses nothing.
_EDITABLE: Final = (
    *(f"yuv{chroma}p" for chroma in ("420", "422", "444", "440", "411", "410")),
    *(f"yuv{chroma}p{bits}le" for chroma in ("420", "422", "444") for bits in (9, 10, 12, 14, 16)),
    *(f"yuva{chroma}p{bits}" for chroma in ("420", "422", "444") for bits in ("", "10le", "16le")),
    *(f"gbrp{bits}" for bits in ("", "9le", "10le", "12le", "14le", "16le")),
    *(f"gbrap{bits}" for bits in ("", "10le", "12le", "16le")),
    *(f"gray{bits}" for bits in ("", "10le", "12le", "14le", "16le")),
)
_local = threading.local()


@lru_cache(maxsize=256)
def layout_of(pixel_format: str) -> Layout | None:
    """None for a format whose planes cannot be edited (packed, big-endian, palette, float)."""
    family = next((family for family in _CHANNELS if pixel_format.startswith(family)), None)
    side = 64
    known = VideoFormat(pixel_format, side, side)
    components = known.components
    depths = {component.bits for component in components}
    planes = sorted(component.plane for component in components)
    odd = (
        known.is_big_endian or known.is_bit_stream or known.has_palette or "msb" in pixel_format or "f" in pixel_format
    )
    if (
        family is None
        or odd
        or len(depths) != 1
        or planes != list(range(len(components)))
        or not depths <= set(range(8, 17))
    ):
        return None
    channels = _CHANNELS[family]
    by_plane = sorted(components, key=lambda component: component.plane)
    return Layout(
        channels=tuple(
            ChannelLayout(
                channel=channels[component.plane],
                kind=_KINDS.get(channels[component.plane], "rgb"),
                step_x=side // component.width,
                step_y=side // component.height,
            )
            for component in by_plane
        ),
        bits=depths.pop(),
    )


def editable_format(pixel_format: str, *, has_alpha: bool = False) -> str:
    """The format itself where its planes can be edited, else the one that it is converted to without loss."""
    if layout_of(pixel_format) is not None:
        return pixel_format
    best, _loss = find_best_pix_fmt_of_list(_EDITABLE, pixel_format, has_alpha)
    return best.name if best is not None else "gbrp"


def conversion_loss(pixel_format: str, *, has_alpha: bool = False) -> PixFmtLoss:
    """What editable_format loses; nothing for all formats that clips are stored in."""
    if layout_of(pixel_format) is not None:
        return PixFmtLoss.NONE
    return find_best_pix_fmt_of_list(_EDITABLE, pixel_format, has_alpha)[1]


def view(plane: VideoPlane, layout: Layout) -> Samples:
    """(rows, cols) view of a frame's plane, without its padding; rows stored bottom-up are turned over."""
    size = np.dtype(layout.dtype).itemsize
    line = plane.line_size
    offset = (plane.height - 1) * -line if line < 0 else 0
    return np.ndarray(
        (plane.height, plane.width),
        dtype=layout.dtype,
        buffer=cast("memoryview", plane),  # it has the buffer protocol, its stubs only say so from Python 3.12 on
        offset=offset,
        strides=(line, size),
    )


def is_full_range(image: av.VideoFrame, color_range: str) -> bool:
    """Whether samples use all values. Grey and RGB do where nothing is said, YUV does not."""
    name = image.format.name
    if name.startswith("yuvj"):
        return True
    told = colour.name_of(image.color_range, colour.RANGES)
    if told == colour.UNKNOWN:
        told = color_range
    if told != colour.UNKNOWN:
        return told == "pc"
    return image.format.is_rgb or name.startswith(("gray", "ya", "mono", "pal"))


def sample_limits(kind: PlaneKind, *, bits: int, full_range: bool) -> tuple[int, int, int]:
    """(low, high, neutral) of a channel's samples."""
    top = (1 << bits) - 1
    if kind == "alpha":
        return 0, top, top
    middle = 1 << (bits - 1)
    if full_range or kind == "rgb":
        return 0, top, middle if kind == "chroma" else 0
    low = 16 << (bits - 8)
    return (low, 240 << (bits - 8), middle) if kind == "chroma" else (low, 235 << (bits - 8), low)


def reformatter() -> VideoReformatter:
    """Swscale with its tables kept from frame to frame: one a thread."""
    found: VideoReformatter | None = getattr(_local, "reformatter", None)
    if found is None:
        found = _local.reformatter = VideoReformatter()
    return found
