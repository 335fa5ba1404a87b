"""One made-up picture: a background, heads and plates on it where there is room, and what a camera does to it all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.datasets.sources.drawing.faces import CENTRE, HEIGHT, STANDING, draw_face
from pyroblur_gui.datasets.sources.drawing.layer import (
    Floats,
    Layer,
    Mask,
    blend,
    mask_of,
    oval,
    perspective,
    place,
    rounded,
    softened,
    through,
    varied,
)
from pyroblur_gui.datasets.sources.drawing.vehicles import draw_car, draw_panel

SMALLEST_FACE_PX, LARGEST_FACE_PX = 12, 300
SMALLEST_PLATE_PX, LARGEST_PLATE_PX = 24, 300  # across
_TRIES = 14
_MOST_HIDDEN = 0.2
_LEAST_SEEN = 0.55  # of what reaches over the picture's edge

Edges = tuple[float, float, float, float]
Matrix = NDArray[np.float64]


@dataclass
class _Thing:
    """Something on the picture. seen: where it is not covered by what came later."""

    label: str | None
    edges: Edges
    seen: Mask
    area: float


@dataclass(frozen=True)
class _Drawing:
    """Something to be put on the picture. outline: in the layer, of what gets the label. places: proposes where.

    label: None for what gets none.
    """

    label: str | None
    layer: Layer
    outline: NDArray[np.float64]
    places: Callable[[], Matrix]


class Scene:
    def __init__(self, random: np.random.Generator, background: Floats) -> None:
        self.picture = np.ascontiguousarray(background, np.float32)
        self._random = random
        self._things: list[_Thing] = []

    @property
    def size(self) -> tuple[int, int]:
        """Width, height."""
        return self.picture.shape[1], self.picture.shape[0]

    @property
    def boxes(self) -> list[tuple[str, Edges]]:
        return [(thing.label, thing.edges) for thing in self._things if thing.label is not None]

    def add_faces(self, count: int) -> None:
        """The far ones first, as they are covered by the near ones."""
        largest = min(LARGEST_FACE_PX, 0.62 * min(self.size))
        for height in sorted(_sizes(self._random, SMALLEST_FACE_PX, largest, count)):
            self._add(self._face(height))

    def add_backs_of_heads(self, count: int) -> None:
        """What a detector must learn to pass over; they get no box."""
        largest = min(LARGEST_FACE_PX, 0.4 * min(self.size))
        for height in _sizes(self._random, SMALLEST_FACE_PX, largest, count):
            self._add(self._face(height, is_turned_away=True))

    def add_plates(self, count: int) -> None:
        largest = min(LARGEST_PLATE_PX, 0.6 * self.size[0])
        for width in sorted(_sizes(self._random, SMALLEST_PLATE_PX, largest, count)):
            self._add(self._plate(width))

    def photographed(self) -> NDArray[np.uint8]:
        """As a camera of some quality sees it: light, blur, noise."""
        random, picture = self._random, self.picture
        width, height = self.size
        picture = softened(picture, max(0.0, random.normal(0.35, 0.45)))
        if random.random() < 0.12:
            picture = _shaken(random, picture)
        x, y = np.linspace(-1, 1, width, dtype=np.float32)[None], np.linspace(-1, 1, height, dtype=np.float32)[:, None]
        light = 1 + random.uniform(-0.2, 0.2) * x + random.uniform(-0.2, 0.2) * y
        light = light - random.uniform(0, 0.25) * (x * x + y * y)
        cast_of_light = 1 + random.normal(0, 0.05, 3).astype(np.float32)
        gamma, gain = float(np.exp(random.normal(0, 0.22))), random.uniform(0.7, 1.15)
        if random.random() < 0.08:  # at night
            gain *= 0.45
        lit = 255 * np.clip(picture * gain * light[..., None] * cast_of_light / 255, 0, 1) ** gamma
        noise = abs(random.normal(0, 5))
        lit = lit + noise * random.standard_normal(lit.shape, dtype=np.float32)
        return cast("NDArray[np.uint8]", np.clip(np.round(lit), 0, 255).astype(np.uint8))

    def _add(self, drawing: _Drawing) -> None:
        """Draws it where it hides nothing and is seen well enough; where no place is found, not at all."""
        for _ in range(_TRIES):
            matrix = drawing.places()
            seen = through(matrix, drawing.outline)
            mask = mask_of(seen, *self.size)
            if float(mask.values.sum()) < _LEAST_SEEN * _area(seen):
                continue
            placed = place(drawing.layer, matrix, *self.size)
            if any(_hidden(thing, placed.alpha) > _MOST_HIDDEN * thing.area for thing in self._things):
                continue
            blend(self.picture, placed)
            for thing in self._things:
                thing.seen = thing.seen.without(placed.alpha)
            edges = _edges(seen, mask, self.size)
            self._things.append(_Thing(drawing.label, edges, mask, float(mask.values.sum())))
            if self._random.random() < 0.14:
                self._hide(edges)
            return

    def _face(self, height: float, *, is_turned_away: bool = False) -> _Drawing:
        random, (width, tall) = self._random, self.size
        unit = height / 1.78
        is_standing = STANDING * unit < 0.9 * tall and random.random() < 0.6
        drawn = max(36.0, 1.25 * height)
        face = draw_face(random, drawn, is_standing=is_standing, is_turned_away=is_turned_away)
        centre = np.array(CENTRE) * drawn / 1.78
        lowest = max(0.6 * height, tall - 0.5 * height)
        # Shoulders that end in mid-air are rare: mostly they go on below the picture.
        highest = 0.6 * height
        if not is_standing and random.random() < 0.75:
            highest = max(highest, min(tall - (HEIGHT - CENTRE[1]) * unit, lowest))
        roll = float(np.clip(random.normal(0, 0.16), -0.6, 0.6)) * (0.3 if is_standing else 1)

        def places() -> Matrix:
            rim = -0.1 * height if random.random() < 0.12 else 0.5 * height
            x, y = random.uniform(rim, width - rim), random.uniform(highest, lowest)
            if random.random() < 0.05:
                y = random.uniform(0, 0.3 * height)
            return _turned(roll, scale=height / drawn, centre=(centre[0], centre[1]), to=(x, y))

        return _Drawing(None if is_turned_away else FACE, face.layer, face.outline, places)

    def _plate(self, wide: float) -> _Drawing:
        random, (width, tall) = self._random, self.size
        drawn = max(60.0, 1.25 * wide)
        is_car = random.random() < 0.7
        plated = (draw_car if is_car else draw_panel)(random, drawn)
        middle = plated.corners.mean(axis=0)
        span = plated.layer.size[0] * wide / drawn

        def places() -> Matrix:
            turn = float(np.clip(random.normal(0, 0.32), -0.85, 0.85))
            tilt = float(np.clip(random.normal(0, 0.16), -0.45, 0.45))
            rim = 0.2 * wide if random.random() < 0.12 else 0.55 * wide
            x, y = random.uniform(rim, width - rim), random.uniform((0.45 if is_car else 0.1) * tall, 0.97 * tall)
            roll = random.normal(0, 0.05)
            flat = perspective(plated.layer.size, centre=(x, y), width=span, turn=turn, tilt=tilt, roll=roll)
            moved = through(flat, [(middle[0], middle[1])])[0]
            return np.array(((1, 0, x - moved[0]), (0, 1, y - moved[1]), (0, 0, 1))) @ flat

        return _Drawing(LICENSE_PLATE, plated.layer, plated.corners, places)

    def _hide(self, edges: Edges) -> None:
        """Something in front of a part of it: a post, a hand, a leaf. The box stays that of the whole thing."""
        random = self._random
        left, top, right, bottom = edges
        wide, high = right - left, bottom - top
        share = random.uniform(0.12, 0.28)
        colour = varied(random, (110, 100, 90), 45)
        if random.random() < 0.5:
            x = left + random.uniform(0, 1 - share) * wide
            shape = rounded(x, top - 0.4 * high, x + share * wide, bottom + random.uniform(0.2, 2) * high, 0.1 * wide)
        elif random.random() < 0.5:
            shape = rounded(
                left - 0.3 * wide, bottom - share * high, right + 0.3 * wide, bottom + 0.4 * high, 0.1 * high
            )
        else:
            centre = random.choice((left, right)), top + random.uniform(0.2, 0.9) * high
            shape = oval((float(centre[0]), centre[1]), (0.35 * wide, 0.3 * high))
        mask = mask_of(shape, *self.size, blur=0.01 * wide)
        part, strength = self.picture[mask.part], mask.values[..., None]
        part += np.asarray(colour, np.float32) * strength - part * strength


def _sizes(random: np.random.Generator, smallest: float, largest: float, count: int) -> list[float]:
    """As many small ones as large ones, by their order of magnitude."""
    return [float(np.exp(random.uniform(np.log(smallest), np.log(max(largest, smallest + 1))))) for _ in range(count)]


def _turned(roll: float, *, scale: float, centre: tuple[float, float], to: tuple[float, float]) -> Matrix:
    """Turns and scales about `centre`, which comes to lie at `to`."""
    c, s = scale * np.cos(roll), scale * np.sin(roll)
    x, y = centre
    return np.array(((c, -s, to[0] - c * x + s * y), (s, c, to[1] - s * x - c * y), (0, 0, 1)), np.float64)


def _hidden(thing: _Thing, alpha: Mask) -> float:
    """How much of it would not be seen, in pixels, if this came before it."""
    return thing.area - float(thing.seen.without(alpha).values.sum())


def _area(outline: NDArray[np.float64]) -> float:
    return float(cv2.contourArea(outline.astype(np.float32)))


def _edges(outline: NDArray[np.float64], mask: Mask, size: tuple[int, int]) -> Edges:
    """The box around what of the outline lies in the picture."""
    (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
    if left < 0 or top < 0 or right > size[0] or bottom > size[1]:
        rows, columns = np.nonzero(mask.values > 0.5)
        left, right = columns.min() + mask.left, columns.max() + mask.left + 1
        top, bottom = rows.min() + mask.top, rows.max() + mask.top + 1
    return float(left), float(top), float(right), float(bottom)


def _shaken(random: np.random.Generator, picture: Floats) -> Floats:
    """The camera moved while the picture was taken."""
    length, turn = random.uniform(3, 9), random.uniform(0, np.pi)
    kernel = np.zeros((11, 11), np.float32)
    ends = [(5 + way * length / 2 * np.cos(turn), 5 + way * length / 2 * np.sin(turn)) for way in (-1, 1)]
    start, end = ((round(x), round(y)) for x, y in ends)
    cv2.line(kernel, start, end, 1.0)
    return cast("Floats", cv2.filter2D(picture, -1, kernel / kernel.sum()))
