"""One data set on disk: a folder with pictures and one SQLite file that knows everything about them.

The SQLite file is the truth. The label files, lists and data.yaml beside it, which trainers read, are written from it
(layout.py). A picture's file never changes: a picture that has to be written anew gets another file. That is what lets
data sets share files by hard links and every change be undone (changes.py).

Light on purpose: the window reads galleries from here, so nothing in this module loads a codec or numpy.
"""

import errno
import json
import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.datasets.sample import Flaw, Origin, Split
from pyroblur_gui.datasets.schema import migrate

FILE_NAME = "dataset.sqlite"
BUSY_TIMEOUT_S = 10.0
_AT_ONCE = 500  # rows asked for in one statement; SQLite allows 32,766 values

_FLAWS = TypeAdapter(tuple[Flaw, ...])


@dataclass(frozen=True, slots=True)
class Box:
    """label: id of the class. Edges as fractions of the picture's width and height; labels as read may lie outside."""

    label: int
    left: float
    top: float
    right: float
    bottom: float
    origin: Origin = Origin.LABELLED
    score: float | None = None

    @property
    def is_truth(self) -> bool:
        """False for a suggestion that nobody has accepted: it is shown, but not trained on and not counted."""
        return self.origin is not Origin.SUGGESTED


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as it is kept.

    file: below the data set's folder, "/" between folders. name: what the source calls it. source: its number.
    width, height: in pixels, upright; 0 when the file cannot be read, and then `error` says why. sha256: of the file.
    likeness: 32 bytes that differ in few bits for pictures that look alike; None when unreadable.
    labelled: ids of the classes that were looked for in it. is_removed: out of the data set, but not yet gone.
    """

    id: int
    file: str
    name: str
    source: int
    width: int
    height: int
    size_bytes: int
    sha256: str
    likeness: bytes | None
    split: Split | None
    labelled: frozenset[int]
    boxes: tuple[Box, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    error: str = ""
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a part of the data set comes from. id: 0 until it is kept. address: where it was fetched, without keys."""

    source: str
    title: str
    licence: str
    licence_url: str = ""
    citation: str = ""
    address: str = ""
    is_synthetic: bool = False
    gathered: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a check found, and the picture (and the other picture, of a pair) that it is about.

    kind: a name from validate.py. picture: None when it is about the data set as a whole. box: its place in the
    picture's boxes.
    """

    kind: str
    detail: str
    picture: int | None = None
    other: int | None = None
    box: int | None = None
    id: int = 0


class Dataset:
    """Opened from one thread, by as many processes as like. Use it as `with`, or close it.

    Every method that writes is one transaction: a kill at any moment leaves the state before or after it.
    """

    def __init__(self, folder: Path, database: sqlite3.Connection) -> None:
        self.folder = folder
        self._database = database

    @classmethod
    def create(cls, folder: Path, *, name: str, classes: Sequence[str]) -> Self:
        """Makes the folder and an empty data set in it. classes: names in the order of their ids.

        Raises DatasetError when there is one already, or it cannot be made.
        """
        if (folder / FILE_NAME).exists():
            message = f"There is a data set in {folder} already."
            raise DatasetError(message, hint="Choose another name.", path=folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            database = _connect(folder / FILE_NAME)
        except (OSError, sqlite3.Error) as exc:
            message = f"The data set cannot be made in {folder}: {exc}."
            hint = "Check that the folder can be written to and that its disk is not full."
            raise DatasetError(message, hint=hint, path=folder) from exc
        dataset = cls(folder, database)
        with dataset.transaction():
            dataset.keep_fact("name", name)
            dataset.keep_fact("classes", json.dumps(list(classes)))
            dataset.keep_fact("created", datetime.now(UTC).isoformat())
        return dataset

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Raises DatasetError when there is none, or when it is damaged or of a newer PyroBlur."""
        if not (folder / FILE_NAME).is_file():
            message = f"There is no data set in {folder}."
            raise DatasetError(message, hint="Get or import one under the tab Data sets.", path=folder)
        database: sqlite3.Connection | None = None
        try:
            database = _connect(folder / FILE_NAME)
            dataset = cls(folder, database)
            dataset.fact("name")
        except (sqlite3.Error, KeyError) as exc:
            if database is not None:
                database.close()
            message = f"The data set in {folder} cannot be read: {exc}."
            raise DatasetError(message, hint="It is damaged: import its pictures again.", path=folder) from exc
        return dataset

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    # -- the whole

    @property
    def name(self) -> str:
        return self.fact("name")

    @property
    def classes(self) -> tuple[str, ...]:
        """Names in the order of their ids."""
        return tuple(json.loads(self.fact("classes")))

    def add_classes(self, names: Iterable[str]) -> None:
        """Appends classes that are not there yet; ids that are there stay."""
        new = [name for name in dict.fromkeys(names) if name not in self.classes]
        if new:
            with self.transaction():
                self.keep_fact("classes", json.dumps([*self.classes, *new]))

    def fact(self, name: str) -> str:
        """A remark kept with the data set. Raises KeyError when there is none of that name."""
        row = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return str(row[0])

    def keep_fact(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", (name, value))

    def provenances(self) -> list[Provenance]:
        rows = self._database.execute("SELECT * FROM sources ORDER BY id").fetchall()
        return [
            Provenance(
                id=row["id"],
                source=row["source"],
                title=row["title"],
                licence=row["licence"],
                licence_url=row["licence_url"],
                citation=row["citation"],
                address=row["address"],
                is_synthetic=bool(row["is_synthetic"]),
                gathered=datetime.fromisoformat(row["gathered"]),
            )
            for row in rows
        ]

    def add_provenance(self, provenance: Provenance) -> int:
        """Keeps it and returns its number; one that is there already (but for its time) keeps its number."""
        key = (provenance.source, provenance.title, provenance.address)
        row = self._database.execute(
            "SELECT id FROM sources WHERE source = ? AND title = ? AND address = ?", key
        ).fetchone()
        if row is not None:
            return int(row[0])
        with self.transaction():
            cursor = self._database.execute(
                "INSERT INTO sources (source, title, address, licence, licence_url, citation, is_synthetic, gathered) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *key,
                    provenance.licence,
                    provenance.licence_url,
                    provenance.citation,
                    provenance.is_synthetic,
                    provenance.gathered.isoformat(),
                ),
            )
        return int(cursor.lastrowid or 0)

    # -- pictures

    def ids(self, wanted: Filter | None = None) -> "array[int]":
        """Numbers of the pictures that pass the filter, in the order they came in."""
        condition, values = (wanted or Filter()).as_sql()
        rows = self._database.execute(f"SELECT id FROM pictures WHERE {condition} ORDER BY id", values)  # noqa: S608
        return array("q", (row[0] for row in rows))

    def pictures(self, ids: Iterable[int]) -> list[Picture]:
        """These pictures with their boxes, in the order asked for; numbers that are not there are left out."""
        wanted = list(ids)
        found: dict[int, Picture] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            found |= self._chunk(wanted[start : start + _AT_ONCE])
        return [found[number] for number in wanted if number in found]

    def picture(self, number: int) -> Picture:
        """Raises KeyError."""
        return self._chunk([number])[number]

    def every_picture(self, wanted: Filter | None = None) -> Iterator[Picture]:
        """All that pass the filter with their boxes, a few at a time."""
        ids = self.ids(wanted)
        for start in range(0, len(ids), _AT_ONCE):
            yield from self.pictures(ids[start : start + _AT_ONCE])

    def names(self, source: int) -> set[str]:
        """What the source calls the pictures that are here from it, removed ones too."""
        return {row[0] for row in self._database.execute("SELECT name FROM pictures WHERE source = ?", (source,))}

    def path(self, picture: Picture) -> Path:
        return self.folder / picture.file

    def add(self, pictures: Sequence[Picture]) -> None:
        """Keeps new pictures (their `id` is ignored). Raises sqlite3.IntegrityError for a file that is there."""
        with self.transaction():
            for picture in pictures:
                cursor = self._database.execute(
                    f"INSERT INTO pictures ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608
                    _values(picture),
                )
                self._put_boxes(int(cursor.lastrowid or 0), picture.boxes)

    def replace(self, pictures: Sequence[Picture]) -> None:
        """Writes pictures over those of the same id. For the user's own changes use changes.py, which can undo them."""
        with self.transaction():
            for picture in pictures:
                self._database.execute(
                    f"UPDATE pictures SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?",  # noqa: S608
                    (*_values(picture), picture.id),
                )
                self._database.execute("DELETE FROM boxes WHERE picture = ?", (picture.id,))
                self._put_boxes(picture.id, picture.boxes)

    def assign(self, splits: Iterable[tuple[int, Split | None]]) -> None:
        """Puts pictures, by number, into splits."""
        with self.transaction():
            self._database.executemany(
                "UPDATE pictures SET split = ? WHERE id = ?", ((split, number) for number, split in splits)
            )

    # -- problems

    def problems(self) -> list[Problem]:
        rows = self._database.execute("SELECT * FROM problems ORDER BY id")
        return [
            Problem(
                id=row["id"],
                kind=row["kind"],
                detail=row["detail"],
                picture=row["picture"],
                other=row["other"],
                box=row["box"],
            )
            for row in rows
        ]

    def keep_problems(self, problems: Iterable[Problem]) -> None:
        """Replaces all that were kept."""
        with self.transaction():
            self._database.execute("DELETE FROM problems")
            self._database.executemany(
                "INSERT INTO problems (kind, detail, picture, other, box) VALUES (?, ?, ?, ?, ?)",
                ((each.kind, each.detail, each.picture, each.other, each.box) for each in problems),
            )

    # -- for modules of this folder

    @property
    def database(self) -> sqlite3.Connection:
        """The SQLite file itself, for questions that are about its tables: stats.py, changes.py, fingerprint.py."""
        return self._database

    def transaction(self) -> "Transaction":
        """All or nothing; a transaction within another is part of it."""
        return Transaction(self._database)

    def _chunk(self, ids: Sequence[int]) -> dict[int, Picture]:
        marks = ",".join("?" * len(ids))
        boxes: dict[int, list[Box]] = {}
        for row in self._database.execute(
            f"SELECT * FROM boxes WHERE picture IN ({marks}) ORDER BY picture, id",  # noqa: S608
            ids,
        ):
            boxes.setdefault(row["picture"], []).append(_box(row))
        rows = self._database.execute(f"SELECT * FROM pictures WHERE id IN ({marks})", ids)  # noqa: S608
        return {row["id"]: _picture(row, tuple(boxes.get(row["id"], ()))) for row in rows}

    def _put_boxes(self, picture: int, boxes: Iterable[Box]) -> None:
        self._database.executemany(
            "INSERT INTO boxes (picture, label, x1, y1, x2, y2, origin, score) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((picture, b.label, b.left, b.top, b.right, b.bottom, b.origin, b.score) for b in boxes),
        )


