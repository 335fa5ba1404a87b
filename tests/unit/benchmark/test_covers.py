"""What stays bare, worked out by hand: the middle 70 %, 60 % of it, the labelled area, and what is covered in vain."""

import numpy as np
import pytest
from boxes import boxes

from pyroblur_gui.benchmark.covers import NEVER, bareness, covered_share, painted, widened

THRESHOLDS = np.array([0.1, 0.4, 0.8])


def test_the_middle_of_a_box_is_what_counts() -> None:
    # of 0..20, the middle 70 % are 3..17; a cover of 0..10 lies over 7 of these 14 columns
    covered = painted(boxes((0, 0, 10, 20)), width=40, height=40)
    assert covered_share(covered, boxes((0, 0, 20, 20))[0]) == pytest.approx(0.5)


def test_a_cover_is_wider_than_what_was_found_by_its_margin_on_each_side() -> None:
    assert widened(boxes((10, 10, 20, 30)), 0.5).tolist() == [[5, 0, 25, 40]]


def test_an_object_needs_the_score_of_the_cover_that_completes_sixty_percent_of_its_middle() -> None:
    # the middle is 3..17 wide and high. The first cover takes columns up to 10 (7 of 14: half), the second up to 12
    # (9 of 14: 64 %): the object is covered from the second's score on
    found = bareness(
        boxes((0, 0, 20, 20)),
        boxes((0, 0, 10, 20), (0, 0, 12, 20)),
        np.array([0.9, 0.5], np.float32),
        THRESHOLDS,
        width=40,
        height=40,
    )
    assert found.needed.tolist() == pytest.approx([0.5])
    assert found.labelled == 400
    assert found.bare.tolist() == [160, 160, 200]  # 8 of 20 columns are bare with both covers, 10 with the first alone
    assert found.in_vain.tolist() == [0, 0, 0]


def test_just_under_sixty_percent_is_a_leak() -> None:
    found = bareness(
        boxes((0, 0, 20, 20)), boxes((0, 0, 11, 20)), np.array([0.9], np.float32), THRESHOLDS, width=40, height=40
    )
    assert found.needed.tolist() == [NEVER]  # 8 of 14 columns: 57 %


def test_in_vain_begins_half_a_box_away_from_a_label() -> None:
    # the label 10..20 grown by half its size on each side is 5..25: of a cover over the upper left 30 x 30 pixels,
    # 900 - 400 are in vain
    found = bareness(
        boxes((10, 10, 20, 20)), boxes((0, 0, 30, 30)), np.array([0.5], np.float32), THRESHOLDS, width=60, height=60
    )
    assert found.in_vain.tolist() == [500, 500, 0]
    assert found.pixels == 3600


def test_covers_that_overlap_count_once() -> None:
    found = bareness(
        boxes(),
        boxes((0, 0, 10, 10), (0, 0, 10, 10)),
        np.array([0.9, 0.2], np.float32),
        THRESHOLDS,
        width=60,
        height=60,
    )
    assert found.in_vain.tolist() == [100, 100, 100]


def test_a_score_at_the_threshold_does_not_cover() -> None:
    found = bareness(
        boxes((0, 0, 20, 20)),
        boxes((0, 0, 20, 20)),
        np.array([0.5], np.float32),
        np.array([0.49, 0.5]),
        width=40,
        height=40,
    )
    assert found.bare.tolist() == [0, 400]
