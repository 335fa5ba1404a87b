"""Licence plates, drawn after those of several countries: their colours, bands, proportions and patterns of numbers."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pyroblur_gui.datasets.sources.drawing.layer import Colour, Floats, Layer, clouds, rounded

HEIGHT = 120  # of a plate of one row as it is drawn, in pixels
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DIGITS = "0123456789"


@dataclass(frozen=True)
class Style:
    """patterns: A for a letter, 0 for a digit; "/" parts two rows. aspect: width by height. band: colour at the left.

    share: how often it is drawn.
    """

    patterns: tuple[str, ...]
    ground: Colour
    ink: Colour
    aspect: float = 4.7
    band: Colour | None = None
    band_texts: tuple[str, ...] = ("",)
    top: Colour | None = None
    top_texts: tuple[str, ...] = ("",)
    share: float = 1.0


_WHITE, _YELLOW, _BLACK, _BLUE = (240, 240, 236), (244, 200, 30), (18, 18, 20), (20, 60, 160)
STYLES = (
    Style(("A AA 0000", "AA A 000", "AAA A 00"), _WHITE, _BLACK, band=_BLUE, band_texts=("D",), share=2),
    Style(("AA-000-AA",), _WHITE, _BLACK, band=_BLUE, band_texts=("F", "I"), share=1.5),
    Style(("0000 AAA",), _WHITE, _BLACK, band=_BLUE, band_texts=("E", "PL")),
    Style(("AA-00-AA", "00-AAA-0"), _YELLOW, _BLACK, band=_BLUE, band_texts=("NL",)),
    Style(("AA00 AAA",), _WHITE, _BLACK, band_texts=("",), share=1.2),
    Style(("AA00 AAA",), _YELLOW, _BLACK, band=_BLUE, band_texts=("GB", "UK"), share=1.2),
    Style(
        ("AAA 0000", "0AAA000", "AAA-000"), (225, 232, 240), (30, 40, 90), aspect=2.0, top=(225, 232, 240),
        top_texts=("NORTH STATE", "SUNNY COAST", "LAKES", "PRAIRIE"), share=2.5,
    ),
    Style(
        ("AAA·000", "000-AAA"), (246, 244, 230), (20, 70, 50), aspect=2.0, top=(60, 120, 80),
        top_texts=("GREEN HILLS", "BIG RIVER"),
    ),
    Style(("AAA0A00",), _WHITE, _BLACK, aspect=3.1, top=(20, 50, 130), top_texts=("MERCOSUL",), share=1.5),
    Style(("AA 00 AA 0000",), _WHITE, _BLACK, aspect=4.6, band=_WHITE, band_texts=("IND",)),
    Style(("AA 00/AA 0000",), _YELLOW, _BLACK, aspect=1.6),
    Style(("A 0000 AA", "AA 000 A"), (26, 26, 28), (235, 235, 235), aspect=3.0, share=1.2),
    Style(("AAA-00A", "AAA 000"), (240, 206, 60), (20, 80, 50), aspect=2.9),
    Style(("AAA/00-00", "AAA 000/0-00"), (235, 240, 235), (20, 90, 60), aspect=2.0),
    Style(("AA·00000", "A·AA000"), (30, 70, 170), (245, 245, 245), aspect=3.2),
    Style(("AA 00/A 000",), _WHITE, _BLACK, aspect=1.35, band=_BLUE, band_texts=("EU",)),
)  # fmt: skip


def draw_plate(random: np.random.Generator) -> Layer:
    """The whole layer is the plate, up to its round corners."""
    shares = np.array([style.share for style in STYLES])
    style = STYLES[random.choice(len(STYLES), p=shares / shares.sum())]
    rows = str(random.choice(style.patterns)).split("/")
    height = HEIGHT if len(rows) == 1 and style.top is None else round(HEIGHT * 1.5)
    width = round(height * style.aspect * random.uniform(0.96, 1.04))
    layer = Layer.empty(width, height)
    layer.put(layer.mask(rounded(0, 0, width, height, 0.08 * height)), style.ground)
    left = _band(layer, style, str(random.choice(style.band_texts))) if style.band is not None else 0.03 * width
    top = _top(layer, style, str(random.choice(style.top_texts))) if style.top is not None else 0.08 * height
    step = (height * 0.93 - top) / len(rows)
    for number, row in enumerate(rows):
        text = "".join(_character(random, mark) for mark in row)
        place = left + 0.02 * width, top + step * number, 0.97 * width, top + step * (number + 1) - 0.02 * height
        _text(layer, text, place, style.ink)
    _rim(layer, style)
    _rivets(layer, random)
    _dirt(layer, random)
    return layer


def _character(random: np.random.Generator, mark: str) -> str:
    kinds = {"A": _LETTERS, "0": _DIGITS}
    return str(random.choice(list(kinds[mark]))) if mark in kinds else mark


def _band(layer: Layer, style: Style, text: str) -> float:
    """The coloured band with the country's letters; where it ends."""
    width, height = layer.size
    right = min(0.11 * width, 0.40 * height)
    layer.put(layer.mask(rounded(0, 0, right, height, 0.08 * height)), style.band or _BLUE)
    is_light = sum(style.band or _BLUE) > 500
    ink = (40, 60, 140) if is_light else (245, 245, 245)
    if text:
        _text(layer, text, (0.1 * right, 0.60 * height, 0.9 * right, 0.90 * height), ink)
    if not is_light:
        centre = right / 2, 0.30 * height
        for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False):
            star = centre[0] + 0.30 * right * np.cos(turn), centre[1] + 0.30 * right * np.sin(turn)
            layer.tint(layer.oval(star, (0.05 * right, 0.05 * right)), _YELLOW)
    return right


