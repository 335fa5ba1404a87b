"""One data set, read and changed in a thread of its own: the window's loop never waits for a disk.

SQLite's connections belong to the thread that made them, so everything that is asked of the data set is handed over as
a function and run there, one after another.
"""

import asyncio
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets import fixes, store, validate
from pyroblur_gui.datasets.changes import Changes
from pyroblur_gui.datasets.dataset import FILE_NAME, Dataset, Picture, Problem, Provenance
from pyroblur_gui.datasets.filter import Filter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One picture of the gallery. problems: kinds, a kind once for each time it was found."""

    picture: Picture
    problems: tuple[str, ...] = ()

    @property
    def suggestions(self) -> int:
        return sum(not box.is_truth for box in self.picture.boxes)


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What is shown of a data set as a whole. boxes: of each class, in the order of their ids."""

    name: str
    classes: tuple[str, ...]
    sources: tuple[Provenance, ...]
    images: int
    boxes: tuple[int, ...]
    suggestions: int
    problems: dict[str, int]


@dataclass(frozen=True, slots=True)
class History:
    """Titles of what can be undone and redone."""

    undo: str | None = None
    redo: str | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """A change that was undone or redone, and which pictures it is about."""

    title: str
    pictures: tuple[int, ...]


class OpenSet:
    """Opened with the first question. Close it; what was asked before is done first.

    It is opened again where another program has put a new data set in its place (pyroblur dataset import --add):
    what is read and changed is always the one that has the name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="data-set")
        self._dataset: Dataset | None = None
        self._file: tuple[int, int] | None = None
        self._is_closed = False

    async def run(self, work: Callable[[Dataset], T]) -> T:
        """The answer of `work`, called in the data set's thread. Raises what it raises, and DatasetError."""
        if self._is_closed:
            message = f"The data set {self.name} was closed."
            raise DatasetError(message)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._opened()))
        except sqlite3.Error as exc:
            message = f"The data set {self.name} could not be read or written: {exc}."
            raise DatasetError(message, hint="Check that its disk is there and not full, then try again.") from exc

    async def facts(self) -> SetFacts:
        return await self.run(facts_of)

    async def ids(self, wanted: Filter) -> "array[int]":
        return await self.run(lambda dataset: dataset.ids(wanted))

    async def rows(self, ids: Sequence[int]) -> list[Row]:
        return await self.run(lambda dataset: rows_of(dataset, ids))

    async def history(self) -> History:
        return await self.run(_history)

    async def apply(self, title: str, after: Sequence[Picture]) -> History:
        """Makes one undoable change."""
        return await self.run(lambda dataset: _apply(dataset, title, after))

    async def change_size(self, *, is_undo: bool) -> int:
        """Of how many pictures the next undo or redo is."""
        return len(await self.run(lambda dataset: _pictures_of_change(dataset, is_undo=is_undo)))

    async def turn(self, *, is_undo: bool) -> "Turned | None":
        """Takes the last change back, or makes the one that was taken back again; None when there is none."""
        return await self.run(lambda dataset: _turn(dataset, is_undo=is_undo))

    async def recheck(self, ids: Sequence[int]) -> None:
        """Brings the problems of some pictures up to date after they were edited."""
        await self.run(lambda dataset: validate.recheck(dataset, ids))

    async def problems(self, kind: str) -> list[Problem]:
        return await self.run(lambda dataset: [each for each in dataset.problems() if each.kind == kind])

    async def fix(self, fix: str, kind: str, problems: Sequence[int]) -> History:
        """Fixes a few problems as one undoable change."""
        return await self.run(lambda dataset: _fix(dataset, fix, kind, frozenset(problems)))

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _opened(self) -> Dataset:
        if self._dataset is not None and _identity(self.name) != self._file:
            self._close()
        if self._dataset is None:
            self._dataset = store.open_dataset(self.name)
            self._file = _identity(self.name)
        return self._dataset

    def _close(self) -> None:
        if self._dataset is not None:
            self._dataset.close()
            self._dataset = None


def _identity(name: str) -> tuple[int, int] | None:
    """Of the file that is a data set; None where there is none."""
    try:
        facts = (store.folder_of(name) / FILE_NAME).stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def facts_of(dataset: Dataset) -> SetFacts:
    """Counts in SQL; removed pictures do not count, nor do suggestions count as boxes."""
    database = dataset.database
    classes = dataset.classes
    (images,) = database.execute("SELECT count(*) FROM pictures WHERE NOT is_removed").fetchone()
    boxes = dict(
        database.execute(
            "SELECT label, count(*) FROM boxes JOIN pictures ON pictures.id = boxes.picture "
            "WHERE NOT is_removed AND origin != 'suggested' GROUP BY label"
        ).fetchall()
    )
    (suggestions,) = database.execute(
        "SELECT count(*) FROM boxes JOIN pictures ON pictures.id = boxes.picture "
        "WHERE NOT is_removed AND origin = 'suggested'"
    ).fetchone()
    problems = database.execute("SELECT kind, count(*) FROM problems GROUP BY kind ORDER BY min(id)").fetchall()
    return SetFacts(
        name=dataset.name,
        classes=classes,
        sources=tuple(dataset.provenances()),
        images=images,
        boxes=tuple(boxes.get(label, 0) for label in range(len(classes))),
        suggestions=suggestions,
        problems={row[0]: row[1] for row in problems},
    )


def rows_of(dataset: Dataset, ids: Sequence[int]) -> list[Row]:
    """These pictures with the kinds of their problems, in the order asked for."""
    marks = ",".join("?" * len(ids))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for place in ("picture", "other"):
        query = f"SELECT {place}, kind FROM problems WHERE {place} IN ({marks}) ORDER BY id"  # noqa: S608
        for number, kind in dataset.database.execute(query, list(ids)):
            found[number].append(kind)
    return [Row(picture, tuple(found[picture.id])) for picture in dataset.pictures(ids)]


def _history(dataset: Dataset) -> History:
    changes = Changes(dataset)
    return History(changes.undo_title, changes.redo_title)


def _apply(dataset: Dataset, title: str, after: Sequence[Picture]) -> History:
    Changes(dataset).apply(title, after)
    return _history(dataset)


def _pictures_of_change(dataset: Dataset, *, is_undo: bool) -> tuple[int, ...]:
    order = "is_undone = 0 ORDER BY id DESC" if is_undo else "is_undone = 1 ORDER BY id"
    change = f"SELECT id FROM changes WHERE {order} LIMIT 1"  # noqa: S608
    rows = dataset.database.execute(
        f"SELECT picture FROM changed_pictures WHERE change = ({change}) ORDER BY picture",  # noqa: S608
    )
    return tuple(row[0] for row in rows)


def _turn(dataset: Dataset, *, is_undo: bool) -> Turned | None:
    pictures = _pictures_of_change(dataset, is_undo=is_undo)
    changes = Changes(dataset)
    title = changes.undo() if is_undo else changes.redo()
    if title is None:
        return None
    validate.recheck(dataset, pictures)
    return Turned(title, pictures)


def _fix(dataset: Dataset, fix: str, kind: str, wanted: frozenset[int]) -> History:
    problems = [each for each in dataset.problems() if each.kind == kind and each.id in wanted]
    after = fixes.fixed(fix, dataset, problems)
    Changes(dataset).apply(fixes.FIXES[fix].title, after)
    validate.recheck(dataset, [picture.id for picture in after])
    return _history(dataset)
