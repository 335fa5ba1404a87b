"""Boxes that a teacher model suggests: keeping them apart from the truth, accepting and rejecting them.

What the teacher looked at is remembered, too: where it found nothing and its suggestions are accepted, the picture
counts as one that shows none, and a training can use it.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pyroblur_gui.datasets.dataset import Box, Dataset, Picture
from pyroblur_gui.datasets.sample import Origin

KNOWN_IOU = 0.5  # a suggestion that overlaps a box of its class by more shows what has a box already

_RUN = "suggesting"  # a fact: the teacher of a run that is not finished


def begin(dataset: Dataset, *, teacher: str) -> None:
    """Starts a run, or goes on with one of the same teacher that was not finished."""
    try:
        is_resumed = dataset.fact(_RUN) == teacher
    except KeyError:
        is_resumed = False
    if not is_resumed:
        with dataset.transaction():
            dataset.database.execute("DELETE FROM looked")
            dataset.keep_fact(_RUN, teacher)


def finish(dataset: Dataset) -> None:
    """The next run starts anew, whoever teaches."""
    dataset.keep_fact(_RUN, "")


def to_look_at(dataset: Dataset, labels: Collection[int]) -> dict[int, list[int]]:
    """Numbers of the pictures in which some of these classes were not looked for, with these classes.

    What this run has looked at already is left out.
    """
    rows = dataset.database.execute(
        "SELECT pictures.id, wanted.value FROM pictures JOIN json_each(?) AS wanted "
        "WHERE NOT is_removed AND error = '' "
        "AND NOT EXISTS (SELECT 1 FROM json_each(pictures.labelled) AS known WHERE known.value = wanted.value) "
        "AND NOT EXISTS (SELECT 1 FROM looked WHERE picture = pictures.id AND label = wanted.value) ORDER BY 1, 2",
        (json.dumps(sorted(labels)),),
    )
    found: dict[int, list[int]] = {}
    for number, label in rows:
        found.setdefault(number, []).append(label)
    return found


def keep(dataset: Dataset, found: Mapping[int, tuple[Collection[int], Sequence[Box]]]) -> Counter[int]:
    """Keeps what was found, by picture: (classes that were looked for, suggested boxes). Returns how many of each.

    They replace older suggestions of these classes; what the user did to a picture meanwhile stays.
    """
    kept: Counter[int] = Counter()
    with dataset.transaction():
        changed = []
        for picture in dataset.pictures(found):
            labels, boxes = found[picture.id]
            others = [box for box in picture.boxes if box.is_truth or box.label not in labels]
            new = [box for box in boxes if not _is_known(box, others)]
            kept.update(box.label for box in new)
            if tuple(after := [*others, *new]) != picture.boxes:
                changed.append(replace(picture, boxes=tuple(after)))
        dataset.replace(changed)
        dataset.database.executemany(
            "INSERT OR IGNORE INTO looked (picture, label) VALUES (?, ?)",
            ((number, label) for number, (labels, _) in found.items() for label in labels),
        )
    return kept


def accepted(
    dataset: Dataset, ids: Iterable[int] | None = None, *, confidence: float | None = None
) -> Iterator[Picture]:
    """These pictures (None: all) with their suggestions accepted, if the model was at least so sure.

    A class of which no suggestion waits any more counts as looked for, whether there were any or not.
    """
    for picture, looked in _with_suggestions(dataset, ids):
        boxes = tuple(
            replace(box, origin=Origin.ACCEPTED) if not box.is_truth and _sureness(box) >= (confidence or 0) else box
            for box in picture.boxes
        )
        taken = {box.label for box, before in zip(boxes, picture.boxes, strict=True) if box != before}
        waiting = {box.label for box in boxes if not box.is_truth}
        yield replace(picture, boxes=boxes, labelled=picture.labelled | ((looked | taken) - waiting))


def rejected(
    dataset: Dataset, ids: Iterable[int] | None = None, *, confidence: float | None = None
) -> Iterator[Picture]:
    """These pictures (None: all) without their suggestions; with a confidence, without those that were less sure.

    That ends what was begun by accepting others of a class: it then counts as looked for.
    """
    for picture, _ in _with_suggestions(dataset, ids):
        kept = tuple(
            box for box in picture.boxes if box.is_truth or (confidence is not None and _sureness(box) >= confidence)
        )
        if kept != picture.boxes:
            taken = {box.label for box in kept if box.origin is Origin.ACCEPTED}
            waiting = {box.label for box in kept if not box.is_truth}
            yield replace(picture, boxes=kept, labelled=picture.labelled | (taken - waiting))


def _with_suggestions(dataset: Dataset, ids: Iterable[int] | None) -> Iterator[tuple[Picture, frozenset[int]]]:
    """Pictures that have suggestions or were looked at, with the classes that were looked for."""
    rows = dataset.database.execute(
        "SELECT picture, label FROM looked JOIN pictures ON pictures.id = picture WHERE NOT is_removed UNION "
        "SELECT picture, NULL FROM boxes JOIN pictures ON pictures.id = picture "
        "WHERE origin = 'suggested' AND NOT is_removed"
    )
    looked: dict[int, set[int]] = {}
    for number, label in rows:
        labels = looked.setdefault(number, set())
        if label is not None:
            labels.add(label)
    wanted = sorted(looked) if ids is None else [number for number in dict.fromkeys(ids) if number in looked]
    for picture in dataset.pictures(wanted):
        yield picture, frozenset(looked[picture.id])


def _is_known(box: Box, others: Iterable[Box]) -> bool:
    return any(other.label == box.label and other.is_truth and _overlap(box, other) > KNOWN_IOU for other in others)


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union. Without core/boxes.py: this module is the window's, too, and loads no numpy."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (_area(one) + _area(other) - across * down)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _sureness(box: Box) -> float:
    return 1.0 if box.score is None else box.score
