"""One split of a YOLO data set exactly as its data.yaml describes it, wherever on the disk that leads.

For measuring and training on data that stays where it is: the user named the file, so its folders are followed as
Ultralytics follows them, but it is read as data only: nothing is fetched, and no program in it is run. (An import,
yolo.py, guesses more and never leaves the folder.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.plain_yaml import LARGEST_BYTES, decoded
from pyroblur_gui.datasets.formats import data_yaml, yolo_labels
from pyroblur_gui.datasets.formats.data_yaml import DataYaml
from pyroblur_gui.datasets.formats.listing import is_picture_name
from pyroblur_gui.datasets.formats.yolo_labels import LARGEST_LABEL_FILE_BYTES, Classes
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Sample, Split

LARGEST_LIST_BYTES = 64 * 2**20
IMAGES, LABELS = "images", "labels"
HOW = "A data.yaml names its classes (names:) and where the pictures of each split lie (train:, val:, test:)."


@dataclass(frozen=True)
class Described:
    """A data.yaml that was read. folder: what its entries are below."""

    path: Path
    folder: Path
    content: DataYaml

    @property
    def classes(self) -> tuple[str, ...]:
        return self.content.names or ()

    @property
    def splits(self) -> tuple[Split, ...]:
        return tuple(dict.fromkeys(split for split, _ in self.content.entries))

    def samples(self, split: Split) -> Iterator[Sample]:
        """In alphabetical order. Raises DatasetError when a folder or list of the split is not there."""
        pictures: dict[Path, None] = {}
        for each, entry in self.content.entries:
            if each is split:
                pictures |= dict.fromkeys(self._pictures(entry))
        classes = Classes(self.classes, self.content.key_points)
        for picture in sorted(pictures):
            yield _sample(picture, split, classes)

    def name_of(self, sample: Sample) -> str:
        """What tells a picture from the others: its place below the folder, or its name where it lies elsewhere."""
        if sample.picture.is_relative_to(self.folder):
            return sample.picture.relative_to(self.folder).as_posix()
        return sample.name

    def _pictures(self, entry: str) -> Iterator[Path]:
        place = self.folder / entry
        if not place.exists() and entry.startswith("../"):  # exported files say ../train where train is meant
            place = self.folder / entry.removeprefix("../")
        try:
            if place.is_dir():
                yield from (path for path in place.rglob("*") if is_picture_name(path.name))
            else:
                yield from _listed(place)
        except OSError as exc:
            message = f"{self.path.name} leads to {place}, which cannot be read: {exc.strerror or exc}."
            hint = "Correct the data.yaml, or import the data set and name it."
            raise DatasetError(message, hint=hint, path=self.path) from exc


def described(path: Path) -> Described:
    """Raises DatasetError when it cannot be read or describes no data set."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as exc:
        message = f"{path} cannot be read: {exc.strerror or exc}."
        raise DatasetError(message, hint="Check the path.", path=path) from exc
    content = data_yaml.parse(data)
    if content is None or not content.entries:
        raise DatasetError(f"{path} describes no data set that can be used.", hint=HOW, path=path)
    if content.names is None:
        raise DatasetError(f"{path} does not name its classes.", hint=HOW, path=path)
    own = path.absolute().parent
    folder = own / content.path
    return Described(path, folder if folder.is_dir() else own, content)


def _listed(path: Path) -> Iterator[Path]:
    """The pictures that a list file names; "./" is the list's own folder, as in Ultralytics."""
    with path.open("rb") as file:
        text = decoded(file.read(LARGEST_LIST_BYTES))
    for line in text.splitlines():
        if is_picture_name(entry := line.strip()):
            yield path.parent / entry


def label_path(picture: Path) -> Path:
    """Where Ultralytics looks for a picture's labels: the last folder named images becomes labels."""
    parts = list(picture.parent.parts)
    for place in range(len(parts) - 1, -1, -1):
        if parts[place] == IMAGES:
            parts[place] = LABELS
            break
    return Path(*parts) / f"{picture.stem}.txt"


def _sample(picture: Path, split: Split, classes: Classes) -> Sample:
    label = label_path(picture)
    try:
        with label.open("rb") as file:
            boxes, flaws = yolo_labels.parse(file.read(LARGEST_LABEL_FILE_BYTES + 1), classes)
    except FileNotFoundError:
        boxes, flaws = (), ()  # a picture that shows nothing, as Ultralytics takes it
    except (OSError, DatasetError) as exc:
        boxes, flaws = (), (Flaw(FlawKind.UNREADABLE_LABEL, str(exc)),)
    return Sample(picture, picture.name, tuple(dict.fromkeys(boxes)), split=split, flaws=tuple(flaws))
