"""Large pictures: small faces are found in tiles, once each, and nothing that was found is lost in the joining."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from pyroblur_gui.core.boxes import ious
from pyroblur_gui.core.errors import EngineError
from pyroblur_gui.models.detector import Picture
from pyroblur_gui.models.loading import open_detector
from pyroblur_gui.models.postprocess import merged
from pyroblur_gui.models.tiling import MOST_TILES, TiledDetector, is_cut
from tests.unit.models.test_composite import Scripted

FACE = {"face": 0.2}


@pytest.fixture(scope="module")
def canvas(zidane: Picture) -> tuple[Picture, np.ndarray]:
    """6000 x 4000 with the picture of two faces shrunk to a sixth in five places; and the ten faces' boxes."""
    small = cv2.resize(zidane, None, fx=1 / 6, fy=1 / 6, interpolation=cv2.INTER_AREA)
    picture = np.full((4000, 6000, 3), 128, np.uint8)
    faces = np.array([[911, 102, 1053, 277], [552, 258, 667, 434]]) / 6
    boxes = []
    for left, top in ((40, 60), (5700, 3800), (2950, 1990), (1000, 3000), (4400, 300)):
        picture[top : top + small.shape[0], left : left + small.shape[1]] = small
        boxes.append(faces + np.array((left, top) * 2))
    return picture, np.concatenate(boxes).astype(np.float32)


def test_small_faces_that_the_plain_detector_misses_are_found_once_each(canvas: tuple[Picture, np.ndarray]) -> None:
    picture, faces = canvas
    plain, tiled = open_detector("centerface"), open_detector("centerface", tiled=True)
    missed = plain.submit(picture, confidence=FACE).result()
    found = tiled.submit(picture, confidence=FACE).result()
    plain.close()
    tiled.close()
    assert (ious(faces, missed.boxes) > 0.4).any(axis=1).sum() <= 2
    matches = ious(faces, found.boxes) > 0.4
    assert matches.any(axis=1).all()
    assert matches.sum() == len(faces)
    assert tiled.preferred_size(6000, 4000) == (6000, 4000)


def test_a_face_larger_than_a_tile_is_found_whole(zidane: Picture) -> None:
    tiled = open_detector("centerface", tiled=True)
    found = tiled.submit(cv2.resize(zidane, None, fx=5, fy=5), confidence=FACE).result()
    tiled.close()
    faces = np.array([[911, 102, 1053, 277], [552, 258, 667, 434]], np.float32) * 5
    assert (ious(faces, found.boxes) > 0.6).any(axis=1).all()


def test_thorough_is_tiled_by_each_members_own_input(starter: object, zidane: Picture) -> None:
    tiled = open_detector("thorough", tiled=True)
    assert tiled.preferred_size(5000, 300) == (5000, 300)
    assert len(tiled.submit(zidane, confidence=FACE).result()) >= 2
    tiled.close()


@pytest.mark.parametrize("size", [(6000, 4000), (1281, 1281), (16_000, 400), (30_000, 30_000), (1280, 5000)])
def test_tiles_cover_everything_and_share_at_least_the_overlap(size: tuple[int, int]) -> None:
    width, height = size
    windows = TiledDetector(Scripted(("face",)), tile=1280, overlap=0.2).windows(width, height)
    assert 1 < len(windows) <= MOST_TILES
    for axis, length in ((0, width), (1, height)):
        spans = sorted({(window[axis], window[axis + 2]) for window in windows})
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        for (_, end), (start, _) in pairwise(spans):
            assert end - start >= 0.2 * 1280 - 1


def test_a_picture_of_one_tile_is_looked_at_once() -> None:
    inner = Scripted(("face",))
    TiledDetector(inner, tile=1280).submit(np.zeros((1280, 900, 3), np.uint8), confidence=FACE).result()
    assert len(inner.asked) == 1


def test_a_tile_that_fails_fails_the_picture_when_it_is_asked_for() -> None:
    tiled = TiledDetector(Scripted(("face",), fails=True), tile=320)
    pending = tiled.submit(np.zeros((900, 2000, 3), np.uint8), confidence=FACE)
    with pytest.raises(EngineError):
        pending.result()


def test_only_edges_within_the_picture_cut() -> None:
    boxes = np.array([[0, 0, 10, 10], [95, 50, 100, 60], [50, 50, 60, 60]], np.float32)
    assert is_cut(boxes, (0, 0, 100, 100), 200, 100).tolist() == [False, True, False]
    assert is_cut(boxes, (0, 0, 100, 100), 100, 100).tolist() == [False, False, False]


def test_a_part_is_dropped_for_the_whole_though_its_score_is_higher() -> None:
    boxes = np.array([[0, 0, 50, 100], [0, 0, 100, 100], [0, 0, 100, 100], [300, 0, 400, 100]], np.float32)
    scores = np.array([0.9, 0.5, 0.4, 0.3], np.float32)
    labels = np.array([0, 0, 1, 0])
    cut = np.array([True, False, False, True])
    assert sorted(merged(boxes, scores, labels, cut).tolist()) == [1, 2, 3]
