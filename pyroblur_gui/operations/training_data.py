"""From a data set to what a training reads: the pictures that it may learn from, and where they come from."""

from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets import layout, store
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.stats import trainable
from pyroblur_gui.models.card import DataSource

SUGGEST = "Let a model suggest the missing boxes (Suggest labels), or train on these pictures as they are."


@dataclass(frozen=True)
class TrainingData:
    """path: of the data.yaml. pictures: how many of each split; left_out: for classes that were not looked for.

    sources: of its pictures, as the model's card names them. absent: classes that no training picture shows.
    """

    path: Path
    fingerprint: str
    pictures: dict[Split, int]
    left_out: int
    sources: tuple[DataSource, ...]
    classes: tuple[str, ...]
    absent: tuple[str, ...]


def write_training_data(name: str, folder: Path, unlabelled: Unlabelled) -> TrainingData:
    """Writes the lists of a training of this data set into the folder. Raises DatasetError, OutputError."""
    with store.open_dataset(name) as dataset:
        shown = _shown(dataset)
        files = trainable(dataset, shown, unlabelled=unlabelled)
        every = trainable(dataset, shown, unlabelled=Unlabelled.TREAT_AS_BACKGROUND)
        left_out = sum(len(every[split]) - len(files[split]) for split in Split)
        for split in (Split.TRAIN, Split.VAL):
            _require(dataset, split, is_there=bool(files[split]), is_left_out=bool(every[split]))
        mark = fingerprint(dataset)
        note = f"Part of the data set {name}, fingerprint {mark}."
        sources = tuple(DataSource(name=each.title, licence=each.licence, note=note) for each in dataset.provenances())
        path = layout.write_elsewhere(dataset, folder, files)
        classes, absent = tuple(dataset.classes), absent_classes(dataset)
    pictures = {split: len(files[split]) for split in Split}
    return TrainingData(path, mark, pictures, left_out, sources, classes, absent)


def absent_classes(dataset: Dataset) -> tuple[str, ...]:
    """Classes of which no training picture shows anything."""
    return tuple(
        name
        for number, name in enumerate(dataset.classes)
        if not dataset.ids(Filter(splits=(Split.TRAIN,), labels=(number,)))
    )


def absent_text(name: str) -> str:
    return f"No training picture shows the class {name}: it cannot be learnt."


def _shown(dataset: Dataset) -> list[int]:
    """Ids of the classes that any of its pictures has a box of: a set of plates is not asked about faces."""
    query = (
        "SELECT DISTINCT label FROM boxes JOIN pictures ON pictures.id = picture "
        "WHERE NOT is_removed AND origin != 'suggested'"
    )
    return [row[0] for row in dataset.database.execute(query)]


def left_out_text(count: int) -> str:
    return f"{count} pictures are left out: not all classes were looked for in them. {SUGGEST}"


def _require(dataset: Dataset, split: Split, *, is_there: bool, is_left_out: bool) -> None:
    if is_there:
        return
    if is_left_out:
        message = f"No {split} picture of {dataset.name} was looked through for all of its classes."
        raise DatasetError(message, hint=SUGGEST, path=dataset.folder)
    message = f"The data set {dataset.name} has no {split} pictures."
    raise DatasetError(message, hint="Split it anew: a training needs pictures to learn from and to be watched with.")
