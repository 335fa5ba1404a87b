"""Geometry of the network's input, decoding and suppression, on values that can be followed by hand."""

import numpy as np
import pytest

from pyroblur_gui.core.boxes import ious
from pyroblur_gui.models.centerface import decode
from pyroblur_gui.models.postprocess import Fit, decode_yolo, suppressed

SIZES = [(1280, 720), (720, 1280), (810, 1080), (333, 777), (641, 640), (32, 32), (1, 1), (4000, 3), (17, 16_000)]


@pytest.mark.usefixtures("ultralytics_package")
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_letterbox_is_that_of_ultralytics(width: int, height: int) -> None:
    augment = pytest.importorskip("ultralytics.data.augment")
    picture = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    theirs = augment.LetterBox((640, 640), auto=True, stride=32)(image=picture.copy())
    ours = Fit.letterbox(width, height, longest=640, stride=32).apply(picture)
    np.testing.assert_array_equal(ours, theirs)
    fixed = augment.LetterBox((320, 640), auto=False, stride=32)(image=picture.copy())
    np.testing.assert_array_equal(Fit.fixed(width, height, outer=(640, 320)).apply(picture), fixed)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("kind", ["letterbox", "stretched"])
def test_every_size_fits_into_multiples_of_the_stride_and_back(width: int, height: int, kind: str) -> None:
    fit = getattr(Fit, kind)(width, height, longest=640, stride=32)
    assert fit.apply(np.zeros((height, width, 3), np.uint8)).shape[:2] == fit.outer[::-1]
    assert all(side % 32 == 0 and side <= 640 for side in fit.outer)
    whole = np.array([[fit.left, fit.top, fit.left + fit.inner[0], fit.top + fit.inner[1]]], np.float32)
    np.testing.assert_allclose(fit.back(whole), [[0, 0, width, height]], rtol=1e-6)
    beyond = np.array([[-50, -50, 9999, 9999]], np.float32)
    np.testing.assert_allclose(fit.back(beyond), [[0, 0, width, height]])


def anchors(*rows: tuple[float, ...]) -> np.ndarray:
    """Anchors as a YOLO network gives them: centre x, centre y, width, height, scores."""
    return np.array(rows, np.float32).T


def test_yolo_rows_become_boxes_best_first() -> None:
    found = decode_yolo(anchors((50, 50, 20, 10, 0.3, 0), (200, 100, 8, 8, 0, 0.9)), {0: 0.25, 1: 0.25})
    np.testing.assert_allclose(found.boxes, [[196, 96, 204, 104], [40, 45, 60, 55]])
    assert found.labels.tolist() == [1, 0]


def test_a_sure_plate_is_not_lost_to_a_face_below_its_threshold() -> None:
    both = anchors((50, 50, 20, 10, 0.4, 0.3))
    assert decode_yolo(both, {0: 0.5, 1: 0.2}).labels.tolist() == [1]
    assert decode_yolo(both, {0: 0.2, 1: 0.2}).labels.tolist() == [0]
    assert decode_yolo(both, {1: 0.2}).labels.tolist() == [1]


def test_doubles_are_dropped_within_a_class_only() -> None:
    rows = anchors((50, 50, 20, 20, 0.9, 0), (51, 50, 20, 20, 0.8, 0), (50, 50, 20, 20, 0, 0.7))
    found = decode_yolo(rows, {0: 0.1, 1: 0.1})
    assert found.labels.tolist() == [0, 1]
    np.testing.assert_allclose(found.scores, [0.9, 0.7])


def test_nothing_found_is_empty_and_well_shaped() -> None:
    found = decode_yolo(np.zeros((6, 100), np.float32), {0: 0.1})
    assert (len(found), found.boxes.shape) == (0, (0, 4))


def test_suppression_is_the_greedy_one(subtests: pytest.Subtests) -> None:
    generator = np.random.default_rng(0)
    for overlap in (0.3, 0.7):
        with subtests.test(overlap=overlap):
            corners = generator.uniform(0, 60, (300, 2))
            boxes = np.hstack([corners, corners + generator.uniform(5, 40, (300, 2))]).astype(np.float32)
            scores = generator.random(300).astype(np.float32)
            labels = generator.integers(0, 2, 300)
            found = suppressed(boxes, scores, labels, overlap=overlap)
            kept: list[int] = []
            for index in np.argsort(-scores):
                rivals = [other for other in kept if labels[other] == labels[index]]
                if not rivals or (ious(boxes[index : index + 1], boxes[rivals]) <= overlap).all():
                    kept.append(int(index))
            np.testing.assert_array_equal(found.scores, scores[kept])


def test_a_point_of_the_heat_map_becomes_a_face() -> None:
    heat, size, offset = (np.zeros((1, channels, 8, 10), np.float32) for channels in (1, 2, 2))
    heat[0, 0, 3, 5] = 0.8
    size[0, :, 3, 5] = np.log([3.0, 2.0])  # 12 px high, 8 px wide
    offset[0, :, 3, 5] = (0.25, -0.5)  # down, right
    found = decode((heat, size, offset), 0.5)
    np.testing.assert_allclose(found.boxes, [[20 - 4, 15 - 6, 20 + 4, 15 + 6]], rtol=1e-5)
    assert found.scores.tolist() == [pytest.approx(0.8)]
    assert len(decode((heat, size, offset), 0.9)) == 0


def test_a_face_at_the_edge_is_clipped_and_not_moved() -> None:
    heat, size, offset = (np.zeros((1, channels, 8, 10), np.float32) for channels in (1, 2, 2))
    heat[0, 0, 0, 0] = 0.8
    size[0, :, 0, 0] = np.log([4.0, 4.0])
    np.testing.assert_allclose(decode((heat, size, offset), 0.5).boxes, [[0, 0, 10, 10]], rtol=1e-5)
