"""The bootstrap against cases that can be worked out, and its verdicts on differences real and accidental."""

import numpy as np
import pytest
from boxes import found, picture, tally

from pyroblur_gui.benchmark.figures import class_samples
from pyroblur_gui.benchmark.intervals import compared, interval_of, weights
from pyroblur_gui.benchmark.result import Verdict


def test_the_first_row_counts_each_picture_once_and_every_draw_as_many_as_there_are() -> None:
    drawn = weights(7, resamples=50, seed=3)
    assert drawn.shape == (51, 7)
    assert drawn[0].tolist() == [1] * 7
    assert drawn.sum(axis=1).tolist() == [7] * 51


def test_the_same_seed_draws_the_same() -> None:
    assert np.array_equal(weights(9, resamples=20, seed=1), weights(9, resamples=20, seed=1))
    assert not np.array_equal(weights(9, resamples=20, seed=1), weights(9, resamples=20, seed=2))


def test_the_interval_of_a_share_is_that_of_the_binomial() -> None:
    # one face a picture, found in 80 of 100: recall of a draw is binomial, sd sqrt(0.8 * 0.2 / 100) = 0.04
    hit = (picture((0, 10, 10, 30, 30)), found((0, 0.9, 10, 10, 30, 30)))
    miss = (picture((0, 10, 10, 30, 30)), found())
    table = tally([hit] * 80 + [miss] * 20).tables()[0]
    samples = class_samples(table, weights(100, resamples=4000, seed=0))
    interval = interval_of(samples.true / samples.truths)
    assert interval is not None
    assert interval.low == pytest.approx(0.8 - 1.96 * 0.04, abs=0.012)
    assert interval.high == pytest.approx(0.8 + 1.96 * 0.04, abs=0.012)


def test_pictures_are_drawn_and_not_boxes() -> None:
    # ten faces in each of ten pictures, all found in five of them: as uncertain as ten boxes, not as a hundred
    rows = [(0, 10.0 * place, 0.0, 10.0 * place + 9, 9.0) for place in range(10)]
    hit = (picture(*rows), found(*((0, 0.9, *row[1:]) for row in rows)))
    table = tally([hit] * 5 + [(picture(*rows), found())] * 5).tables()[0]
    samples = class_samples(table, weights(10, resamples=2000, seed=0))
    assert float(np.std((samples.true / samples.truths)[1:])) == pytest.approx(np.sqrt(0.25 / 10), rel=0.1)


def test_a_steady_difference_shows_and_an_accidental_one_does_not() -> None:
    drawn = weights(200, resamples=1000, seed=0)
    base = np.random.default_rng(0).random(200)
    accidental = base + np.random.default_rng(1).normal(0, 0.2, 200)
    one, steadily_better, other = (drawn @ each / 200 for each in (base, base + 0.003, accidental))
    better = compared("a", "b", "map50", steadily_better, one)
    assert better is not None
    assert better.verdict is Verdict.BETTER
    assert better.difference == pytest.approx(0.003, abs=1e-5)
    undecided = compared("a", "b", "map50", other, one)
    assert undecided is not None
    assert undecided.verdict is Verdict.NOT_DISTINGUISHABLE
    assert undecided.interval.low < 0 < undecided.interval.high


def test_less_of_a_leak_is_better() -> None:
    drawn = weights(50, resamples=200, seed=0)
    more, less = drawn @ np.full(50, 0.02), drawn @ np.full(50, 0.01)
    found_worse = compared("a", "b", "leak_objects", more, less)
    assert found_worse is not None
    assert found_worse.verdict is Verdict.WORSE
