"""Average precision and matching against Ultralytics' own, on made-up detections."""

from importlib import import_module

import numpy as np
import pytest

from pyroblur_gui.benchmark.matching import OVERLAPS, matched
from pyroblur_gui.benchmark.ranking import Ranking


def made_up(seed: int, *, detections: int, truths: int) -> tuple[Ranking, np.ndarray]:
    """Detections of one class, with the hits as Ultralytics takes them."""
    generator = np.random.default_rng(seed)
    scores = np.sort(generator.random(detections).astype(np.float32))[::-1]
    depth = generator.integers(0, 11, detections)  # overlaps that each detection passes
    hits = np.arange(10) < depth[:, None]
    hits[truths:] &= False  # no more hits than there are labelled objects
    matches = np.where(hits, np.arange(detections)[:, None] % truths, -1)
    pictures = generator.integers(0, 5, detections)
    return Ranking(scores, pictures, matches, generator.integers(0, 5, truths)), hits


@pytest.mark.parametrize(("seed", "detections", "truths"), [(0, 50, 20), (1, 400, 30), (2, 3, 10), (3, 40, 40)])
@pytest.mark.usefixtures("ultralytics_package")
def test_average_precision_is_that_of_ultralytics(seed: int, detections: int, truths: int) -> None:
    ranking, hits = made_up(seed, detections=detections, truths=truths)
    metrics = import_module("ultralytics.utils.metrics")
    expected = metrics.ap_per_class(hits, ranking.scores, np.zeros(detections), np.zeros(truths))[5][0]
    assert ranking.average_precision(np.ones((1, 5)))[0] == pytest.approx(expected, abs=1e-9)


def test_a_picture_that_counts_twice_is_as_two_pictures() -> None:
    ranking, _ = made_up(4, detections=60, truths=25)
    doubled = np.ones((1, 5))
    doubled[0, 2] = 2
    again, truth_again = ranking.pictures == 2, ranking.truth_pictures == 2
    order = np.argsort(-np.concatenate([ranking.scores, ranking.scores[again]]), kind="stable")
    written_out = Ranking(
        np.concatenate([ranking.scores, ranking.scores[again]])[order],
        np.concatenate([ranking.pictures, ranking.pictures[again]])[order],
        np.concatenate([ranking.matches, ranking.matches[again]])[order],
        np.concatenate([ranking.truth_pictures, ranking.truth_pictures[truth_again]]),
    )
    once = written_out.average_precision(np.ones((1, 5)))
    assert ranking.average_precision(doubled) == pytest.approx(once, abs=0.02)


def test_a_picture_that_counts_not_at_all_is_as_if_it_were_not_there() -> None:
    ranking, _ = made_up(5, detections=60, truths=25)
    without = np.ones((1, 5))
    without[0, 3] = 0
    kept, truths = ranking.pictures != 3, ranking.truth_pictures != 3
    rest = Ranking(ranking.scores[kept], ranking.pictures[kept], ranking.matches[kept], ranking.truth_pictures[truths])
    assert ranking.average_precision(without) == pytest.approx(rest.average_precision(np.ones((1, 5))), abs=1e-12)


@pytest.mark.usefixtures("ultralytics_package")
def test_objects_are_taken_as_in_ultralytics_validation() -> None:
    torch, validator = import_module("torch"), import_module("ultralytics.engine.validator")
    metrics = import_module("ultralytics.utils.metrics")
    judge = validator.BaseValidator.__new__(validator.BaseValidator)
    judge.iouv = torch.from_numpy(OVERLAPS)
    for seed in range(20):
        generator = np.random.default_rng(seed)
        corners = generator.random((12, 2)) * 40
        truth = np.concatenate([corners, corners + 10 + generator.random((12, 2)) * 20], axis=1)
        found = np.concatenate([truth, truth]) + generator.normal(0, 2, (24, 4))
        labels, truth_labels = generator.integers(0, 2, 24), generator.integers(0, 2, 12)
        overlaps = metrics.box_iou(torch.from_numpy(truth), torch.from_numpy(found))
        expected = judge.match_predictions(torch.from_numpy(labels), torch.from_numpy(truth_labels), overlaps)
        assert np.array_equal(matched(found, labels, truth, truth_labels) >= 0, expected.numpy())


def test_nothing_labelled_has_no_average_precision() -> None:
    ranking = Ranking(np.ones(1, np.float32), np.zeros(1, np.int64), np.full((1, 10), -1), np.zeros(0, np.int64))
    assert np.isnan(ranking.average_precision(np.ones((1, 1)))).all()
