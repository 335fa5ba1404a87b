"""The user's changes to a data set: each one can be undone and redone, also after a restart.

Of a changed picture only what differs is kept, before and after; so undoing a moved box does not undo a later split.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture
from pyroblur_gui.datasets.sample import Flaw, Split

MOST_KEPT = 500  # changes; older ones can no longer be undone
AT_ONCE = 1000  # pictures read, or label files written, in one go

_DUE = "layout_due"  # a fact: "1" from the change of the rows until the files are written

# What may differ between a picture before and after a change, and how it is written as JSON.
_FIELDS: Mapping[str, TypeAdapter[Any]] = {  # Any: one adapter a field, each of its own type
    "file": TypeAdapter(str),
    "width": TypeAdapter(int),
    "height": TypeAdapter(int),
    "size_bytes": TypeAdapter(int),
    "sha256": TypeAdapter(str),
    "split": TypeAdapter(Split | None),
    "labelled": TypeAdapter(frozenset[int]),
    "boxes": TypeAdapter(tuple[Box, ...]),
    "flaws": TypeAdapter(tuple[Flaw, ...]),
    "error": TypeAdapter(str),
    "is_removed": TypeAdapter(bool),
}
_IN_LISTS = frozenset({"file", "split", "is_removed", "error"})
_IN_LABELS = frozenset({"file", "boxes", "is_removed", "error"})


class Changes:
    """What was done to one data set.

    Raises OutputError when the label files cannot be written; the rows are then changed, and the next change, or
    `write_due_files`, brings the files up to date.
    """

    def __init__(
        self, dataset: Dataset, *, on_written: Callable[[int, int], None] = lambda _done, _total: None
    ) -> None:
        """on_written: told now and then how many label files of how many are written."""
        self._dataset = dataset
        self._on_written = on_written

    @property
    def undo_title(self) -> str | None:
        """Title of the change that `undo` would take back."""
        row = self._next(is_undone=False)
        return None if row is None else row[1]

    @property
    def redo_title(self) -> str | None:
        row = self._next(is_undone=True)
        return None if row is None else row[1]

    def apply(self, title: str, after: Sequence[Picture]) -> None:
        """Makes one undoable change of these pictures; those that it leaves as they are do not count."""
        database = self._dataset.database
        with self._dataset.transaction():
            wanted = {picture.id: picture for picture in after}
            pairs = [(old, wanted[old.id]) for old in self._dataset.pictures(wanted) if wanted[old.id] != old]
            if not pairs:
                return
            self._drop_redone()
            cursor = database.execute(
                "INSERT INTO changes (title, made, is_undone) VALUES (?, ?, 0)", (title, datetime.now(UTC).isoformat())
            )
            database.executemany(
                "INSERT INTO changed_pictures (change, picture, before, after) VALUES (?, ?, ?, ?)",
                ((cursor.lastrowid, old.id, *_difference(old, new)) for old, new in pairs),
            )
            self._drop_oldest()
            was_due = self._is_due()
            self._write_rows([new for _, new in pairs])
        relabelled = [new for old, new in pairs if _differ(old, new, _IN_LABELS)]
        lists = any(_differ(old, new, _IN_LISTS) for old, new in pairs)
        self._write_files(relabelled, is_all_due=was_due, lists=lists)

    def undo(self) -> str | None:
        """Takes the last change back and returns its title; None when there is nothing to undo."""
        return self._turn(is_undone=False, state="before")

    def redo(self) -> str | None:
        """Makes the change that was undone last again and returns its title."""
        return self._turn(is_undone=True, state="after")

    def write_due_files(self) -> None:
        """Writes the label files that a kill, or a full disk, kept from being written."""
        if self._is_due():
            self._write_files([], is_all_due=True, lists=True)

    def _next(self, *, is_undone: bool) -> tuple[int, str] | None:
        order = "id ASC" if is_undone else "id DESC"
        row = self._dataset.database.execute(
            f"SELECT id, title FROM changes WHERE is_undone = ? ORDER BY {order} LIMIT 1",  # noqa: S608
            (is_undone,),
        ).fetchone()
        return None if row is None else (int(row[0]), str(row[1]))

    def _turn(self, *, is_undone: bool, state: str) -> str | None:
        with self._dataset.transaction():
            change = self._next(is_undone=is_undone)
            if change is None:
                return None
            number, title = change
            rows = self._dataset.database.execute(
                f"SELECT picture, {state} FROM changed_pictures WHERE change = ? ORDER BY picture",  # noqa: S608
                (number,),
            ).fetchall()
            was_due, lists = self._is_due(), False
            relabelled: list[Picture] = []
            for start in range(0, len(rows), AT_ONCE):
                kept = {row[0]: _read(row[1]) for row in rows[start : start + AT_ONCE]}
                lists = lists or any(_IN_LISTS & values.keys() for values in kept.values())
                part = [replace(each, **kept[each.id]) for each in self._dataset.pictures(kept)]
                self._write_rows(part)
                relabelled += (each for each in part if _IN_LABELS & kept[each.id].keys())
            self._dataset.database.execute("UPDATE changes SET is_undone = ? WHERE id = ?", (not is_undone, number))
        self._write_files(relabelled, is_all_due=was_due, lists=lists)
        return title

    def _write_rows(self, pictures: Sequence[Picture]) -> None:
        self._dataset.replace(pictures)
        self._dataset.keep_fact(_DUE, "1")

    def _write_files(self, pictures: Sequence[Picture], *, is_all_due: bool, lists: bool) -> None:
        if is_all_due:
            layout.write_all(self._dataset)
        else:
            for start in range(0, len(pictures), AT_ONCE):
                self._on_written(start, len(pictures))
                layout.write_changed(self._dataset, pictures[start : start + AT_ONCE], lists=False)
            if lists:
                layout.write_lists(self._dataset)
        self._dataset.keep_fact(_DUE, "")

    def _is_due(self) -> bool:
        try:
            return self._dataset.fact(_DUE) != ""
        except KeyError:
            return False

    def _drop_redone(self) -> None:
        self._drop("is_undone = 1", ())

    def _drop_oldest(self) -> None:
        self._drop("id <= (SELECT max(id) FROM changes) - ?", (MOST_KEPT,))

    def _drop(self, condition: str, values: Sequence[object]) -> None:
        database = self._dataset.database
        database.execute(
            f"DELETE FROM changed_pictures WHERE change IN (SELECT id FROM changes WHERE {condition})",  # noqa: S608
            values,
        )
        database.execute(f"DELETE FROM changes WHERE {condition}", values)  # noqa: S608


def _difference(before: Picture, after: Picture) -> tuple[str, str]:
    names = [name for name in _FIELDS if getattr(before, name) != getattr(after, name)]
    return _written(before, names), _written(after, names)


def _written(picture: Picture, names: Sequence[str]) -> str:
    return json.dumps({name: _FIELDS[name].dump_python(getattr(picture, name), mode="json") for name in names})


def _read(text: str) -> dict[str, Any]:
    """Any: values of the fields that differ, each of its own type."""
    return {name: _FIELDS[name].validate_python(value) for name, value in json.loads(text).items()}


def _differ(before: Picture, after: Picture, names: Iterable[str]) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in names)
