"""What can be done to the boxes of one picture, as pure functions: the picture before in, the picture after out.

A box that is drawn, moved, resized or relabelled counts as edited by the user; an accepted suggestion as accepted.
Who sets a box of a class has looked for that class in the picture, unless suggestions of it still wait to be decided.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from pyroblur_gui.datasets.dataset import Box, Picture
from pyroblur_gui.datasets.sample import Origin

LEAST_PX = 2.0  # a box that is drawn smaller was a click


class Handle(StrEnum):
    """Where a box is taken hold of: a corner, an edge, or its inside."""

    TOP_LEFT = "top_left"
    TOP = "top"
    TOP_RIGHT = "top_right"
    RIGHT = "right"
    BOTTOM_RIGHT = "bottom_right"
    BOTTOM = "bottom"
    BOTTOM_LEFT = "bottom_left"
    LEFT = "left"
    INSIDE = "inside"


_LEFT = frozenset({Handle.TOP_LEFT, Handle.LEFT, Handle.BOTTOM_LEFT})
_RIGHT = frozenset({Handle.TOP_RIGHT, Handle.RIGHT, Handle.BOTTOM_RIGHT})
_TOP = frozenset({Handle.TOP_LEFT, Handle.TOP, Handle.TOP_RIGHT})
_BOTTOM = frozenset({Handle.BOTTOM_LEFT, Handle.BOTTOM, Handle.BOTTOM_RIGHT})


@dataclass(frozen=True, slots=True)
class Point:
    """Fractions of the picture's width and height."""

    x: float
    y: float


def dragged(box: Box, handle: Handle, dx: float, dy: float) -> Box:
    """The box with its held part moved, by fractions; it stays within the picture, and its edges in order."""
    if handle is Handle.INSIDE:
        dx = min(max(dx, -box.left), 1 - box.right) if box.right - box.left <= 1 else 0.0
        dy = min(max(dy, -box.top), 1 - box.bottom) if box.bottom - box.top <= 1 else 0.0
        return replace(box, left=box.left + dx, right=box.right + dx, top=box.top + dy, bottom=box.bottom + dy)
    xs = _moved(box.left, box.right, dx, is_first=handle in _LEFT, is_last=handle in _RIGHT)
    ys = _moved(box.top, box.bottom, dy, is_first=handle in _TOP, is_last=handle in _BOTTOM)
    return replace(box, left=xs[0], right=xs[1], top=ys[0], bottom=ys[1])


def drawn(start: Point, end: Point, label: int) -> Box:
    """A new box between two points, cut to the picture."""
    xs = sorted((_within(start.x), _within(end.x)))
    ys = sorted((_within(start.y), _within(end.y)))
    return Box(label, xs[0], ys[0], xs[1], ys[1], Origin.EDITED)


def is_large_enough(box: Box, picture: Picture) -> bool:
    width, height = size_px(box, picture)
    return min(width, height) >= LEAST_PX


def size_px(box: Box, picture: Picture) -> tuple[float, float]:
    return (box.right - box.left) * picture.width, (box.bottom - box.top) * picture.height


def with_box(picture: Picture, box: Box) -> Picture:
    """With one box more, the last."""
    return _looked_for(replace(picture, boxes=(*picture.boxes, box)), box.label)


def without_box(picture: Picture, place: int) -> Picture:
    return replace(picture, boxes=(*picture.boxes[:place], *picture.boxes[place + 1 :]))


def with_changed(picture: Picture, place: int, box: Box) -> Picture:
    """With a box in another place or of another class. What the user has set is no suggestion any more."""
    return _looked_for(_put(picture, place, replace(box, origin=Origin.EDITED, score=None)), box.label)


def relabelled(picture: Picture, place: int, label: int) -> Picture:
    box = picture.boxes[place]
    return picture if box.label == label else with_changed(picture, place, replace(box, label=label))


def accepted(picture: Picture, place: int) -> Picture:
    """With a suggestion as truth."""
    box = picture.boxes[place]
    return picture if box.is_truth else _looked_for(_put(picture, place, _accepted(box)), box.label)


def all_accepted(picture: Picture) -> Picture:
    labels = frozenset(box.label for box in picture.boxes if not box.is_truth)
    boxes = tuple(_accepted(box) for box in picture.boxes)
    return replace(picture, boxes=boxes, labelled=picture.labelled | labels)


def all_marked(picture: Picture, count: int) -> Picture:
    """The user says that nothing is left to mark: every class was looked for, but those that suggestions wait of."""
    waiting = frozenset(box.label for box in picture.boxes if not box.is_truth)
    return replace(picture, labelled=picture.labelled | (frozenset(range(count)) - waiting))


def box_at(picture: Picture, point: Point, *, is_shown: Callable[[Box], bool] = lambda _: True) -> int | None:
    """The smallest box that holds the point: it may lie on a larger one."""
    found = [
        ((box.right - box.left) * (box.bottom - box.top), place)
        for place, box in enumerate(picture.boxes)
        if is_shown(box) and box.left <= point.x <= box.right and box.top <= point.y <= box.bottom
    ]
    return min(found)[1] if found else None


def next_suggestion(picture: Picture, place: int) -> int | None:
    """The suggestion that is to be looked at after the one at `place` was dealt with; from the start after the last."""
    waiting = [number for number, box in enumerate(picture.boxes) if not box.is_truth]
    return next((number for number in waiting if number >= place), waiting[0] if waiting else None)


def _looked_for(picture: Picture, label: int) -> Picture:
    waits = any(box.label == label and not box.is_truth for box in picture.boxes)
    return picture if waits else replace(picture, labelled=picture.labelled | {label})


def _accepted(box: Box) -> Box:
    return box if box.is_truth else replace(box, origin=Origin.ACCEPTED)


def _put(picture: Picture, place: int, box: Box) -> Picture:
    return replace(picture, boxes=(*picture.boxes[:place], box, *picture.boxes[place + 1 :]))


def _moved(first: float, last: float, by: float, *, is_first: bool, is_last: bool) -> tuple[float, float]:
    if is_first:
        first = _within(first + by)
    elif is_last:
        last = _within(last + by)
    return min(first, last), max(first, last)


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))
