"""What is drawn on where the user gives no pictures: streets, rooms, and textures that mean nothing."""

from typing import cast

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from pyroblur_gui.datasets.sources.drawing.layer import Colour, Floats, clouds, darker, mask_of, ramp, rounded, varied

_SIGNS = ("OPEN", "CAFE", "SALE", "HOTEL", "24h", "PHARMACY", "BUS 17", "EXIT", "P", "STOP", "No 5", "MARKET")


def draw_background(random: np.random.Generator, width: int, height: int) -> Floats:
    """(height, width, 3), 0 to 255."""
    kind = random.choice(4, p=(0.45, 0.25, 0.15, 0.15))
    if kind == 0:
        return _street(random, width, height)
    if kind == 1:
        return _room(random, width, height)
    picture = _texture(random, width, height) if kind == 2 else _shapes(random, width, height)
    if random.random() < 0.5:
        _sign(picture, random)
    return picture


def _fill(picture: Floats, outline: object, colour: Colour, strength: float = 1.0, blur: float = 0.0) -> None:
    height, width = picture.shape[:2]
    mask = mask_of(np.asarray(outline, np.float64), width, height, blur=blur)
    part, share = picture[mask.part], (mask.values * strength)[..., None]
    part += np.asarray(colour, np.float32) * share - part * share


def _grain(picture: Floats, random: np.random.Generator, strength: float) -> Floats:
    height, width = picture.shape[:2]
    factors = 1 - strength / 2 + strength * clouds(random, width, height, finest=2)
    return cast("Floats", picture * factors[..., None])


def _street(random: np.random.Generator, width: int, height: int) -> Floats:
    horizon = round(height * random.uniform(0.35, 0.6))
    sky = varied(
        random,
        ((135, 175, 215), (200, 205, 210), (90, 110, 140), (240, 200, 160), (25, 28, 45))[random.integers(5)],
        15,
    )
    ground = varied(random, ((95, 95, 98), (120, 115, 108), (70, 72, 76), (150, 140, 125))[random.integers(4)], 12)
    picture = ramp(darker(sky, 0.8), sky, width, height)
    picture[horizon:] = ramp(darker(ground, 0.8), ground, width, height - horizon)
    x = -random.uniform(0, 0.1) * width
    while x < width:
        wide = random.uniform(0.08, 0.32) * width
        _building(picture, random, (x, x + wide, horizon * random.uniform(0.0, 0.7), horizon + 0.04 * height))
        x += wide * random.uniform(0.95, 1.15)
    walk = horizon + 0.05 * height
    _fill(picture, [(0, horizon), (width, horizon), (width, walk), (0, walk)], varied(random, (165, 160, 152), 12))
    vanishing = random.uniform(0.2, 0.8) * width
    for _ in range(random.integers(0, 6)):
        foot = random.uniform(-0.3, 1.3) * width
        line = [
            (vanishing - 1, horizon),
            (vanishing + 1, horizon),
            (foot + 0.02 * width, height),
            (foot - 0.02 * width, height),
        ]
        _fill(picture, line, (215, 212, 200), 0.6)
    for _ in range(random.integers(0, 4)):
        _tree(picture, random, horizon)
    if random.random() < 0.5:
        _sign(picture, random)
    return _grain(picture, random, 0.25)


def _building(picture: Floats, random: np.random.Generator, place: tuple[float, float, float, float]) -> None:
    left, right, top, bottom = place
    wall = varied(
        random,
        ((170, 120, 95), (190, 180, 165), (130, 132, 138), (205, 195, 175), (110, 80, 70))[random.integers(5)],
        14,
    )
    _fill(picture, rounded(left, top, right, bottom, 0), wall)
    across, down = random.integers(2, 7), random.integers(2, 8)
    wide, high = (right - left) / across, (bottom - top) / down
    glass = varied(random, ((50, 62, 78), (200, 190, 140), (120, 140, 160))[random.integers(3)], 12)
    for column in range(across):
        for row in range(down):
            x, y = left + column * wide, top + row * high
            pane = rounded(x + 0.22 * wide, y + 0.2 * high, x + 0.78 * wide, y + 0.8 * high, 0)
            _fill(picture, pane, varied(random, glass, 10))


