"""The box tables of Open Images: gigabytes, of which a few rows are wanted.

They are read as they come. The rows of the wanted classes are kept in a small table of our own, and every now and then
how far it is, so that a killed job goes on there.
"""

import json
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.core.files import writing
from pyroblur_gui.net.download import Bookmark, ChangedError, Downloader

SAVE_EVERY_BYTES = 32 << 20  # of the table that is read
_COLUMNS = ("ImageID", "LabelName", "XMin", "YMin", "XMax", "YMax", "IsGroupOf", "IsDepiction")


def keep_table(address: str, path: Path, *, codes: Sequence[str], downloader: Downloader) -> Path:
    """Lines of picture, class, left, top, right, bottom and is_group, of all usable rows of the classes `codes`.

    Paintings and drawings are left out. The file appears when it is whole; one that is there is given back as it is.
    Raises SourceError and its leaves, OutputError, DiskFullError, JobCancelledError.
    """
    if path.is_file():
        return path
    table = _Table(path)
    with writing(path):
        try:
            table.fill(address, codes, downloader)
        except ChangedError:
            table.forget()
            table.fill(address, codes, downloader)
        table.commit()
    return path


class _Table:
    """The table in the making: NAME.part, and in NAME.part.json how far it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._note = path.with_name(f"{path.name}.part.json")

    def fill(self, address: str, codes: Sequence[str], downloader: Downloader) -> None:
        bookmark, columns, size = self._left_over()
        lines = downloader.lines(address, bookmark)
        if not columns:
            columns = next(lines, "").removeprefix("\ufeff").split(",")
        places = _places(columns)
        with self._part.open("r+" if size else "w", encoding="utf-8", newline="\n") as file:
            file.truncate(size)
            file.seek(size)
            seen = saved = bookmark.offset
            for row in _rows(lines, places, len(columns), codes):
                if bookmark.offset != seen:  # all rows before the bookmark are written, and this one comes after it
                    seen = bookmark.offset
                    if seen - saved >= SAVE_EVERY_BYTES:
                        saved = seen
                        self._save(file, bookmark, columns)
                file.write(row + "\n")

    def forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def commit(self) -> None:
        with self._part.open("r+b") as file:
            os.fsync(file.fileno())
        self._part.replace(self._path)
        self._note.unlink(missing_ok=True)

    def _save(self, file: TextIO, bookmark: Bookmark, columns: Sequence[str]) -> None:
        file.flush()
        os.fsync(file.fileno())
        note = {"bookmark": asdict(bookmark), "columns": list(columns), "size": os.fstat(file.fileno()).st_size}
        new = self._note.with_suffix(".new")
        new.write_text(json.dumps(note), encoding="utf-8")
        new.replace(self._note)

    def _left_over(self) -> tuple[Bookmark, list[str], int]:
        """Where to go on, the table's columns, and how much of our own table is certain."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            note = json.loads(self._note.read_text(encoding="utf-8"))
            bookmark, columns, size = Bookmark(**note["bookmark"]), list(note["columns"]), int(note["size"])
            if (bookmark.etag or bookmark.modified) and 0 < size <= self._part.stat().st_size:
                return bookmark, columns, size
        return Bookmark(), [], 0


def _places(columns: Sequence[str]) -> list[int]:
    if missing := [name for name in _COLUMNS if name not in columns]:
        message = f"The table of boxes of Open Images is not as it was: it has no column {missing[0]}."
        raise SourceError(message, hint="The source may have changed: look at its own web page.")
    return [columns.index(name) for name in _COLUMNS]


def _rows(lines: Iterator[str], places: Sequence[int], width: int, codes: Sequence[str]) -> Iterator[str]:
    """Rows of our own table, of those that are usable."""
    for line in lines:
        if not any(code in line for code in codes):
            continue
        cells = line.split(",")
        if len(cells) < width:
            continue
        picture, label, *edges, is_group, is_depiction = (cells[place] for place in places)
        if label in codes and is_depiction != "1" and _is_name(picture) and all(map(_is_number, edges)):
            yield ",".join((picture, label, *edges, "1" if is_group == "1" else "0"))


def _is_name(text: str) -> bool:
    """It becomes a file name and part of an address."""
    return re.fullmatch(r"[0-9A-Za-z_-]{1,64}", text) is not None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
