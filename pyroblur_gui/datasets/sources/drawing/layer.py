"""A drawing with transparency, and how it comes onto a picture: smooth edges, any perspective, nothing random."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]
Points = Sequence[tuple[float, float]] | NDArray[np.float64]

_SHIFT = 4  # fractional bits of a pixel that OpenCV's polygons take


@dataclass(frozen=True)
class Mask:
    """Where something is drawn, 0 to 1, of the part of a layer that begins at left, top; 0 elsewhere."""

    left: int
    top: int
    values: Floats

    @property
    def part(self) -> tuple[slice, slice]:
        height, width = self.values.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    def times(self, other: "Mask | Floats") -> "Mask":
        """Where both are. An array is of the whole layer."""
        values = other.over(self) if isinstance(other, Mask) else other[self.part]
        return Mask(self.left, self.top, self.values * values)

    def without(self, other: "Mask") -> "Mask":
        return Mask(self.left, self.top, self.values * (1 - other.over(self)))

    def over(self, other: "Mask") -> Floats:
        """What this one is in the part of the other."""
        found = np.zeros_like(other.values)
        (height, width), (own_height, own_width) = other.values.shape, self.values.shape
        left, top = max(self.left, other.left), max(self.top, other.top)
        right = min(self.left + own_width, other.left + width)
        bottom = min(self.top + own_height, other.top + height)
        if right > left and bottom > top:
            found[top - other.top : bottom - other.top, left - other.left : right - other.left] = self.values[
                top - self.top : bottom - self.top, left - self.left : right - self.left
            ]
        return found


@dataclass
class Layer:
    """rgb: (height, width, 3), 0 to 255. alpha: (height, width), 0 to 1. Drawn on in place."""

    rgb: Floats
    alpha: Floats

    @classmethod
    def empty(cls, width: int, height: int) -> "Layer":
        return cls(np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32))

    @property
    def size(self) -> tuple[int, int]:
        """Width, height."""
        return self.alpha.shape[1], self.alpha.shape[0]

    def mask(self, outline: Points, *, blur: float = 0.0) -> Mask:
        """1 within the outline; blur: how soft its edge is, in pixels."""
        return mask_of(outline, *self.size, blur=blur)

    def oval(self, centre: tuple[float, float], radii: tuple[float, float], *, blur: float = 0.0) -> Mask:
        return self.mask(oval(centre, radii), blur=blur)

    def put(self, mask: Mask, colour: Colour | Floats, strength: float = 1.0) -> None:
        """Paints over what is there, and makes it opaque there."""
        self.tint(mask, colour, strength)
        part = self.alpha[mask.part]
        part += mask.values * strength * (1 - part)

    def tint(self, mask: Mask, colour: Colour | Floats, strength: float = 1.0) -> None:
        """Colours what is there; what is clear stays clear. A colour for each pixel is of the whole layer."""
        share = (mask.values * strength)[..., None]
        part = self.rgb[mask.part]
        paint = np.asarray(colour, np.float32)
        part += (paint[mask.part] if paint.ndim == 3 else paint) * share - part * share

    def shade(self, factors: Floats) -> None:
        self.rgb = np.clip(self.rgb * factors[..., None], 0, 255)


def mask_of(outline: Points, width: int, height: int, *, blur: float = 0.0) -> Mask:
    points = np.asarray(outline, np.float64)
    rim = 3 * blur + 2
    low = np.maximum(np.floor(points.min(axis=0) - rim), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + rim), (width, height)).astype(int)
    if (high <= low).any():
        return Mask(0, 0, np.zeros((0, 0), np.float32))
    drawn = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    moved = np.round((points - low) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(drawn, [moved], 255, lineType=cv2.LINE_AA, shift=_SHIFT)
    return Mask(int(low[0]), int(low[1]), softened(drawn.astype(np.float32) / np.float32(255), blur))


def softened(values: Floats, blur: float) -> Floats:
    return cast("Floats", cv2.GaussianBlur(values, (0, 0), blur)) if blur > 0.2 else values


def oval(centre: tuple[float, float], radii: tuple[float, float], points: int = 40) -> NDArray[np.float64]:
    turns = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack((centre[0] + radii[0] * np.cos(turns), centre[1] + radii[1] * np.sin(turns)), axis=1)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> NDArray[np.float64]:
    """The outline of a rectangle with round corners."""
    radius = max(0.0, min(radius, (right - left) / 2, (bottom - top) / 2))
    corners = []
    for x, y, start in (
        (right - radius, bottom - radius, 0.0),
        (left + radius, bottom - radius, 0.5),
        (left + radius, top + radius, 1.0),
        (right - radius, top + radius, 1.5),
    ):
        turns = np.pi * np.linspace(start, start + 0.5, 6)
        corners.append(np.stack((x + radius * np.cos(turns), y + radius * np.sin(turns)), axis=1))
    return np.concatenate(corners)


def clouds(random: np.random.Generator, width: int, height: int, *, finest: float = 2.0) -> Floats:
    """Noise of all sizes, as in stone, cloth and foliage: 0 to 1. finest: pixels of its smallest spots."""
    total = np.zeros((height, width), np.float32)
    size, weight = float(max(width, height)) / 2, 1.0
    while size >= finest:
        shape = max(2, round(height / size) + 1), max(2, round(width / size) + 1)
        spots = random.random(shape, dtype=np.float32)
        total += weight * cast("Floats", cv2.resize(spots, (width, height), interpolation=cv2.INTER_CUBIC))
        size, weight = size / 2, weight * 0.6
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def darker(colour: Colour, factor: float) -> Colour:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def ramp(start: Colour, end: Colour, width: int, height: int, *, is_down: bool = True) -> Floats:
    """A picture that goes from one colour to another."""
    share = np.linspace(0, 1, height if is_down else width, dtype=np.float32)
    line = np.asarray(start, np.float32) * (1 - share)[:, None] + np.asarray(end, np.float32) * share[:, None]
    whole = line[:, None] if is_down else line[None]
    return np.ascontiguousarray(np.broadcast_to(whole, (height, width, 3)))


def varied(random: np.random.Generator, colour: Colour, by: float) -> Colour:
    """About that colour, rather lighter or darker than of another hue."""
    moved = np.clip(np.asarray(colour) + random.normal(0, by / 2.5, 3) + random.normal(0, by), 0, 255)
    return float(moved[0]), float(moved[1]), float(moved[2])


def through(matrix: NDArray[np.float64], points: Points) -> NDArray[np.float64]:
    """Points as a perspective moves them."""
    whole = np.concatenate((np.asarray(points, np.float64), np.ones((len(points), 1))), axis=1) @ matrix.T
    return whole[:, :2] / whole[:, 2:]


@dataclass(frozen=True)
class Placed:
    """A layer where it comes to lie on a picture. rgb: times its alpha."""

    rgb: Floats
    alpha: Mask


def place(layer: Layer, matrix: NDArray[np.float64], width: int, height: int) -> Placed:
    """The layer moved by the perspective, as far as it lies on a picture of that size.

    It is blurred first where it is made smaller, so that nothing of it is left out.
    """
    corners = through(matrix, [(0, 0), (layer.size[0], 0), layer.size, (0, layer.size[1])])
    scale = float(np.linalg.norm(corners[1] - corners[0])) / max(layer.size[0], 1)
    premultiplied = softened(np.dstack((layer.rgb * layer.alpha[..., None], layer.alpha)), 0.42 * (1 / scale - 1))
    low = np.clip(np.floor(corners.min(axis=0)) - 2, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 2, 0, (width, height)).astype(int)
    if (high <= low).any():
        return Placed(np.zeros((0, 0, 3), np.float32), Mask(0, 0, np.zeros((0, 0), np.float32)))
    to_part = np.array(((1, 0, -low[0]), (0, 1, -low[1]), (0, 0, 1)), np.float64) @ matrix
    size = int(high[0] - low[0]), int(high[1] - low[1])
    moved = cast("Floats", cv2.warpPerspective(premultiplied, to_part, size, flags=cv2.INTER_LINEAR))
    return Placed(moved[..., :3], Mask(int(low[0]), int(low[1]), np.clip(moved[..., 3], 0, 1)))


def blend(picture: Floats, placed: Placed) -> None:
    """Draws it on the picture, in place."""
    part = picture[placed.alpha.part]
    part += placed.rgb - part * placed.alpha.values[..., None]


def perspective(
    size: tuple[float, float], *, centre: tuple[float, float], width: float, turn: float, tilt: float, roll: float
) -> NDArray[np.float64]:
    """The matrix that shows a flat thing of that size at `centre`, so wide, turned by angles in radians."""
    w, h = size
    corners = np.array(((-w, -h, 0), (w, -h, 0), (w, h, 0), (-w, h, 0)), np.float64) / 2
    c, s = np.cos((turn, tilt, roll)), np.sin((turn, tilt, roll))
    turned = corners @ np.array(((c[0], 0, -s[0]), (0, 1, 0), (s[0], 0, c[0])))
    turned = turned @ np.array(((1, 0, 0), (0, c[1], s[1]), (0, -s[1], c[1])))
    turned = turned @ np.array(((c[2], s[2], 0), (-s[2], c[2], 0), (0, 0, 1)))
    distance = 2.5 * max(w, h)
    seen = turned[:, :2] * (distance / (distance + turned[:, 2:]))
    seen = seen * (width / w) + np.asarray(centre)
    flat = np.array(((0, 0), (w, 0), (w, h), (0, h)), np.float32)
    matrix = cv2.getPerspectiveTransform(flat, seen.astype(np.float32))
    return np.asarray(matrix, np.float64)
