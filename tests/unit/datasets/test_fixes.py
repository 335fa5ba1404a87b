from dataclasses import replace

import pytest
from rows import box, make_dataset, row

from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.changes import Changes
from pyroblur_gui.datasets.dataset import Dataset, Picture, Problem
from pyroblur_gui.datasets.fixes import FIXES, fixed
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Origin, Split
from pyroblur_gui.datasets.validate import KINDS, problems_of, problems_on_disk

ALIKE = bytes(32)


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        yield dataset


def _problems(dataset: Dataset, kind: str) -> list[Problem]:
    found = [*problems_of(dataset), *problems_on_disk(dataset)]
    return [problem for problem in found if problem.kind == kind]


def _fix(dataset: Dataset, fix: str, kind: str, **options) -> list[Picture]:
    """Applies a fix to all problems of a kind; the pictures that it changed, as they are afterwards."""
    after = fixed(fix, dataset, _problems(dataset, kind), **options)
    Changes(dataset).apply(FIXES[fix].title, after)
    return dataset.pictures(picture.id for picture in after)


def _left(dataset: Dataset) -> list[int]:
    return list(dataset.ids())


def test_boxes_are_cut_at_the_edge_and_gone_when_outside(dataset: Dataset):
    inside = box(1)
    dataset.add([row(1, inside, box(0, -0.2, 0.5, 0.5, 1.5), box(0, 1.5, 0, 2, 1))])
    (after,) = _fix(dataset, "clip_boxes", "box_outside")
    assert after.boxes == (inside, box(0, 0.0, 0.5, 0.5, 1.0))
    assert _problems(dataset, "box_outside") == []


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("box_outside", box(0, 0.5, 0.5, 1.5, 1)),
        ("box_without_area", box(0, 0.5, 0.5, 0.5, 1)),
        ("tiny_box", box(0, 0.5, 0.5, 0.503, 1)),
        ("class_out_of_range", box(7)),
        ("doubled_box", box(1)),
    ],
)
def test_only_the_bad_boxes_are_deleted(dataset: Dataset, kind: str, bad):
    good = (box(1), box(0, 0.1, 0.1, 0.4, 0.4))
    dataset.add([row(1, *good, bad), row(2, *good)])
    assert "delete_boxes" in KINDS[kind].fixes
    assert [(after.id, after.boxes) for after in _fix(dataset, "delete_boxes", kind)] == [(1, good)]
    assert _problems(dataset, kind) == []


def test_a_box_that_was_mended_meanwhile_stays(dataset: Dataset):
    """The problem names a place among the boxes; by now another box is there, and it is good."""
    dataset.add([row(1, box(0, 0.5, 0.5, 1.5, 1), box(1))])
    problems = _problems(dataset, "box_outside")
    dataset.replace([replace(dataset.picture(1), boxes=(box(1),))])
    assert fixed("delete_boxes", dataset, problems) == []


def test_suggestions_in_front_of_a_bad_box_do_not_shift_it(dataset: Dataset):
    waiting = box(0, origin=Origin.SUGGESTED, score=0.5)
    dataset.add([row(1, waiting, box(1, 0.5, 0.5, 0.5, 1), box(1))])
    (after,) = _fix(dataset, "delete_boxes", "box_without_area")
    assert after.boxes == (waiting, box(1))


def test_pictures_are_removed(dataset: Dataset):
    dataset.add([row(1, box()), row(2, error="broken")])
    _fix(dataset, "remove_pictures", "unreadable_image")
    assert _left(dataset) == [1]


def test_of_duplicates_one_stays(dataset: Dataset):
    dataset.add([row(number, box(), sha256="a" * 64) for number in (1, 2, 3)])
    _fix(dataset, "remove_duplicates", "duplicate")
    assert _left(dataset) == [1]
    assert _problems(dataset, "duplicate") == []


def test_a_duplicate_whose_original_was_removed_meanwhile_stays(dataset: Dataset):
    dataset.add([row(number, box(), sha256="a" * 64) for number in (1, 2)])
    problems = _problems(dataset, "duplicate")
    dataset.replace([replace(dataset.picture(1), is_removed=True)])
    assert fixed("remove_duplicates", dataset, problems) == []


def _leaking(dataset: Dataset) -> None:
    splits = (Split.TRAIN, Split.VAL, Split.TEST, Split.TRAIN, Split.TEST)
    dataset.add([row(number, box(), likeness=ALIKE, split=split) for number, split in enumerate(splits, 1)])
    dataset.add([row(6, box(), split=Split.TRAIN)])


def test_a_leaking_group_moves_into_one_split(dataset: Dataset):
    _leaking(dataset)
    _fix(dataset, "move_together", "leak")
    assert [picture.split for picture in dataset.every_picture()] == [Split.TEST] * 5 + [Split.TRAIN]
    assert _problems(dataset, "leak") == []


