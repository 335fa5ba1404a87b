"""What can be done about problems: each fix says what the pictures are afterwards, and changes.py makes it so.

A fix is given problems that were found some time ago. It does what still fits: a box that is no longer wrong, or a pair
that is no pair any more, is left alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyroblur_gui.datasets import layout, set_checks, suggestions, validate
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture, Problem
from pyroblur_gui.datasets.sample import FlawKind, Origin

Change = Callable[["Asked"], Iterator[Picture]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fix works on. confidence: of suggestions, where only the surer ones are meant."""

    dataset: Dataset
    problems: Sequence[Problem]
    confidence: float | None = None

    def pictures(self) -> list[Picture]:
        """Those of the problems that are still in the data set."""
        wanted = dict.fromkeys(each.picture for each in self.problems if each.picture is not None)
        return [picture for picture in self.dataset.pictures(wanted) if not picture.is_removed]

    def pairs(self) -> list[tuple[Picture, Picture]]:
        """(picture, other) of the problems that still hold."""
        wanted = {number for each in self.problems for number in (each.picture, each.other) if number is not None}
        found = {picture.id: picture for picture in self.dataset.pictures(sorted(wanted))}
        return [
            (found[each.picture or 0], found[each.other or 0])
            for each in self.problems
            if set_checks.is_pair(each, found)
        ]

    def boxes(self) -> Iterator[tuple[Picture, set[int]]]:
        """Each picture with the places of its boxes that are still wrong as the problems say."""
        named = {(each.kind, each.picture, each.box) for each in self.problems if each.box is not None}
        ids = sorted({each.picture for each in self.problems if each.picture is not None})
        places: dict[int, set[int]] = defaultdict(set)
        for each in validate.problems_of_pictures(self.dataset, ids):
            if each.picture is not None and each.box is not None and (each.kind, each.picture, each.box) in named:
                places[each.picture].add(each.box)
        for picture in self.dataset.pictures(places):
            yield picture, places[picture.id]


@dataclass(frozen=True, slots=True)
class Fix:
    """title: an imperative, for a button and for the list of changes. change: None where only files are written."""

    title: str
    explanation: str
    change: Change | None


def fixed(fix: str, dataset: Dataset, problems: Sequence[Problem], *, confidence: float | None = None) -> list[Picture]:
    """The pictures as they are after the fix, for Changes.apply. fix: a name in FIXES.

    Of a fix that only writes files, they are the pictures whose files are to be written.
    """
    asked = Asked(dataset, problems, confidence)
    change = FIXES[fix].change
    return asked.pictures() if change is None else list(change(asked))


def _remove_pictures(asked: Asked) -> Iterator[Picture]:
    return (replace(picture, is_removed=True) for picture in asked.pictures())


def _remove_first_of_pairs(asked: Asked) -> Iterator[Picture]:
    """A picture that another one keeps its place for is itself never the last one to go."""
    return (replace(one, is_removed=True) for one, _ in _once(asked.pairs()))


def _move_together(asked: Asked) -> Iterator[Picture]:
    return (replace(one, split=other.split) for one, other in _once(asked.pairs()))


def _clip_boxes(asked: Asked) -> Iterator[Picture]:
    """A box of which nothing lies in the picture goes."""
    for picture, places in asked.boxes():
        boxes = [_clipped(box) if place in places else box for place, box in enumerate(picture.boxes)]
        yield replace(picture, boxes=tuple(box for box in boxes if box is not None))


def _delete_boxes(asked: Asked) -> Iterator[Picture]:
    """With the remarks on lines whose boxes were never taken in, as their class was unknown."""
    after: dict[int, Picture] = {}
    for picture, places in asked.boxes():
        kept = tuple(box for place, box in enumerate(picture.boxes) if place not in places)
        after[picture.id] = replace(picture, boxes=kept)
    remarks = [each for each in asked.problems if each.box is None and each.kind == FlawKind.CLASS_OUT_OF_RANGE]
    for picture in _keep_as_is(replace(asked, problems=remarks)):
        after[picture.id] = replace(after.get(picture.id, picture), flaws=picture.flaws)
    return iter(after.values())


