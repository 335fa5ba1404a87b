"""What is wrong with single pictures: their files, labels and boxes, as the rows tell it."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from pydantic import TypeAdapter

from pyroblur_gui.datasets.dataset import Dataset, Problem
from pyroblur_gui.datasets.sample import Flaw

Check = Callable[[Dataset, Sequence[int] | None], Iterator[Problem]]

TINY_PX = 3.0
DOUBLED_IOU = 0.95
MOST_BOXES = 3000  # of a picture: every box is compared with every other; crowds of WIDER FACE have 2,000
TOLERANCE_PX = 0.5  # labels are rounded: a box may lie over the edge by so much
USUALLY = 0.5  # a source has boxes usually when more than this share of its pictures has

_FLAWS = TypeAdapter(list[Flaw])
_TRUTH = "boxes.origin != 'suggested'"


def unreadable(dataset: Dataset, only: Sequence[int] | None = None) -> Iterator[Problem]:
    for row in _asked(dataset, "SELECT id, error FROM pictures WHERE error != '' AND {counted}", only):
        yield Problem("unreadable_image", row["error"], picture=row["id"])


def flaws(dataset: Dataset, only: Sequence[int] | None = None) -> Iterator[Problem]:
    """What was wrong with the labels as they were read."""
    for row in _asked(dataset, "SELECT id, flaws FROM pictures WHERE flaws != '[]' AND {counted}", only):
        for flaw in _FLAWS.validate_json(row["flaws"]):
            yield Problem(flaw.kind.value, flaw.detail, picture=row["id"])


def bad_boxes(dataset: Dataset, only: Sequence[int] | None = None) -> Iterator[Problem]:
    """Of each box the first thing that is wrong: class, area, place, size."""
    classes = dataset.classes
    across, down = f"{TOLERANCE_PX} / pictures.width", f"{TOLERANCE_PX} / pictures.height"
    sides = "min((x2 - x1) * pictures.width, (y2 - y1) * pictures.height)"
    query = f"""
        SELECT boxes.id AS box, picture, label, x1, y1, x2, y2, pictures.width AS width, pictures.height AS height,
            NOT (label BETWEEN 0 AND {len(classes) - 1}) AS has_no_class,
            x2 <= x1 OR y2 <= y1 AS has_no_area,
            x1 < -{across} OR y1 < -{down} OR x2 > 1 + {across} OR y2 > 1 + {down} AS is_outside,
            {sides} < {TINY_PX} AS is_tiny
        FROM boxes JOIN pictures ON pictures.id = picture
        WHERE (has_no_class OR has_no_area OR is_outside OR is_tiny)
            AND pictures.width > 0 AND pictures.height > 0 AND {_TRUTH} AND {{counted}}"""  # noqa: S608
    rows = _asked(dataset, query, only).fetchall()
    places = _places(dataset, {row["picture"] for row in rows})
    for row in rows:
        kind, what = _judged(row)
        place = places[row["box"]]
        name = f" ({classes[row['label']]})" if 0 <= row["label"] < len(classes) else ""
        yield Problem(kind, f"Box {place + 1}{name} {what}.", picture=row["picture"], box=place)


def doubled_boxes(dataset: Dataset, only: Sequence[int] | None = None) -> Iterator[Problem]:
    """The later one of two boxes that lie on each other. A picture with too many to compare is a problem as it is."""
    crowded = _asked(
        dataset,
        f"SELECT picture, count(*) AS number FROM boxes JOIN pictures ON pictures.id = picture "  # noqa: S608
        f"WHERE {{counted}} GROUP BY picture HAVING number > {MOST_BOXES}",
        only,
    ).fetchall()
    for row in crowded:
        yield Problem("many_boxes", f"It has {row['number']:,} boxes.", picture=row["picture"])
    shared = "(min(boxes.x2, first.x2) - max(boxes.x1, first.x1)) * (min(boxes.y2, first.y2) - max(boxes.y1, first.y1))"
    areas = "(boxes.x2 - boxes.x1) * (boxes.y2 - boxes.y1) + (first.x2 - first.x1) * (first.y2 - first.y1)"
    query = f"""
        SELECT boxes.picture AS picture, boxes.id AS box, min(first.id) AS first
        FROM boxes JOIN pictures ON pictures.id = boxes.picture
            JOIN boxes AS first ON first.picture = boxes.picture AND first.id < boxes.id AND first.label = boxes.label
        WHERE first.origin != 'suggested' AND {_TRUTH} AND boxes.x2 > boxes.x1 AND boxes.y2 > boxes.y1
            AND first.x1 < boxes.x2 AND first.x2 > boxes.x1 AND first.y1 < boxes.y2 AND first.y2 > boxes.y1
            AND {shared} > {DOUBLED_IOU} * ({areas} - {shared}) AND {{counted}}
            AND pictures.id NOT IN ({",".join(str(row["picture"]) for row in crowded)})
        GROUP BY boxes.id"""  # noqa: S608
    rows = _asked(dataset, query, only).fetchall()
    places = _places(dataset, {row["picture"] for row in rows})
    for row in rows:
        place, first = places[row["box"]], places[row["first"]]
        yield Problem("doubled_box", f"Box {place + 1} lies on box {first + 1}.", picture=row["picture"], box=place)


def without_boxes(dataset: Dataset, only: Sequence[int] | None = None) -> Iterator[Problem]:
    """Pictures without boxes, of sources whose pictures usually have some."""
    has_boxes = f"EXISTS (SELECT 1 FROM boxes WHERE boxes.picture = pictures.id AND {_TRUTH})"  # noqa: S608
    usually = [
        row["source"]
        for row in _asked(
            dataset,
            f"SELECT source, avg({has_boxes}) AS share FROM pictures WHERE error = '' AND {{counted}} GROUP BY source",  # noqa: S608
            None,
        )
        if row["share"] > USUALLY
    ]
    query = f"""
        SELECT id FROM pictures WHERE source IN ({",".join(map(str, usually))}) AND error = '' AND flaws = '[]'
            AND NOT {has_boxes} AND {{counted}}"""  # noqa: S608
    for row in _asked(dataset, query, only):
        yield Problem("no_boxes", "It has no boxes.", picture=row["id"])


CHECKS: tuple[Check, ...] = (unreadable, flaws, bad_boxes, doubled_boxes, without_boxes)
KINDS = frozenset(
    {
        "unreadable_image",
        "unreadable_label",
        "class_out_of_range",
        "no_label_file",
        "box_without_area",
        "box_outside",
        "tiny_box",
        "doubled_box",
        "many_boxes",
        "no_boxes",
    }
)


def _judged(row: sqlite3.Row) -> tuple[str, str]:
    """The kind of problem of a box, and what is said of the box."""
    if row["has_no_class"]:
        return "class_out_of_range", f"is of class {row['label']}, which there is not"
    if row["has_no_area"]:
        return "box_without_area", "has no area"
    if row["is_outside"]:
        is_gone = row["x1"] >= 1 or row["y1"] >= 1 or row["x2"] <= 0 or row["y2"] <= 0
        return "box_outside", "lies outside the picture" if is_gone else "reaches out of the picture"
    width, height = (row["x2"] - row["x1"]) * row["width"], (row["y2"] - row["y1"]) * row["height"]
    return "tiny_box", f"is {width:.1f} x {height:.1f} pixels"


def _places(dataset: Dataset, pictures: Collection[int]) -> dict[int, int]:
    """For each box of the pictures, by its number, its place in its picture."""
    rows = dataset.database.execute(
        "SELECT id, picture FROM boxes WHERE picture IN (SELECT value FROM json_each(?)) ORDER BY picture, id",
        (json.dumps(sorted(pictures)),),
    )
    grouped = groupby(rows, key=itemgetter("picture"))
    return {row["id"]: place for _, group in grouped for place, row in enumerate(group)}


def _asked(dataset: Dataset, query: str, only: Sequence[int] | None) -> sqlite3.Cursor:
    """{counted} in the query: the condition on the pictures that count here."""
    if only is None:
        return dataset.database.execute(query.format(counted="NOT pictures.is_removed"))
    counted = "NOT pictures.is_removed AND pictures.id IN (SELECT value FROM json_each(?))"
    return dataset.database.execute(query.format(counted=counted), (json.dumps(list(only)),))
