"""Figures of pictures that are small enough to be counted by hand."""

import numpy as np
import pytest
from boxes import boxes, found, picture, tally

from pyroblur_gui.benchmark.figures import (
    class_result,
    class_samples,
    figures_of,
    in_vain_samples,
    reach,
    size_results,
    together,
)
from pyroblur_gui.benchmark.intervals import weights
from pyroblur_gui.benchmark.result import FindingKind
from pyroblur_gui.benchmark.truth import SIZES, in_size, sides

ONCE = weights(2, resamples=0, seed=0)


def test_the_size_of_a_box_is_its_shorter_side() -> None:
    assert sides(boxes((0, 0, 10, 50), (0, 0, 31.9, 90), (0, 0, 96, 400))).tolist() == [10, 31.9, 96]


@pytest.mark.parametrize(
    ("side", "name"),
    [(15.99, "tiny"), (16, "small"), (31.99, "small"), (32, "medium"), (95.9, "medium"), (96, "large")],
)
def test_every_side_has_one_size(side: float, name: str) -> None:
    assert [each for each, least, most in SIZES if in_size(np.array([side]), least, most)[0]] == [name]


def test_precision_recall_and_leaks_of_two_pictures() -> None:
    # two faces found (one of them weakly), one missed, one false alarm
    made = tally(
        [
            (
                picture((0, 10, 10, 30, 30), (0, 50, 50, 90, 90)),
                found((0, 0.9, 10, 10, 30, 30), (0, 0.8, 0, 80, 10, 90), (0, 0.3, 50, 50, 90, 90)),
            ),
            (picture((0, 20, 20, 40, 40)), found()),
        ]
    )
    table = made.tables()[0]
    figures = class_result("face", table, class_samples(table, ONCE)).figures
    assert figures.truths == 3
    assert figures.precision == pytest.approx(1 / 2)
    assert figures.recall == pytest.approx(1 / 3, abs=1e-5)
    assert figures.f1 == pytest.approx(0.4)
    assert figures.leak_objects == pytest.approx(2 / 3, abs=1e-5)
    assert figures.leak_area == pytest.approx((1600 + 400) / (400 + 1600 + 400), abs=1e-5)
    # in the first of two pictures of 10,000 pixels, 100 are covered in vain
    assert figures.in_vain == pytest.approx(0.01 / 2)
    # precision at the three places where recall rises: 1, then 2 of 3; the third face is never found
    steps = np.where(np.linspace(0, 1, 101) < 1 / 3, 1.0, np.where(np.linspace(0, 1, 101) < 2 / 3, 2 / 3, 0.0))
    assert figures.map50 == pytest.approx(np.trapezoid(steps, np.linspace(0, 1, 101)), abs=1e-5)


def test_the_threshold_that_reaches_a_wanted_recall_and_its_cost() -> None:
    made = tally(
        [
            (
                picture((0, 10, 10, 30, 30), (0, 50, 50, 90, 90)),
                found((0, 0.9, 10, 10, 30, 30), (0, 0.8, 0, 80, 10, 90), (0, 0.3, 50, 50, 90, 90)),
            )
        ]
    )
    table = made.tables()[0]
    all_of_them = reach(table, 1.0)
    assert all_of_them.threshold == pytest.approx(0.29)  # the highest below 0.3
    assert all_of_them.in_vain == pytest.approx(0.01)
    half = reach(table, 0.5)
    assert half.threshold == pytest.approx(0.89)
    assert half.in_vain == 0
    missing = tally([(picture((0, 10, 10, 30, 30)), found())]).tables()[0]
    assert reach(missing, 0.9).threshold is None
    assert reach(missing, 0.9).best == 0


