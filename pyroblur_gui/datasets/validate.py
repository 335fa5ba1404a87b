"""What is wrong with a data set: every kind of problem, explained, and finding all of them from the rows.

KINDS is what the window and the command line show and offer; the order is the one that problems are listed in. Nothing
here decodes a picture: what can be seen of a file only was noted when it came in. SQLite does the sifting, so that
100,000 pictures take seconds and only what is wrong comes into memory.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from pyroblur_gui.datasets import disk_checks, picture_checks, set_checks
from pyroblur_gui.datasets.dataset import Dataset, Problem


class Severity(StrEnum):
    HIGH = "high"  # a training or a measurement is wrong because of it
    MEDIUM = "medium"  # a training suffers
    LOW = "low"  # worth a look


@dataclass(frozen=True, slots=True)
class Kind:
    """fixes: names in fixes.FIXES, the first one being the usual choice."""

    title: str
    explanation: str
    severity: Severity
    fixes: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "unreadable_image": Kind(
        "Unreadable picture",
        "The file is damaged or no picture; it cannot be trained on and is left out.",
        Severity.HIGH,
        ("remove_pictures",),
    ),
    "missing_file": Kind(
        "Picture is gone",
        "The picture's file is no longer in the data set's folder; a training would stop there.",
        Severity.HIGH,
        ("remove_pictures",),
    ),
    "changed_picture": Kind(
        "Picture was changed outside",
        "The picture's file was changed by another program, so its boxes may no longer fit.",
        Severity.HIGH,
        ("remove_pictures",),
    ),
    "leak": Kind(
        "Same scene in two splits",
        "Nearly the same picture is trained on and measured with: the measured result is too good to be true.",
        Severity.HIGH,
        ("move_together", "remove_leaks"),
    ),
    "empty_split": Kind(
        "Empty split",
        "A training needs pictures to learn from and others to watch it by. Split the data set anew.",
        Severity.HIGH,
    ),
    "unlabelled_class": Kind(
        "Class not labelled everywhere",
        "In these pictures the class was never looked for, so a training would learn that it is background. Let a "
        "model suggest boxes, or leave these pictures out of the training.",
        Severity.HIGH,
    ),
    "box_without_area": Kind(
        "Box without area",
        "Its right edge is not right of its left one, or its bottom edge not below its top one: it shows nothing.",
        Severity.MEDIUM,
        ("delete_boxes",),
    ),
    "box_outside": Kind(
        "Box outside the picture",
        "The box reaches over the edge of the picture; only what lies inside can be learned.",
        Severity.MEDIUM,
        ("clip_boxes", "delete_boxes"),
    ),
    "class_out_of_range": Kind(
        "Unknown class",
        "The label names a class that the data set does not have.",
        Severity.MEDIUM,
        ("delete_boxes", "keep_as_is", "remove_pictures"),
    ),
    "doubled_box": Kind(
        "Box twice",
        "Two boxes of the same class lie on each other; one face or plate would count twice.",
        Severity.MEDIUM,
        ("delete_boxes",),
    ),
    "unreadable_label": Kind(
        "Unreadable label",
        "A line of the label file is no box, so something in the picture may have none.",
        Severity.MEDIUM,
        ("keep_as_is", "remove_pictures"),
    ),
    "changed_labels": Kind(
        "Labels were changed outside",
        "The label file is not as PyroBlur wrote it. Read it again to take the change over, or write it again.",
        Severity.MEDIUM,
        ("read_labels", "write_labels"),
    ),
    "duplicate": Kind(
        "Same picture twice",
        "Two files are the same byte for byte; the picture would count twice.",
        Severity.MEDIUM,
        ("remove_duplicates",),
    ),
    "unsplit": Kind(
        "Not in any split",
        "These pictures are neither trained on nor measured with. Split the data set anew.",
        Severity.MEDIUM,
    ),
    "class_missing": Kind(
        "Class missing in a split",
        "A class that is not in a split cannot be learned from it, or is not measured. Split the data set anew, or "
        "add pictures that show it.",
        Severity.MEDIUM,
    ),
    "rare_class": Kind(
        "Rare class",
        "One class is so much rarer than another that a training will neglect it. Add pictures that show it.",
        Severity.MEDIUM,
    ),
    "uneven_split": Kind(
        "Uneven split",
        "The classes are mixed differently in this split than in the others. Split the data set anew.",
        Severity.LOW,
    ),
    "many_boxes": Kind(
        "Too many boxes",
        "So many boxes in one picture are seldom right, and slow every step of a training down.",
        Severity.MEDIUM,
        ("remove_pictures",),
    ),
    "no_label_file": Kind(
        "No label file",
        "The picture came without a label file and counts as showing nothing that is looked for.",
        Severity.LOW,
        ("keep_as_is", "remove_pictures"),
    ),
    "no_boxes": Kind(
        "No boxes",
        "Most pictures of this source have boxes, this one has none: perhaps they were forgotten.",
        Severity.LOW,
        ("remove_pictures",),
    ),
    "tiny_box": Kind(
        "Tiny box",
        "The box's shorter side is under 3 pixels: too few to tell a face or a plate by.",
        Severity.LOW,
        ("delete_boxes",),
    ),
    "near_duplicate": Kind(
        "Nearly the same picture",
        "Two pictures of one split look alike, such as neighbouring frames of a clip. That is no mistake, but the "
        "second one teaches little.",
        Severity.LOW,
        ("remove_duplicates",),
    ),
    "empty_test": Kind(
        "No pictures to test with",
        "Without the split test, the final measurement uses pictures that the training was watched by.",
        Severity.LOW,
    ),
    "suggestions": Kind(
        "Suggestions that wait",
        "A model has suggested boxes. They are not trained on before you accept them.",
        Severity.LOW,
        ("accept_suggestions", "reject_suggestions"),
    ),
}
_ORDER = {kind: place for place, kind in enumerate(KINDS)}

Tell = Callable[[int, int], None]


def problems_of(dataset: Dataset, *, tell: Tell = lambda _done, _total: None) -> list[Problem]:
    """Everything that is wrong, by kind and picture, as far as the rows say.

    tell: called now and then with how many checks of how many are done; may raise to stop.
    """
    checks = [partial(check, dataset, None) for check in picture_checks.CHECKS]
    checks += [partial(check, dataset) for check in set_checks.CHECKS]
    found: list[Problem] = []
    for done, check in enumerate(checks):
        tell(done, len(checks))
        found += check()
    return ordered(found)


def problems_on_disk(dataset: Dataset, *, check_cancelled: Callable[[], None] = lambda: None) -> list[Problem]:
    """Files that are missing, or that another program changed."""
    return ordered(disk_checks.problems(dataset, check_cancelled))


def problems_of_pictures(dataset: Dataset, ids: Sequence[int]) -> list[Problem]:
    """What is wrong with these pictures by themselves: their file, labels and boxes. Quick for a few."""
    return ordered(problem for check in picture_checks.CHECKS for problem in check(dataset, ids))


def recheck(dataset: Dataset, ids: Sequence[int]) -> None:
    """Brings the kept problems up to date after these pictures were changed. Half a second for 100,000 pictures.

    Looks at these pictures and at the data set as a whole; other pictures keep their problems. Problems of a pair are
    dropped where it is none any more (one was removed, or both are in one split now); new pairs, and what happened on
    the disk, are found by the next check only.
    """
    changed = set(ids)
    kept = [each for each in dataset.problems() if each.kind not in set_checks.KINDS_OF_ALL]
    kept = [each for each in kept if not (each.kind in picture_checks.KINDS and each.picture in changed)]
    gone = set_checks.ended(dataset, [each for each in kept if {each.picture, each.other} & changed])
    written = {each.picture: each.id for each in kept if each.kind == disk_checks.LABELS and each.picture in changed}
    for picture in dataset.pictures(number for number in written if number is not None):
        if not any(disk_checks.label_problems(dataset, picture)):
            gone.add(written[picture.id])
    new = problems_of_pictures(dataset, ids)
    new += [problem for check in set_checks.OF_ALL for problem in check(dataset)]
    dataset.keep_problems(ordered([*(each for each in kept if each.id not in gone), *new]))


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """By kind, in the order of KINDS, then by picture."""
    return sorted(problems, key=lambda each: (_ORDER[each.kind], each.picture or 0, each.box or 0, each.other or 0))
