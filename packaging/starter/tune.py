"""Chooses a model's thresholds on the part of the training pictures that it was not trained on.

    python packaging/starter/tune.py MODEL DATA_DIR

DATA_DIR is what prepare.py wrote. For each class the lowest threshold is taken that covers in vain no more than the
class may; what is missed then is the price. Prints the table as JSON.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from measure import CLASSES, Tally, covers_of, read_labels

from pyroblur_gui.models.detector import Detections
from pyroblur_gui.models.loading import open_detector

THRESHOLDS = (0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
MOST_IN_VAIN = {"face": 0.75, "license_plate": 0.2}  # percent of a picture; clips carry faces on at half the score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    detector = open_detector(arguments.model)
    tallies = {label: {threshold: Tally() for threshold in THRESHOLDS} for label in detector.classes}
    for path in images_of_tuning(arguments.data):
        picture = read_rgb(path)
        height, width = picture.shape[:2]
        found = detector.submit(picture, confidence=dict.fromkeys(detector.classes, THRESHOLDS[0])).result()
        for label, rows in tallies.items():
            labelled = read_labels(
                arguments.data / "labels" / "tune" / f"{path.stem}.txt",
                CLASSES.index(label),
                width=width,
                height=height,
            )
            for threshold, tally in rows.items():
                keep = found.scores >= threshold
                sure = Detections(found.boxes[keep], found.scores[keep], found.labels[keep])
                tally.add(labelled, covers_of(sure, detector, label), width=width, height=height)
    facts: dict[str, object] = {"model": arguments.model, "engine": detector.engine}
    detector.close()
    for label, rows in tallies.items():
        table = {str(threshold): tally.facts() for threshold, tally in rows.items()}
        chosen = next((t for t, tally in rows.items() if tally.in_vain_percent <= MOST_IN_VAIN[label]), THRESHOLDS[-1])
        facts[label] = {"chosen": chosen, "most_in_vain_percent": MOST_IN_VAIN[label], "table": table}
    print(json.dumps(facts, indent=2))


def images_of_tuning(data: Path) -> list[Path]:
    return sorted((data / "images" / "tune").iterdir())


def read_rgb(path: Path) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(path), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


if __name__ == "__main__":
    main()
