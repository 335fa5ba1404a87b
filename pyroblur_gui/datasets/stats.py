"""Counts of a data set: the few numbers that a job ends with, and the tables behind the charts.

All of it is counted by SQLite: the window asks for it, and 100,000 pictures never lie in its memory. Removed pictures
and suggestions that wait for being accepted do not count.
"""

import bisect
import math
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.sample import Split

HEAT_CELLS = 32  # a side

# Edges of the bars; the last bar of each has no upper edge.
SIDES_PX = (0.0, 3.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0)
ASPECTS = (0.0, 0.25, 0.5, 0.667, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
BOXES_AN_IMAGE = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 11.0, 16.0, 21.0, 31.0, 51.0, 101.0)

_COUNTED = "NOT pictures.is_removed"
_TRUTH = "boxes.origin != 'suggested'"
_WIDTH_PX = "(boxes.x2 - boxes.x1) * pictures.width"
_HEIGHT_PX = "(boxes.y2 - boxes.y1) * pictures.height"


@dataclass(frozen=True, slots=True)
class Count:
    """Images that show a class, and its boxes, in one split."""

    label: int
    split: Split | None
    images: int
    boxes: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """counts[i] lies between edges[i] (included) and edges[i + 1]; the last one has no upper edge."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClassStats:
    """Of the boxes of one class. sides: the shorter one, in pixels. aspects: width / height.

    centres: rows from top to bottom of how many boxes have their centre there.
    """

    label: int
    sides: Histogram
    aspects: Histogram
    centres: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """What the charts show. images: of each split, whatever they show. per_image: boxes in a picture."""

    classes: tuple[str, ...]
    images: dict[Split | None, int]
    counts: tuple[Count, ...]
    by_class: tuple[ClassStats, ...]
    per_image: Histogram


def summary(dataset: Dataset) -> dict[str, JsonValue]:
    """What import, download, split, check and stats end with: {name, path, images, boxes, problems, fingerprint}."""
    return {**brief(dataset), "fingerprint": fingerprint(dataset)}


def brief(dataset: Dataset) -> dict[str, JsonValue]:
    """The summary without the fingerprint, which takes its time: for a list of data sets."""
    database = dataset.database
    by_label: dict[int, int] = dict(
        database.execute(
            f"SELECT label, count(*) FROM boxes JOIN pictures ON pictures.id = picture "  # noqa: S608
            f"WHERE {_COUNTED} AND {_TRUTH} GROUP BY label"
        ).fetchall()
    )
    return {
        "name": dataset.name,
        "path": str(dataset.folder),
        "images": _number(database, f"SELECT count(*) FROM pictures WHERE {_COUNTED}"),  # noqa: S608
        "boxes": {name: by_label.get(label, 0) for label, name in enumerate(dataset.classes)},
        "problems": _number(database, "SELECT count(*) FROM problems"),
    }


def count(dataset: Dataset) -> Stats:
    """Everything that the charts show. Under a second for 100,000 pictures with 300,000 boxes."""
    labels = range(len(dataset.classes))
    sides = {label: [0] * len(SIDES_PX) for label in labels}
    aspects = {label: [0] * len(ASPECTS) for label in labels}
    centres = {label: [[0] * HEAT_CELLS for _ in range(HEAT_CELLS)] for label in labels}
    for label, side, aspect, x, y in _shapes(dataset):
        if label in sides:  # one that is out of range is a problem, and no class
            sides[label][_bar(SIDES_PX, side)] += 1
            aspects[label][_bar(ASPECTS, aspect)] += 1
            centres[label][_cell(y)][_cell(x)] += 1
    return Stats(
        classes=dataset.classes,
        images=images(dataset),
        counts=_counts(dataset),
        by_class=tuple(
            ClassStats(
                label,
                Histogram(SIDES_PX, tuple(sides[label])),
                Histogram(ASPECTS, tuple(aspects[label])),
                tuple(tuple(row) for row in centres[label]),
            )
            for label in labels
        ),
        per_image=_per_image(dataset),
    )


def images(dataset: Dataset) -> dict[Split | None, int]:
    """How many pictures each split has; those without a split only where there are any."""
    rows = dataset.database.execute(f"SELECT split, count(*) FROM pictures WHERE {_COUNTED} GROUP BY split")  # noqa: S608
    found = {None if split is None else Split(split): number for split, number in rows}
    return {split: found.get(split, 0) for split in Split} | {key: found[key] for key in found if key is None}


def trainable(
    dataset: Dataset, classes: Sequence[int], *, unlabelled: Unlabelled = Unlabelled.LEAVE_OUT
) -> dict[Split, list[str]]:
    """Files to train, watch and measure these classes (ids) with, of each split, below the data set's folder.

    LEAVE_OUT: without the pictures in which one of the classes was not looked for: what it shows of them would be
    taught as background. Unreadable pictures are always left out.
    """
    query = "SELECT file, split FROM pictures WHERE NOT is_removed AND error = '' AND split IS NOT NULL"
    if unlabelled is Unlabelled.LEAVE_OUT:
        query += " AND (SELECT count(*) FROM json_each(labelled) WHERE value IN (SELECT value FROM json_each(?))) = ?"
        values: tuple[object, ...] = (str(sorted(set(classes))), len(set(classes)))
    else:
        values = ()
    found: dict[Split, list[str]] = {split: [] for split in Split}
    for file, split in dataset.database.execute(f"{query} ORDER BY id", values):
        found[Split(split)].append(file)
    return found


def shown_classes(dataset: Dataset) -> list[int]:
    """Ids of the classes that any of its pictures has a box of: a set of plates is not asked about faces."""
    query = (
        "SELECT DISTINCT label FROM boxes JOIN pictures ON pictures.id = picture "
        "WHERE NOT is_removed AND origin != 'suggested'"
    )
    return [row[0] for row in dataset.database.execute(query)]


def left_out(dataset: Dataset) -> int:
    """How many pictures a training leaves out because one of the data set's classes was not looked for in them."""
    classes = shown_classes(dataset)
    every = trainable(dataset, classes, unlabelled=Unlabelled.TREAT_AS_BACKGROUND)
    taken = trainable(dataset, classes)
    return sum(len(every[split]) - len(taken[split]) for split in Split)


