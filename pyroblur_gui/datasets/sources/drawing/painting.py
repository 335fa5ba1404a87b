"""A made-up picture as a file: drawn after an order, the same bytes again for the same order."""

import io
from collections.abc import Sequence
from typing import cast

import numpy as np
from PIL import Image, ImageOps

from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.datasets.sources.drawing.backgrounds import draw_background
from pyroblur_gui.datasets.sources.drawing.layer import Floats
from pyroblur_gui.datasets.sources.drawing.scene import Scene
from pyroblur_gui.datasets.sources.synthetic import Order
from pyroblur_gui.media.photo_formats import MAX_PIXELS

_BACKS_OF_HEADS = 0.2
_ASPECTS = (4 / 3, 3 / 2, 16 / 9, 1.0, 3 / 4)


def paint(order: Order) -> tuple[bytes, Sequence[tuple[str, float, float, float, float]]]:
    """JPEG, and its boxes: class, left, top, right, bottom in pixels.

    An own background that cannot be read is replaced by a drawn one.
    """
    random = np.random.default_rng((order.seed, order.number))
    aspect = random.choice(_ASPECTS)
    width, height = round(order.size * min(1, aspect)), round(order.size / max(1, aspect))
    own = _own_background(random, order, width, height)
    scene = Scene(random, own if own is not None else draw_background(random, width, height))
    if random.random() < _BACKS_OF_HEADS:
        scene.add_backs_of_heads(int(random.integers(1, 3)))
    if LICENSE_PLATE in order.shows:
        scene.add_plates(int(random.integers(1, 4)))
    if FACE in order.shows:
        scene.add_faces(int(random.integers(1, 6)))
    image = Image.fromarray(scene.photographed())
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(random.integers(62, 96)))
    return file.getvalue(), [(label, *edges) for label, edges in scene.boxes]


def _own_background(random: np.random.Generator, order: Order, width: int, height: int) -> Floats | None:
    """A part of the picture, of the right form."""
    if order.background is None:
        return None
    try:
        with Image.open(order.background) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return None
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    share = random.uniform(0.6, 1.0) * min(image.width / width, image.height / height)
    wide, high = max(1.0, share * width), max(1.0, share * height)
    left, top = random.uniform(0, image.width - wide), random.uniform(0, image.height - high)
    part = image.resize((width, height), Image.Resampling.LANCZOS, box=(left, top, left + wide, top + high))
    return cast("Floats", np.asarray(part, np.float32))