def _top(layer: Layer, style: Style, text: str) -> float:
    """The line above the number; where it ends."""
    width, height = layer.size
    bottom = 0.24 * height
    layer.tint(layer.mask(rounded(0, 0, width, bottom, 0)).times(layer.alpha), style.top or _WHITE)
    ink = style.ink if sum(style.top or _WHITE) > 500 else (245, 245, 245)
    _text(layer, text, (0.2 * width, 0.05 * height, 0.8 * width, 0.20 * height), ink)
    return bottom + 0.02 * height


def _text(layer: Layer, text: str, place: tuple[float, float, float, float], ink: Colour) -> None:
    """Fills the place with the text: as high as it is, drawn narrower where the text is long, as on plates."""
    left, top, right, bottom = (round(edge) for edge in place)
    if right - left < 3 or bottom - top < 3:
        return
    drawn = _drawn(text)
    high = bottom - top
    wide = min(right - left, round(drawn.shape[1] * high / drawn.shape[0] * 0.86))
    image = Image.fromarray((drawn * 255).astype(np.uint8)).resize((max(1, wide), high), Image.Resampling.LANCZOS)
    mask = np.zeros((layer.size[1], layer.size[0]), np.float32)
    start = left + (right - left - image.width) // 2
    mask[top:bottom, start : start + image.width] = np.asarray(image, np.float32) / 255
    layer.tint(layer.mask(rounded(left, top, right, bottom, 0)).times(mask), ink)


@lru_cache(maxsize=64)
def _drawn(text: str) -> Floats:
    """The text in white on black, just as large as it is; the letters stand apart as on plates."""
    font = ImageFont.load_default(96)
    image = Image.new("L", (110 * len(text) + 40, 140))
    pen = ImageDraw.Draw(image)
    x = 20.0
    for character in text:
        pen.text((x, 14), character, fill=255, font=font, stroke_width=4)
        x += pen.textlength(character, font=font) + 12
    box = image.getbbox() or (0, 0, 1, 1)
    return np.asarray(image.crop(box), np.float32) / np.float32(255)


def _rim(layer: Layer, style: Style) -> None:
    width, height = layer.size
    line = 0.022 * height
    inner = layer.mask(rounded(line * 1.6, line * 1.6, width - line * 1.6, height - line * 1.6, 0.06 * height))
    outer = layer.mask(rounded(line * 0.6, line * 0.6, width - line * 0.6, height - line * 0.6, 0.07 * height))
    layer.tint(outer.without(inner), style.ink, 0.8)


def _rivets(layer: Layer, random: np.random.Generator) -> None:
    if random.random() < 0.4:
        return
    width, height = layer.size
    for x in (0.24 * width, 0.76 * width):
        for y in (0.07 * height, 0.93 * height) if random.random() < 0.6 else (0.07 * height,):
            shade = random.uniform(60, 190)
            layer.tint(layer.oval((x, y), (0.035 * height, 0.035 * height)), (shade, shade, shade))


def _dirt(layer: Layer, random: np.random.Generator) -> None:
    """Spots and a veil of dust, more of it below; and how the paint takes the light."""
    width, height = layer.size
    if random.random() < 0.5:
        spots = np.clip((clouds(random, width, height, finest=4) - random.uniform(0.45, 0.75)) * 4, 0, 1)
        below = np.linspace(0.3, 1.0, height, dtype=np.float32)[:, None]
        whole = layer.mask(rounded(0, 0, width, height, 0))
        layer.tint(whole.times(spots * below), (110, 95, 75), random.uniform(0.15, 0.6))
    slope = np.linspace(random.uniform(0.75, 1.1), random.uniform(0.75, 1.1), width, dtype=np.float32)
    layer.shade(np.ascontiguousarray(np.broadcast_to(slope[None], (height, width))))
