"""Data sets for tests, filled row by row, with real small pictures where a test wants files."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from pyroblur_gui.datasets.dataset import Box, Dataset, Picture, Provenance
from pyroblur_gui.datasets.sample import Flaw, Origin, Split
from pyroblur_gui.datasets.store import folder_of

CLASSES = ("face", "license_plate")
BOTH = frozenset({0, 1})


def make_dataset(name: str = "set", classes: Sequence[str] = CLASSES, folder: Path | None = None) -> Dataset:
    """An open, empty data set with one source, number 1. folder: elsewhere than among PyroBlur's data sets."""
    dataset = Dataset.create(folder or folder_of(name), name=name, classes=classes)
    dataset.add_provenance(Provenance("folder", "photos", "the user's own"))
    return dataset


def box(label: int = 0, *edges: float, origin: Origin = Origin.LABELLED, score: float | None = None) -> Box:
    """edges: left, top, right, bottom; without them a quarter of the picture."""
    return Box(label, *(edges or (0.25, 0.25, 0.75, 0.75)), origin=origin, score=score)


def row(
    number: int,
    *boxes: Box,
    split: Split | None = Split.TRAIN,
    size: tuple[int, int] = (640, 480),
    labelled: frozenset[int] = BOTH,
    sha256: str = "",
    likeness: bytes | None = None,
    flaws: tuple[Flaw, ...] = (),
    error: str = "",
    is_removed: bool = False,
) -> Picture:
    """A picture as it becomes number `number` in a data set that got the numbers before it. It is like no other."""
    digest = hashlib.sha256(str(number).encode())
    return Picture(
        id=number,
        file=f"images/00/{number:06d}.jpg",
        name=f"photo {number}.jpg",
        source=1,
        width=0 if error else size[0],
        height=0 if error else size[1],
        size_bytes=1000 + number,
        sha256=sha256 or digest.hexdigest(),
        likeness=None if error else likeness or digest.digest(),
        split=split,
        labelled=labelled,
        boxes=boxes,
        flaws=flaws,
        error=error,
        is_removed=is_removed,
    )


def draw(dataset: Dataset, pictures: Sequence[Picture]) -> None:
    """Writes a small JPEG for each of the pictures; no two of them are alike."""
    for picture in pictures:
        path = dataset.path(picture)
        path.parent.mkdir(parents=True, exist_ok=True)
        colour = tuple(hashlib.sha256(picture.file.encode()).digest()[:3])
        Image.new("RGB", (picture.width, picture.height), colour).save(path, "JPEG")
