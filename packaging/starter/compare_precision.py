"""What computing in bf16 costs against f32: how far boxes and scores move on real pictures. For docs/decisions/0003.

    python packaging/starter/compare_precision.py MODEL FOLDER... [--conf C] [--limit N]

Boxes of the two are partners when they overlap by half or more. Prints JSON.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from pyroblur_gui.core.boxes import ious
from pyroblur_gui.models.detector import Detections
from pyroblur_gui.models.loading import open_detector

PARTNERS = 0.5


def partners(exact: Detections, fast: Detections) -> list[tuple[int, int]]:
    """Indices of boxes that mean the same thing."""
    overlaps = ious(exact.boxes, fast.boxes) * (exact.labels[:, None] == fast.labels[None, :])
    found = []
    for index in range(len(exact)):
        if len(fast) and overlaps[index].max() >= PARTNERS:
            found.append((index, int(overlaps[index].argmax())))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--conf", type=float, default=0.2)
    parser.add_argument("--limit", type=int, default=100, help="pictures a folder")
    arguments = parser.parse_args()
    exact, fast = (open_detector(arguments.model, engine="openvino", precision=name) for name in ("f32", "bf16"))
    confidence = dict.fromkeys(exact.classes, arguments.conf)
    moved, relative, scored, alone, counts, borderline = [], [], [], 0, [0, 0], 0
    paths = [path for folder in arguments.folders for path in sorted(folder.iterdir())[: arguments.limit]]
    for path in paths:
        picture = np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[:, :, ::-1])
        one, other = (each.submit(picture, confidence=confidence).result() for each in (exact, fast))
        pairs = partners(one, other)
        for i, j in pairs:
            distance = np.abs(one.boxes[i] - other.boxes[j]).max()
            side = max(1.0, float((one.boxes[i, 2:] - one.boxes[i, :2]).max()))
            moved.append(float(distance))
            relative.append(float(distance) / side)
            scored.append(float(abs(one.scores[i] - other.scores[j])))
        lonely = [one.scores[i] for i in set(range(len(one))) - {i for i, _ in pairs}]
        lonely += [other.scores[j] for j in set(range(len(other))) - {j for _, j in pairs}]
        alone += len(lonely)
        borderline += sum(bool(score < arguments.conf + 0.03) for score in lonely)
        counts[0] += len(one)
        counts[1] += len(other)
    facts = {
        "pictures": len(paths),
        "boxes": {
            "f32": counts[0],
            "bf16": counts[1],
            "without a partner": alone,
            "of those at the threshold": borderline,
        },
        "box_px": summary(moved),
        "box_percent_of_its_side": summary([100 * value for value in relative]),
        "score": summary(scored),
    }
    print(json.dumps(facts, indent=2))


def summary(values: list[float]) -> dict[str, float]:
    table = np.array(values or [0.0])
    return {
        "mean": round(float(table.mean()), 4),
        "p99": round(float(np.percentile(table, 99)), 4),
        "max": round(float(table.max()), 4),
    }


if __name__ == "__main__":
    main()
