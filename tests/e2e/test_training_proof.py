"""What a training of 40 real pictures comes to: better than any fixed guess, and measured as plain `yolo val` does."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from door import Door

EPOCHS, SIZE = 6, 160
TRAINED, WATCHED = 40, 24
# What the user of plain Ultralytics does, in a process of its own: yolo val, and weights of COCO as a checkpoint.
VALIDATE = """
import json, sys
from ultralytics import YOLO
result = YOLO(sys.argv[1]).val(data=sys.argv[2], imgsz=int(sys.argv[3]), device="cpu", plots=False, project=sys.argv[4])
print(json.dumps({name: float(value) for name, value in result.results_dict.items()}))
"""
MAKE_BASE = """
import sys, torch
from ultralytics import YOLO
model = YOLO("yolo11n.yaml")
weights = torch.load(sys.argv[1], weights_only=True)
model.model.load_state_dict({key: each.float() if each.is_floating_point() else each for key, each in weights.items()})
model.model.names = {number: f"coco {number}" for number in range(80)}
model.save(sys.argv[2])
"""
NAMES = {"precision": "metrics/precision(B)", "recall": "metrics/recall(B)", "mAP50": "metrics/mAP50(B)",
         "mAP50-95": "metrics/mAP50-95(B)"}  # fmt: skip

pytestmark = [pytest.mark.usefixtures("training_part"), pytest.mark.timeout(1800)]


@pytest.fixture
def plates(lab: Path, tmp_path: Path) -> Path:
    """A YOLO folder of 64 real pictures of cars with their plates, divided."""
    source, folder = lab / "train" / "plates" / "kaggle433", tmp_path / "plates"
    files = random.Random(4).sample(sorted((source / "images").iterdir()), TRAINED + WATCHED)  # noqa: S311
    for number, file in enumerate(files):
        split = "train" if number < TRAINED else "val"
        for kind, path in (("images", file), ("labels", source / "labels" / f"{file.stem}.txt")):
            target = folder / kind / split
            target.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                shutil.copy(path, target)
        label = folder / "labels" / split / f"{file.stem}.txt"
        boxes = [line.split(maxsplit=1)[1] for line in label.read_text().splitlines()]
        label.write_text("".join(f"0 {box}\n" for box in boxes))  # plates are the only class here
    (folder / "data.yaml").write_text("train: images/train\nval: images/val\nnames: [license_plate]\n")
    return folder


@pytest.fixture
def base(lab: Path, tmp_path: Path) -> Path:
    weights = lab / "weights" / "yolo11n_coco_recovered_state_dict_fp16.pt"
    target = tmp_path / "coco.pt"
    plain(MAKE_BASE, weights, target, folder=tmp_path / "plain")
    return target


def test_forty_pictures_teach_more_than_a_fixed_guess_and_figures_are_those_of_yolo_val(
    plates: Path, base: Path, tmp_path: Path
) -> None:
    door = Door(tmp_path / "user")
    assert door.run("dataset", "import", plates, "--name", "plates", "--json").status == 0
    settings = {"epochs": EPOCHS, "imgsz": SIZE, "batch": 8, "lr0": 0.002, "warmup_epochs": 1, "save_period": -1,
                "close_mosaic": EPOCHS}  # fmt: skip
    chosen = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    start = ("train", "--data", "plates", "--recipe", "quick", "--model", base, "--device", "cpu", "--name", "plates")
    trained = door.run(*start, *chosen, "--json", limit_s=800)
    assert trained.status == 0, trained.out[-2000:] + trained.err
    end = trained.lines[-1]
    run = Path(end["run_dir"])
    learnt = [line["value"] for line in trained.lines if line["type"] == "metric" and line["name"] == "mAP50"]
    assert len(learnt) == EPOCHS
    guess = fixed_guess(plates / "labels" / "train", plates / "labels" / "val")
    assert end["best"]["mAP50"] > max(2 * guess, guess + 0.1), (end["best"], guess)
    assert end["best"]["mAP50"] > learnt[0]

    found = plain(VALIDATE, run / "weights" / "best.pt", run / "data" / "data.yaml", SIZE, folder=tmp_path / "plain")
    for ours, theirs in NAMES.items():
        assert end["best"][ours] == pytest.approx(found[theirs], abs=1e-6), ours
        assert found[theirs] > 0

    covered = tmp_path / "covered.jpg"
    picture = next((plates / "images" / "val").iterdir())
    answer = door.run("blur", picture, "-o", covered, "--model", str(end["model"]), "--verify", "off", "--json")
    assert answer.status == 0, answer.err
    assert covered.is_file()


def plain(script: str, *arguments: object, folder: Path) -> Mapping[str, float]:
    """Runs plain Ultralytics, offline; gives what it prints last, where that is JSON."""
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": str(folder),
                   "YOLO_VERBOSE": "false", "MPLCONFIGDIR": str(folder)}  # fmt: skip
    command = [sys.executable, "-c", script, *map(str, arguments), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    last = done.stdout.strip().splitlines()[-1:]
    return json.loads(last[0]) if last and last[0].startswith("{") else {}


def fixed_guess(known: Path, asked: Path) -> float:
    """AP at IoU 0.5 of the best predictor that never looks: the boxes of the training pictures, those first that meet
    most of the others.
    """
    boxes = np.concatenate([_boxes(path) for path in sorted(known.iterdir())])
    boxes = boxes[np.argsort(-(_overlap(boxes, boxes) >= 0.5).sum(axis=1))]
    truths = [_boxes(path) for path in sorted(asked.iterdir())]
    hits: list[bool] = []
    found = [np.zeros(len(truth), bool) for truth in truths]
    for box in boxes:  # of one rank, the same box in every picture
        for truth, taken in zip(truths, found, strict=True):
            overlap = np.where(taken, 0, _overlap(box[None], truth)[0])
            hit = bool(len(truth)) and overlap.max() >= 0.5
            hits.append(hit)
            if hit:
                taken[overlap.argmax()] = True
    right = np.cumsum(hits)
    precision, recall = right / np.arange(1, len(hits) + 1), right / sum(map(len, truths))
    highest = np.maximum.accumulate(precision[::-1])[::-1]
    points = np.linspace(0, 1, 101)
    return float(np.mean(np.interp(points, [0, *recall, 1], [1, *highest, 0])))


def _boxes(path: Path) -> np.ndarray:
    """n x 4: left, top, right, bottom as fractions."""
    rows = np.array([[float(part) for part in line.split()[1:]] for line in path.read_text().splitlines()])
    rows = rows.reshape(-1, 4)
    return np.hstack([rows[:, :2] - rows[:, 2:] / 2, rows[:, :2] + rows[:, 2:] / 2])


def _overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Intersection over union, n x m."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(each[:, 2:] - each[:, :2]).prod(axis=1) for each in (one, other)]
    return common / (areas[0][:, None] + areas[1][None] - common)
