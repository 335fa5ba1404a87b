"""Our letterbox, decoding and suppression against Ultralytics' own predictions, on the same weights in f32."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from pyroblur_gui.models.detector import Detections, Detector
from pyroblur_gui.models.loading import open_detector
from tests.unit.models.samples import read

CONFIDENCE = 0.2
LAB_PICTURES = ("train/coco/coco_val128/images", "val/plates/openalpr_eu/images", "val/faces/wider_a/images")
A_SET = 8  # of each folder


@pytest.fixture(scope="module", params=["openvino", "onnxruntime"])
def ours(request: pytest.FixtureRequest, coco_onnx: Path) -> Iterator[Detector]:
    detector = open_detector(coco_onnx, engine=request.param, precision="f32")
    yield detector
    detector.close()


def test_finds_the_same_boxes_as_ultralytics(
    ours: Detector, coco_checkpoint: Path, pictures: dict[str, Path], lab: Path
) -> None:
    compare_all(ours, coco_checkpoint, [*pictures.values(), *lab_pictures(lab)])


def test_torch_finds_the_same_boxes_as_ultralytics(coco_checkpoint: Path, pictures: dict[str, Path]) -> None:
    detector = open_detector(coco_checkpoint, engine="torch", device="cpu")
    try:
        compare_all(detector, coco_checkpoint, list(pictures.values()))
    finally:
        detector.close()


@pytest.mark.usefixtures("ultralytics_package")
def test_shipped_model_is_read_as_ultralytics_reads_it(starter: Path, pictures: dict[str, Path]) -> None:
    detector = open_detector("fast", engine="openvino", precision="f32")
    try:
        compare_all(detector, starter, list(pictures.values()))
    finally:
        detector.close()


def lab_pictures(lab: Path) -> list[Path]:
    return [path for folder in LAB_PICTURES for path in sorted((lab / folder).iterdir())[:A_SET]]


@cache
def theirs(weights: Path) -> Callable[[Path], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """What Ultralytics finds in a picture: boxes (n, 4) of corners in pixels, scores (n,), labels (n,)."""
    model = import_module("ultralytics").YOLO(weights, task="detect", verbose=False)

    @cache
    def found_in(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        boxes = model.predict(path, conf=CONFIDENCE, iou=0.7, imgsz=640, device="cpu", verbose=False)[0].boxes.cpu()
        return boxes.xyxy.numpy(), boxes.conf.numpy(), boxes.cls.numpy()

    return found_in


def compare_all(detector: Detector, weights: Path, paths: list[Path]) -> None:
    confidence = dict.fromkeys(detector.classes, CONFIDENCE)
    total = 0
    for path in paths:
        found = detector.submit(read(path), confidence=confidence).result()
        compare(found, *theirs(weights)(path), path.name)
        total += len(found)
    assert total >= len(paths) / 4, "too little was found to compare"


def compare(found: Detections, boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray, name: str) -> None:
    """Every box has its partner; only boxes whose score lies at the threshold may be missing on one side."""
    unmatched = list(range(len(scores)))
    for box, score, label in zip(found.boxes, found.scores, found.labels, strict=True):
        partners = [i for i in unmatched if labels[i] == label and np.abs(boxes[i] - box).max() <= 0.5]
        partners = [i for i in partners if abs(scores[i] - score) <= 0.01]
        assert partners or score < CONFIDENCE + 0.01, f"{name}: {box} {score} is not among {boxes} {scores}"
        if partners:
            unmatched.remove(partners[0])
    assert all(scores[i] < CONFIDENCE + 0.01 for i in unmatched), f"{name}: {boxes[unmatched]} was not found"
