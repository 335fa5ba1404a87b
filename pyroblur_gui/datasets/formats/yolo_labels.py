"""The lines of YOLO label files, as the many programs that write them do: boxes, polygons, confidences, key points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pyroblur_gui.core.plain_yaml import decoded
from pyroblur_gui.datasets.sample import Flaw, FlawKind, SampleBox

LARGEST_LABEL_FILE_BYTES = 4 * 2**20  # some 100,000 boxes
MOST_FLAWS = 20  # of one file
HIGHEST_CLASS = 9_999  # of a data set that does not name its classes
_SHOWN = 60
_ROUNDED = 1e-5  # labels mostly have six decimals


@dataclass(frozen=True)
class Classes:
    """names: in the order of their numbers; None when classes are known by their numbers only.

    key_points: how many values of key points follow each box, where data.yaml says so.
    """

    names: Sequence[str] | None
    key_points: int = 0

    def label(self, number: int) -> str | None:
        """None when the number is out of range."""
        if self.names is None:
            return str(number) if 0 <= number <= HIGHEST_CLASS else None
        return self.names[number] if 0 <= number < len(self.names) else None


def parse(data: bytes, classes: Classes) -> tuple[tuple[SampleBox, ...], tuple[Flaw, ...]]:
    """Boxes in fractions, as they stand there: also those that reach out of the picture. What is no box is a flaw."""
    if len(data) > LARGEST_LABEL_FILE_BYTES:
        return (), (Flaw(FlawKind.UNREADABLE_LABEL, "The label file is too large to be one."),)
    boxes: list[SampleBox] = []
    flaws: list[Flaw] = []
    for number, line in enumerate(decoded(data).splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        found = _box(words, classes)
        if isinstance(found, SampleBox):
            boxes.append(found)
        else:
            flaws.append(Flaw(found, _said(found, number, line, classes)))
    if len(flaws) > MOST_FLAWS:
        more = Flaw(FlawKind.UNREADABLE_LABEL, f"{len(flaws) - MOST_FLAWS:,} more lines cannot be used.")
        flaws = [*flaws[:MOST_FLAWS], more]
    return tuple(boxes), tuple(flaws)


def numbers(data: bytes) -> set[int]:
    """The class numbers that a label file names, for data sets without names."""
    boxes, _ = parse(data, Classes(None))
    return {int(box.label) for box in boxes}


def _box(words: list[str], classes: Classes) -> SampleBox | FlawKind:
    values = [_number(word) for word in words[1:]]
    finite = [value for value in values if value is not None]
    edges = _edges(finite, classes.key_points) if len(finite) == len(values) else None
    if edges is None or not all(math.isfinite(edge) for edge in edges):
        return FlawKind.UNREADABLE_LABEL
    if classes.names is not None and words[0] in classes.names and not words[0].isdecimal():
        return SampleBox(words[0], *edges)
    number = _number(words[0])
    if number is None or number != math.floor(number):
        return FlawKind.UNREADABLE_LABEL
    label = classes.label(int(number))
    return FlawKind.CLASS_OUT_OF_RANGE if label is None else SampleBox(label, *edges)


def _number(word: str) -> float | None:
    """None for text, NaN and infinity. Python would take 1_0 as ten."""
    try:
        value = float(word) if "_" not in word else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _edges(values: list[float], key_points: int) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom of what the values of a line are by their number; None when they are nothing known."""
    count = len(values)
    if count in {4, 5} or (key_points and count == 4 + key_points) or _has_key_points(count):
        x, y, width, height = values[:4]  # a fifth is a confidence
        return _snapped(x - width / 2), _snapped(y - height / 2), _snapped(x + width / 2), _snapped(y + height / 2)
    if count >= 6 and count % 2 == 0:  # a polygon: x y x y ...
        across, down = values[::2], values[1::2]
        return min(across), min(down), max(across), max(down)
    return None


def _snapped(edge: float) -> float:
    """A box that ends at the picture's edge reaches over it a little when its centre and size were rounded."""
    return min(max(edge, 0.0), 1.0) if -_ROUNDED < edge < 1 + _ROUNDED else edge


def _has_key_points(count: int) -> bool:
    """A box and three points or more, each x, y and whether it is visible; seven values may as well be a polygon."""
    return count >= 13 and count % 2 == 1 and (count - 4) % 3 == 0


def _said(kind: FlawKind, number: int, line: str, classes: Classes) -> str:
    shown = line.strip()
    shown = ascii(shown[:_SHOWN] + "..." if len(shown) > _SHOWN else shown)
    if kind is FlawKind.CLASS_OUT_OF_RANGE:
        known = len(classes.names) if classes.names is not None else HIGHEST_CLASS + 1
        asked = line.split(maxsplit=1)[0][:_SHOWN]
        return f"Line {number} is of class {asked}, but there are {known:,} classes, numbered from 0."
    return f"Line {number} is not a box: {shown}."
