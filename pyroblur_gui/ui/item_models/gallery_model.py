"""The pictures of a data set as Qt's model: as many rows as pictures pass the filter, of which only some are known.

A hundred thousand numbers are kept; rows come by the page when they are looked at, and those seen last are kept.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from pyroblur_gui.ui.tabs.datasets.gallery_reader import Row
from pyroblur_gui.ui.tabs.datasets.wording import row_text

PAGE = 100
KEPT_PAGES = 40

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class Role(IntEnum):
    ROW = Qt.ItemDataRole.UserRole
    THUMBNAIL = Qt.ItemDataRole.UserRole + 1
    CLASSES = Qt.ItemDataRole.UserRole + 2


_READERS: dict[int, Callable[[Row, tuple[str, ...]], object]] = {
    Role.ROW: lambda row, _: row,
    Qt.ItemDataRole.DisplayRole: lambda row, _: row.picture.name,
    Qt.ItemDataRole.AccessibleTextRole: row_text,
    Qt.ItemDataRole.ToolTipRole: row_text,
}


class GalleryModel(QAbstractListModel):
    """thumbnail: what is there of a picture, by the hash of its file."""

    def __init__(self, thumbnail: Callable[[str], QImage | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnail = thumbnail
        self._ids: array[int] = array("q")
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._classes: tuple[str, ...] = ()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        if role == Role.CLASSES:
            return self._classes
        row = self.row(index.row()) if index.isValid() else None
        read = _READERS.get(role)
        if row is None:
            return None
        if role == Role.THUMBNAIL:
            return self._thumbnail(row.picture.sha256)
        return read(row, self._classes) if read is not None else None

    @property
    def ids(self) -> "array[int]":
        return self._ids

    @property
    def classes(self) -> tuple[str, ...]:
        return self._classes

    def show(self, ids: "array[int]", classes: Sequence[str]) -> None:
        """Other pictures; nothing of them is known yet."""
        self.beginResetModel()
        self._ids = ids
        self._classes = tuple(classes)
        self._pages.clear()
        self.endResetModel()

    def row(self, number: int) -> Row | None:
        page = self._pages.get(number // PAGE)
        return page[number % PAGE] if page is not None and number % PAGE < len(page) else None

    def row_of(self, picture: int) -> int | None:
        """Where a picture stands, by its number."""
        try:
            return self._ids.index(picture)
        except ValueError:
            return None

    def unknown(self, first: int, last: int) -> list[int]:
        """Pages of these rows (last not included) that have to be read."""
        if not self._ids:
            return []
        end = min(last, len(self._ids))
        wanted = range(max(0, first) // PAGE, (max(first, end - 1)) // PAGE + 1)
        for page in wanted:
            if page in self._pages:
                self._pages.move_to_end(page)
        return [page for page in wanted if page not in self._pages]

    def ids_of(self, page: int) -> "array[int]":
        return self._ids[page * PAGE : (page + 1) * PAGE]

    def put(self, page: int, rows: Sequence[Row]) -> None:
        """Keeps a page that was read; one whose pictures are not those of now is dropped."""
        if [row.picture.id for row in rows] != list(self.ids_of(page)):
            return
        self._pages[page] = list(rows)
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        self.dataChanged.emit(self.index(page * PAGE), self.index(min(len(self._ids), (page + 1) * PAGE) - 1))

    def change(self, row: Row) -> None:
        """A picture that was edited."""
        number = self.row_of(row.picture.id)
        page = self._pages.get(number // PAGE) if number is not None else None
        if number is not None and page is not None:
            page[number % PAGE] = row
            self.touch(number)

    def forget(self) -> None:
        """Everything is to be read again; the numbers stay."""
        self._pages.clear()

    def touch(self, number: int) -> None:
        index = self.index(number)
        self.dataChanged.emit(index, index)
