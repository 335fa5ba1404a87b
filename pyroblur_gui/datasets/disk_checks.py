"""What became of a data set's files behind PyroBlur's back: pictures that are gone or changed, labels written over."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Dataset, Problem

LABELS = "changed_labels"
KINDS = frozenset({"missing_file", "changed_picture", LABELS})


def problems(dataset: Dataset, check_cancelled: Callable[[], None]) -> Iterator[Problem]:
    """Of every picture that is trained on. A picture is compared by its size, a label file by what it holds."""
    sizes = dict(_sizes(dataset.folder, layout.IMAGES))
    label_sizes = dict(_sizes(dataset.folder, layout.LABELS))
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
        file = layout.label_file(picture)
        expected = layout.label_lines(picture.boxes).encode()
        if file not in label_sizes:
            yield Problem(LABELS, f"There is no file {file}.", picture=picture.id)
        elif label_sizes[file] != len(expected) or not _holds(dataset.folder / file, expected):
            yield Problem(LABELS, f"The file {file} holds other boxes.", picture=picture.id)


def _holds(path: Path, expected: bytes) -> bool:
    try:
        return path.read_bytes() == expected
    except OSError:
        return False


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
