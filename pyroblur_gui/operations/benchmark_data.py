"""From a data set of PyroBlur, or a data.yaml, to the labelled pictures of one split that a benchmark looks at."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from pyroblur_gui.benchmark.truth import Boxes, LabelledPicture, LabelledSet
from pyroblur_gui.core.errors import BenchmarkError, DatasetError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.dataset import Dataset, Picture
from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.formats.described import Described, described
from pyroblur_gui.datasets.sample import Sample, Split
from pyroblur_gui.jobs.context import Context

YAML = (".yaml", ".yml")
ORIENTATION = 0x0112
DIGITS = 6  # of the fractions in label files


def labelled_set(data: str, split: str, context: Context) -> LabelledSet:
    """The labelled pictures of a split.

    Raises DatasetError when there is no such data set, BenchmarkError when the split has no ground truth; the hint
    names splits that have.
    """
    path = Path(data)
    if path.is_dir() and not _is_dataset(data):
        path = next((path / name for name in ("data.yaml", "dataset.yaml") if (path / name).is_file()), path)
    if path.suffix.lower() in YAML:
        return _of_yaml(path, Split(split), context)
    if not _is_dataset(data) and path.exists():
        message = f"{path} is neither a data set of PyroBlur nor a data.yaml."
        raise DatasetError(message, hint="Name a data.yaml, or import the folder: pyroblur dataset import.", path=path)
    with store.open_dataset(data) as dataset:
        return _of_dataset(dataset, Split(split))


def _is_dataset(name: str) -> bool:
    return "/" not in name and name in store.names()


def _of_dataset(dataset: Dataset, split: Split) -> LabelledSet:
    pictures = [
        _of_picture(dataset, picture)
        for picture in dataset.every_picture(Filter(splits=(split,)))
        if not picture.error and picture.labelled
    ]
    if not any(len(picture.boxes) for picture in pictures):
        having = [each for each in Split if each is not split and _has_boxes(dataset, each)]
        raise _no_truth(dataset.name, split, having)
    return LabelledSet(
        name=dataset.name,
        split=split,
        classes=dataset.classes,
        pictures=tuple(pictures),
        fingerprint=fingerprint(dataset),
        dataset=dataset.name,
    )


def _of_picture(dataset: Dataset, picture: Picture) -> LabelledPicture:
    rows = [(b.label, b.left, b.top, b.right, b.bottom) for b in picture.boxes if b.is_truth]
    labels, boxes = _in_pixels(rows, picture.width, picture.height)
    return LabelledPicture(
        path=dataset.path(picture),
        name=picture.name,
        width=picture.width,
        height=picture.height,
        boxes=boxes,
        labels=labels,
        looked_for=picture.labelled | frozenset(labels.tolist()),
        number=picture.id,
    )


def _has_boxes(dataset: Dataset, split: Split) -> bool:
    return bool(len(dataset.ids(Filter(splits=(split,), has_boxes=True))))


def _of_yaml(path: Path, split: Split, context: Context) -> LabelledSet:
    found = described(path)
    notes: list[str] = []
    pictures = list(_of_samples(found, split, context, notes))
    if not any(len(picture.boxes) for picture in pictures):
        raise _no_truth(str(path), split, [each for each in found.splits if each is not split])
    digest = hashlib.sha256(json.dumps(found.classes).encode())
    for picture in pictures:
        digest.update(f"\n{picture.name} {picture.labels.tolist()} {np.round(picture.boxes, 2).tolist()}".encode())
    return LabelledSet(
        name=str(path),
        split=split,
        classes=found.classes,
        pictures=tuple(pictures),
        fingerprint=digest.hexdigest(),
        notes=tuple(notes),
    )


def _of_samples(found: Described, split: Split, context: Context, notes: list[str]) -> Iterator[LabelledPicture]:
    numbers = {name: number for number, name in enumerate(found.classes)}
    flawed = unreadable = 0
    for sample in found.samples(split):
        context.check_cancelled()
        size = _size(sample.picture)
        if size is None:
            unreadable += 1
            continue
        flawed += bool(sample.flaws)
        yield _of_sample(sample, found.name_of(sample), numbers, size)
    if unreadable:
        notes.append(f"{unreadable} pictures cannot be read and do not count.")
    if flawed:
        notes.append(f"The labels of {flawed} pictures have lines that are no boxes; they do not count.")


def _of_sample(sample: Sample, name: str, numbers: dict[str, int], size: tuple[int, int]) -> LabelledPicture:
    rows = [(numbers[b.label], b.left, b.top, b.right, b.bottom) for b in sample.boxes if b.label in numbers]
    labels, boxes = _in_pixels(rows, *size)
    return LabelledPicture(
        path=sample.picture,
        name=name,
        width=size[0],
        height=size[1],
        boxes=boxes,
        labels=labels,
        looked_for=frozenset(numbers.values()),
    )


def _in_pixels(
    rows: list[tuple[int, float, float, float, float]], width: int, height: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Boxes]:
    """Cut at the picture's edges, each box once, those without an area left out: what trainers read, too."""
    table = np.array(rows, np.float64).reshape(-1, 5)
    table[:, 1:] = np.clip(table[:, 1:], 0, 1).round(DIGITS)
    table = table[(table[:, 3] > table[:, 1]) & (table[:, 4] > table[:, 2])]
    _, first = np.unique(table, axis=0, return_index=True)
    table = table[np.sort(first)]
    return table[:, 0].astype(np.int64), table[:, 1:] * (width, height, width, height)


def _size(path: Path) -> tuple[int, int] | None:
    """Width and height as it is displayed; None when it cannot be read."""
    try:
        with Image.open(path) as image:
            turned = image.getexif().get(ORIENTATION, 1) >= 5
            return (image.height, image.width) if turned else (image.width, image.height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _no_truth(name: str, split: Split, having: list[Split]) -> BenchmarkError:
    message = f"The split {split} of {name} has no labelled boxes: there is nothing to measure against."
    others = f"Labelled are: {', '.join(having)}." if having else "Label some pictures under Data sets."
    return BenchmarkError(message, hint=others)