class Transaction:
    """`with`: begins where none is under way, and ends what it began.

    Raises DiskFullError, OutputError when the disk does not take it, DatasetError when another program is in the way;
    what was there before is there still.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._is_outermost = False

    def __enter__(self) -> None:
        if self._database.in_transaction:
            return
        try:
            self._database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as exc:
            raise self._failure(exc) from exc
        self._is_outermost = True

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_outermost:
            return
        try:
            if kind is None:
                self._database.execute("COMMIT")
        except sqlite3.OperationalError as failure:
            raise self._failure(failure) from failure
        finally:
            if self._database.in_transaction:  # SQLite itself takes back what fails for lack of room
                self._database.execute("ROLLBACK")
        if isinstance(exc, sqlite3.OperationalError):
            raise self._failure(exc) from exc

    def _failure(self, exc: sqlite3.OperationalError) -> Exception:
        """As an error for the user; the error itself where it is a mistake of ours."""
        path = Path(self._database.execute("PRAGMA database_list").fetchone()[2])
        match exc.sqlite_errorcode & 0xFF:  # the rest says more exactly what it was
            case sqlite3.SQLITE_FULL:
                return as_output_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), path)
            case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN:
                return as_output_error(OSError(str(exc)), path)
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                message = f"Another program is writing to the data set in {path.parent}."
                return DatasetError(message, hint="Wait until it is done, and try again.", path=path.parent)
        return exc


_COLUMNS = (
    "file",
    "name",
    "source",
    "width",
    "height",
    "size_bytes",
    "sha256",
    "likeness",
    "split",
    "labelled",
    "flaws",
    "error",
    "is_removed",
)


def _values(picture: Picture) -> tuple[object, ...]:
    return (
        picture.file,
        picture.name,
        picture.source,
        picture.width,
        picture.height,
        picture.size_bytes,
        picture.sha256,
        picture.likeness,
        picture.split,
        json.dumps(sorted(picture.labelled)),
        _FLAWS.dump_json(picture.flaws).decode() if picture.flaws else "[]",
        picture.error,
        picture.is_removed,
    )


def _picture(row: sqlite3.Row, boxes: tuple[Box, ...]) -> Picture:
    return Picture(
        id=row["id"],
        file=row["file"],
        name=row["name"],
        source=row["source"],
        width=row["width"],
        height=row["height"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        likeness=row["likeness"],
        split=None if row["split"] is None else Split(row["split"]),
        labelled=frozenset(json.loads(row["labelled"])),
        boxes=boxes,
        flaws=() if row["flaws"] == "[]" else _FLAWS.validate_json(row["flaws"]),
        error=row["error"],
        is_removed=bool(row["is_removed"]),
    )


def _box(row: sqlite3.Row) -> Box:
    return Box(
        label=row["label"],
        left=row["x1"],
        top=row["y1"],
        right=row["x2"],
        bottom=row["y2"],
        origin=Origin(row["origin"]),
        score=row["score"],
    )


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database
