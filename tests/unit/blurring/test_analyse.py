"""Looking at frames: with a detector that needs no model, so that its failures can be chosen."""

from fractions import Fraction

import numpy as np
import pytest

from pyroblur_gui.blurring.analyse import MOST_FAILURES, Looker, Thresholds, View, covering_of
from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.core.errors import EngineError, ModelError
from pyroblur_gui.media.facts import VideoFacts
from pyroblur_gui.media.orientation import Orientation
from pyroblur_gui.models.detector import Detections


class BrightDetector:
    """Finds the box around all bright pixels; fails on pictures whose first pixel says so, as often as that says."""

    classes = (LICENSE_PLATE, FACE)
    in_flight = 3
    engine = "test"

    def __init__(self) -> None:
        self.under_way = 0
        self.most_under_way = 0
        self.failures: dict[int, int] = {}

    def threshold(self, label: str) -> float:
        return {FACE: 0.4, LICENSE_PLATE: 0.04}[label]

    def margin(self, label: str) -> float:
        return {FACE: 0.3, LICENSE_PLATE: 0.15}[label]

    def preferred_size(self, width: int, height: int) -> tuple[int, int]:
        return width, height

    def submit(self, picture, **_settings):
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        return _Pending(self, picture)

    def close(self) -> None:
        return


class _Pending:
    def __init__(self, detector: BrightDetector, picture: np.ndarray) -> None:
        self.detector = detector
        self.picture = picture

    def result(self) -> Detections:
        self.detector.under_way -= 1
        name = int(self.picture[0, 0, 0])
        if self.detector.failures.get(name, 0) > 0:
            self.detector.failures[name] -= 1
            raise EngineError("the engine broke")
        ys, xs = np.nonzero(self.picture[..., 0] > 200)
        boxes = [] if not len(ys) else [(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)]
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.full(len(boxes), 0.9, np.float32),
            np.ones(len(boxes), np.int64),
        )


class _Frame:
    def __init__(self, pixels: np.ndarray) -> None:
        self.pixels = pixels

    def rgb(self, width: int, height: int) -> np.ndarray:
        assert self.pixels.shape == (height, width, 3)
        return self.pixels


def _looked(looker: Looker, pictures: list[np.ndarray]):
    done = []
    for number, picture in enumerate(pictures):
        done += looker.look(number, looker.picture(_Frame(picture)))
    return done + list(looker.rest())


def _picture(name: int = 0) -> np.ndarray:
    picture = np.zeros((30, 40, 3), np.uint8)
    picture[0, 0] = name
    return picture


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("is_mirrored", [False, True])
def test_a_face_found_upright_is_placed_in_the_stored_picture(rotation: int, is_mirrored: bool):
    stored = np.zeros((30, 40, 3), np.uint8)
    stored[5:12, 20:36] = 255
    upright = np.rot90(stored, -rotation // 90)
    upright = upright[:, ::-1] if is_mirrored else upright
    view = View(40, 30, Orientation(rotation, is_mirrored))
    assert view.size == upright.shape[1::-1]
    (looked,) = _looked(Looker(BrightDetector(), {FACE: 0.5}, view), [np.ascontiguousarray(upright)])
    (found,) = looked.detections
    assert found.box == pytest.approx((20, 5, 36, 12), abs=1e-4)
    assert found.label == FACE
    back = view.seen(np.array([found.box], np.float32))
    ys, xs = np.nonzero(upright[..., 0])
    expected = np.array([xs.min() / upright.shape[1], ys.min() / upright.shape[0],
                         (xs.max() + 1) / upright.shape[1], (ys.max() + 1) / upright.shape[0]])  # fmt: skip
    assert back[0] == pytest.approx(expected, abs=1e-5)


def test_pixels_that_are_not_square_are_looked_at_as_they_are_shown():
    facts = VideoFacts(
        index=0, codec="h264", width=720, height=576, pixel_format="yuv420p", bit_depth=8,
        frame_rate=Fraction(25), time_base=Fraction(1, 25), sample_aspect_ratio=Fraction(64, 45), rotation=90,
    )  # fmt: skip
    assert View.of(facts).size == (576, 1024)
    boxes = View.of(facts).stored(np.array([[0, 0, 576, 1024]], np.float32), width=576, height=1024)
    assert boxes.tolist() == [[0, 0, 720, 576]]


def test_results_come_in_order_with_several_pictures_under_way():
    detector = BrightDetector()
    looker = Looker(detector, {FACE: 0.5}, View(40, 30))
    assert [looked.frame for looked in _looked(looker, [_picture() for _ in range(10)])] == list(range(10))
    assert detector.most_under_way == detector.in_flight + 1


def test_a_picture_that_failed_once_is_looked_at_again():
    detector = BrightDetector()
    detector.failures = {7: 1}
    looked = _looked(Looker(detector, {FACE: 0.5}, View(40, 30)), [_picture(n) for n in range(10)])
    assert [one.frame for one in looked if one.has_failed] == []


def test_a_picture_that_failed_twice_is_told_as_failed():
    detector = BrightDetector()
    detector.failures = {7: 2}
    looked = _looked(Looker(detector, {FACE: 0.5}, View(40, 30)), [_picture(n) for n in range(10)])
    assert [one.frame for one in looked if one.has_failed] == [7]


def test_a_detector_that_keeps_failing_fails_the_job():
    detector = BrightDetector()
    detector.failures = dict.fromkeys(range(5, 200), 2)
    with pytest.raises(EngineError, match="the engine broke"):
        _looked(Looker(detector, {FACE: 0.5}, View(40, 30)), [_picture(n) for n in range(5 + MOST_FAILURES + 9)])


def test_thresholds_are_the_users_or_the_models():
    options = BlurOptions(confidence={"*": 0.7, FACE: 0.2})
    assert Thresholds.of(options, BrightDetector()).sure == {FACE: 0.2, LICENSE_PLATE: 0.7}
    thresholds = Thresholds.of(BlurOptions(), BrightDetector())
    assert thresholds.sure == {FACE: 0.4, LICENSE_PLATE: 0.04}
    assert thresholds.weak == {FACE: 0.2, LICENSE_PLATE: 0.03}


@pytest.mark.parametrize("classes", [("horse",), (FACE, "horse")])
def test_a_class_that_is_not_found_is_named(classes: tuple[str, ...]):
    with pytest.raises(ModelError, match="does not find horse"):
        Thresholds.of(BlurOptions(classes=classes), BrightDetector())


def test_a_model_for_faces_alone_may_be_used():
    class FacesOnly(BrightDetector):
        classes = (FACE,)

    assert set(Thresholds.of(BlurOptions(), FacesOnly()).sure) == {FACE}


def test_margins_are_the_users_or_the_models():
    assert covering_of(BlurOptions(), BrightDetector()).margins == {FACE: 0.3, LICENSE_PLATE: 0.15}
    assert covering_of(BlurOptions(margin=50), BrightDetector()).margins == {FACE: 0.5, LICENSE_PLATE: 0.5}