def test_what_leaks_is_removed_from_where_it_is_trained_on(dataset: Dataset):
    _leaking(dataset)
    _fix(dataset, "remove_leaks", "leak")
    assert _left(dataset) == [3, 5, 6]
    assert _problems(dataset, "leak") == []


def test_a_remark_of_reading_is_forgotten_and_others_stay(dataset: Dataset):
    other = Flaw(FlawKind.CLASS_OUT_OF_RANGE, "Line 4 is of class 9.")
    dataset.add([row(1, flaws=(Flaw(FlawKind.NO_LABEL_FILE, "There is none."), other))])
    _fix(dataset, "keep_as_is", "no_label_file")
    assert dataset.picture(1).flaws == (other,)


def test_lines_of_an_unknown_class_are_forgotten_with_their_boxes(dataset: Dataset):
    dataset.add([row(1, box(9), box(), flaws=(Flaw(FlawKind.CLASS_OUT_OF_RANGE, "Line 4 is of class 9."),))])
    _fix(dataset, "delete_boxes", "class_out_of_range")
    assert dataset.picture(1).boxes == (box(),)
    assert dataset.picture(1).flaws == ()


def test_labels_that_another_program_wrote_are_read_and_the_others_stay_as_they_are(dataset: Dataset):
    kept = box(0, 0.1, 0.1, 0.3, 0.3, origin=Origin.ACCEPTED, score=0.9)
    waiting = box(1, origin=Origin.SUGGESTED, score=0.4)
    dataset.add([row(1, kept, box(1, 0.5, 0.5, 0.7, 0.7), waiting)])
    layout.write_all(dataset)
    file = dataset.folder / layout.label_file(dataset.picture(1))
    lines = file.read_text().splitlines()
    file.write_text(f"{lines[0]}\n1 0.5 0.5 0.25 0.5\nnonsense\n", encoding="utf-8")
    (after,) = _fix(dataset, "read_labels", "changed_labels")
    assert after.boxes == (kept, box(1, 0.375, 0.25, 0.625, 0.75, origin=Origin.EDITED), waiting)
    assert [flaw.kind for flaw in after.flaws] == [FlawKind.UNREADABLE_LABEL]
    assert _problems(dataset, "changed_labels") == []


def test_labels_that_another_program_deleted_are_no_boxes_any_more(dataset: Dataset):
    dataset.add([row(1, box())])
    layout.write_all(dataset)
    (dataset.folder / layout.label_file(dataset.picture(1))).unlink()
    (after,) = _fix(dataset, "read_labels", "changed_labels")
    assert after.boxes == ()


def test_a_fix_is_one_change_that_can_be_undone(dataset: Dataset):
    _leaking(dataset)
    before = list(dataset.every_picture())
    _fix(dataset, "remove_leaks", "leak")
    assert Changes(dataset).undo() == "Remove what leaks"
    assert list(dataset.every_picture()) == before


def _suggested(dataset: Dataset) -> None:
    faces_only = frozenset({0})
    sure, unsure = (box(1, 0.1 * n, 0, 0.1 * n + 0.1, 0.1, origin=Origin.SUGGESTED, score=0.3 * n) for n in (2, 1))
    dataset.add([row(1, box(), sure, unsure, labelled=faces_only), row(2, unsure, labelled=faces_only)])
    dataset.add([row(3, box(), labelled=faces_only)])


def test_all_suggestions_are_accepted_and_their_class_counts_as_looked_for(dataset: Dataset):
    _suggested(dataset)
    _fix(dataset, "accept_suggestions", "suggestions")
    first, second, third = dataset.every_picture()
    assert [each.origin for each in first.boxes] == [Origin.LABELLED, Origin.ACCEPTED, Origin.ACCEPTED]
    assert [first.labelled, second.labelled] == [frozenset({0, 1})] * 2
    assert third.labelled == frozenset({0})  # nobody looked
    assert _problems(dataset, "suggestions") == []


def test_only_sure_suggestions_are_accepted(dataset: Dataset):
    _suggested(dataset)
    _fix(dataset, "accept_suggestions", "suggestions", confidence=0.5)
    first, second, _ = dataset.every_picture()
    assert [each.origin for each in first.boxes] == [Origin.LABELLED, Origin.ACCEPTED, Origin.SUGGESTED]
    assert first.labelled == frozenset({0})  # one waits: nobody has decided about it
    assert second.labelled == frozenset({0})


def test_suggestions_are_rejected_all_or_the_unsure_ones(dataset: Dataset):
    _suggested(dataset)
    _fix(dataset, "reject_suggestions", "suggestions", confidence=0.5)
    assert [len(picture.boxes) for picture in dataset.every_picture()] == [2, 0, 1]
    _fix(dataset, "reject_suggestions", "suggestions")
    assert [len(picture.boxes) for picture in dataset.every_picture()] == [1, 0, 1]
    assert all(picture.labelled == frozenset({0}) for picture in dataset.every_picture())
