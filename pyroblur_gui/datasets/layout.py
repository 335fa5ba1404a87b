"""The files that trainers read, written from the data set: labels, lists of pictures and data.yaml (YOLO's layout).

data.yaml has no `path`: Ultralytics then takes the folder that data.yaml lies in, so that training works from any
working folder and after the data set was moved. The lists name pictures as "./images/..", which it resolves against
the list's own folder; a label file is found by the last "/images/" in a picture's path.

A file that changes is written beside its place and renamed, so that a reader sees the old one or the new one. A kill
while new ones are written may leave a torn one, which the next writing replaces (changes.py remembers that it is due).
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture
from pyroblur_gui.datasets.sample import Split

DATA_FILE = "data.yaml"
IMAGES, LABELS = "images", "labels"


def is_trained_on(picture: Picture) -> bool:
    """True for a picture that belongs into a list: readable, not removed, and in a split."""
    return not picture.error and not picture.is_removed and picture.split is not None


def write_all(dataset: Dataset, *, on_written: Callable[[int], None] = lambda _done: None) -> None:
    """Writes every file, and deletes label files of pictures that are no longer there.

    on_written: called with how many pictures are done; may raise to stop. Raises OutputError.
    """
    kept: set[str] = set()
    for done, picture in enumerate(dataset.every_picture()):
        on_written(done)
        if not picture.error:
            kept.add(label_file(picture))
            _write_labels(dataset, picture)
    for path in (dataset.folder / LABELS).rglob("*"):
        if path.is_file() and path.relative_to(dataset.folder).as_posix() not in kept:
            _remove(path)
    write_lists(dataset)


def write_changed(dataset: Dataset, pictures: Sequence[Picture], *, lists: bool) -> None:
    """Writes the label files of these pictures, as they are now; lists: and the lists. Raises OutputError."""
    for picture in pictures:
        if picture.error:
            continue
        if picture.is_removed:
            _remove(dataset.folder / label_file(picture))
        else:
            _write_labels(dataset, picture)
    if lists:
        write_lists(dataset)


def write_lists(dataset: Dataset) -> None:
    """Writes train.txt, val.txt, test.txt and data.yaml. Raises OutputError."""
    lines: dict[Split, list[str]] = {split: [] for split in Split}
    rows = dataset.database.execute(
        "SELECT file, split FROM pictures WHERE NOT is_removed AND error = '' AND split IS NOT NULL ORDER BY file"
    )
    for file, split in rows:
        lines[Split(split)].append(f"./{file}\n")
    for split, listed in lines.items():
        _write(dataset.folder / f"{split}.txt", "".join(listed))
    _write(dataset.folder / DATA_FILE, data_yaml(dataset.classes, has_test=bool(lines[Split.TEST])))


def write_elsewhere(dataset: Dataset, folder: Path, files: Mapping[Split, Sequence[str]]) -> Path:
    """Lists of some of the pictures, and a data.yaml for them, in another folder; gives the data.yaml.

    files: of each split, below the data set's folder. For trainings, which choose. Raises OutputError.
    """
    for split in Split:
        listed = (f"{(dataset.folder / file).absolute().as_posix()}\n" for file in files.get(split, ()))
        _write(folder / f"{split}.txt", "".join(listed))
    _write(folder / DATA_FILE, data_yaml(dataset.classes, has_test=bool(files.get(Split.TEST))))
    return folder / DATA_FILE


def label_file(picture: Picture) -> str:
    """The label file of a picture, below the data set's folder."""
    return PurePosixPath(LABELS, *PurePosixPath(picture.file).parts[1:]).with_suffix(".txt").as_posix()


def label_lines(boxes: Iterable[Box]) -> str:
    """YOLO's text: class, centre, width and height as fractions. Boxes are cut at the picture's edges.

    Left out: suggestions, and boxes of which nothing lies in the picture.
    """
    return "".join(line for box in boxes if box.is_truth and (line := _line(box)))


def _line(box: Box) -> str:
    left, right = (min(1.0, max(0.0, edge)) for edge in (box.left, box.right))
    top, bottom = (min(1.0, max(0.0, edge)) for edge in (box.top, box.bottom))
    numbers = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    texts = [f"{number:.6f}" for number in numbers]
    if right <= left or bottom <= top or float(texts[2]) == 0 or float(texts[3]) == 0:
        return ""
    return f"{box.label} {' '.join(texts)}\n"


def _write_labels(dataset: Dataset, picture: Picture) -> None:
    _write(dataset.folder / label_file(picture), label_lines(picture.boxes))


def data_yaml(classes: Sequence[str], *, has_test: bool) -> str:
    """Names are written as JSON strings, which are YAML, too, whatever a class is called."""
    names = "".join(f"  {number}: {json.dumps(name, ensure_ascii=False)}\n" for number, name in enumerate(classes))
    test = f"test: {Split.TEST}.txt\n" if has_test else ""
    return f"train: {Split.TRAIN}.txt\nval: {Split.VAL}.txt\n{test}names:\n{names}"


def _write(path: Path, text: str) -> None:
    """Without asking the disk to have it for good: after a power cut it can be written again from the data set."""
    data = text.encode("utf-8", "replace")
    try:
        try:
            _write_new(path, data)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_new(path, data)
    except FileExistsError:
        _write_over(path, data)
    except OSError as exc:
        raise as_output_error(exc, path) from exc


def _write_new(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)


def _write_over(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.read_bytes() == data:
            return
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as exc:
        raise as_output_error(exc, path) from exc


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as exc:
        raise as_output_error(exc, path) from exc
