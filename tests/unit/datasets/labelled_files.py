"""Small data sets in the formats of others, built here from real labelled pictures and from made ones.

They are written by hand rather than by PyroBlur's own writers: a reader and a writer that share a mistake would agree.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pyroblur_gui.datasets.formats.format import Labelled
from pyroblur_gui.datasets.sample import Sample, Scale

NAMES = ("face", "license_plate")
Edges = tuple[float, float, float, float]


@dataclass(frozen=True)
class Original:
    """A picture and what is in it: (name of the class, left, top, right, bottom) in pixels."""

    path: Path
    width: int
    height: int
    boxes: tuple[tuple[str, float, float, float, float], ...]

    @property
    def stem(self) -> str:
        return self.path.stem


def real_ones(lab: Path, count: int, *, of: str = "both/openimages_street") -> list[Original]:
    """Pictures of the lab with boxes, some of each kind, in the order of their names."""
    found: list[Original] = []
    every = sorted((lab / "train" / of / "images").glob("*.jpg"))
    for path in every[:: len(every) // (count * 2)]:
        with Image.open(path) as image:
            width, height = image.size
        lines = (path.parent.parent / "labels" / f"{path.stem}.txt").read_text().split("\n")
        boxes = tuple(_in_pixels(line.split(), width, height) for line in lines if line)
        if boxes:
            found.append(Original(path, width, height, boxes))
        if len(found) == count:
            break
    assert len(found) == count
    return found


def _in_pixels(words: list[str], width: int, height: int) -> tuple[str, float, float, float, float]:
    x, y, w, h = (float(word) for word in words[1:5])
    left, top = max(0.0, (x - w / 2) * width), max(0.0, (y - h / 2) * height)
    right, bottom = min(float(width), (x + w / 2) * width), min(float(height), (y + h / 2) * height)
    return NAMES[int(words[0])], left, top, right, bottom


def made_ones(folder: Path, sizes: Iterable[tuple[int, int]] = ((96, 64), (64, 96))) -> list[Original]:
    """JPEG pictures of noise in a folder, each with a face and a plate at places that are no whole pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    found: list[Original] = []
    for number, (width, height) in enumerate(sizes):
        path = folder / f"made_{number}.jpg"
        Image.fromarray(random.integers(0, 255, (height, width, 3), dtype=np.uint8)).save(path)
        face = ("face", 0.0, 0.0, width / 3, height / 3)
        plate = ("license_plate", width * 0.51, height * 0.37, float(width), height * 0.77)
        found.append(Original(path, width, height, (face, plate)))
    return found


def yolo_text(original: Original, names: Sequence[str] = NAMES) -> str:
    lines = []
    for label, x1, y1, x2, y2 in original.boxes:
        x, y = (x1 + x2) / 2 / original.width, (y1 + y2) / 2 / original.height
        w, h = (x2 - x1) / original.width, (y2 - y1) / original.height
        lines.append(f"{names.index(label)} {x:.6f} {y:.6f} {w:.6f} {h:.6f}")
    return "".join(f"{line}\n" for line in lines)


def put(text: str | bytes, path: Path) -> Path:
    """Writes a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def copied(original: Original, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(original.path, folder / original.path.name))


def as_yolo(folder: Path, originals: Sequence[Original], *, images: str = "images", labels: str = "labels") -> Path:
    """Pictures and label files without a data.yaml. The same folder for both puts them side by side."""
    for original in originals:
        copied(original, folder / images)
        put(yolo_text(original), folder / labels / f"{original.stem}.txt")
    return folder


def as_coco(
    folder: Path, originals: Sequence[Original], *, file: str = "annotations/instances_train2017.json", images: str
) -> Path:
    """Category ids as COCO has them: with gaps and not in order."""
    ids = {"license_plate": 3, "face": 90}
    pictures, annotations = [], []
    for number, original in enumerate(originals, start=1000):
        copied(original, folder / images)
        about = {"id": number, "file_name": original.path.name, "width": original.width, "height": original.height}
        pictures.append(about)
        for label, x1, y1, x2, y2 in original.boxes:
            box = [x1, y1, x2 - x1, y2 - y1]
            annotations.append(
                {"id": len(annotations), "image_id": number, "category_id": ids[label], "bbox": box, "iscrowd": 0}
            )
    categories = [{"id": number, "name": name, "supercategory": "thing"} for name, number in ids.items()]
    put(json.dumps({"images": pictures, "annotations": annotations, "categories": categories}), folder / file)
    return folder


def voc_xml(original: Original, *, boxes: str | None = None) -> str:
    """Whole pixels, counted from 1, as the standard has it."""
    if boxes is None:
        boxes = "".join(
            f"<object><name>{label}</name><difficult>0</difficult><bndbox><xmin>{round(x1) + 1}</xmin>"
            f"<ymin>{round(y1) + 1}</ymin><xmax>{round(x2)}</xmax><ymax>{round(y2)}</ymax></bndbox></object>"
            for label, x1, y1, x2, y2 in original.boxes
        )
    size = f"<size><width>{original.width}</width><height>{original.height}</height><depth>3</depth></size>"
    return f"<annotation><filename>{original.path.name}</filename>{size}{boxes}</annotation>"


def as_voc(folder: Path, originals: Sequence[Original]) -> Path:
    for original in originals:
        copied(original, folder / "JPEGImages")
        put(voc_xml(original), folder / "Annotations" / f"{original.stem}.xml")
    return folder


def wider_text(originals: Sequence[Original], *, label: str = "face", below: str = "0--Parade") -> str:
    """As the original has it: pictures without boxes have the count 0 and a line of zeros all the same."""
    parts = []
    for original in originals:
        lines = [
            f"{round(x1)} {round(y1)} {round(x2) - round(x1)} {round(y2) - round(y1)} 0 0 0 0 0 0 "
            for name, x1, y1, x2, y2 in original.boxes
            if name == label
        ]
        parts += [f"{below}/{original.path.name}", str(len(lines)), *(lines or ["0 0 0 0 0 0 0 0 0 0 "])]
    return "".join(f"{part}\n" for part in parts)


def as_wider(folder: Path, originals: Sequence[Original], *, split: str = "train") -> Path:
    for original in originals:
        copied(original, folder / f"WIDER_{split}" / "images" / "0--Parade")
    put(wider_text(originals), folder / "wider_face_split" / f"wider_face_{split}_bbx_gt.txt")
    return folder


def pixels(sample: Sample, original: Original) -> list[tuple[str, float, float, float, float]]:
    """The boxes of a sample in pixels of its picture, in the order of the classes and edges."""
    across, down = (1, 1) if sample.scale is Scale.PIXELS else (original.width, original.height)
    return sorted(
        (box.label, box.left * across, box.top * down, box.right * across, box.bottom * down) for box in sample.boxes
    )


def furthest(sample: Sample, original: Original) -> float:
    """How many pixels an edge of a sample's boxes is away from the original's, at most. Classes must agree."""
    ours, theirs = pixels(sample, original), sorted(original.boxes)
    assert [box[0] for box in ours] == [box[0] for box in theirs]
    return max(
        (abs(a - b) for one, other in zip(ours, theirs, strict=True) for a, b in zip(one[1:], other[1:], strict=True)),
        default=0.0,
    )


def labelled(originals: Sequence[Original], splits: Sequence[str] = ("train", "val", "test")) -> list[Labelled]:
    """As a writer is given them, in turn for each split."""
    return [
        Labelled(each.path, each.path.name, each.width, each.height, splits[number % len(splits)], each.boxes)
        for number, each in enumerate(originals)
    ]
