"""Small RGB pictures of frames: what a detector looks at and a window shows. Made for speed."""

from functools import lru_cache
from typing import cast

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from pyroblur_gui.media import colour
from pyroblur_gui.media.planes import Layout, Samples, is_full_range, layout_of, reformatter, view

Picture = NDArray[np.uint8]

_EXACT = Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_LIMITED_TO_FULL = np.clip(np.round((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)


def small_rgb(
    image: av.VideoFrame, width: int, height: int, *, color_range: str, color_space: str, color_trc: str
) -> Picture:
    """(height, width, 3) uint8 RGB of a frame as stored (not turned upright), in memory of its own.

    1080p to 640 x 360 takes about 0.6 ms. Ranges and matrices are right; PQ is brought to SDR, HLG is made to be
    looked at as it is.
    """
    layout = layout_of(image.format.name)
    full_range = is_full_range(image, color_range)
    if layout is None:
        return _by_swscale(image, width, height, full_range=full_range)
    planes = image.planes
    # Transparency does not matter to a detector: what hides under it is not looked at.
    small = [shrink(view(planes[index], layout), width, height) for index in range(min(len(planes), 3))]
    if layout.is_yuv:
        matrix = colour.matrix_name(color_space, height=image.height)
        return _rgb_of_yuv(small, layout, matrix=matrix, full_range=full_range, color_trc=color_trc)
    if len(layout.channels) == 1:
        return _rgb_of_grey(small[0], layout, full_range=full_range)
    green, blue, red = (_eight_bits(samples, layout.bits) for samples in small)
    return cast("Picture", cv2.merge([red, green, blue]))


def shrink(samples: Samples, width: int, height: int) -> Samples:
    """The plane at that size, every sample counted: halved by averages while it can be, then interpolated.

    One cv2.INTER_AREA step costs three times as much, plain INTER_LINEAR leaves samples out and small faces with them.
    """
    while samples.shape[1] >= 2 * width and samples.shape[0] >= 2 * height:
        half_width, half_height = samples.shape[1] // 2, samples.shape[0] // 2
        even = _cv_layout(samples[: 2 * half_height, : 2 * half_width])
        samples = cast("Samples", cv2.resize(even, (half_width, half_height), interpolation=cv2.INTER_AREA))
    if samples.shape[:2] == (height, width):
        return samples
    return cast("Samples", cv2.resize(_cv_layout(samples), (width, height), interpolation=cv2.INTER_LINEAR))


def _cv_layout(samples: Samples) -> Samples:
    """OpenCV takes rows with padding but none that run backwards."""
    return samples if samples.strides[0] > 0 else cast("Samples", np.ascontiguousarray(samples))


def _rgb_of_yuv(small: list[Samples], layout: Layout, *, matrix: str, full_range: bool, color_trc: str) -> Picture:
    is_pq = color_trc == colour.PQ and layout.bits > 8
    luma = _pq_table(layout.bits, full_range=full_range)[small[0]] if is_pq else _eight_bits(small[0], layout.bits)
    chroma = [_eight_bits(samples, layout.bits) for samples in small[1:]]
    return cast(
        "Picture", cv2.transform(cv2.merge([luma, *chroma]), _matrix(matrix, full_range=full_range, is_pq=is_pq))
    )


def _rgb_of_grey(samples: Samples, layout: Layout, *, full_range: bool) -> Picture:
    grey = _eight_bits(samples, layout.bits)
    if not full_range:
        grey = cast("Picture", cv2.LUT(grey, _LIMITED_TO_FULL))
    return cast("Picture", cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))


def _eight_bits(samples: Samples, bits: int) -> Picture:
    if bits == 8:
        return cast("Picture", samples)
    return cast("Picture", cv2.convertScaleAbs(samples, alpha=1.0 / (1 << (bits - 8))))


def _by_swscale(image: av.VideoFrame, width: int, height: int, *, full_range: bool) -> Picture:
    shrinks = width < image.width or height < image.height
    converted = reformatter().reformat(
        image, width, height, "rgb24", threads=1, src_color_range=2 if full_range else 1, dst_color_range=2,
        interpolation=(Interpolation.AREA if shrinks else Interpolation.BILINEAR) | _EXACT,
    )  # fmt: skip
    return np.array(converted.to_ndarray(), dtype=np.uint8, order="C")


@lru_cache(maxsize=32)
def _matrix(matrix: str, *, full_range: bool, is_pq: bool) -> NDArray[np.float32]:
    # PQ's colour differences are flatter than SDR's: without the gain faces look grey.
    return colour.rgb_from_yuv8(matrix, full_range=full_range, saturation=1.6 if is_pq else 1.0)


@lru_cache(maxsize=8)
def _pq_table(bits: int, *, full_range: bool) -> NDArray[np.uint8]:
    return colour.pq_to_sdr(bits=bits, full_range=full_range)
