"""Makes a decoded (and covered) frame into exactly what the encoder takes, changing no sample that need not change."""

from collections.abc import Sequence
from typing import Any, cast

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from pyroblur_gui.media import colour
from pyroblur_gui.media.encoder import EncoderPlan
from pyroblur_gui.media.facts import VideoFacts
from pyroblur_gui.media.planes import (
    Layout,
    Samples,
    editable_format,
    is_full_range,
    layout_of,
    reformatter,
    sample_limits,
    view,
)


class Fitter:
    """Flattens, turns, pads, converts and scales frames, in that order, each only where the plan asks for it."""

    def __init__(self, plan: EncoderPlan, video: VideoFacts) -> None:
        self._plan = plan
        self._video = video
        source = editable_format(video.pixel_format, has_alpha=video.has_alpha)
        turns = bool(plan.turn.rotation or plan.turn.mirrored)
        same_size = (video.width, video.height) == (plan.width, plan.height)
        self._as_is = source == plan.pixel_format and same_size and not turns and not plan.flatten
        self._turns = turns

    def fit(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame itself where it fits, else a new one with the same time."""
        if self._as_is and frame.format.name == self._plan.pixel_format:
            return frame
        fitted = frame
        if self._plan.flatten:
            fitted = self._flattened(fitted)
        if self._turns:
            fitted = self._turned(fitted)
        if not self._plan.scale and (fitted.width, fitted.height) != (self._plan.width, self._plan.height):
            fitted = self._padded(fitted)
        fitted = self._converted(fitted)
        if self._plan.scale:
            fitted = self._scaled(fitted)
        fitted.pts, fitted.duration, fitted.pict_type = frame.pts, frame.duration, 0
        if frame.time_base is not None:
            fitted.time_base = frame.time_base
        return fitted

    # -- steps

    def _flattened(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Over black, weighted by the alpha plane."""
        name = frame.format.name
        layout = cast("Layout", layout_of(name))
        opaque_name = name.replace("yuva", "yuv").replace("gbrap", "gbrp")
        planes = [view(plane, layout) for plane in frame.planes]
        full = is_full_range(frame, self._video.color_range)
        top = float((1 << layout.bits) - 1)
        alpha = planes[-1].astype(np.float32) / top
        done = []
        for samples, channel in zip(planes[:-1], layout.channels[:-1], strict=True):
            low, _high, neutral = sample_limits(channel.kind, bits=layout.bits, full_range=full)
            base = neutral if channel.kind == "chroma" else low
            share = alpha if alpha.shape == samples.shape else _shrunk(alpha, samples)
            done.append(np.rint(base + (samples.astype(np.float32) - base) * share).astype(layout.dtype))
        return self._new(frame, opaque_name, done)

    def _converted(self, frame: av.VideoFrame) -> av.VideoFrame:
        name, wanted = frame.format.name, self._plan.pixel_format
        if name == wanted:
            return frame
        if name.replace("yuvj", "yuv") == wanted:
            return self._relabelled(frame)
        if name.startswith("gray") and wanted.startswith("yuv420p"):
            return self._with_colour_planes(frame)
        full = is_full_range(frame, self._video.color_range)
        target_full = self._plan.colour.color_range == "pc" or not wanted.startswith("yuv")
        to_yuv = name.startswith("gbr") and wanted.startswith("yuv")
        return reformatter().reformat(
            frame, format=wanted, threads=1, src_color_range=2 if full else 1, dst_color_range=2 if target_full else 1,
            dst_colorspace=Colorspace.ITU709 if to_yuv else None,
        )  # fmt: skip

    def _relabelled(self, frame: av.VideoFrame) -> av.VideoFrame:
        """yuvj420p holds what yuv420p of the full range holds; swscale would squeeze it."""
        layout = cast("Layout", layout_of(frame.format.name))
        return self._new(frame, self._plan.pixel_format, [view(plane, layout) for plane in frame.planes])

    def _with_colour_planes(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Grey as YUV: the luma samples (moved up where the encoder has more bits) and chroma without colour."""
        source = cast("Layout", layout_of(frame.format.name))
        target = cast("Layout", layout_of(self._plan.pixel_format))
        luma = view(frame.planes[0], source)
        if source.bits < target.bits:
            luma = luma.astype(np.uint16) << np.uint16(target.bits - source.bits)
        elif source.bits > target.bits:
            luma = cast("Samples", (luma >> (source.bits - target.bits)).astype(target.dtype))
        height, width = luma.shape
        chroma = np.full(((height + 1) // 2, (width + 1) // 2), 1 << (target.bits - 1), target.dtype)
        return self._new(frame, self._plan.pixel_format, [luma, chroma, chroma])

    def _turned(self, frame: av.VideoFrame) -> av.VideoFrame:
        name = frame.format.name
        layout = cast("Layout", layout_of(name))
        if self._plan.turn.swaps_sides and any(channel.step_x != channel.step_y for channel in layout.channels):
            name = name.replace("yuv422", "yuv444").replace("yuva422", "yuva444")
            frame = reformatter().reformat(frame, format=name, threads=1)
            layout = cast("Layout", layout_of(name))
        turned = [self._plan.turn.upright(cast("NDArray[np.uint8]", view(plane, layout))) for plane in frame.planes]
        return self._new(frame, name, turned)

    def _padded(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The last row and column repeated, up to the plan's size."""
        layout = cast("Layout", layout_of(frame.format.name))
        done = []
        for plane, channel in zip(frame.planes, layout.channels, strict=True):
            samples = view(plane, layout)
            rows, columns = -(-self._plan.height // channel.step_y), -(-self._plan.width // channel.step_x)
            extra = ((0, max(rows - samples.shape[0], 0)), (0, max(columns - samples.shape[1], 0)))
            done.append(np.pad(samples, extra, mode="edge"))
        return self._new(frame, frame.format.name, done)

    def _scaled(self, frame: av.VideoFrame) -> av.VideoFrame:
        width, height = self._plan.width, self._plan.height
        return reformatter().reformat(frame, width, height, interpolation="LANCZOS", threads=1)

    # -- frames

    def _new(self, like: av.VideoFrame, pixel_format: str, planes: Sequence[NDArray[Any]]) -> av.VideoFrame:
        height, width = planes[0].shape
        frame = av.VideoFrame(width, height, pixel_format)
        layout = cast("Layout", layout_of(pixel_format))
        for plane, samples in zip(frame.planes, planes, strict=True):
            view(plane, layout)[...] = samples
        frame.color_range, frame.colorspace = like.color_range, like.colorspace
        frame.color_primaries, frame.color_trc = like.color_primaries, like.color_trc
        if like.time_base is not None:
            frame.time_base = like.time_base
        frame.pts = like.pts
        return frame


def _shrunk(alpha: NDArray[np.float32], like: Samples) -> NDArray[np.float32]:
    rows, columns = like.shape
    return cast("NDArray[np.float32]", cv2.resize(alpha, (columns, rows), interpolation=cv2.INTER_AREA))


def set_colour(target: VideoCodecContext, plan: EncoderPlan) -> None:
    """Writes the plan's colour description into an encoder's or muxer's parameters."""
    tags = plan.colour
    target.color_range = colour.number_of(tags.color_range, colour.RANGES)
    target.color_primaries = colour.number_of(tags.primaries, colour.PRIMARIES)
    target.color_trc = colour.number_of(tags.trc, colour.TRANSFERS)
    target.colorspace = colour.number_of(tags.space, colour.SPACES)
