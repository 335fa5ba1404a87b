"""What plates hang on: the front or back of a car, or just a piece of painted metal around the plate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.datasets.sources.drawing.layer import Colour, Layer, blend, clouds, darker, place, rounded, varied
from pyroblur_gui.datasets.sources.drawing.plates import draw_plate

PAINTS: tuple[Colour, ...] = (
    (28, 30, 34), (60, 62, 68), (120, 124, 130), (190, 194, 198), (236, 236, 234), (140, 24, 28), (24, 46, 110),
    (30, 80, 60), (190, 150, 40), (80, 56, 44), (90, 140, 180),
)  # fmt: skip


@dataclass(frozen=True)
class Plated:
    """layer: the car, or what there is of it. corners: of the plate in it, in pixels, clockwise from the top left."""

    layer: Layer
    corners: NDArray[np.float64]


def draw_car(random: np.random.Generator, plate_width: float) -> Plated:
    """A car seen from behind or from before. plate_width: in pixels of the layer."""
    unit = plate_width / random.uniform(0.24, 0.31)  # the width of the car
    width, height = round(unit * 1.1), round(unit * random.uniform(0.82, 1.0))
    layer = Layer.empty(width, height)
    x, bottom = width / 2, height * 0.95
    roof, belt = height * 0.06, height * random.uniform(0.36, 0.44)
    half, is_front = unit / 2, random.random() < 0.45
    paint = varied(random, PAINTS[random.integers(len(PAINTS))], 10)
    shadow = rounded(x - 1.02 * half, bottom - 0.05 * unit, x + 1.02 * half, bottom + 0.04 * unit, 0.04 * unit)
    layer.put(layer.mask(shadow, blur=0.02 * unit), (8, 8, 10), 0.75)
    for side in (-1, 1):
        wheel = sorted((x + side * 0.92 * half, x + side * 0.62 * half))
        layer.put(layer.mask(rounded(wheel[0], bottom - 0.25 * unit, wheel[1], bottom, 0.03 * unit)), (20, 20, 22))
    _body(layer, random, paint, (x, half, roof, belt, bottom, unit))
    _lights(layer, random, (x, half, belt, unit), is_front=is_front)
    bumper = rounded(x - 0.97 * half, bottom - 0.24 * unit, x + 0.97 * half, bottom - 0.10 * unit, 0.04 * unit)
    layer.tint(layer.mask(bumper), (30, 30, 33) if random.random() < 0.5 else darker(paint, 0.8), 0.9)
    level = bottom - (0.17 if is_front or random.random() < 0.4 else 0.30) * unit
    return _with_plate(layer, random, centre=(x, level), plate_width=plate_width)


def draw_panel(random: np.random.Generator, plate_width: float) -> Plated:
    """A plate on a piece of metal, a box or a wall: all that is seen of the vehicle when it is near."""
    width, height = round(plate_width * random.uniform(1.15, 1.9)), round(plate_width * random.uniform(0.9, 1.2))
    layer = Layer.empty(width, height)
    paint = varied(random, PAINTS[random.integers(len(PAINTS))], 12)
    whole = layer.mask(rounded(0, 0, width, height, random.uniform(0.02, 0.2) * height))
    layer.put(
        whole,
        np.clip(
            np.asarray(paint, np.float32) * (0.7 + 0.5 * clouds(random, width, height, finest=8))[..., None], 0, 255
        ),
    )
    for _ in range(random.integers(1, 4)):
        y = random.uniform(0, height)
        layer.tint(layer.mask(rounded(0, y, width, y + 0.03 * height, 0), blur=1), darker(paint, 0.5), 0.8)
    return _with_plate(layer, random, centre=(width / 2, height / 2), plate_width=plate_width)


def _body(
    layer: Layer, random: np.random.Generator, paint: Colour, where: tuple[float, float, float, float, float, float]
) -> None:
    x, half, roof, belt, bottom, unit = where
    cabin = [
        (x - 0.70 * half, roof),
        (x + 0.70 * half, roof),
        (x + 0.93 * half, belt + 0.02 * unit),
        (x - 0.93 * half, belt + 0.02 * unit),
    ]
    layer.put(layer.mask(cabin, blur=0.006 * unit), paint)
    layer.put(layer.mask(rounded(x - half, belt - 0.03 * unit, x + half, bottom - 0.09 * unit, 0.10 * unit)), paint)
    window = [
        (x - 0.61 * half, roof + 0.035 * unit),
        (x + 0.61 * half, roof + 0.035 * unit),
        (x + 0.80 * half, belt - 0.02 * unit),
        (x - 0.80 * half, belt - 0.02 * unit),
    ]
    glass = layer.mask(window)
    layer.tint(glass, (34, 42, 50))
    shine = [(x - 0.5 * half, roof), (x - 0.1 * half, roof), (x - 0.4 * half, belt), (x - 0.9 * half, belt)]
    layer.tint(layer.mask(shine, blur=0.02 * unit).times(glass), (190, 205, 215), random.uniform(0.1, 0.5))
    layer.tint(
        layer.mask(rounded(x - half, belt + 0.03 * unit, x + half, belt + 0.05 * unit, 0), blur=0.012 * unit),
        (255, 255, 255),
        0.35,
    )
    layer.tint(
        layer.mask(rounded(x - half, bottom - 0.22 * unit, x + half, bottom - 0.08 * unit, 0), blur=0.03 * unit),
        (0, 0, 0),
        0.35,
    )
    seam = rounded(x - 0.72 * half, belt + 0.20 * unit, x + 0.72 * half, belt + 0.206 * unit, 0)
    layer.tint(layer.mask(seam), (0, 0, 0), 0.5)


def _lights(
    layer: Layer, random: np.random.Generator, where: tuple[float, float, float, float], *, is_front: bool
) -> None:
    x, half, belt, unit = where
    colour = (236, 240, 245) if is_front else (170, 20, 22)
    high, wide = random.uniform(0.05, 0.12) * unit, random.uniform(0.22, 0.36) * half
    top = belt + random.uniform(0.06, 0.11) * unit
    for side in (-1, 1):
        near, far = x + side * 0.95 * half, x + side * (0.95 * half - wide)
        light = layer.mask(rounded(min(near, far), top, max(near, far), top + high, 0.02 * unit))
        layer.tint(light, colour)
        spot = (near + far) / 2, top + high / 2
        layer.tint(layer.oval(spot, (wide / 5, high / 3), blur=0.01 * unit).times(light), (255, 250, 235), 0.8)
    if is_front:
        grille = rounded(x - 0.45 * half, top, x + 0.45 * half, top + 1.1 * high, 0.02 * unit)
        layer.tint(layer.mask(grille), (24, 24, 26))
        for number in range(1, 4):
            y = top + 1.1 * high * number / 4
            layer.tint(layer.mask(rounded(x - 0.43 * half, y, x + 0.43 * half, y + 0.008 * unit, 0)), (120, 120, 124))


def _with_plate(
    layer: Layer, random: np.random.Generator, *, centre: tuple[float, float], plate_width: float
) -> Plated:
    """The plate in its recess, a little crooked at times."""
    plate = draw_plate(random)
    wide, high = plate.size
    if wide / high < 2.4:
        plate_width *= 0.75
    scale, roll = plate_width / wide, random.normal(0, 0.012)
    half = plate_width / 2, high * scale / 2
    x, y = centre
    y = min(y, layer.size[1] - half[1] - 2)
    recess = rounded(x - half[0] * 1.10, y - half[1] * 1.25, x + half[0] * 1.10, y + half[1] * 1.25, 0.2 * half[1])
    layer.tint(layer.mask(recess, blur=plate_width / 120), (10, 10, 12), random.uniform(0.2, 0.8))
    c, s = scale * np.cos(roll), scale * np.sin(roll)
    matrix = np.array(((c, -s, x - c * wide / 2 + s * high / 2), (s, c, y - s * wide / 2 - c * high / 2), (0, 0, 1)))
    blend(layer.rgb, place(plate, matrix, *layer.size))
    corners = np.array(((0, 0, 1), (wide, 0, 1), (wide, high, 1), (0, high, 1))) @ matrix.T
    return Plated(layer, corners[:, :2])
