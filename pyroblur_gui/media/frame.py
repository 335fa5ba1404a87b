"""One decoded frame of a clip."""

from dataclasses import dataclass, replace
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.core.errors import UnsupportedMediaError
from pyroblur_gui.media import colour
from pyroblur_gui.media.facts import VideoFacts
from pyroblur_gui.media.orientation import Orientation
from pyroblur_gui.media.picture import small_rgb
from pyroblur_gui.media.planes import (
    Plane,
    editable_format,
    is_full_range,
    layout_of,
    reformatter,
    sample_limits,
    view,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """`pts` and `duration` count `time_base` seconds; pts rise strictly from frame to frame. `index` counts from 0."""

    index: int
    pts: int
    time_base: Fraction
    duration: int
    image: av.VideoFrame
    facts: VideoFacts

    @property
    def time_s(self) -> float:
        """Seconds in the clip's own time, which need not start at 0."""
        return float(self.pts * self.time_base)

    @property
    def size_bytes(self) -> int:
        """Memory that its samples take."""
        return sum(abs(plane.line_size) * plane.height for plane in self.image.planes)

    @property
    def orientation(self) -> Orientation:
        return Orientation(rotation=self.facts.rotation, mirrored=self.facts.mirrored)

    def rgb(self, width: int, height: int) -> NDArray[np.uint8]:
        """Upright picture of that size for a detector or a preview: (height, width, 3) uint8 RGB. Own memory."""
        stored_width, stored_height = self.orientation.upright_size(width, height)
        stored = small_rgb(
            self.image, stored_width, stored_height, color_range=self.facts.color_range,
            color_space=self._color_space, color_trc=self.facts.color_trc,
        )  # fmt: skip
        return self.orientation.upright(stored)

    def editable(self) -> "Frame":
        """Itself, or converted without loss to a format whose planes can be written.

        rgb24 becomes gbrp, nv12 yuv420p, a palette gbrp, big-endian little-endian.
        """
        name = self.image.format.name
        wanted = editable_format(name, has_alpha=self.facts.has_alpha)
        if wanted == name:
            return self
        full = is_full_range(self.image, self.facts.color_range)
        target_full = full or not wanted.startswith("yuv")
        image = reformatter().reformat(
            self.image, format=wanted, threads=1, src_color_range=2 if full else 1,
            dst_color_range=2 if target_full else 1,
        )  # fmt: skip
        return replace(self, image=image)

    def writable_planes(self) -> tuple[Plane, ...]:
        """Planes as stored (not turned upright); what is written to them is in `image`. Only of an editable frame."""
        layout = layout_of(self.image.format.name)
        if layout is None:
            raise UnsupportedMediaError(
                f"Frames in the format {self.image.format.name} cannot be edited in place: editable() comes first."
            )
        # Decoders keep frames to predict others from: without a copy of its own, writing here would damage those.
        self.image.make_writable()
        full = is_full_range(self.image, self.facts.color_range)
        planes = []
        for samples, channel in zip(self.image.planes, layout.channels, strict=True):
            low, high, neutral = sample_limits(channel.kind, bits=layout.bits, full_range=full)
            plane = Plane(
                samples=view(samples, layout), kind=channel.kind, channel=channel.channel,
                step_x=channel.step_x, step_y=channel.step_y, low=low, high=high, neutral=neutral,
            )  # fmt: skip
            planes.append(plane)
        return tuple(planes)

    def fill_values(self, red: int, green: int, blue: int) -> tuple[int, ...]:
        """One sample value a plane (in the order of writable_planes) that shows this 8-bit sRGB colour, opaque."""
        layout = layout_of(self.image.format.name)
        if layout is None:
            raise UnsupportedMediaError(f"Frames in the format {self.image.format.name} have no plane a channel.")
        full = is_full_range(self.image, self.facts.color_range)
        rgb = colour.srgb_as(self.facts.color_trc, (red, green, blue))
        matrix = colour.matrix_name(self._color_space, height=self.image.height)
        yuv = colour.yuv_from_rgb(matrix) @ rgb
        parts = dict(zip("yuvrgb", (*yuv, *rgb), strict=True))
        values = []
        for channel in layout.channels:
            low, high, neutral = sample_limits(channel.kind, bits=layout.bits, full_range=full)
            if channel.kind == "alpha":
                values.append(high)
            elif channel.kind == "chroma":
                values.append(round(neutral + parts[channel.channel] * (high - low)))
            else:
                values.append(round(low + parts[channel.channel] * (high - low)))
        return tuple(int(np.clip(value, 0, (1 << layout.bits) - 1)) for value in values)

    @property
    def _color_space(self) -> str:
        told = colour.name_of(self.image.colorspace, colour.SPACES)
        return self.facts.color_space if told == colour.UNKNOWN else told
