"""Labels of a clip: a CSV file with a row an object and frame, frame,class,x,y,w,h in pixels of the upright picture.

More columns may follow: `object` tells objects of one class apart; `interpolated` (1) marks rows that nobody drew.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pyroblur_gui.core.boxes import Edges, ious
from pyroblur_gui.core.classes import MAIN_CLASSES
from pyroblur_gui.core.errors import BenchmarkError

COLUMNS = ("frame", "class", "x", "y", "w", "h")
MOST_ROWS = 5_000_000
HOW = f"The first line names the columns: {','.join(COLUMNS)}."


@dataclass(frozen=True, slots=True)
class TruthBox:
    """thing: the number of the object that it belongs to, within its class."""

    frame: int
    label: str
    box: Edges
    thing: int
    is_interpolated: bool


def read_truth(path: Path) -> Mapping[int, Sequence[TruthBox]]:
    """By frame. Raises BenchmarkError, which names the line, when it is not what it should be."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _rows(csv.DictReader(file), path)
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        message = f"The labels {path} cannot be read: {exc}."
        raise BenchmarkError(message, hint=HOW, path=path) from exc
    if not rows:
        raise BenchmarkError(f"The labels {path} hold no box.", hint=HOW, path=path)
    by_frame: defaultdict[int, list[TruthBox]] = defaultdict(list)
    for each in _with_things(rows):
        by_frame[each.frame].append(each)
    return by_frame


def _rows(reader: "csv.DictReader[str]", path: Path) -> list[tuple[TruthBox, str | None]]:
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        message = f"The labels {path} have no column {', '.join(missing)}."
        raise BenchmarkError(message, hint=HOW, path=path)
    rows: list[tuple[TruthBox, str | None]] = []
    for row in reader:
        try:
            rows.append((_box(row), row.get("object") or None))
        except (ValueError, TypeError) as exc:
            message = f"Line {reader.line_num} of {path} is no box: {exc}."
            raise BenchmarkError(message, hint=HOW, path=path) from exc
        if len(rows) > MOST_ROWS:
            raise BenchmarkError(f"The labels {path} hold more than {MOST_ROWS:,} boxes.", path=path)
    return rows


def _box(row: Mapping[str, str]) -> TruthBox:
    x, y, width, height = (float(row[name]) for name in ("x", "y", "w", "h"))
    if not all(math.isfinite(value) for value in (x, y, width, height)) or width <= 0 or height <= 0:
        message = "x, y, w and h must be numbers, w and h over 0"
        raise ValueError(message)
    frame, text = int(row["frame"]), row["class"].strip()
    label = MAIN_CLASSES[int(text)] if text.isdecimal() and int(text) < len(MAIN_CLASSES) else text
    if frame < 0 or not label:
        message = "frames count from 0, and a class has a name"
        raise ValueError(message)
    return TruthBox(frame, label, (x, y, x + width, y + height), 0, row.get("interpolated", "0").strip() == "1")


def _with_things(rows: list[tuple[TruthBox, str | None]]) -> list[TruthBox]:
    """Objects are told apart by the column `object`, or by following boxes that overlap from frame to frame."""
    named: dict[tuple[str, str], int] = {}
    last: dict[str, dict[int, TruthBox]] = defaultdict(dict)
    found: list[TruthBox] = []
    count = 0
    for row, name in sorted(rows, key=lambda pair: pair[0].frame):
        if name is not None:
            thing = named.setdefault((row.label, name), len(named))
        else:
            before = _followed(row, last[row.label])
            thing = count if before is None else before
            count += before is None
        each = TruthBox(row.frame, row.label, row.box, thing, row.is_interpolated)
        last[row.label][thing] = each
        found.append(each)
    return found


def _followed(row: TruthBox, last: Mapping[int, TruthBox]) -> int | None:
    """The object of an earlier frame that this box overlaps most, of those that have no box in this frame yet."""
    free = [(thing, each) for thing, each in last.items() if each.frame < row.frame]
    if not free:
        return None
    overlap = ious(np.array([row.box], np.float64), np.array([each.box for _, each in free], np.float64))[0]
    best = int(overlap.argmax())
    return free[best][0] if overlap[best] > 0 else None
