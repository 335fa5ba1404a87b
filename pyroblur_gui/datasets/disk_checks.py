"""What became of a data set's files behind PyroBlur's back: pictures that are gone or changed, labels written over."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture, Problem

LABELS = "changed_labels"
KINDS = frozenset({"missing_file", "changed_picture", LABELS})


def problems(dataset: Dataset, check_cancelled: Callable[[], None]) -> Iterator[Problem]:
    """Of every picture that is trained on. A picture is compared by its size, a label file by what it holds."""
    sizes = dict(_sizes(dataset.folder, layout.IMAGES))
    for number, picture in enumerate(dataset.every_picture()):
        if number % 500 == 0:
            check_cancelled()
        if picture.error:
            continue
        size = sizes.get(picture.file)
        if size is None:
            yield Problem("missing_file", f"There is no file {picture.file}.", picture=picture.id)
        elif size != picture.size_bytes:
            detail = f"The file has {size:,} bytes; it had {picture.size_bytes:,}."
            yield Problem("changed_picture", detail, picture=picture.id)
        yield from label_problems(dataset, picture)


def label_problems(dataset: Dataset, picture: Picture) -> Iterator[Problem]:
    """Whether the label file holds other boxes than the rows; other words for the same boxes are none."""
    file = layout.label_file(picture)
    expected = layout.label_lines(picture.boxes).encode()
    try:
        data = (dataset.folder / file).read_bytes()
    except OSError:
        yield Problem(LABELS, f"There is no file {file}.", picture=picture.id)
        return
    if data != expected and _lines(dataset, data) != sorted(expected.decode().splitlines()):
        yield Problem(LABELS, f"The file {file} holds other boxes.", picture=picture.id)


def _lines(dataset: Dataset, data: bytes) -> list[str] | None:
    """The lines that PyroBlur would write for the boxes of a label file; None where a line is no box."""
    from pyroblur_gui.datasets.formats import yolo_labels  # noqa: PLC0415 - what reads formats loads when it is needed

    boxes, flaws = yolo_labels.parse(data, yolo_labels.Classes(dataset.classes))
    numbers = {name: number for number, name in enumerate(dataset.classes)}
    found = (Box(numbers[b.label], b.left, b.top, b.right, b.bottom) for b in boxes)
    return None if flaws else sorted(layout.label_lines(found).splitlines())


def _sizes(folder: Path, below: str) -> Iterator[tuple[str, int]]:
    """Files below a folder, named from it with "/", and their sizes in bytes."""
    try:
        entries = os.scandir(folder / below)
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            name = f"{below}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _sizes(folder, name)
            else:
                yield name, entry.stat().st_size
