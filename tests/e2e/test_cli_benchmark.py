"""`pyroblur benchmark`: models beside each other on labelled pictures, from the command line to the report."""

import json
from pathlib import Path

import pytest
from clips import make_clip
from door import Door
from PIL import Image


@pytest.fixture
def labelled(pictures: dict[str, Path], tmp_path: Path) -> Path:
    """A YOLO folder: a picture with one of its faces labelled, and one with a plate labelled where there is none."""
    folder = tmp_path / "set"
    for kind in ("images", "labels"):
        (folder / kind / "val").mkdir(parents=True)
    for name, label in (("zidane", "0 0.768 0.266 0.108 0.237"), ("bus", "1 0.5 0.05 0.05 0.02")):
        with Image.open(pictures[name]) as picture:
            picture.save(folder / "images" / "val" / f"{name}.jpg")
        (folder / "labels" / "val" / f"{name}.txt").write_text(f"{label}\n")
    (folder / "data.yaml").write_text("train: images/val\nval: images/val\nnames: [face, license_plate]\n")
    return folder / "data.yaml"


def test_models_are_measured_side_by_side_and_reported_without_a_picture(labelled: Path, tmp_path: Path) -> None:
    door = Door(tmp_path / "user")
    out = tmp_path / "report"
    done = door.run("benchmark", "--model", "fast", "--model", "centerface", "--data", labelled, "-o", out, "--json")
    assert done.status == 0, done.err
    assert not done.strays
    end = done.lines[-1]
    assert end["type"] == "finished"
    fast, centerface = end["models"]
    keys = {"model", "map50", "map50_95", "precision", "recall", "f1", "leak_objects", "leak_area", "by_class"}
    assert keys | {"by_size", "latency_ms_median", "fps"} <= set(fast)
    assert fast["leak_objects"] == 0.5, "the face is covered, the plate that is none is not"
    assert centerface["by_class"]["face"]["leak_objects"] == 0
    assert fast["latency_ms_median"] > 0
    files = {path.suffix for path in Path(end["report_dir"]).rglob("*") if path.is_file()}
    assert {".md", ".html", ".json", ".csv", ".png"} <= files
    kept = json.loads(next(Path(end["report_dir"]).glob("*.json")).read_text())
    assert kept["models"][0]["model"] == "fast"


def test_a_clip_is_timed_from_file_to_file_and_what_stays_bare_in_it_is_counted(tmp_path: Path) -> None:
    door = Door(tmp_path / "user")
    clip, truth = make_clip(tmp_path / "ride.mp4", frames=6), tmp_path / "ride.csv"
    truth.write_text("frame,class,x,y,w,h\n2,face,10,10,20,20\n")
    command = ("benchmark", "--model", "fast", "--clip", clip, "--truth", truth, "-o", tmp_path / "report", "--json")
    line = door.run(*command).lines[-1]["models"][0]
    assert line["clip_fps"] > 0
    assert (line["clip_object_frames"], line["clip_leaked"], line["clip_longest_leak"]) == (1, 1, 1)


def test_what_cannot_be_measured_is_told_with_what_to_do(labelled: Path, tmp_path: Path) -> None:
    door = Door(tmp_path / "user")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network at all")
    for arguments, said in (
        (("--model", broken, "--data", labelled), "broken.onnx"),
        (("--model", "fast", "--data", labelled, "--split", "test"), "test"),
        (("--model", "fast", "--data", "nowhere"), "nowhere"),
    ):
        failed = door.run("benchmark", *arguments, "--json")
        assert failed.status == 1, failed.out
        assert said in failed.lines[-1]["message"]
        assert failed.lines[-1]["hint"]
