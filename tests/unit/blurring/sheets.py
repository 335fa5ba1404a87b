"""Pictures made of plain arrays, laid out like the frames of a decoder, for tests of what is painted on them."""

from dataclasses import dataclass

import cv2
import numpy as np

from pyroblur_gui.media.planes import Plane


@dataclass(frozen=True)
class Layout:
    """depth: bits a sample. steps: how many pixels a chroma sample stands for; None: no chroma."""

    depth: int = 8
    steps: tuple[int, int] | None = (2, 2)
    has_alpha: bool = False
    is_rgb: bool = False
    is_full_range: bool = False


LAYOUTS = {
    "yuv420p": Layout(),
    "yuv422p10": Layout(depth=10, steps=(2, 1)),
    "yuv410p": Layout(steps=(4, 4)),
    "yuvj444p": Layout(steps=(1, 1), is_full_range=True),
    "gray": Layout(steps=None),
    "gray12": Layout(depth=12, steps=None),
    "gbrp": Layout(is_rgb=True),
    "yuva420p": Layout(has_alpha=True),
    "rgba64": Layout(depth=16, is_rgb=True, has_alpha=True),
}


class Sheet:
    """Implements redact.Picture."""

    def __init__(self, planes: list[Plane]) -> None:
        self.planes = tuple(planes)

    def writable_planes(self) -> tuple[Plane, ...]:
        return self.planes

    def fill_values(self, *_colour: int) -> tuple[int, ...]:
        return tuple(
            plane.neutral if plane.kind == "alpha" else plane.low + (number + 1) * 7
            for number, plane in enumerate(self.planes)
        )

    def copy(self) -> "Sheet":
        return Sheet([
            Plane(p.samples.copy(), p.kind, p.channel, p.step_x, p.step_y, p.low, p.high, p.neutral)
            for p in self.planes
        ])  # fmt: skip

    @property
    def luma(self) -> np.ndarray:
        return self.planes[0].samples


def random_sheet(layout: Layout, width: int, height: int, seed: int = 0) -> Sheet:
    """Noise in every sample, within the legal values."""
    rng = np.random.default_rng(seed)
    planes = []
    for kind, channel, step_x, step_y in _channels(layout):
        low, high = _limits(layout, kind)
        size = (-(-height // step_y), -(-width // step_x))
        samples = rng.integers(low, high + 1, size).astype(np.uint8 if layout.depth == 8 else np.uint16)
        neutral = {"luma": low, "rgb": low, "alpha": high, "chroma": (low + high + 1) // 2}[kind]
        planes.append(Plane(samples, kind, channel, step_x, step_y, low, high, neutral))
    return Sheet(planes)


def grey_sheet(picture: np.ndarray) -> Sheet:
    """A sheet of one luma plane that holds a copy of the picture."""
    return Sheet([Plane(picture.copy(), "luma", "y", 1, 1, 0, 255, 0)])


def photo_sheet(bgr: np.ndarray) -> Sheet:
    """A picture of even size in yuv420p, full range."""
    height, width = bgr.shape[:2]
    flat = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420).reshape(-1)
    luma, quarter = height * width, height * width // 4
    return Sheet([
        Plane(flat[:luma].reshape(height, width), "luma", "y", 1, 1, 0, 255, 0),
        Plane(flat[luma : luma + quarter].reshape(height // 2, width // 2), "chroma", "u", 2, 2, 0, 255, 128),
        Plane(flat[luma + quarter :].reshape(height // 2, width // 2), "chroma", "v", 2, 2, 0, 255, 128),
    ])  # fmt: skip


def _channels(layout: Layout):
    if layout.is_rgb:
        yield from (("rgb", channel, 1, 1) for channel in "gbr")
    else:
        yield "luma", "y", 1, 1
        if layout.steps:
            yield from (("chroma", channel, *layout.steps) for channel in "uv")
    if layout.has_alpha:
        yield "alpha", "a", 1, 1


def _limits(layout: Layout, kind: str) -> tuple[int, int]:
    top = (1 << layout.depth) - 1
    if layout.is_rgb or layout.is_full_range or kind == "alpha":
        return 0, top
    scale = 1 << (layout.depth - 8)
    return 16 * scale, (240 if kind == "chroma" else 235) * scale
