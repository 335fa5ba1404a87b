"""Pictures that a data.yaml of the user's describes, laid out anew for a training; the user's files stay as they are.

Trainers write beside what they read: Ultralytics keeps a cache next to the labels and rewrites JPEGs that end early.
So a training gets a folder of PyroBlur's own, with links to the pictures and labels written anew from what was read.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.datasets.dataset import Box
from pyroblur_gui.datasets.formats.described import Described, described
from pyroblur_gui.datasets.layout import DATA_FILE, IMAGES, LABELS, data_yaml, label_lines
from pyroblur_gui.datasets.sample import Sample, Split
from pyroblur_gui.jobs.context import Context

SUFFIXES = (".yaml", ".yml")
JPEG = (".jpg", ".jpeg")
JPEG_END = b"\xff\xd9"
_TAIL = 4096  # bytes within which a JPEG's end is looked for: some programs write zeros behind it


@dataclass(frozen=True)
class Laid:
    """path: of the data.yaml that was written. left_out: pictures with damaged labels, or that are damaged themselves.

    shown: pictures of the training split that show a class, by its number.
    """

    path: Path
    classes: tuple[str, ...]
    fingerprint: str
    pictures: dict[Split, int]
    left_out: int
    shown: dict[int, int]
    asks_for_download: bool


def is_described(data: str) -> bool:
    """Whether this is a path of a data.yaml rather than the name of a data set."""
    return Path(data).suffix.lower() in SUFFIXES


def lay_out(path: Path, folder: Path, context: Context) -> Laid:
    """Writes what a training reads into the folder. Raises DatasetError, OutputError, JobCancelledError."""
    found = described(path)
    for split in (Split.TRAIN, Split.VAL):
        if split not in found.splits:
            message = f"{path} names no pictures for {split}:."
            hint = f"Add a line {split}: with a folder or a list of pictures; a training needs both train: and val:."
            raise DatasetError(message, hint=hint, path=path)
    laying = _Laying(found, folder, context)
    pictures = {split: laying.lay(split) for split in Split}
    for split in (Split.TRAIN, Split.VAL):
        if not pictures[split]:
            raise _empty(found, split, laying.left_out)
    try:
        text = data_yaml(found.classes, has_test=bool(pictures[Split.TEST]))
        (folder / DATA_FILE).write_text(text, encoding="utf-8")
    except OSError as exc:
        raise as_output_error(exc, folder) from exc
    return Laid(
        path=folder / DATA_FILE,
        classes=found.classes,
        fingerprint=laying.digest.hexdigest(),
        pictures=pictures,
        left_out=laying.left_out,
        shown=laying.shown,
        asks_for_download=found.content.has_download,
    )


class _Laying:
    def __init__(self, found: Described, folder: Path, context: Context) -> None:
        self._found = found
        self._folder = folder
        self._context = context
        self._numbers = {name: number for number, name in enumerate(found.classes)}
        self.left_out = 0
        self.shown: dict[int, int] = dict.fromkeys(range(len(found.classes)), 0)
        self.digest = hashlib.sha256(repr(found.classes).encode())

    def lay(self, split: Split) -> int:
        """How many pictures of the split there are now."""
        lines: list[str] = []
        for number, sample in enumerate(self._found.samples(split)):
            self._context.check_cancelled()
            if sample.flaws or not _is_whole(sample.picture):
                self.left_out += 1
                continue
            name = f"{number:06d}{sample.picture.suffix.lower()}"
            boxes = self._boxes(sample)
            try:
                self._write(split, name, sample.picture, label_lines(boxes))
            except OSError as exc:
                raise as_output_error(exc, self._folder / name) from exc
            lines.append(f"{(self._folder / IMAGES / split / name).absolute().as_posix()}\n")
            self._count(split, sample, boxes)
        if lines:
            (self._folder / f"{split}.txt").write_text("".join(lines), encoding="utf-8")
        return len(lines)

    def _boxes(self, sample: Sample) -> list[Box]:
        return [
            Box(self._numbers[box.label], box.left, box.top, box.right, box.bottom)
            for box in sample.boxes
            if box.label in self._numbers
        ]

    def _write(self, split: Split, name: str, source: Path, labels: str) -> None:
        picture = self._folder / IMAGES / split / name
        label = (self._folder / LABELS / split / name).with_suffix(".txt")
        for path in (picture, label):
            path.parent.mkdir(parents=True, exist_ok=True)
        picture.unlink(missing_ok=True)
        _link(source.absolute(), picture)
        label.write_text(labels, encoding="utf-8")

    def _count(self, split: Split, sample: Sample, boxes: Sequence[Box]) -> None:
        size = sample.picture.stat().st_size
        rows = [(b.label, *(round(edge, 6) for edge in (b.left, b.top, b.right, b.bottom))) for b in boxes]
        self.digest.update(f"\n{split} {sample.name} {size} {rows}".encode("utf-8", "replace"))
        if split is Split.TRAIN:
            for label in {box.label for box in boxes}:
                self.shown[label] += 1


def _link(source: Path, target: Path) -> None:
    """A symbolic link, a second name, or a copy: whatever the system lets."""
    for make in (os.symlink, os.link):
        try:
            make(source, target)
        except OSError:
            continue
        return
    shutil.copyfile(source, target)


def _is_whole(picture: Path) -> bool:
    """False for a JPEG that ends early, which Ultralytics would write anew in place, and for what cannot be read."""
    try:
        with picture.open("rb") as file:
            if picture.suffix.lower() not in JPEG:
                return bool(file.read(1))
            file.seek(max(0, picture.stat().st_size - _TAIL))
            return JPEG_END in file.read()
    except OSError:
        return False


def _empty(found: Described, split: Split, left_out: int) -> DatasetError:
    message = f"{found.path} leads to no {split} pictures that can be used in {found.folder}."
    hint = "Check the paths in it; labels lie in a folder labels beside the folder images."
    if left_out:
        hint = f"{left_out} pictures or their labels are damaged. Import the data set to see which, and mend them."
    return DatasetError(message, hint=hint, path=found.path)
