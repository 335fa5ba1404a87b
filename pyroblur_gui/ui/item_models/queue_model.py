"""The list of files as Qt's model: one row a file. Thumbnails are kept for the rows seen last, not for all."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage, QPixmap

from pyroblur_gui.ui.pictures import Picture
from pyroblur_gui.ui.tabs.blur.items import Item
from pyroblur_gui.ui.tabs.blur.wording import accessible_text

KEPT_THUMBNAILS = 600

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class Role(IntEnum):
    ITEM = Qt.ItemDataRole.UserRole
    THUMBNAIL = Qt.ItemDataRole.UserRole + 1


def pixmap_of(picture: Picture) -> QPixmap:
    """The picture for drawing; copies the bytes."""
    image = QImage(picture.rgb, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)


def _tooltip(item: Item) -> str:
    return "\n".join(part for part in (str(item.source), item.message, item.hint) if part)


_READERS: dict[int, Callable[[Item], object]] = {
    Role.ITEM: lambda item: item,
    Qt.ItemDataRole.DisplayRole: lambda item: item.source.name,
    Qt.ItemDataRole.AccessibleTextRole: accessible_text,
    Qt.ItemDataRole.ToolTipRole: _tooltip,
}


class QueueModel(QAbstractListModel):
    """Rows stay in the order in which files were added; a row is found by the file's number in no time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Item] = []
        self._rows: dict[int, int] = {}
        self._thumbnails: OrderedDict[int, QPixmap] = OrderedDict()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        if not index.isValid() or index.row() >= len(self._items):
            return None
        read = _READERS.get(role)
        item = self._items[index.row()]
        return self._thumbnails.get(item.id) if role == Role.THUMBNAIL else read(item) if read is not None else None

    def items(self) -> Sequence[Item]:
        return self._items

    def row_of(self, item_id: int) -> int | None:
        return self._rows.get(item_id)

    def has_thumbnail(self, item_id: int) -> bool:
        return item_id in self._thumbnails

    def add(self, items: Sequence[Item]) -> None:
        first = len(self._items)
        self.beginInsertRows(QModelIndex(), first, first + len(items) - 1)
        self._items.extend(items)
        self._rows |= {item.id: first + place for place, item in enumerate(items)}
        self.endInsertRows()

    def change(self, item: Item) -> None:
        row = self._rows.get(item.id)
        if row is not None:
            self._items[row] = item
            self._tell(row)

    def remove(self, ids: Sequence[int]) -> None:
        gone = {number for number in ids if number in self._rows}
        if len(gone) > len(self._items) // 2:  # one reset costs less than a hundred single removals
            self.beginResetModel()
            self._keep_without(gone)
            self.endResetModel()
            return
        for row in sorted((self._rows[number] for number in gone), reverse=True):
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._items[row]
            self.endRemoveRows()
        self._keep_without(gone)

    def set_thumbnail(self, item_id: int, picture: Picture) -> None:
        row = self._rows.get(item_id)
        if row is None:
            return
        self._thumbnails[item_id] = pixmap_of(picture)
        while len(self._thumbnails) > KEPT_THUMBNAILS:
            self._thumbnails.popitem(last=False)
        self._tell(row)

    def _keep_without(self, gone: set[int]) -> None:
        self._items = [item for item in self._items if item.id not in gone]
        self._rows = {item.id: row for row, item in enumerate(self._items)}
        for number in gone:
            self._thumbnails.pop(number, None)

    def _tell(self, row: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index)