def _keep_as_is(asked: Asked) -> Iterator[Picture]:
    """The remarks from the reading of the labels go."""
    kinds: dict[int | None, set[str]] = defaultdict(set)
    for each in asked.problems:
        kinds[each.picture].add(each.kind)
    for picture in asked.pictures():
        yield replace(picture, flaws=tuple(flaw for flaw in picture.flaws if flaw.kind not in kinds[picture.id]))


def _read_labels(asked: Asked) -> Iterator[Picture]:
    """Boxes that are in the file as they were written keep their origin, the others are the user's own."""
    from pyroblur_gui.datasets.formats import yolo_labels  # noqa: PLC0415 - what reads formats loads when it is needed

    classes = yolo_labels.Classes(asked.dataset.classes)
    numbers = {name: number for number, name in enumerate(asked.dataset.classes)}
    for picture in asked.pictures():
        path = asked.dataset.folder / layout.label_file(picture)
        try:
            found, flaws = yolo_labels.parse(path.read_bytes(), classes)
        except FileNotFoundError:  # deleted by hand: no boxes any more
            found, flaws = (), ()
        known = {layout.label_lines((box,)): box for box in picture.boxes if box.is_truth}
        boxes = [Box(numbers[b.label], b.left, b.top, b.right, b.bottom, Origin.EDITED) for b in found]
        truth = [known.get(layout.label_lines((box,)), box) for box in boxes]
        waiting = [box for box in picture.boxes if not box.is_truth]
        yield replace(picture, boxes=(*truth, *waiting), flaws=flaws)


def _accept(asked: Asked) -> Iterator[Picture]:
    return suggestions.accepted(asked.dataset, _whole(asked), confidence=asked.confidence)


def _reject(asked: Asked) -> Iterator[Picture]:
    return suggestions.rejected(asked.dataset, _whole(asked), confidence=asked.confidence)


FIXES: Mapping[str, Fix] = {
    "remove_pictures": Fix(
        "Remove the pictures", "They are left out of the data set; undo brings them back.", _remove_pictures
    ),
    "remove_duplicates": Fix(
        "Remove all but one",
        "Of pictures that are alike the first one stays, with its own boxes.",
        _remove_first_of_pairs,
    ),
    "move_together": Fix(
        "Move them into one split",
        "Pictures that look the same all go where one of them is measured with: test, else val.",
        _move_together,
    ),
    "remove_leaks": Fix(
        "Remove what leaks",
        "The pictures of train that look like one of val or test are left out, and those of val like one of test.",
        _remove_first_of_pairs,
    ),
    "clip_boxes": Fix("Cut the boxes at the edge", "A box that lies outside altogether is deleted.", _clip_boxes),
    "delete_boxes": Fix("Delete the boxes", "The pictures stay, with their other boxes.", _delete_boxes),
    "keep_as_is": Fix("Keep as it is", "The pictures and their boxes are right: the remark is deleted.", _keep_as_is),
    "read_labels": Fix(
        "Read the label files again", "What another program wrote is taken over as boxes of your own.", _read_labels
    ),
    "write_labels": Fix(
        "Write the label files again", "What another program wrote is replaced by the boxes that are shown here.", None
    ),
    "accept_suggestions": Fix(
        "Accept the suggestions",
        "The suggested boxes become true ones, and the classes count as looked for. With a confidence, only boxes that "
        "the model was at least so sure of.",
        _accept,
    ),
    "reject_suggestions": Fix(
        "Reject the suggestions",
        "The suggested boxes are deleted. With a confidence, only boxes that the model was less sure of.",
        _reject,
    ),
}


def _whole(asked: Asked) -> list[int] | None:
    """Suggestions are one problem of the data set as a whole: None, all pictures. Elsewhere, those of the problems."""
    if any(each.kind == "suggestions" for each in asked.problems):
        return None
    return [picture.id for picture in asked.pictures()]


def _once(pairs: Sequence[tuple[Picture, Picture]]) -> Iterator[tuple[Picture, Picture]]:
    """Each first picture once."""
    seen: set[int] = set()
    for one, other in pairs:
        if one.id not in seen:
            seen.add(one.id)
            yield one, other


def _clipped(box: Box) -> Box | None:
    left, right = max(0.0, box.left), min(1.0, box.right)
    top, bottom = max(0.0, box.top), min(1.0, box.bottom)
    if right <= left or bottom <= top:
        return None
    return replace(box, left=left, top=top, right=right, bottom=bottom)
