"""Which data sets there are, and how a new one comes to be among them: built aside, and by its name only when whole."""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets import thumbnails
from pyroblur_gui.datasets.dataset import FILE_NAME, Dataset

_BUILDING = ".building-"
_OLD = ".old-"  # what a new data set takes the place of, for the moment of the exchange
_REMOVED = ".removed-"
_LOCK = ".lock-"
_COMPLETE = "complete"  # a file beside a data set that only waits for its name
_LOCK_WAIT_S = 0.5  # for whoever only looks whether a data set is busy


def datasets_folder() -> Path:
    return folders().data / "datasets"


def names() -> list[str]:
    """Names of all data sets, in alphabetical order."""
    for kind in (_BUILDING, _OLD):
        for left in datasets_folder().glob(f"{kind}*"):
            _finish_exchange(left.name.removeprefix(kind))
    return sorted((path.parent.name for path in datasets_folder().glob(f"[!.]*/{FILE_NAME}")), key=str.casefold)


def unfinished() -> list[str]:
    """Names of data sets that were begun and not finished: the same job goes on with them, `discard` deletes them."""
    left = (path.name.removeprefix(_BUILDING) for path in datasets_folder().glob(f"{_BUILDING}*") if path.is_dir())
    return sorted(left, key=str.casefold)


def discard(name: str) -> None:
    """Deletes what was made and fetched for a data set that is not finished. Raises DatasetError, OutputError."""
    with Lock(name):
        Building(name).discard()


def folder_of(name: str) -> Path:
    """Where the data set of that name lies, or would."""
    return datasets_folder() / name


def open_dataset(name: str) -> Dataset:
    """Raises DatasetError when there is none of that name; its hint names those that there are. OutputError."""
    _finish_exchange(name)
    if not (folder_of(name) / FILE_NAME).is_file():
        there = ", ".join(names())
        hint = f"There are: {there}." if there else "There is none yet: download or import one."
        message = f"There is no data set named {name}."
        raise DatasetError(message, hint=hint, path=folder_of(name))
    dataset = Dataset.open(folder_of(name))
    if dataset.name != name:  # its folder was renamed by hand: the folder's name is what it is found by
        try:
            with dataset.transaction():
                dataset.keep_fact("name", name)
        except BaseException:
            dataset.close()
            raise
    return dataset


def remove(name: str) -> None:
    """Deletes a data set with all its files and thumbnails, for good. Raises DatasetError, OutputError."""
    folder = folder_of(name)
    if not (folder / FILE_NAME).is_file():
        message = f"There is no data set named {name}."
        raise DatasetError(message, path=folder)
    aside = folder.with_name(_REMOVED + name)
    with Lock(name):
        try:
            _delete(aside)
            folder.rename(aside)
            _delete(aside)
        except OSError as exc:
            raise as_output_error(exc, folder) from exc
        thumbnails.delete(name)


def is_busy(name: str) -> bool:
    """True while a job makes, extends or divides the data set of that name."""
    if not _lock_file(name).exists():
        return False
    with contextlib.closing(sqlite3.connect(_lock_file(name), timeout=0)) as file:
        try:
            file.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            return True
    return False


class Lock:
    """`with`: no other job works on the data set of that name. Raises DatasetError, soon, when one does.

    It is SQLite's own lock on an empty file: the system takes it away from a process that is killed.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> Self:
        path = _lock_file(self._name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError as exc:
            raise as_output_error(exc, path) from exc
        self._file = sqlite3.connect(path, timeout=_LOCK_WAIT_S, isolation_level=None)
        try:
            self._file.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as exc:
            self._file.close()
            if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise as_output_error(OSError(str(exc)), path) from exc
            message = f"Another job is working on the data set {self._name}."
            hint = "Wait until it is done, or cancel it."
            raise DatasetError(message, hint=hint, path=folder_of(self._name)) from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


class Building:
    """A data set in the making.

        with Building(name, made_of=spec.model_dump_json(), source="wider_face") as building:
            fill(building.dataset, building.work)
            building.commit()

    dataset: the folder that becomes the data set; work: for downloads and what was extracted. What was not committed
    stays, for the same job to go on, until `discard`. It is gone on with only when it is made of the same: of another
    choice from the same source, the downloads stay; of another source, nothing does. commit replaces a data set of
    that name, which is how pictures are added to one. While it is open, no other job can work on that name.
    """

    def __init__(self, name: str, *, made_of: str = "", source: str = "") -> None:
        """made_of: whatever decides what comes out. source: whatever decides what is in `work`."""
        self._name = name
        self._made_of = {"made_of": made_of, "source": source}
        self._root = datasets_folder() / (_BUILDING + name)
        self._lock = Lock(name)
        self.dataset = self._root / "dataset"
        self.work = self._root / "work"

    def __enter__(self) -> Self:
        self._lock.__enter__()
        try:
            _exchange(self._name)
            self._begin()
        except BaseException as exc:
            self._lock.__exit__(None, None, None)
            if isinstance(exc, OSError):
                raise as_output_error(exc, self._root) from exc
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What ended before anything was made or fetched leaves nothing: a mistyped path is no unfinished data set."""
        try:
            if kind is not None and not self.dataset.exists() and not any(p.is_file() for p in self.work.rglob("*")):
                self.discard()
        finally:
            self._lock.__exit__(kind, exc, trace)

    def begin_anew(self) -> None:
        """Deletes what was made of the data set so far, but not what was fetched. Raises OutputError."""
        try:
            _delete(self.dataset)
        except OSError as exc:
            raise as_output_error(exc, self.dataset) from exc

    def commit(self) -> Path:
        """Gives the data set its name and deletes what it was made from. The data set must be closed."""
        target = folder_of(self._name)
        try:
            (self._root / _COMPLETE).touch()
            _exchange(self._name)
        except OSError as exc:
            raise as_output_error(exc, target) from exc
        return target

    def discard(self) -> None:
        """Deletes everything that was made and fetched so far. Raises OutputError."""
        try:
            _delete(self._root)
        except OSError as exc:
            raise as_output_error(exc, self._root) from exc

    def _begin(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        note = self._root / "made_of.json"
        before = _noted(note)
        if before != self._made_of:
            _delete(self.dataset)
            if before.get("source") != self._made_of["source"]:
                _delete(self.work)
            note.write_text(json.dumps(self._made_of), encoding="utf-8")
        self.work.mkdir(exist_ok=True)


def _noted(note: Path) -> dict[str, str]:
    try:
        return dict(json.loads(note.read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def _finish_exchange(name: str) -> None:
    """Ends what a kill interrupted, so that the data set is there under its name; not while a job is at it."""
    left = (datasets_folder() / (_OLD + name), datasets_folder() / (_BUILDING + name) / _COMPLETE)
    if not any(path.exists() for path in left):
        return
    with contextlib.suppress(DatasetError, OSError), Lock(name):
        _exchange(name)


def _exchange(name: str) -> None:
    """Puts a complete data set in the place of what has its name; begun by an earlier run or not, it ends the same."""
    target, aside, root = folder_of(name), datasets_folder() / (_OLD + name), datasets_folder() / (_BUILDING + name)
    if (root / _COMPLETE).exists() and (root / "dataset").exists():
        _delete(aside)
        if target.exists():
            target.rename(aside)
        (root / "dataset").rename(target)
    if (root / _COMPLETE).exists():
        _delete(root / "work")
        _delete(root)
    if aside.exists() and not target.exists():
        aside.rename(target)
    _delete(aside)


def _lock_file(name: str) -> Path:
    return datasets_folder() / (_LOCK + name)


def _delete(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
