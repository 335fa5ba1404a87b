"""What the user's hand on a box says about the picture: its class was looked for there."""

from rows import box, row

from pyroblur_gui.datasets.dataset import Box
from pyroblur_gui.datasets.sample import Origin
from pyroblur_gui.ui.tabs.datasets import picture_editing as editing

NOBODY: frozenset[int] = frozenset()
SUGGESTED = Box(0, 0.1, 0.1, 0.2, 0.2, Origin.SUGGESTED, 0.5)


def test_who_draws_a_box_in_an_unlabelled_picture_has_looked_for_its_class() -> None:
    assert editing.with_box(row(1, labelled=NOBODY), box(1)).labelled == {1}


def test_who_gives_a_box_another_class_has_looked_for_that() -> None:
    assert editing.relabelled(row(1, box(0), labelled=frozenset({0})), 0, 1).labelled == {0, 1}


def test_while_suggestions_of_a_class_wait_it_does_not_count_as_looked_for() -> None:
    picture = editing.with_box(row(1, SUGGESTED, labelled=NOBODY), box(0))
    assert picture.labelled == NOBODY
    assert editing.accepted(picture, 0).labelled == {0}
