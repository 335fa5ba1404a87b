"""Runs as a table: whatever columns are chosen, any number of rows. What stands in a cell is made when it is seen."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pyroblur_gui.runs import table
from pyroblur_gui.runs.row import Row
from pyroblur_gui.ui.i18n import moment, numeral
from pyroblur_gui.ui.tabs.runs.wording import column_title, state_text

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
ROW = Qt.ItemDataRole.UserRole
GAP = "\u2003"  # after a title on the right: the mark of the column that is sorted by stands there
SHORT = 12  # of what is a hash


class RunTableModel(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.columns: list[str] = []

    def show(self, rows: Sequence[Row], columns: Sequence[str]) -> None:
        self.beginResetModel()
        self.rows, self.columns = list(rows), list(columns)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        row, name = self.rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return cell_text(name, table.value(row, name))
            case Qt.ItemDataRole.ToolTipRole:
                return row.note or row.name
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(is_number=_is_number(row, name))
            case Qt.ItemDataRole.UserRole:
                return row
            case _:
                return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        name = self.columns[section]
        is_number = bool(self.rows) and _is_number(self.rows[0], name)  # as most of what stands below it
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column_title(name) + (GAP if is_number else "")
            case Qt.ItemDataRole.AccessibleTextRole:
                return column_title(name)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(is_number=is_number)
            case _:
                return None


def _is_number(row: Row, name: str) -> bool:
    return isinstance(table.value(row, name), int | float)


def _side(*, is_number: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def cell_text(name: str, found: table.Value) -> str:
    """A value as people read it."""
    if found is None:
        return ""
    if name == "state":
        return state_text(str(found))
    if isinstance(found, str):
        return found[:SHORT] if name in ("commit", "fingerprint", "id") else found
    if name == "started":
        return moment(datetime.fromtimestamp(found, UTC).astimezone())
    if name == "seconds":
        return f"{numeral(found / 60, '.0f')} min" if found >= 120 else f"{numeral(found, '.0f')} s"
    return numeral(found, ".4g") if abs(found) < 1e6 else numeral(found, ",.0f")