def _tree(picture: Floats, random: np.random.Generator, horizon: int) -> None:
    height, width = picture.shape[:2]
    x, size = random.uniform(0, width), random.uniform(0.08, 0.25) * height
    foot = horizon + random.uniform(0.02, 0.2) * height
    _fill(picture, rounded(x - 0.08 * size, foot - 1.4 * size, x + 0.08 * size, foot, 0), (70, 52, 38))
    for _ in range(14):
        spot = x + random.normal(0, 0.4) * size, foot - 1.6 * size + random.normal(0, 0.35) * size
        leaf = varied(random, (60, 95, 45), 14)
        radius = random.uniform(0.2, 0.45) * size
        _fill(
            picture, rounded(spot[0] - radius, spot[1] - radius, spot[0] + radius, spot[1] + radius, radius), leaf, 0.9
        )


def _room(random: np.random.Generator, width: int, height: int) -> Floats:
    wall = varied(
        random,
        ((215, 205, 190), (180, 190, 195), (150, 130, 115), (225, 222, 215), (120, 125, 110))[random.integers(5)],
        14,
    )
    floor = varied(random, ((140, 105, 75), (110, 110, 112), (170, 160, 150))[random.integers(3)], 12)
    edge = round(height * random.uniform(0.6, 0.95))
    picture = ramp(wall, darker(wall, random.uniform(0.55, 0.95)), width, height, is_down=bool(random.random() < 0.5))
    picture[edge:] = ramp(darker(floor, 0.8), floor, width, height - edge)
    for _ in range(random.integers(1, 5)):
        w, h = random.uniform(0.08, 0.3) * width, random.uniform(0.1, 0.3) * height
        x, y = random.uniform(0, width - w), random.uniform(0, edge - 0.3 * h)
        _fill(picture, rounded(x, y, x + w, y + h, 3), varied(random, (90, 75, 60), 30))
        _fill(
            picture,
            rounded(x + 0.06 * w, y + 0.06 * h, x + 0.94 * w, y + 0.94 * h, 2),
            varied(random, (170, 175, 170), 45),
        )
    for _ in range(random.integers(0, 4)):
        w, h = random.uniform(0.1, 0.4) * width, random.uniform(0.15, 0.45) * height
        x = random.uniform(-0.1, 1.0) * width
        _fill(picture, rounded(x, edge - 0.5 * h, x + w, edge + h, 6), varied(random, (110, 90, 75), 35))
    return _grain(picture, random, 0.15)


def _texture(random: np.random.Generator, width: int, height: int) -> Floats:
    one, other = (varied(random, (128, 128, 128), 60) for _ in range(2))
    share = clouds(random, width, height, finest=random.uniform(1, 8))[..., None]
    return np.asarray(one, np.float32) * share + np.asarray(other, np.float32) * (1 - share)


def _shapes(random: np.random.Generator, width: int, height: int) -> Floats:
    """Ovals, boxes and corners of any colour: much that has the form of a face or a plate and is none."""
    start, end = (varied(random, (128, 128, 128), 60) for _ in range(2))
    picture = ramp(start, end, width, height, is_down=bool(random.random() < 0.5))
    for _ in range(random.integers(6, 26)):
        colour, size = varied(random, (128, 128, 128), 70), random.uniform(0.03, 0.35) * min(width, height)
        x, y = random.uniform(0, width), random.uniform(0, height)
        form = random.integers(3)
        if form == 2:
            corners = random.normal(0, size, (random.integers(3, 7), 2)) + np.array((x, y))
            _fill(picture, corners, colour, random.uniform(0.5, 1))
        else:
            aspect, corner = (random.uniform(1, 5), 0.05) if form == 0 else (random.uniform(0.6, 1.0), 1.0)
            _fill(picture, rounded(x, y, x + size * aspect, y + size, corner * size), colour, random.uniform(0.5, 1))
    return _grain(picture, random, 0.2)


def _sign(picture: Floats, random: np.random.Generator) -> None:
    """Writing that is no plate."""
    height, width = picture.shape[:2]
    text = str(random.choice(_SIGNS))
    image = PillowImage.new("L", (70 * len(text) + 40, 100))
    ImageDraw.Draw(image).text((20, 12), text, fill=255, font=ImageFont.load_default(72), stroke_width=2)
    wide = round(random.uniform(0.08, 0.3) * width)
    high = max(8, round(wide * image.height / image.width))
    small = cv2.resize(np.asarray(image, np.float32) / 255, (wide, high), interpolation=cv2.INTER_AREA)[..., None]
    if wide >= width or high >= height:
        return
    x, y = random.integers(0, width - wide), random.integers(0, max(1, (height - high) // 2))
    ground, ink = varied(random, (60, 60, 60), 50), varied(random, (210, 210, 200), 40)
    picture[y : y + high, x : x + wide] = (
        np.asarray(ground, np.float32) * (1 - small) + np.asarray(ink, np.float32) * small
    )
