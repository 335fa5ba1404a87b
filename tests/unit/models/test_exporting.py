"""A model in other formats finds what it finds here; what cannot be written says why."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from pyroblur_gui.core.errors import MissingExtraError, ModelError
from pyroblur_gui.models import catalogue, store
from pyroblur_gui.models.agreement import compare_engines
from pyroblur_gui.models.export import import_checkpoint
from pyroblur_gui.models.exporting import MODEL_XML, Format, check_possible, export
from pyroblur_gui.models.loading import open_detector

pytestmark = pytest.mark.usefixtures("ultralytics_package")


@pytest.fixture
def model(untrained_checkpoint: Path) -> str:
    return import_checkpoint(untrained_checkpoint, "mine").name


def test_an_export_that_sees_something_else_than_its_checkpoint_is_found_out(
    coco_checkpoint: Path, untrained_checkpoint: Path, pictures: dict[str, Path]
) -> None:
    name = import_checkpoint(coco_checkpoint, "coco").name
    agreement = compare_engines(name, list(pictures.values()), lambda: None)
    assert (agreement.pictures, agreement.differing, agreement.is_passed) == (2, 0, True)
    assert agreement.boxes > 4
    assert agreement.largest_px < 0.5
    shutil.copyfile(untrained_checkpoint, store.checkpoint_file(name))
    changed = compare_engines(name, list(pictures.values()), lambda: None)
    assert changed.differing > 4
    assert not changed.is_passed


def test_formats_are_written_whole_and_run(model: str, pictures: dict[str, Path], tmp_path: Path) -> None:
    for kind in (Format.OPENVINO, Format.OPENVINO_INT8):
        if kind is Format.OPENVINO_INT8 and find_spec("nncf") is None:
            continue
        file = check_possible(model, kind)
        folder = export(file, kind, tmp_path / kind.value, pictures=list(pictures.values()))
        assert {path.name for path in folder.iterdir()} == {"model.xml", "model.bin", "metadata.yaml", "card.json"}
        detector = open_detector(folder / MODEL_XML)
        assert "OpenVINO" in detector.engine
        assert detector.classes == file.card.labels
        detector.close()
    sizes = [path.stat().st_size for path in sorted(tmp_path.glob("openvino*/model.bin"))]
    assert sizes == sorted(sizes, reverse=True)
    script = export(check_possible(model, Format.TORCHSCRIPT), Format.TORCHSCRIPT, tmp_path / "mine.torchscript")
    assert script.stat().st_size > 1_000_000
    with pytest.raises(ModelError, match="is there already"):
        export(check_possible(model, Format.ONNX), Format.ONNX, script)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_cannot_be_written_is_told_before_anything_is_begun(model: str) -> None:
    if find_spec("tensorrt") is None:
        with pytest.raises(MissingExtraError, match="tensorrt is not installed"):
            check_possible(model, Format.TENSORRT)
    group = catalogue.shipped().composite[0].name
    with pytest.raises(ModelError, match="several models"):
        check_possible(group, Format.ONNX)
    with pytest.raises(ModelError, match="no checkpoint"):
        check_possible(catalogue.shipped().model[0].name, Format.TORCHSCRIPT)
