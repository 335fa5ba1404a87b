"""Builds the training set of the starter model: faces and plates labelled in every picture.

Each source set labels one class only. Trained as they are, they teach a model that faces beside a car are
background. So a teacher (CenterFace) draws the faces where none are labelled, in pictures of faces, too: people left
out one in eight there, and nearly all of those are small. What the teacher is unsure of is painted over, so that it
counts neither as a face nor as background; face pictures with vehicles in them, whose plates nobody labelled, are left
out. compose.py then adds small and crowded faces.

    python packaging/starter/prepare.py LAB_DATA_DIR OUT_DIR
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from teacher import Teacher

FACE, PLATE = 0, 1
SURE, UNSURE = 0.35, 0.15  # the teacher's scores: drawn as a face above SURE, painted over between the two
SMALLEST_PX = 5.0
SAME = 0.2  # two boxes that have more in common mean the same face
TUNING_SHARE = 0.08  # never trained on: thresholds are chosen there

LABELLED_FACES = ("faces/maskdet853", "faces/mik1i_colour", "faces/mik1i_gray_extra", "faces/mik1i_background")
LABELLED_PLATES = ("plates/openimages_lp", "plates/kaggle433", "plates/indonesia_ta")
LABELLED_BOTH = ("both/openimages_street",)
UNLABELLED = ("coco/coco128", "coco/coco_val128")


@dataclass(frozen=True)
class Sample:
    """One picture, BGR u8, and its boxes: (n, 5) of class, x1, y1, x2, y2 in pixels."""

    name: str
    image: np.ndarray
    boxes: np.ndarray


def read_boxes(path: Path, *, width: int, height: int) -> np.ndarray:
    if not path.is_file() or not path.read_text().strip():
        return np.zeros((0, 5), np.float32)
    rows = np.loadtxt(path, ndmin=2, dtype=np.float32)
    centre, size = rows[:, 1:3] * (width, height), rows[:, 3:5] * (width, height)
    return np.concatenate([rows[:, :1], centre - size / 2, centre + size / 2], axis=1).astype(np.float32)


def write_boxes(path: Path, boxes: np.ndarray, *, width: int, height: int) -> None:
    lines = []
    for label, x1, y1, x2, y2 in boxes:
        centre_x, centre_y = (x1 + x2) / 2 / width, (y1 + y2) / 2 / height
        lines.append(f"{int(label)} {centre_x:.6f} {centre_y:.6f} {(x2 - x1) / width:.6f} {(y2 - y1) / height:.6f}")
    path.write_text("\n".join(lines) + ("\n" if lines else ""))


def overlap(box: np.ndarray, others: np.ndarray) -> float:
    """Largest share that `box` and one of `others` have in common, of the smaller of the two."""
    if not len(others):
        return 0.0
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:4], others[:, 2:4])
    inside = np.prod(np.clip(high - low, 0, None), axis=1)
    smaller = np.minimum(np.prod(box[2:4] - box[:2]), np.prod(others[:, 2:4] - others[:, :2], axis=1))
    return float((inside / np.maximum(1e-6, smaller)).max())


def fill_in_faces(image: np.ndarray, boxes: np.ndarray, teacher: Teacher) -> tuple[np.ndarray, np.ndarray]:
    """Adds the teacher's faces that `boxes` lacks; paints over what the teacher is unsure of."""
    found = teacher(image)
    sizes = np.minimum(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1])
    known = boxes[boxes[:, 0] == FACE, 1:]
    is_new = np.array([overlap(each[:4], known) < SAME for each in found], bool)
    sure = found[(found[:, 4] >= SURE) & (sizes >= SMALLEST_PX) & is_new]
    labelled = np.concatenate([boxes[:, 1:], sure[:, :4]])
    image = image.copy()
    for x1, y1, x2, y2, _ in found[(found[:, 4] < SURE) & (found[:, 4] >= UNSURE)]:
        if overlap(np.array([x1, y1, x2, y2]), labelled) < SAME:
            top, left = max(0, int(y1)), max(0, int(x1))
            patch = image[top : int(np.ceil(y2)), left : int(np.ceil(x2))]
            if patch.size:
                patch[:] = patch.reshape(-1, 3).mean(axis=0)
    faces = np.concatenate([np.full((len(sure), 1), FACE, np.float32), sure[:, :4]], axis=1)
    return image, np.concatenate([boxes, faces])


def samples(lab: Path, teacher: Teacher, done: set[str]) -> Iterator[Sample]:
    for group in (*LABELLED_FACES, *LABELLED_PLATES, *LABELLED_BOTH, *UNLABELLED):
        folder = lab / "train" / group
        suspects_file = folder / "OTHER_CLASS_SUSPECTS.tsv"
        suspects = (
            {line.split("\t")[0] for line in suspects_file.read_text().splitlines()}
            if suspects_file.is_file()
            else set()
        )
        for path in sorted((folder / "images").iterdir()):
            if group in LABELLED_FACES and path.name in suspects:
                continue
            name = f"{group.split('/')[1]}__{path.stem}"
            if name in done:
                continue
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            height, width = image.shape[:2]
            boxes = read_boxes(folder / "labels" / f"{path.stem}.txt", width=width, height=height)
            if group in UNLABELLED:
                boxes = boxes[:0]
            yield Sample(name, *fill_in_faces(image, boxes, teacher))


def is_for_tuning(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32 < TUNING_SHARE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lab", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    for split in ("train", "tune"):
        for kind in ("images", "labels"):
            (arguments.out / kind / split).mkdir(parents=True, exist_ok=True)

    counts: dict[str, list[int]] = {"train": [0, 0, 0], "tune": [0, 0, 0]}

    done = {path.stem for path in (arguments.out / "labels").rglob("*.txt")}  # of an earlier start

    def write(sample: Sample, split: str) -> None:
        height, width = sample.image.shape[:2]
        cv2.imwrite(
            str(arguments.out / "images" / split / f"{sample.name}.jpg"), sample.image, [cv2.IMWRITE_JPEG_QUALITY, 95]
        )
        write_boxes(arguments.out / "labels" / split / f"{sample.name}.txt", sample.boxes, width=width, height=height)
        counts[split][0] += 1
        for label in (FACE, PLATE):
            counts[split][1 + label] += int((sample.boxes[:, 0] == label).sum())

    for sample in samples(arguments.lab, Teacher(), done):
        write(sample, "tune" if is_for_tuning(sample.name) else "train")
    (arguments.out / "data.yaml").write_text(
        f"path: {arguments.out.resolve()}\ntrain: images/train\nval: images/tune\n"
        "names: {0: face, 1: license_plate}\n"
    )
    print(
        json.dumps(
            {split: dict(zip(("pictures", "faces", "plates"), row, strict=True)) for split, row in counts.items()}
        )
    )


if __name__ == "__main__":
    main()
