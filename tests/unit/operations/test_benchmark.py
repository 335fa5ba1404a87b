"""Benchmarks from end to end on real pictures: equal to Ultralytics' validation, and one clear error for bad input."""

import json
import shutil
import sys
from importlib import import_module
from pathlib import Path

import pytest
from small_sets import yolo_folder
from stage import Stage

from pyroblur_gui.benchmark import store
from pyroblur_gui.benchmark.spec import BenchmarkOptions, BenchmarkSpec
from pyroblur_gui.core.errors import BenchmarkError, DatasetError, ModelError
from pyroblur_gui.core.paths import resource
from pyroblur_gui.models.loading import open_detector
from pyroblur_gui.operations.benchmark import run
from pyroblur_gui.operations.benchmark_data import labelled_set

sys.path.append(str(Path(__file__).parents[3] / "packaging" / "starter"))
from measure import measure

FEW = 10  # pictures of a lab set
CLOSE = 1e-3


def few_of(lab: Path, name: str, folder: Path, classes: dict[int, str]) -> Path:
    """Some pictures of a lab set with their labels, and a data.yaml."""
    source = lab / "val" / name
    for picture in sorted((source / "images").iterdir())[:FEW]:
        for kind, file in (("images", picture.name), ("labels", f"{picture.stem}.txt")):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            shutil.copy(source / kind / file, folder / kind / file)
    lines = "".join(f"  {number}: {label}\n" for number, label in classes.items())
    (folder / "data.yaml").write_text(f"path: {folder}\ntrain: images\nval: images\nnames:\n{lines}")
    return folder / "data.yaml"


@pytest.mark.parametrize("name", ["faces/wider_a", "plates/openalpr_eu"])
@pytest.mark.usefixtures("ultralytics_package")
def test_average_precision_is_that_of_yolo_val(name: str, lab: Path, tmp_path: Path) -> None:
    data = few_of(lab, name, tmp_path / "set", {0: "face", 1: "license_plate"})
    result = run(BenchmarkSpec(models=("fast",), data=str(data), report_dir=tmp_path / "report"), Stage())
    yolo = import_module("ultralytics").YOLO(resource("starter", "starter.onnx"), task="detect", verbose=False)
    expected = yolo.val(
        data=str(data), split="val", imgsz=640, batch=16, device="cpu", plots=False, verbose=False, workers=0,
        project=str(tmp_path / "val"),
    ).results_dict  # fmt: skip
    ours = result["models"][0]
    assert ours["map50"] == pytest.approx(expected["metrics/mAP50(B)"], abs=CLOSE)
    assert ours["map50_95"] == pytest.approx(expected["metrics/mAP50-95(B)"], abs=CLOSE)
    kept = store.read(tmp_path / "report")
    assert kept.models[0].figures.map50 == ours["map50"]
    assert kept.data.truths[kept.models[0].by_class[0].name] > 0
    assert {path.name for path in (tmp_path / "report").iterdir()} >= {"benchmark.html", "benchmark.md", "tables"}


def test_leaks_are_those_that_the_starter_models_are_measured_by(lab: Path, tmp_path: Path) -> None:
    """CenterFace looks at pictures as everywhere else, so both count the same faces as covered."""
    data = few_of(lab, "faces/wider_a", tmp_path / "set", {0: "face"})
    options = BenchmarkOptions(engine="onnxruntime")
    spec = BenchmarkSpec(models=("centerface",), data=str(data), options=options, report_dir=tmp_path / "report")
    leak = run(spec, Stage())["models"][0]["leak_objects"]
    detector = open_detector("centerface", engine="onnxruntime", precision="f32")
    try:
        facts = measure(detector, tmp_path / "set", "face")
    finally:
        detector.close()
    assert leak == pytest.approx(1 - facts.found[0] / facts.labelled[0], abs=1e-5)
    kept = store.read(tmp_path / "report").models[0].by_class[0].figures
    assert kept.in_vain == pytest.approx(facts.in_vain_percent / 100, abs=1e-5)


