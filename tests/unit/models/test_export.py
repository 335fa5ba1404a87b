"""Importing: a checkpoint becomes an ONNX file once, and what was imported runs like what it came from."""

import importlib.util
import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from pyroblur_gui.core.errors import MissingExtraError, ModelError
from pyroblur_gui.core.files import sha256
from pyroblur_gui.models import store
from pyroblur_gui.models.detector import Picture
from pyroblur_gui.models.export import import_checkpoint, import_onnx
from pyroblur_gui.models.loading import open_detector


def test_an_imported_checkpoint_finds_what_it_found_before(coco_checkpoint: Path, zidane: Picture) -> None:
    card = import_checkpoint(coco_checkpoint)
    assert store.names() == (card.name,) == ("yolo11n-coco",)
    assert card.checkpoint_sha256 == sha256(coco_checkpoint)
    assert (card.input_size, card.stride, len(card.classes)) == (640, 32, 80)
    person = {card.labels[0]: 0.5}
    results = []
    for engine in ("openvino", "onnxruntime", "torch"):
        detector = open_detector(card.name, engine=engine, device="cpu", precision="f32")
        results.append(detector.submit(zidane, confidence=person).result())
        detector.close()
    assert len(results[0]) == 2
    for other in results[1:]:
        np.testing.assert_allclose(other.boxes, results[0].boxes, atol=0.5)


def test_opening_a_checkpoint_imports_it_once(untrained_checkpoint: Path) -> None:
    for _ in range(2):
        open_detector(untrained_checkpoint, engine="openvino").close()
    assert store.names() == ("best",)


def test_two_files_of_one_name_get_two_names(untrained_checkpoint: Path, untrained_onnx: Path, tmp_path: Path) -> None:
    copy = tmp_path / "best.onnx"
    copy.write_bytes(untrained_onnx.read_bytes())
    assert (import_onnx(copy).name, import_checkpoint(untrained_checkpoint).name) == ("best", "best-2")


def test_a_name_that_is_taken_is_said_before_the_work(untrained_onnx: Path) -> None:
    import_onnx(untrained_onnx, "mine")
    with pytest.raises(ModelError, match="already"):
        import_onnx(untrained_onnx, "mine")


def test_an_imported_onnx_file_is_copied(untrained_onnx: Path, tmp_path: Path) -> None:
    source = tmp_path / "net.onnx"
    source.write_bytes(untrained_onnx.read_bytes())
    card = import_onnx(source, "mine")
    source.unlink()
    assert store.model_file("mine").read_bytes() == untrained_onnx.read_bytes()
    assert card.sha256 == sha256(untrained_onnx)
    assert json.loads((store.model_file("mine").parent / "card.json").read_text())["layout"] == "yolo"


def test_faces_and_plates_get_their_own_margins(untrained_onnx: Path, tmp_path: Path) -> None:
    renamed = with_metadata(untrained_onnx, tmp_path, names="{0: 'face', 1: 'license_plate'}", classes=2)
    card = import_onnx(renamed)
    assert [(entry.name, entry.margin) for entry in card.classes] == [("face", 0.3), ("license_plate", 0.15)]


@pytest.mark.parametrize(
    ("names", "reason"), [("", "no list of class names"), ("{1: 'a'}", "no list of class names"), ("{0: 'a'}", "shape")]
)
def test_an_onnx_file_that_is_no_yolo_detector_says_what_to_do(
    names: str, reason: str, untrained_onnx: Path, tmp_path: Path
) -> None:
    changed = with_metadata(untrained_onnx, tmp_path, names=names)
    with pytest.raises(ModelError, match=reason) as failure:
        import_onnx(changed)
    assert "export(" in failure.value.hint
    assert store.names() == ()


def test_a_model_for_another_task_is_refused(untrained_onnx: Path, tmp_path: Path) -> None:
    changed = with_metadata(untrained_onnx, tmp_path, task="segment")
    with pytest.raises(ModelError, match="segment"):
        open_detector(changed)


@pytest.mark.parametrize("package", ["torch", "ultralytics"])
def test_without_the_training_part_it_says_what_to_install(
    package: str, untrained_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == package else find(name, *rest))
    with pytest.raises(MissingExtraError) as failure:
        import_checkpoint(untrained_checkpoint)
    assert "pip install" in failure.value.hint


def with_metadata(source: Path, folder: Path, *, classes: int | None = None, **values: str) -> Path:
    """A copy whose metadata says something else; `classes`: keeps only the scores of that many."""
    onnx = import_module("onnx")
    model = onnx.load(source)
    entries = {entry.key: entry.value for entry in model.metadata_props} | values
    onnx.helper.set_model_props(model, entries)
    if classes is not None:
        model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 4 + classes
    target = folder / "changed.onnx"
    onnx.save(model, target)
    return target
