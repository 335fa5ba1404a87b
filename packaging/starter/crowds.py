"""Crowds: heads cut out of training pictures, set small and in each other's way into other training pictures.

The labelled pictures show few people a picture, near and often masked; streets, stands and parades show hundreds, far
away. A crowd puts 10 to 70 heads with their shoulders onto a street or a landscape, larger towards the bottom; nearer
ones hide farther ones, and who is hidden for more than half is not labelled. Everything is then made as poor as such
pictures are: blurred, compressed, dark, grey.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

FACE = 0
LEAST_PX = 20  # shorter side of a face that is cut out: enlarging is no part of it
MASKED_SHARE = 0.2
SIDE_PX = 448  # longer side of a crowd
LEAST_SEEN = 0.5  # of a face, for it to be labelled


@dataclass(frozen=True)
class Head:
    """BGR u8 with its opacity in 0..1, and the face's box within: x1, y1, x2, y2."""

    image: np.ndarray
    opacity: np.ndarray
    face: np.ndarray


def heads_of(image: np.ndarray, boxes: np.ndarray) -> list[Head]:
    """The heads that stand free of others. boxes: (n, 5) of class, x1, y1, x2, y2."""
    faces = boxes[boxes[:, 0] == FACE, 1:]
    height, width = image.shape[:2]
    found = []
    for index, (x1, y1, x2, y2) in enumerate(faces):
        w, h = x2 - x1, y2 - y1
        left, top, right, bottom = (round(v) for v in (x1 - 0.8 * w, y1 - 0.5 * h, x2 + 0.8 * w, y2 + 0.9 * h))
        if min(w, h) < LEAST_PX or not 0.5 < w / h < 1.6 or left < 0 or top < 0 or right > width or bottom > height:
            continue
        others = np.delete(faces, index, axis=0)
        centres = (others[:, :2] + others[:, 2:]) / 2
        if ((centres > (left, top)) & (centres < (right, bottom))).all(axis=1).any():
            continue
        crop = image[top:bottom, left:right].copy()
        box = np.array([x1 - left, y1 - top, x2 - left, y2 - top])
        found.append(Head(crop, _opacity(crop.shape[:2], box), box))
    return found


def _opacity(shape: tuple[int, int], box: np.ndarray) -> np.ndarray:
    """A head and the shoulders under it, with soft edges."""
    mask = np.zeros(shape, np.float32)
    w, h = box[2] - box[0], box[3] - box[1]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    cv2.ellipse(mask, (round(x), round(y - 0.08 * h)), (round(0.68 * w), round(0.78 * h)), 0, 0, 360, 1, -1)
    cv2.ellipse(mask, (round(x), round(box[3] + 0.75 * h)), (round(1.15 * w), round(0.6 * h)), 0, 0, 360, 1, -1)
    return cv2.GaussianBlur(mask, (0, 0), max(1.0, 0.04 * h))


def crowd(
    background: np.ndarray, boxes: np.ndarray, heads: tuple[Sequence[Head], Sequence[Head]], rng: random.Random
) -> tuple[np.ndarray, np.ndarray]:
    """A crowd on a background that has boxes of its own: the picture and all boxes. heads: bare, and masked ones."""
    scale = SIDE_PX / max(background.shape[:2])
    canvas = cv2.resize(background, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = canvas.shape[:2]
    labels = [(int(row[0]), row[1:] * scale) for row in boxes]
    owner = np.full((height, width), -1, np.int32)
    for number, (_, box) in enumerate(labels):
        x1, y1, x2, y2 = (round(v) for v in box)
        owner[max(0, y1) : y2, max(0, x1) : x2] = number
    horizon = rng.uniform(0.05, 0.6)
    far_px, near_px = rng.uniform(5, 11), rng.uniform(12, 34)
    places = sorted(rng.uniform(horizon, 1.0) for _ in range(rng.randint(10, 80)))
    for place in places:
        depth = (place - horizon) / (1 - horizon)
        wanted = (far_px + (near_px - far_px) * depth) * rng.uniform(0.85, 1.2)
        head = rng.choice(heads[int(rng.random() < MASKED_SHARE)])
        at = (rng.random() * width, place * height)
        placed = _set_in(canvas, owner, head, number=len(labels), at=at, wanted=wanted, rng=rng)
        if placed is not None:
            labels.append((FACE, placed))
    kept = [(label, *box) for number, (label, box) in enumerate(labels) if _is_seen(owner, number, box)]
    return _worsened(canvas, rng), np.array(kept, np.float32).reshape(-1, 5)


def _set_in(
    canvas: np.ndarray,
    owner: np.ndarray,
    head: Head,
    *,
    number: int,
    at: tuple[float, float],
    wanted: float,
    rng: random.Random,
) -> np.ndarray | None:
    """Sets the middle of a face of `wanted` pixels at `at`; its box, or None where it would stick out."""
    scale = wanted / (head.face[3] - head.face[1])
    if scale > 1:
        return None
    image = cv2.resize(head.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    opacity = cv2.resize(head.opacity, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    face = head.face * scale
    if rng.random() < 0.5:
        image, opacity = image[:, ::-1], opacity[:, ::-1]
        face = np.array([image.shape[1] - face[2], face[1], image.shape[1] - face[0], face[3]])
    gain, lift = rng.uniform(0.6, 1.2), rng.uniform(-20, 15)
    image = np.clip(image.astype(np.float32) * gain + lift, 0, 255)
    left, top = round(at[0] - (face[0] + face[2]) / 2), round(at[1] - (face[1] + face[3]) / 2)
    box = face + np.array([left, top, left, top])
    height, width = canvas.shape[:2]
    if box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height:
        return None
    x1, y1, x2, y2 = max(0, left), max(0, top), min(width, left + image.shape[1]), min(height, top + image.shape[0])
    part = np.s_[y1 - top : y2 - top, x1 - left : x2 - left]
    weight = opacity[part][:, :, None]
    canvas[y1:y2, x1:x2] = (canvas[y1:y2, x1:x2] * (1 - weight) + image[part] * weight).astype(np.uint8)
    owner[y1:y2, x1:x2][opacity[part] > 0.5] = number
    return box


def _is_seen(owner: np.ndarray, number: int, box: np.ndarray) -> bool:
    x1, y1, x2, y2 = (round(v) for v in box)
    inside = owner[max(0, y1) : y2, max(0, x1) : x2]
    return bool(inside.size) and float((inside == number).mean()) >= LEAST_SEEN


def _worsened(image: np.ndarray, rng: random.Random) -> np.ndarray:
    if rng.random() < 0.5:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.1))
    if rng.random() < 0.15:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if rng.random() < 0.3:
        gamma = rng.uniform(0.5, 1.6)
        image = (255 * (image / 255.0) ** gamma).astype(np.uint8)
    coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(45, 92)])[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR)