def test_another_order_of_classes_is_matched_by_name(lab: Path, tmp_path: Path) -> None:
    turned = few_of(lab, "plates/openalpr_eu", tmp_path / "turned", {0: "License Plate", 1: "number-plate"})
    names = "names: {0: whatever, 1: License-Plate}\n"
    text = turned.read_text()
    turned.write_text(text[: text.index("names:")] + names)
    stage = Stage()
    result = run(BenchmarkSpec(models=("fast",), data=str(turned), report_dir=tmp_path / "report"), stage)
    by_class = result["models"][0]["by_class"]
    assert list(by_class) == ["License-Plate"]
    assert by_class["License-Plate"]["recall"] > 0.9


def test_a_class_that_the_model_lacks_is_said_and_left_out(lab: Path, tmp_path: Path) -> None:
    data = few_of(lab, "plates/openalpr_eu", tmp_path / "set", {0: "wheel", 1: "license_plate"})
    for label in (tmp_path / "set" / "labels").iterdir():
        label.write_text(label.read_text() + "0 0.5 0.9 0.1 0.1\n")
    stage = Stage()
    result = run(BenchmarkSpec(models=("fast",), data=str(data), report_dir=tmp_path / "report"), stage)
    assert list(result["models"][0]["by_class"]) == ["license_plate"]
    assert store.read(tmp_path / "report").models[0].missing == ("wheel",)
    assert any("does not find wheel" in event.text for event in stage.of_type("log"))


def test_without_a_common_class_there_is_one_error_and_no_report(tmp_path: Path) -> None:
    folder = yolo_folder(tmp_path / "set", 6, names=("cat", "dog"))
    spec = BenchmarkSpec(models=("fast",), data=str(folder / "data.yaml"), report_dir=tmp_path / "report")
    with pytest.raises(BenchmarkError, match="finds no class that is labelled") as caught:
        run(spec, Stage())
    assert "cat, dog" in caught.value.hint
    assert not (tmp_path / "report").exists()


def test_a_split_without_labels_names_those_that_have(tmp_path: Path) -> None:
    folder = yolo_folder(tmp_path / "set", 6)
    spec = BenchmarkSpec(models=("fast",), data=str(folder), options=BenchmarkOptions(split="test"))
    with pytest.raises(BenchmarkError, match="no labelled boxes") as caught:
        run(spec, Stage())
    assert "train, val" in caught.value.hint


def test_a_corrupt_model_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    folder = yolo_folder(tmp_path / "set", 6)
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    stage = Stage()
    spec = BenchmarkSpec(models=("fast", str(tmp_path / "broken.onnx")), data=str(folder))
    with pytest.raises(ModelError, match="cannot be read"):
        run(spec, stage)
    assert not stage.of_type("progress")
    assert store.names() == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("train: images\nval: images\n", "describes no data set"),
        ("val: elsewhere\nnames: [face]\n", "leads to"),
        ("a: &a [1]\nb: *a\n", "describes no data set"),
    ],
)
def test_a_data_yaml_that_leads_nowhere_is_one_error(text: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(DatasetError, match=what):
        labelled_set(str(tmp_path / "data.yaml"), "val", Stage())


def test_a_picture_that_is_gone_does_not_count_and_is_said(lab: Path, tmp_path: Path) -> None:
    data = few_of(lab, "plates/openalpr_eu", tmp_path / "set", {0: "face", 1: "license_plate"})
    next((tmp_path / "set" / "images").iterdir()).write_bytes(b"no picture")
    run(BenchmarkSpec(models=("fast",), data=str(data), report_dir=tmp_path / "report"), Stage())
    kept = store.read(tmp_path / "report")
    assert kept.data.pictures == FEW - 1
    assert kept.notes == ("1 pictures cannot be read and do not count.",)
    assert json.loads((tmp_path / "report" / "benchmark.json").read_text())["spec"]["models"] == ["fast"]