def test_a_size_counts_its_own_boxes_only() -> None:
    made = tally(
        [
            (
                picture((0, 10, 10, 30, 30), (0, 50, 50, 90, 90)),  # small and medium
                found((0, 0.9, 10, 10, 30, 30), (0, 0.8, 0, 80, 10, 90)),  # small; a tiny false alarm
            )
        ]
    )
    by_size = {each.name: each.figures for each in size_results(made.tables(), weights(1, resamples=0, seed=0))}
    assert by_size["tiny"].truths == 0
    assert (by_size["small"].truths, by_size["small"].recall, by_size["small"].precision) == (1, 1, 1)
    assert (by_size["medium"].truths, by_size["medium"].recall, by_size["medium"].leak_objects) == (1, 0, 1)
    assert by_size["small"].map50 == pytest.approx(0.995, abs=1e-5)  # as Ultralytics': the last of 101 recalls is 0


def test_a_class_that_was_not_looked_for_counts_for_nothing() -> None:
    made = tally([(picture((0, 10, 10, 30, 30), looked_for=(0,)), found((1, 0.9, 50, 50, 90, 90)))])
    assert len(made.tables()[1].scores) == 0
    assert made.false_alarms == 0


def test_findings_are_worst_first() -> None:
    made = tally(
        [
            (
                picture((0, 10, 10, 30, 30), (0, 50, 50, 90, 90)),
                found((1, 0.95, 0, 0, 5, 5), (0, 0.8, 0, 80, 10, 90), (0, 0.2, 50, 50, 90, 90)),
            )
        ]
    )
    findings = made.findings()
    assert [(each.kind, each.side_px, each.score) for each in findings] == [
        (FindingKind.MISS, 40, 0.2),  # would be covered below 0.2
        (FindingKind.MISS, 20, None),
        (FindingKind.FALSE_ALARM, 5, 0.95),
        (FindingKind.FALSE_ALARM, 10, 0.8),
    ]
    assert all(each.picture == 7 for each in findings)


def test_the_confusion_matrix_counts_each_box_once() -> None:
    made = tally(
        [
            (
                picture((0, 10, 10, 30, 30), (1, 50, 50, 90, 70)),
                found(
                    (0, 0.9, 10, 10, 30, 30), (0, 0.8, 50, 50, 90, 70), (1, 0.7, 0, 90, 10, 99), (1, 0.1, 0, 0, 9, 9)
                ),
            )
        ]
    )
    # rows: found as face, found as plate, not found; columns: face, plate, nothing
    assert made.confusion.tolist() == [[1, 1, 0], [0, 0, 1], [0, 0, 0]]


def test_together_means_are_over_classes_and_shares_over_objects() -> None:
    made = tally(
        [
            (
                picture((0, 10, 10, 30, 30), (1, 50, 50, 60, 60), (1, 70, 70, 80, 80), (1, 10, 80, 20, 90)),
                found((0, 0.9, 10, 10, 30, 30)),
            )
        ]
    )
    once = weights(1, resamples=0, seed=0)
    figures = figures_of(together(class_samples(each, once) for each in made.tables().values()), truths=4)
    assert figures.recall == pytest.approx(1 / 2)
    assert figures.leak_objects == pytest.approx(3 / 4)
    assert figures.leak_area == pytest.approx(300 / 700, abs=1e-5)


def test_what_covers_of_two_classes_take_in_vain_counts_once() -> None:
    made = tally(
        [
            (
                picture((0, 10, 10, 30, 30), (1, 50, 50, 60, 60)),
                found((0, 0.9, 70, 70, 90, 90), (1, 0.9, 70, 70, 90, 90), (1, 0.8, 70, 0, 80, 10)),
            ),
            (picture((0, 10, 10, 30, 30)), found()),
        ]
    )
    once = weights(2, resamples=0, seed=0)
    samples = [class_samples(each, once) for each in made.tables().values()]
    assert [each.in_vain.tolist() for each in samples] == [pytest.approx([0.02]), pytest.approx([0.025])]
    whole = in_vain_samples(*made.in_vain, once)
    assert figures_of(together(samples, in_vain=whole), truths=3).in_vain == pytest.approx(0.025)
    assert figures_of(together(samples), truths=3).in_vain is None, "it does not follow from the classes' own"
