"""YOLO: a text file of boxes for each picture, and mostly a data.yaml that names the classes.

Layouts that are read: images/train + labels/train; train/images + train/labels; pictures and text files side by side;
lists of pictures (train.txt). Where a data.yaml says something else than the folders show, it is followed as far as it
leads to pictures within the folder that the user chose, and nowhere else.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.core.plain_yaml import LARGEST_BYTES
from pyroblur_gui.datasets.formats import data_yaml, yolo_labels
from pyroblur_gui.datasets.formats.data_yaml import DataYaml
from pyroblur_gui.datasets.formats.format import Labelled, Recognised
from pyroblur_gui.datasets.formats.listing import Listing, inside, is_picture_name, joined
from pyroblur_gui.datasets.formats.splits import split_named, split_of
from pyroblur_gui.datasets.formats.writing import Copies
from pyroblur_gui.datasets.formats.yolo_labels import LARGEST_LABEL_FILE_BYTES, Classes
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Sample, Split
from pyroblur_gui.jobs.context import Context

_PICTURE_FOLDERS = ("images", "Images", "JPEGImages")
_LABEL_FOLDERS = ("labels", "Labels")
_NAME_FILES = ("classes.txt", "obj.names", "names.txt", "_darknet.labels", "labels.txt")
_LIST_FILES = ("train.txt", "val.txt", "valid.txt", "test.txt")
_LONGEST_NAME = 200
_MOST_YAML_FILES = 20
_LOOKED_AT = 20  # label files, in a quick look
_TRIED_A_FOLDER = 5_000  # pictures, for having a label file
_LARGEST_LIST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class _Part:
    """A data set within the folder: mostly the whole. pictures: with the split that something says they are in."""

    classes: Classes
    pictures: Sequence[tuple[str, Split | None]]
    notes: list[str] = field(default_factory=list)


class YoloFormat:
    name = "yolo"
    title = "YOLO"

    def recognise(self, listing: Listing) -> Recognised | None:
        parts = _parts(listing)
        if not parts:
            return None
        names: dict[str, None] = {}
        notes: list[str] = []
        for part in parts:
            names |= dict.fromkeys(part.classes.names if part.classes.names is not None else _seen(listing, part))
            notes += part.notes
            if part.classes.names is None:
                notes.append(
                    "The files give classes as numbers only. Say what they are, e.g. 0=face and 1=license_plate."
                )
        count = sum(len(part.pictures) for part in parts) if listing.is_whole else None
        return Recognised(self.name, listing.root, count, tuple(names), tuple(dict.fromkeys(notes)))

    def read(self, found: Recognised, context: Context, _options: Mapping[str, str]) -> Iterator[Sample]:
        listing = Listing.of(found.path, quick=False, check_cancelled=context.check_cancelled)
        for part in _parts(listing):
            names = part.classes.names
            labels = frozenset(names if names is not None else _seen(listing, part, context))
            for path, split in part.pictures:
                context.check_cancelled()
                yield _sample(listing, path, split=split, classes=part.classes, labels=labels)

    def write(self, pictures: Iterator[Labelled], *, classes: Sequence[str], folder: Path, context: Context) -> None:
        """images/train, labels/train and so on, and a data.yaml whose paths hold wherever the folder is moved."""
        copies = Copies(context)
        numbers = {name: number for number, name in enumerate(classes)}
        try:
            for picture in pictures:
                name = copies.copy(picture, folder / "images" / picture.split)
                lines = [
                    f"{numbers[label]} {(x1 + x2) / 2 / picture.width:.6f} {(y1 + y2) / 2 / picture.height:.6f} "
                    f"{(x2 - x1) / picture.width:.6f} {(y2 - y1) / picture.height:.6f}\n"
                    for label, x1, y1, x2, y2 in copies.boxes(picture)
                ]
                labels = folder / "labels" / picture.split / f"{name.rpartition('.')[0]}.txt"
                labels.parent.mkdir(parents=True, exist_ok=True)
                labels.write_text("".join(lines), encoding="utf-8")
            content: dict[str, object] = {
                split: f"images/{split}" for split in ("train", "val", "test") if split in copies.splits
            }
            content["names"] = dict(enumerate(classes))
            described = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
            (folder / "data.yaml").write_text(described, encoding="utf-8")
        except OSError as exc:
            raise as_output_error(exc, folder) from exc


def _parts(listing: Listing) -> list[_Part]:
    described, passed_over = _described(listing)
    parts = [part for path, content in described if (part := _of_yaml(listing, path, content)) is not None]
    if parts:
        return parts
    pictures, notes = _of_lists(listing)
    notes += [f"{path} is not followed: it is damaged, or describes no data set." for path in passed_over]
    if not pictures:
        pictures = [(path, split_of(path)) for path in sorted(listing.pictures_below(""))]
    labels = _some_labels(listing, [path for path, _ in pictures])
    if not labels or not _look_like_boxes(listing, labels):
        return []
    return [_Part(Classes(_names_beside(listing, labels)), pictures, notes)]


def _described(listing: Listing) -> tuple[list[tuple[str, DataYaml]], list[str]]:
    """One description for a folder and all below it: the uppermost; of several side by side, data.yaml.

    And the paths of those that are named as one, but cannot be used.
    """
    passed_over: list[str] = []
    found: list[tuple[str, DataYaml]] = []
    candidates = sorted(
        itertools.islice(listing.files(".yaml", ".yml"), _MOST_YAML_FILES),
        key=lambda path: (path.count("/"), not path.endswith("data.yaml"), path),
    )
    for path in candidates:
        folder = path.rpartition("/")[0]
        if any(_is_below(folder, other.rpartition("/")[0]) for other, _ in found):
            continue
        content = data_yaml.parse(listing.read(path, LARGEST_BYTES + 1))
        if content is not None:
            found.append((path, content))
        elif path.endswith(("data.yaml", "dataset.yaml")):
            passed_over.append(path)
    return found, passed_over


def _is_below(folder: str, other: str) -> bool:
    return not other or folder == other or folder.startswith(f"{other}/")


def _of_yaml(listing: Listing, path: str, content: DataYaml) -> _Part | None:
    """None when there are no pictures with labels where it leads, nor around it."""
    folder, _, name = path.rpartition("/")
    notes = []
    if content.has_download:
        notes.append(f"{name} has a download entry, which may be a program to run. It is ignored.")
    taken: dict[str, Split | None] = {}
    for split, entry in content.entries:
        place = _place(listing, folder, content.path, entry)
        if place is None:
            notes.append(f"{name} names {entry} for {split}, which is not in this folder.")
        for picture in _pictures_of(listing, place) if place is not None else ():
            taken.setdefault(picture, split)
    if not taken:
        taken = {picture: split_of(picture) for picture in listing.pictures_below(folder)}
    labels = _some_labels(listing, list(taken))
    if not labels:
        return None
    names = content.names if content.names is not None else _names_beside(listing, labels)
    return _Part(Classes(names, content.key_points), sorted(taken.items()), notes)


def _place(listing: Listing, folder: str, base: str, entry: str) -> str | None:
    """The folder or list file within the listing that an entry means.

    Exported files say "../train/images" where "train/images" is meant, or name folders of the machine they were made
    on: of such a path the longest end that is there is taken.
    """
    bases = [place for place in (inside(folder, base) if base else None, folder, "") if place is not None]
    parts = [part for part in entry.partition("*")[0].replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    tails = ["/".join(parts[start:]) for start in range(len(parts))]
    if not parts:  # "." or "..": the folder itself
        return bases[0]
    for candidate in itertools.chain(
        (inside(each, entry) for each in bases), (inside(each, tail) for tail in tails for each in bases)
    ):
        if candidate is not None and (candidate in listing.folders or listing.has(candidate)):
            return candidate
    return None


def _pictures_of(listing: Listing, place: str) -> list[str]:
    if place in listing.folders:
        return list(listing.pictures_below(place))
    return _listed(listing, place)


def _listed(listing: Listing, path: str) -> list[str]:
    """The pictures that a list file names, as far as they are there."""
    folder = path.rpartition("/")[0]
    found: list[str] = []
    for line in listing.text(path, _LARGEST_LIST_BYTES).splitlines():
        if is_picture_name(entry := line.strip()):
            place = _place(listing, folder, "", entry)
            if place is not None and listing.has(place):
                found.append(place)
    return found


def _of_lists(listing: Listing) -> tuple[list[tuple[str, Split | None]], list[str]]:
    """train.txt, val.txt and test.txt of the uppermost folder that has any, where they list pictures."""
    taken: dict[str, Split | None] = {}
    names: list[str] = []
    for folder in listing.shallow_first:
        for name in _LIST_FILES:
            if not listing.has(path := joined(folder, name)):
                continue
            names.append(name)
            for picture in _listed(listing, path):
                taken.setdefault(picture, split_named(name.removesuffix(".txt")))
        if taken:
            return sorted(taken.items()), [f"Only the pictures that {' and '.join(names)} list are taken."]
        names.clear()
    return [], []


def _label_paths(picture: str) -> Iterator[str]:
    """Where the label file of a picture may lie, the usual places first."""
    folder, _, name = picture.rpartition("/")
    label = f"{name.rpartition('.')[0]}.txt"
    parts = folder.split("/") if folder else []
    for number in range(len(parts) - 1, -1, -1):
        if parts[number] in _PICTURE_FOLDERS:
            for labels in _LABEL_FOLDERS:
                yield "/".join((*parts[:number], labels, *parts[number + 1 :], label))
            break
    yield joined(folder, label)
    yield joined(folder, f"labels/{label}")


def _label_path(listing: Listing, picture: str) -> str | None:
    return next((path for path in _label_paths(picture) if listing.has(path)), None)


def _some_labels(listing: Listing, pictures: Sequence[str]) -> list[str]:
    """Label files of a few pictures; none when the pictures have no labels."""
    found: list[str] = []
    tried: dict[str, int] = {}
    for picture in pictures:
        folder = picture.rpartition("/")[0]
        tried[folder] = tried.get(folder, 0) + 1
        if tried[folder] <= _TRIED_A_FOLDER and (path := _label_path(listing, picture)) is not None:
            found.append(path)
            if len(found) == _LOOKED_AT:
                break
    return found


def _look_like_boxes(listing: Listing, labels: Sequence[str]) -> bool:
    """Some hold a box, or all are empty: text beside pictures may be anything, descriptions for instance."""
    is_empty = True
    for path in labels:
        boxes, flaws = yolo_labels.parse(listing.read(path, LARGEST_LABEL_FILE_BYTES + 1), Classes(None))
        if boxes:
            return True
        is_empty = is_empty and not flaws
    return is_empty


def _names_beside(listing: Listing, labels: Sequence[str]) -> tuple[str, ...] | None:
    """Names of the classes from a text file as labelling programs leave it, beside the labels or above them."""
    folder = labels[0].rpartition("/")[0]
    folders = [folder]
    while folders[-1]:
        folders.append(folders[-1].rpartition("/")[0])
    for each in folders:
        for name in _NAME_FILES:
            path = joined(each, name)
            if listing.has(path):
                lines = [line.strip() for line in listing.text(path).splitlines() if line.strip()]
                if lines and all(len(line) <= _LONGEST_NAME for line in lines):
                    return tuple(lines)
    return None


def _seen(listing: Listing, part: _Part, context: Context | None = None) -> list[str]:
    """Class numbers that the label files name: all of them within a job, of a few files in a quick look."""
    if context is None:
        paths = _some_labels(listing, [path for path, _ in part.pictures])
    else:
        paths = [path for picture, _ in part.pictures if (path := _label_path(listing, picture)) is not None]
    found: set[int] = set()
    for path in paths:
        if context is not None:
            context.check_cancelled()
        found |= yolo_labels.numbers(listing.read(path, LARGEST_LABEL_FILE_BYTES + 1))
    return [str(number) for number in sorted(found)]


def _sample(listing: Listing, path: str, *, split: Split | None, classes: Classes, labels: frozenset[str]) -> Sample:
    label = _label_path(listing, path)
    if label is None:
        flaw = Flaw(FlawKind.NO_LABEL_FILE, "There is no label file for this picture; others have one.")
        return Sample(listing.path(path), path, split=split, labels=labels, flaws=(flaw,))
    try:
        boxes, flaws = yolo_labels.parse(listing.read(label, LARGEST_LABEL_FILE_BYTES + 1), classes)
    except DatasetError as exc:
        boxes, flaws = (), (Flaw(FlawKind.UNREADABLE_LABEL, exc.message),)
    return Sample(listing.path(path), path, boxes, split=split, labels=labels, flaws=flaws)
