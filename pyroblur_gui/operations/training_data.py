"""From a data set, or a data.yaml, to what a training reads: pictures that it may learn from, and their sources."""

from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets import elsewhere, layout, store
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.stats import shown_classes, trainable
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log
from pyroblur_gui.models.card import DataSource

MEND = "Import the data set to see which, and mend them."
SUGGEST = "Let a model suggest the missing boxes (Suggest labels), or train on these pictures as they are."


@dataclass(frozen=True)
class TrainingData:
    """path: of the data.yaml that was written. pictures: how many of each split. shown: training pictures that show a
    class, by its name. left_out: says why some pictures are; empty where none is. problems: that the check found.

    sources: of its pictures, as the model's card names them.
    """

    path: Path
    fingerprint: str
    pictures: dict[Split, int]
    shown: dict[str, int]
    left_out: str
    problems: int
    sources: tuple[DataSource, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.shown)

    @property
    def absent(self) -> tuple[str, ...]:
        """Classes that no training picture shows."""
        return tuple(name for name, count in self.shown.items() if not count)


def write_training_data(data: str, folder: Path, unlabelled: Unlabelled, context: Context) -> TrainingData:
    """Writes what a training of this data set reads into the folder. data: its name, or the path of a data.yaml.

    Raises DatasetError, OutputError, JobCancelledError.
    """
    if elsewhere.is_described(data):
        return _of_yaml(Path(data), folder, context)
    return _of_dataset(data, folder, unlabelled)


def _of_yaml(path: Path, folder: Path, context: Context) -> TrainingData:
    laid = elsewhere.lay_out(path, folder, context)
    if laid.asks_for_download:
        text = f"{path.name} asks for a program to be run (download:). It was not run."
        context.emit(Log(level="warning", text=text))
    left_out = ""
    if laid.left_out:
        left_out = f"{laid.left_out} pictures are left out: they or their labels are damaged. {MEND}"
    note = f"{path}, fingerprint {laid.fingerprint}."
    source = DataSource(
        name=path.absolute().parent.name, licence="not stated", pictures=sum(laid.pictures.values()), note=note
    )
    shown = {name: laid.shown[number] for number, name in enumerate(laid.classes)}
    return TrainingData(laid.path, laid.fingerprint, laid.pictures, shown, left_out, 0, (source,))


def _of_dataset(name: str, folder: Path, unlabelled: Unlabelled) -> TrainingData:
    with store.open_dataset(name) as dataset:
        shown = shown_classes(dataset)
        files = trainable(dataset, shown, unlabelled=unlabelled)
        every = trainable(dataset, shown, unlabelled=Unlabelled.TREAT_AS_BACKGROUND)
        left_out = sum(len(every[split]) - len(files[split]) for split in Split)
        for split in (Split.TRAIN, Split.VAL):
            _require(dataset, split, is_there=bool(files[split]), is_left_out=bool(every[split]))
        mark = fingerprint(dataset)
        note = f"Part of the data set {name}, fingerprint {mark}."
        sources = tuple(DataSource(name=each.title, licence=each.licence, note=note) for each in dataset.provenances())
        path = layout.write_elsewhere(dataset, folder, files)
        by_class = {
            each: len(dataset.ids(Filter(splits=(Split.TRAIN,), labels=(number,))))
            for number, each in enumerate(dataset.classes)
        }
        problems = len(dataset.problems())
    counts = {split: len(files[split]) for split in Split}
    return TrainingData(path, mark, counts, by_class, left_out_text(left_out), problems, sources)


def absent_text(name: str) -> str:
    return f"No training picture shows the class {name}: it cannot be learnt."


def left_out_text(count: int) -> str:
    if not count:
        return ""
    return f"{count} pictures are left out: not all classes were looked for in them. {SUGGEST}"


def _require(dataset: Dataset, split: Split, *, is_there: bool, is_left_out: bool) -> None:
    if is_there:
        return
    if is_left_out:
        message = f"No {split} picture of {dataset.name} was looked through for all of its classes."
        raise DatasetError(message, hint=SUGGEST, path=dataset.folder)
    message = f"The data set {dataset.name} has no {split} pictures."
    raise DatasetError(message, hint="Split it anew: a training needs pictures to learn from and to be watched with.")
