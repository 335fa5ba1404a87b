"""Heads, drawn: a ball with features on it, turned, lit from one side, with hair and what people wear."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.datasets.sources.drawing.layer import (
    Colour,
    Floats,
    Layer,
    Points,
    clouds,
    darker,
    oval,
    softened,
    varied,
)

SKINS: tuple[Colour, ...] = (
    (245, 213, 193), (236, 196, 170), (224, 178, 146), (205, 155, 120),
    (176, 126, 92), (141, 94, 64), (108, 70, 48), (78, 52, 38), (60, 40, 31),
)  # fmt: skip
HAIRS: tuple[Colour, ...] = (
    (28, 22, 20), (45, 32, 24), (74, 50, 34), (110, 76, 46), (158, 120, 74), (205, 172, 118), (150, 62, 34),
    (150, 148, 146), (215, 212, 208),
)  # fmt: skip
CLOTHES: tuple[Colour, ...] = (
    (30, 32, 40), (60, 70, 96), (130, 30, 40), (235, 235, 230), (90, 110, 80), (200, 170, 60), (120, 120, 125),
    (40, 90, 150), (190, 120, 140), (70, 55, 45),
)  # fmt: skip
WIDTH, HEIGHT = 4.4, 5.2  # of the drawing, in half heights of a face
CENTRE = (2.2, 2.1)
STANDING = 14.5  # as high as the drawing is with the whole body


@dataclass(frozen=True)
class Face:
    """layer: head, neck and shoulders. outline: of the face itself, from the hairline to the chin, in its pixels."""

    layer: Layer
    outline: NDArray[np.float64]


@dataclass(frozen=True)
class _Head:
    """The ball: half width, half height and centre in pixels, and how it is turned, in radians."""

    a: float
    b: float
    x: float
    y: float
    turn: float
    tilt: float
    jaw: float

    def at(self, points: Points, out: float = 1.0) -> NDArray[np.float64]:
        """Where points of the face are seen: u from -1 (its right ear) to 1, v from -1 (crown) to 1 (chin)."""
        flat = np.asarray(points, np.float64)
        u, v = flat[:, 0], flat[:, 1]
        depth = np.sqrt(np.clip(1 - u * u - v * v * 0.9, 0.02, 1))
        across = (u * np.cos(self.turn) + depth * np.sin(self.turn)) * out
        deep = depth * np.cos(self.turn) - u * np.sin(self.turn)
        down = (v * np.cos(self.tilt) + deep * np.sin(self.tilt)) * out
        return np.stack((self.x + self.a * across, self.y + self.b * down), axis=1)

    def outline(self, grown: float = 1.0) -> NDArray[np.float64]:
        """Of the whole head; narrower at the jaw."""
        turns = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        v = np.sin(turns)
        width = np.cos(turns) * (1 - self.jaw * np.clip(v, 0, 1) ** 1.6)
        chin = 0.10 * np.sin(self.turn) * np.clip(v, 0, 1)
        return np.stack((self.x + self.a * grown * (width + chin), self.y + self.b * grown * v), axis=1)


def draw_face(
    random: np.random.Generator, height: float, *, is_standing: bool = False, is_turned_away: bool = False
) -> Face:
    """height: of the face in the layer, in pixels, from the hairline to the chin. is_standing: with the whole body.

    is_turned_away: the back of a head, which shows no face.
    """
    unit = height / 1.78
    layer = Layer.empty(round(WIDTH * unit), round((STANDING if is_standing else HEIGHT) * unit))
    head = _Head(
        a=unit * random.uniform(0.70, 0.80),
        b=unit,
        x=CENTRE[0] * unit,
        y=CENTRE[1] * unit,
        turn=float(np.clip(random.normal(0, 0.38), -1.0, 1.0)),
        tilt=float(np.clip(random.normal(0, 0.16), -0.35, 0.35)),
        jaw=random.uniform(0.14, 0.32),
    )
    skin = varied(random, SKINS[random.integers(len(SKINS))], 7)
    hair = varied(random, HAIRS[random.integers(len(HAIRS))], 8)
    style = random.choice(("short", "short", "long", "curly", "bald", "cap", "scarf", "bun"))
    _body(layer, head, random, skin)
    _behind(layer, head, random, hair=hair, style=str(style))
    _ears(layer, head, skin)
    _skin(layer, head, random, skin)
    if is_turned_away:
        _back(layer, head, random, hair)
    else:
        _front(layer, head, random, skin=skin, hair=hair, style=str(style))
    face = head.outline()
    return Face(layer, face[face[:, 1] >= head.y - 0.80 * head.b])


def _front(layer: Layer, head: _Head, random: np.random.Generator, *, skin: Colour, hair: Colour, style: str) -> None:
    _features(layer, head, random, skin=skin, hair=hair)
    if random.random() < 0.22 and style not in {"long", "scarf"}:
        _beard(layer, head, random, hair)
    if random.random() < 0.16:
        _mask(layer, head, random)
    _light(layer, head, random)
    _above(layer, head, random, hair=hair, style=style)
    if random.random() < 0.28:
        _glasses(layer, head, random)


def _back(layer: Layer, head: _Head, random: np.random.Generator, hair: Colour) -> None:
    """Hair down to the nape, or all the way."""
    nape = random.uniform(0.35, 1.3)
    wide, top = 1.6 * head.a, head.y - 1.6 * head.b
    above = [(head.x - wide, top), (head.x + wide, top), (head.x + wide, head.y + nape * head.b)]
    region = layer.mask([*above, (head.x - wide, head.y + nape * head.b)], blur=0.03 * head.b)
    layer.put(layer.mask(head.outline(1.06)).times(region), _strands(layer, random, hair))
    _light(layer, head, random)


def _body(layer: Layer, head: _Head, random: np.random.Generator, skin: Colour) -> None:
    """Neck and shoulders, with folds in the cloth."""
    a, b, x, y = head.a, head.b, head.x, head.y
    neck = [
        (x - 0.5 * a, y + 0.5 * b),
        (x + 0.5 * a, y + 0.5 * b),
        (x + 0.6 * a, y + 1.7 * b),
        (x - 0.6 * a, y + 1.7 * b),
    ]
    layer.put(layer.mask(neck), darker(skin, 0.80))
    layer.tint(layer.oval((x, y + 1.02 * b), (0.6 * a, 0.26 * b), blur=0.08 * b), (0, 0, 0), 0.35)
    wide = random.uniform(2.0, 2.6) * a
    bottom = min(float(layer.size[1]), y + 6.4 * b)
    if layer.size[1] > bottom:
        _legs(layer, (x, bottom - 0.5 * b, 0.92 * wide), varied(random, CLOTHES[random.integers(len(CLOTHES))], 12))
    shoulders = [
        (x - 0.62 * a, y + 1.28 * b), (x, y + random.uniform(1.45, 1.75) * b), (x + 0.62 * a, y + 1.28 * b),
        (x + 0.75 * wide, y + 1.62 * b), (x + wide, y + 2.1 * b), (x + 1.05 * wide, bottom),
        (x - 1.05 * wide, bottom), (x - wide, y + 2.1 * b), (x - 0.75 * wide, y + 1.62 * b),
    ]  # fmt: skip
    cloth = np.asarray(varied(random, CLOTHES[random.integers(len(CLOTHES))], 12), np.float32)
    folds = 0.75 + 0.5 * clouds(random, *layer.size, finest=0.1 * b)
    layer.put(layer.mask(shoulders), np.clip(cloth * folds[..., None], 0, 255))


def _legs(layer: Layer, hips: tuple[float, float, float], colour: Colour) -> None:
    x, top, wide = hips
    bottom = 0.98 * layer.size[1]
    for side in (-1, 1):
        leg = [
            (x + side * 0.04 * wide, top),
            (x + side * wide, top),
            (x + side * 0.8 * wide, bottom),
            (x + side * 0.25 * wide, bottom),
        ]
        layer.put(layer.mask(leg), colour)
        layer.tint(layer.mask(leg, blur=0.1 * wide), (0, 0, 0), 0.15)


def _behind(layer: Layer, head: _Head, random: np.random.Generator, *, hair: Colour, style: str) -> None:
    a, b, x, y = head.a, head.b, head.x, head.y
    if style == "long":
        long = random.uniform(0.9, 1.7)
        mass = [
            (x - 1.12 * a, y - 0.5 * b),
            (x + 1.12 * a, y - 0.5 * b),
            (x + 1.25 * a, y + long * b),
            (x - 1.25 * a, y + long * b),
        ]
        layer.put(layer.mask(mass, blur=0.04 * b), _strands(layer, random, hair))
        layer.put(layer.oval((x, y - 0.35 * b), (1.16 * a, 0.82 * b)), _strands(layer, random, hair))
    elif style == "curly":
        layer.put(layer.oval((x, y - 0.35 * b), (1.32 * a, 1.0 * b), blur=0.05 * b), _strands(layer, random, hair))
    elif style == "bun":
        layer.put(layer.oval((x - 0.2 * a, y - 1.12 * b), (0.42 * a, 0.3 * b)), _strands(layer, random, hair))
    elif style == "scarf":
        layer.put(
            layer.oval((x, y + 0.15 * b), (1.3 * a, 1.38 * b)),
            varied(random, CLOTHES[random.integers(len(CLOTHES))], 10),
        )


def _strands(layer: Layer, random: np.random.Generator, hair: Colour) -> Floats:
    """Hair as it runs: noise drawn long downwards."""
    width, height = layer.size
    noise = random.random((max(2, height // 12), width), dtype=np.float32)
    rows = np.linspace(0, noise.shape[0] - 1, height).astype(np.intp)
    runs = softened(noise[rows], max(0.8, head_blur(layer)))
    return np.clip(np.asarray(hair, np.float32) * (0.55 + 0.9 * runs[..., None]), 0, 255)


def head_blur(layer: Layer) -> float:
    """A blur that goes with the size of the drawing."""
    return layer.size[0] / 220


def _ears(layer: Layer, head: _Head, skin: Colour) -> None:
    for side in (-1, 1):
        seen = np.cos(head.turn + side * np.pi / 2) * -side  # how far it is turned to us
        x = head.x + side * head.a * (0.98 + 0.05 * seen)
        radius = head.a * (0.10 + 0.08 * max(0.0, float(side * -np.sin(head.turn))))
        dark = darker(skin, 0.86)
        layer.put(layer.oval((x, head.y + 0.02 * head.b), (radius, 0.22 * head.b)), dark)


def _skin(layer: Layer, head: _Head, random: np.random.Generator, skin: Colour) -> None:
    grain = 0.95 + 0.10 * clouds(random, *layer.size, finest=max(1.0, 0.02 * head.b))
    layer.put(layer.mask(head.outline()), np.clip(np.asarray(skin, np.float32) * grain[..., None], 0, 255))
    red = np.clip(np.asarray(skin) * (1.05, 0.80, 0.76), 0, 255).astype(np.float32)
    for side in (-1, 1):
        cheek = head.at([(side * 0.50, 0.28)])[0]
        layer.tint(layer.oval((cheek[0], cheek[1]), (0.26 * head.a, 0.18 * head.b), blur=0.12 * head.b), red, 0.45)
        socket = head.at([(side * 0.38, -0.14)])[0]
        layer.tint(
            layer.oval((socket[0], socket[1]), (0.27 * head.a, 0.15 * head.b), blur=0.07 * head.b), (30, 15, 10), 0.34
        )
    brow = head.at([(0.0, -0.52)])[0]
    layer.tint(layer.oval((brow[0], brow[1]), (0.5 * head.a, 0.2 * head.b), blur=0.15 * head.b), (255, 246, 232), 0.16)
    chin = head.at([(0.0, 0.66)])[0]
    layer.tint(layer.oval((chin[0], chin[1]), (0.4 * head.a, 0.05 * head.b), blur=0.06 * head.b), (20, 8, 5), 0.25)


def _features(layer: Layer, head: _Head, random: np.random.Generator, *, skin: Colour, hair: Colour) -> None:
    iris = ((60, 40, 25), (80, 60, 35), (70, 100, 125), (80, 105, 80))[random.integers(4)]
    opened = random.uniform(0.5, 1.15) if random.random() > 0.06 else 0.12
    level = random.uniform(-0.17, -0.09)
    gaze = random.uniform(-0.05, 0.05)
    for side in (-1, 1):
        _eye(layer, head, middle=(side * 0.39, level), opened=opened, gaze=gaze, iris=iris)
        rise = random.uniform(0.0, 0.05)
        arch = [(0.14, 0.02), (0.28, -0.03 - rise), (0.45, -0.045 - rise), (0.64, 0.03)]
        upper = [(side * u, level - 0.235 + v) for u, v in arch]
        lower = [(side * u, level - 0.175 + v) for u, v in reversed(arch)]
        layer.tint(layer.mask(head.at([*upper, *lower]), blur=0.008 * head.b), darker(hair, 0.7), 0.85)
    _nose(layer, head, random, skin)
    _mouth(layer, head, random, skin)


def _eye(layer: Layer, head: _Head, *, middle: tuple[float, float], opened: float, gaze: float, iris: Colour) -> None:
    u, v = middle
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    lids = np.stack((u + 0.20 * np.cos(turns), v + 0.080 * opened * np.sin(turns)), axis=1)
    white = layer.mask(head.at(lids))
    layer.tint(white, (214, 206, 200))
    ball = layer.mask(head.at(np.stack((u + gaze + 0.088 * np.cos(turns), v + 0.082 * np.sin(turns)), axis=1)))
    layer.tint(ball.times(white), iris)
    pupil = layer.mask(head.at(np.stack((u + gaze + 0.042 * np.cos(turns), v + 0.040 * np.sin(turns)), axis=1)))
    layer.tint(pupil.times(white), (8, 6, 6))
    spark = head.at([(u + gaze + 0.02, v - 0.02)])[0]
    layer.tint(layer.oval((spark[0], spark[1]), (0.016 * head.b, 0.016 * head.b)).times(white), (255, 255, 255), 0.9)
    lid = [(u + x, v - 0.080 * opened * np.sqrt(max(0, 1 - (x / 0.20) ** 2)) - up) for x, up in _LID]
    layer.tint(layer.mask(head.at(lid), blur=0.005 * head.b), (22, 12, 10), 0.9)
    under = [(u + x, v + 0.080 * opened * np.sqrt(max(0, 1 - (x / 0.20) ** 2)) + up * 0.5) for x, up in _LID]
    layer.tint(layer.mask(head.at(under), blur=0.006 * head.b), (60, 30, 24), 0.5)


_LID = [(x, 0.030) for x in (-0.20, -0.1, 0.0, 0.1, 0.20)] + [(x, -0.006) for x in (0.20, 0.1, 0.0, -0.1, -0.20)]


def _nose(layer: Layer, head: _Head, random: np.random.Generator, skin: Colour) -> None:
    wide = random.uniform(0.15, 0.24)
    dark = darker(skin, 0.52)
    lit = -1 if head.turn > 0 else 1
    ridge = head.at([(0.0, -0.15), (0.035 * lit, 0.15), (-0.035 * lit, 0.15)], out=1.06)
    layer.tint(layer.mask(ridge, blur=0.025 * head.b), (255, 240, 225), 0.30)
    side = head.at([(-0.05 * lit, -0.12), (-wide * lit, 0.22), (-0.03 * lit, 0.20)], out=1.04)
    layer.tint(layer.mask(side, blur=0.03 * head.b), dark, 0.5)
    base = head.at([(0.0, 0.25)], out=1.06)[0]
    layer.tint(layer.oval((base[0], base[1]), (wide * head.a, 0.035 * head.b), blur=0.02 * head.b), dark, 0.6)
    for nostril in (-1, 1):
        hole = head.at([(nostril * wide * 0.55, 0.235)], out=1.05)[0]
        layer.tint(
            layer.oval((hole[0], hole[1]), (0.045 * head.a, 0.022 * head.b), blur=0.006 * head.b), (26, 12, 9), 0.8
        )


def _mouth(layer: Layer, head: _Head, random: np.random.Generator, skin: Colour) -> None:
    wide, smile = random.uniform(0.27, 0.40), random.uniform(-0.02, 0.06)
    level = random.uniform(0.43, 0.49)
    opened = random.uniform(0.03, 0.11) if random.random() < 0.35 else 0.0
    steps = np.linspace(-1, 1, 13)
    curve = level - smile * steps**2
    upper = curve - 0.050 * (1 - steps**2) * (1 + 0.25 * np.cos(steps * np.pi * 2))
    lower = curve + (0.065 + opened) * (1 - steps**2)
    lips = np.clip(np.asarray(skin) * (0.86, 0.58, 0.56), 0, 255).astype(np.float32)
    around = np.concatenate((np.stack((steps * wide, upper), 1), np.stack((steps[::-1] * wide, lower[::-1]), 1)))
    layer.tint(layer.mask(head.at(around), blur=0.008 * head.b), lips, 0.9)
    gap_top, gap_low = curve - 0.008, curve + 0.010 + opened * (1 - steps**2)
    gap = np.concatenate((np.stack((steps * wide, gap_top), 1), np.stack((steps[::-1] * wide, gap_low[::-1]), 1)))
    layer.tint(layer.mask(head.at(gap)), (48, 14, 14), 0.9)
    if opened > 0.04:
        teeth = np.concatenate(
            (np.stack((steps * wide * 0.8, gap_top), 1), np.stack((steps[::-1] * wide * 0.8, gap_top[::-1] + 0.04), 1))
        )
        layer.tint(layer.mask(head.at(teeth)), (235, 230, 220), 0.95)
    below = head.at([(0.0, level + 0.13 + opened)])[0]
    layer.tint(layer.oval((below[0], below[1]), (0.2 * head.a, 0.03 * head.b), blur=0.02 * head.b), (20, 8, 6), 0.3)


def _beard(layer: Layer, head: _Head, random: np.random.Generator, hair: Colour) -> None:
    strength = random.uniform(0.35, 0.95)
    around = [
        (-0.78, 0.10),
        (-0.45, 0.34),
        (-0.30, 0.33),
        (0.30, 0.33),
        (0.45, 0.34),
        (0.78, 0.10),
        (0.74, 0.62),
        (0.0, 1.02),
        (-0.74, 0.62),
    ]
    inside = layer.mask(head.outline(1.02)).times(layer.mask(head.at(around), blur=0.05 * head.b))
    lips = layer.mask(head.at(oval((0.0, 0.47), (0.24, 0.07))), blur=0.01 * head.b)
    rough = 0.6 + 0.4 * clouds(random, *layer.size, finest=max(1.0, 0.01 * head.b))
    layer.tint(inside.without(lips).times(rough), darker(hair, 0.8), strength)


def _mask(layer: Layer, head: _Head, random: np.random.Generator) -> None:
    """Over nose and mouth; some have slipped below the nose."""
    top = 0.02 if random.random() > 0.15 else 0.30
    colour = ((150, 195, 215), (238, 240, 240), (30, 32, 36), (240, 225, 235), (120, 160, 190))[random.integers(5)]
    around = [
        (-0.80, top + 0.06),
        (-0.3, top),
        (0.0, top - 0.06),
        (0.3, top),
        (0.80, top + 0.06),
        (0.72, 0.60),
        (0.30, 0.90),
        (-0.30, 0.90),
        (-0.72, 0.60),
    ]
    cover = layer.mask(head.at(around, out=1.04))
    width, height = layer.size
    pleats = 1 + 0.10 * np.sin(np.linspace(0, height / (0.05 * head.b), height, dtype=np.float32))[:, None]
    layer.tint(
        cover, np.clip(np.asarray(colour, np.float32) * np.broadcast_to(pleats, (height, width))[..., None], 0, 255)
    )
    for side in (-1, 1):
        string = head.at(
            [(side * 0.76, top + 0.06), (side * 0.99, top - 0.12), (side * 0.99, top - 0.09), (side * 0.76, top + 0.10)]
        )
        layer.tint(layer.mask(string), colour, 0.8)


def _light(layer: Layer, head: _Head, random: np.random.Generator) -> None:
    """The head as a ball under a light from one side; what lies off it is lit as its edge is."""
    width, height = layer.size
    x = (np.arange(width, dtype=np.float32)[None] - head.x) / (head.a * 1.15)
    y = (np.arange(height, dtype=np.float32)[:, None] - head.y) / (head.b * 1.15)
    depth = np.sqrt(np.clip(1 - x * x - y * y, 0, 1))
    from_side, from_above = random.uniform(-0.9, 0.9), random.uniform(0.1, 0.7)
    towards = 1 / np.sqrt(from_side**2 + from_above**2 + 1)
    lit = np.clip((np.clip(x, -1, 1) * from_side - np.clip(y, -1, 1) * from_above + depth) * towards, 0, 1)
    ambient = random.uniform(0.45, 0.70)
    layer.shade((ambient + (1.12 - ambient) * lit).astype(np.float32))


def _above(layer: Layer, head: _Head, random: np.random.Generator, *, hair: Colour, style: str) -> None:
    """Hair over the forehead, or what is worn there."""
    a, b, x, y = head.a, head.b, head.x, head.y
    if style == "bald":
        return
    if style == "cap":
        colour = varied(random, CLOTHES[random.integers(len(CLOTHES))], 10)
        layer.put(layer.mask([point for point in head.outline(1.08) if point[1] < y - 0.52 * b]), colour)
        peak = x + 0.5 * a * np.sin(head.turn)
        layer.put(layer.oval((peak, y - 0.54 * b), (0.95 * a, 0.10 * b)), darker(colour, 0.7))
        return
    if style == "scarf":
        ring = layer.oval((x, y + 0.05 * b), (1.22 * a, 1.25 * b)).without(
            layer.oval((x, y + 0.10 * b), (0.90 * a, 0.92 * b))
        )
        colour = varied(random, CLOTHES[random.integers(len(CLOTHES))], 10)
        layer.put(
            ring, np.asarray(colour, np.float32) * (0.7 + 0.5 * clouds(random, *layer.size, finest=0.1 * b))[..., None]
        )
        return
    low = random.uniform(-0.72, -0.48)
    cap = layer.mask(head.outline(1.06))
    part = random.uniform(-0.5, 0.5)
    line = [
        (u, low - 0.16 * (1 - (u - part) ** 2) + 0.55 * max(0.0, abs(u) - 0.72)) for u in np.linspace(-1.3, 1.3, 27)
    ]
    over = [(x + a * (u + 0.25 * np.sin(head.turn)), y + b * v) for u, v in line]
    region = layer.mask([*over, (x + 1.6 * a, y - 1.6 * b), (x - 1.6 * a, y - 1.6 * b)], blur=0.02 * b)
    layer.put(cap.times(region), _strands(layer, random, hair))


def _glasses(layer: Layer, head: _Head, random: np.random.Generator) -> None:
    is_dark = random.random() < 0.35
    wide, high = random.uniform(0.24, 0.29), random.uniform(0.14, 0.20)
    frame = varied(random, (25, 22, 22), 12)
    for side in (-1, 1):
        outer = head.at(oval((side * 0.37, -0.11), (wide + 0.025, high + 0.022)), out=1.05)
        inner = head.at(oval((side * 0.37, -0.11), (wide, high)), out=1.05)
        rim = layer.mask(outer).without(layer.mask(inner))
        layer.tint(rim, frame, 0.95)
        layer.tint(layer.mask(inner), (14, 14, 18) if is_dark else (235, 242, 250), 0.93 if is_dark else 0.12)
        temple = head.at(
            [(side * (0.37 + wide), -0.15), (side * 0.98, -0.12), (side * 0.98, -0.08), (side * (0.37 + wide), -0.11)],
            out=1.03,
        )
        layer.tint(layer.mask(temple), frame, 0.9)
    bridge = head.at([(-0.15, -0.14), (0.15, -0.14), (0.15, -0.11), (-0.15, -0.11)], out=1.06)
    layer.tint(layer.mask(bridge), frame, 0.95)