def _counts(dataset: Dataset) -> tuple[Count, ...]:
    rows = dataset.database.execute(
        f"SELECT label, split, count(DISTINCT picture), count(*) FROM boxes JOIN pictures ON pictures.id = picture "  # noqa: S608
        f"WHERE {_COUNTED} AND {_TRUTH} GROUP BY label, split"
    )
    found = {(label, split): (shown, boxes) for label, split, shown, boxes in rows}
    splits: list[Split | None] = [*Split]
    splits += [None] if any(split is None for _, split in found) else []
    return tuple(
        Count(label, split, *found.get((label, split), (0, 0)))
        for label in range(len(dataset.classes))
        for split in splits
    )


def _shapes(dataset: Dataset) -> Iterator[tuple[int, float, float, float, float]]:
    """(class, shorter side, aspect, x and y of the centre) of every box that has an area."""
    return iter(
        dataset.database.execute(
            f"SELECT label, min({_WIDTH_PX}, {_HEIGHT_PX}), ({_WIDTH_PX}) / ({_HEIGHT_PX}), "  # noqa: S608
            f"(x1 + x2) / 2, (y1 + y2) / 2 FROM boxes JOIN pictures ON pictures.id = picture "
            f"WHERE {_COUNTED} AND {_TRUTH} AND width > 0 AND height > 0 AND x2 > x1 AND y2 > y1"
        )
    )


def _per_image(dataset: Dataset) -> Histogram:
    counts = [0] * len(BOXES_AN_IMAGE)
    rows = dataset.database.execute(
        f"SELECT number, count(*) FROM (SELECT (SELECT count(*) FROM boxes WHERE boxes.picture = pictures.id "  # noqa: S608
        f"AND {_TRUTH}) AS number FROM pictures WHERE {_COUNTED}) GROUP BY number"
    )
    for boxes, number in rows:
        counts[_bar(BOXES_AN_IMAGE, boxes)] += number
    return Histogram(BOXES_AN_IMAGE, tuple(counts))


def _bar(edges: Sequence[float], value: float) -> int:
    return max(bisect.bisect_right(edges, value) - 1, 0)


def _cell(share: float) -> int:
    return min(max(math.floor(share * HEAT_CELLS), 0), HEAT_CELLS - 1)


def _number(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])
