import numpy as np
import pytest

from pyroblur_gui.core import boxes


def _rows(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def test_iou_of_equal_half_and_apart_boxes():
    ours = _rows((0, 0, 10, 10))
    theirs = _rows((0, 0, 10, 10), (5, 0, 15, 10), (20, 20, 30, 30))
    assert boxes.ious(ours, theirs).tolist() == [[1.0, pytest.approx(1 / 3), 0.0]]


def test_boxes_without_area_overlap_with_nothing():
    empty = _rows((5, 5, 5, 5))
    assert boxes.ious(empty, empty).tolist() == [[0.0]]
    assert boxes.areas(_rows((10, 10, 0, 0))).tolist() == [0.0]


def test_matrices_have_one_row_for_each_of_ours():
    assert boxes.ious(_rows(), _rows((0, 0, 1, 1))).shape == (0, 1)
    assert boxes.intersections(_rows((0, 0, 1, 1), (0, 0, 2, 2)), _rows()).shape == (2, 0)


def test_clipping_keeps_the_part_inside():
    assert boxes.clipped(_rows((-5, 2, 50, 90)), width=40, height=30).tolist() == [[0, 2, 40, 30]]


def test_growing_adds_the_share_on_each_side():
    assert boxes.grown((10, 10, 20, 30), 0.5) == (5, 0, 25, 40)


def test_way_between_two_boxes_and_the_box_around_them():
    start, end = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 40.0, 10.0)
    assert boxes.between(start, end, 0.5) == (10, 0, 25, 10)
    assert boxes.hull(start, end) == (0, 0, 40, 10)
    assert boxes.centre(boxes.moved(end, 1, -1)) == (31, 4)
