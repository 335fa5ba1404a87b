"""Which data sets there are, and how a new one comes to be among them: built aside, and by its name only when whole."""

import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets.dataset import FILE_NAME, Dataset

_BUILDING = ".building-"
_OLD = ".old-"


def datasets_folder() -> Path:
    return folders().data / "datasets"


def names() -> list[str]:
    """Names of all data sets, in alphabetical order."""
    return sorted((path.parent.name for path in datasets_folder().glob(f"[!.]*/{FILE_NAME}")), key=str.casefold)


def folder_of(name: str) -> Path:
    """Where the data set of that name lies, or would."""
    return datasets_folder() / name


def open_dataset(name: str) -> Dataset:
    """Raises DatasetError when there is none of that name; its hint names those that there are."""
    if not (folder_of(name) / FILE_NAME).is_file():
        there = ", ".join(names())
        hint = f"There are: {there}." if there else "There is none yet: download or import one."
        message = f"There is no data set named {name}."
        raise DatasetError(message, hint=hint, path=folder_of(name))
    return Dataset.open(folder_of(name))


def remove(name: str) -> None:
    """Deletes a data set with all its files, for good. Raises DatasetError, OutputError."""
    folder = folder_of(name)
    if not (folder / FILE_NAME).is_file():
        message = f"There is no data set named {name}."
        raise DatasetError(message, path=folder)
    aside = folder.with_name(_OLD + name)
    try:
        _delete(aside)
        folder.rename(aside)
        _delete(aside)
    except OSError as exc:
        raise as_output_error(exc, folder) from exc


class Building:
    """A data set in the making.

        with Building(name) as building:
            fill(building.dataset, building.work)
            building.commit()

    dataset: the folder that becomes the data set; work: for downloads and what was extracted. What was not committed
    stays, for the same job to go on, until `discard`. commit replaces a data set of that name, which is how pictures
    are added to one.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._root = datasets_folder() / (_BUILDING + name)
        self.dataset = self._root / "dataset"
        self.work = self._root / "work"

    def __enter__(self) -> Self:
        _finish_exchange(self._name)
        try:
            self.work.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise as_output_error(exc, self._root) from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def commit(self) -> Path:
        """Gives the data set its name and deletes what it was made from. The data set must be closed."""
        target, aside = folder_of(self._name), datasets_folder() / (_OLD + self._name)
        try:
            _delete(aside)
            if target.exists():
                target.rename(aside)
            self.dataset.rename(target)
            _delete(aside)
            _delete(self._root)
        except OSError as exc:
            raise as_output_error(exc, target) from exc
        return target

    def discard(self) -> None:
        """Deletes everything that was made and fetched so far."""
        _delete(self._root)


def _finish_exchange(name: str) -> None:
    """A kill between the two renamings of commit leaves the old data set aside only: it gets its name back."""
    target, aside = folder_of(name), datasets_folder() / (_OLD + name)
    if aside.exists() and not target.exists():
        aside.rename(target)


def _delete(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
