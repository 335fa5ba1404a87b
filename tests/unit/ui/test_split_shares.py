"""Shares of a split stay a whole, whatever is done to one of them."""

import itertools

import pytest

from pyroblur_gui.datasets.spec import SplitOptions
from pyroblur_gui.ui.tabs.datasets.split_presenter import balanced


@pytest.mark.parametrize(
    ("shares", "place", "value", "expected"),
    [
        ((70, 20, 10), 1, 30, (60, 30, 10)),
        ((70, 20, 10), 2, 0, (80, 20, 0)),
        ((70, 20, 10), 0, 80, (80, 10, 10)),
        ((70, 20, 10), 0, 95, (95, 0, 5)),
        ((70, 20, 10), 0, 100, (100, 0, 0)),
        ((70, 20, 10), 1, 95, (1, 95, 4)),
        ((70, 20, 10), 0, 0, (1, 89, 10)),
    ],
)
def test_what_one_share_gains_the_others_give(
    shares: tuple[int, int, int], place: int, value: int, expected: tuple[int, int, int]
) -> None:
    assert balanced(shares, place, value) == expected


def test_every_step_gives_shares_that_a_split_takes() -> None:
    for place, value, start in itertools.product(range(3), range(101), ((70, 20, 10), (1, 0, 99), (100, 0, 0))):
        SplitOptions(ratios=balanced(start, place, value))
