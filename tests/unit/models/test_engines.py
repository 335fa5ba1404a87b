"""Engines: they agree, keep what was handed in apart from what comes after, and do not compile once a picture."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pyroblur_gui.core.boxes import ious
from pyroblur_gui.core.errors import EngineError, ModelError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.system import processor
from pyroblur_gui.models import catalogue
from pyroblur_gui.models.centerface import NETWORK, CenterFaceDetector
from pyroblur_gui.models.detector import Detections, Detector, Picture
from pyroblur_gui.models.loading import open_detector
from pyroblur_gui.models.openvino import RECENT, OpenVinoEngine

FACE = {"face": 0.2}


@pytest.fixture(params=["openvino", "onnxruntime"])
def centerface(request: pytest.FixtureRequest) -> Iterator[Detector]:
    detector = open_detector("centerface", engine=request.param, precision="f32")
    yield detector
    detector.close()


class CountingEngine(OpenVinoEngine):
    """Counts how often a network was compiled."""

    compiled: int

    def _compile(self, size: tuple[int, int] | None) -> object:
        self.compiled = getattr(self, "compiled", 0) + 1
        return super()._compile(size)


@pytest.fixture
def counting() -> Iterator[tuple[CenterFaceDetector, CountingEngine]]:
    model = catalogue.find("centerface")
    engine = CountingEngine(model.path, NETWORK, precision="f32")
    yield CenterFaceDetector(engine, model.card), engine
    engine.close()


def assert_same(found: Detections, expected: Detections, *, pixels: float = 0.5, score: float = 0.01) -> None:
    assert len(found) == len(expected)
    np.testing.assert_allclose(found.boxes, expected.boxes, atol=pixels)
    np.testing.assert_allclose(found.scores, expected.scores, atol=score)


def test_what_was_prepared_is_not_compiled_again(
    counting: tuple[CenterFaceDetector, CountingEngine], zidane: Picture
) -> None:
    detector, engine = counting
    height, width = zidane.shape[:2]
    detector.prepare(width, height)
    prepared = engine.compiled
    assert prepared == 1
    assert len(detector.submit(zidane, confidence=FACE).result()) == 2
    assert engine.compiled - prepared <= 1, "the second look from afar has a size of its own"


def test_both_faces_are_found_where_they_are(centerface: Detector, zidane: Picture) -> None:
    found = centerface.submit(zidane, confidence=FACE).result()
    assert len(found) == 2
    np.testing.assert_allclose(found.boxes[0], [911, 102, 1053, 277], atol=4)
    np.testing.assert_allclose(found.boxes[1], [552, 258, 667, 434], atol=4)
    assert found.scores[0] >= found.scores[1] > 0.7


def test_a_close_up_is_found_by_the_second_look(zidane: Picture) -> None:
    """A face of 700 pixels, more than the network sees at once."""
    close_up = cv2.resize(zidane[0:360, 740:1240], (2000, 1440))
    face = np.array([[(911 - 740) * 4, 102 * 4, (1053 - 740) * 4, 277 * 4]], np.float32)
    detector = open_detector("centerface", precision="f32")
    found = detector.submit(close_up, confidence=FACE).result()
    detector.close()
    assert ious(face, found.boxes).max() > 0.6
    assert found.scores[ious(face, found.boxes)[0].argmax()] > 0.5


def test_engines_agree(zidane: Picture, bus: Picture) -> None:
    one, other = (open_detector("centerface", engine=name, precision="f32") for name in ("openvino", "onnxruntime"))
    for picture in (zidane, bus):
        assert_same(one.submit(picture, confidence=FACE).result(), other.submit(picture, confidence=FACE).result())
    one.close()
    other.close()


@pytest.mark.skipif(not processor().has_bf16, reason="this processor does not compute in bf16")
def test_bf16_moves_boxes_by_little(zidane: Picture, bus: Picture) -> None:
    exact, fast = (open_detector("centerface", engine="openvino", precision=name) for name in ("f32", "bf16"))
    for picture in (zidane, bus):
        expected = exact.submit(picture, confidence=FACE).result()
        assert_same(fast.submit(picture, confidence=FACE).result(), expected, pixels=2.5, score=0.04)
    exact.close()
    fast.close()


def test_more_pictures_than_the_engine_likes_do_not_block(centerface: Detector, zidane: Picture) -> None:
    expected = centerface.submit(zidane, confidence=FACE).result()
    pending = [centerface.submit(zidane, confidence=FACE) for _ in range(3 * centerface.in_flight)]
    for each in reversed(pending):
        assert_same(each.result(), expected)
    assert_same(pending[0].result(), expected)


def test_a_picture_may_be_changed_once_it_was_submitted(centerface: Detector, zidane: Picture) -> None:
    expected = centerface.submit(zidane, confidence=FACE).result()
    picture = zidane.copy()
    pending = [centerface.submit(picture, confidence=FACE) for _ in range(2)]
    picture[:] = 0
    for each in pending:
        assert_same(each.result(), expected)


def test_asking_for_a_class_that_it_does_not_know_finds_nothing(centerface: Detector, zidane: Picture) -> None:
    assert len(centerface.submit(zidane, confidence={"license_plate": 0.1}).result()) == 0
    with pytest.raises(ModelError):
        centerface.threshold("license_plate")


@pytest.mark.parametrize("size", [(1, 1), (31, 33), (3000, 8), (5, 900)])
def test_odd_sizes_are_looked_at(centerface: Detector, size: tuple[int, int]) -> None:
    picture = np.zeros((*size, 3), np.uint8)
    found = centerface.submit(picture, confidence=FACE).result()
    assert (found.boxes <= np.array([size[1], size[0]] * 2)).all()


def test_a_picture_that_is_a_view_is_looked_at_as_it_is_seen(centerface: Detector, zidane: Picture) -> None:
    expected = centerface.submit(np.ascontiguousarray(zidane[::-1, 200:]), confidence=FACE).result()
    assert_same(centerface.submit(zidane[::-1, 200:], confidence=FACE).result(), expected)


def test_fifty_sizes_are_compiled_for_three_times(
    counting: tuple[CenterFaceDetector, CountingEngine], zidane: Picture
) -> None:
    detector, engine = counting
    for number in range(50):
        detector.submit(cv2.resize(zidane, (320 + 8 * number, 180 + 5 * number)), confidence=FACE).result()
    assert engine.compiled == 3  # two sizes of their own and free sizes


def test_what_was_made_ready_for_any_size_takes_every_size_and_finds_the_same(
    counting: tuple[CenterFaceDetector, CountingEngine], zidane: Picture
) -> None:
    detector, engine = counting
    smaller = cv2.resize(zidane, (640, 360))
    detector.prepare_any_size()
    found = [detector.submit(picture, confidence=FACE).result() for picture in (zidane, smaller)]
    assert engine.compiled == 1
    usual = open_detector("centerface", engine="openvino", precision="f32")
    for each, picture in zip(found, (zidane, smaller), strict=True):
        assert_same(each, usual.submit(picture, confidence=FACE).result())
    usual.close()
    for _ in range(RECENT // 2):
        detector.submit(smaller, confidence=FACE).result()
    assert engine.compiled > 1, "a size that comes often gets its own network"


def test_a_new_video_gets_a_network_of_its_own_size_and_the_same_boxes(
    counting: tuple[CenterFaceDetector, CountingEngine], zidane: Picture
) -> None:
    detector, engine = counting
    expected = detector.submit(zidane, confidence=FACE).result()
    assert engine.compiled == 2  # the first video, from near and from afar
    small = cv2.resize(zidane, (640, 360))
    found = [detector.submit(small, confidence=FACE).result() for _ in range(RECENT)]
    assert engine.compiled == 4  # free sizes, then the second video's
    for each in found:
        assert_same(each, found[0])
    assert_same(detector.submit(zidane, confidence=FACE).result(), expected)


def test_onnxruntime_patches_the_file_once(zidane: Picture) -> None:
    for _ in range(2):
        detector = open_detector("centerface", engine="onnxruntime")
        detector.submit(zidane, confidence=FACE).result()
        detector.close()
    assert len(list((folders().cache / "free-size").iterdir())) == 1


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_a_file_that_is_no_network_is_named(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\x08\x07 this is no network" * 20)
    with pytest.raises(ModelError, match=r"broken\.onnx") as failure:
        open_detector(broken, engine=engine)
    assert failure.value.hint


@pytest.mark.parametrize(
    ("engine", "device", "precision"),
    [
        ("openvino", "cuda", "auto"),
        ("onnxruntime", "cuda:7", "auto"),
        ("onnxruntime", "cpu", "bf16"),
        ("auto", "directml", "auto"),
    ],
)
def test_what_this_machine_cannot_do_is_said(engine: str, device: str, precision: str) -> None:
    with pytest.raises(EngineError) as failure:
        open_detector("centerface", engine=engine, device=device, precision=precision)
    assert failure.value.hint


def test_torch_needs_a_checkpoint() -> None:
    pytest.importorskip("torch")
    with pytest.raises(EngineError, match="checkpoint"):
        open_detector("centerface", engine="torch")


def test_a_network_of_a_fixed_size_is_fed_that_size(coco_checkpoint: Path, tmp_path: Path, zidane: Picture) -> None:
    """As Ultralytics exports it without dynamic=True: 640 x 640 and nothing else."""
    yolo = pytest.importorskip("ultralytics").YOLO(coco_checkpoint)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, on the way that Ultralytics exports
        exported = yolo.export(format="onnx", imgsz=(320, 640), simplify=False, opset=17, device="cpu")
    fixed = Path(exported).rename(tmp_path / "fixed.onnx")
    for engine in ("openvino", "onnxruntime"):
        detector = open_detector(fixed, engine=engine, precision="f32")
        found = detector.submit(zidane, confidence={detector.classes[0]: 0.3}).result()
        detector.close()
        assert len(found) >= 2
        assert detector.preferred_size(1280, 720) == (640, 360)
