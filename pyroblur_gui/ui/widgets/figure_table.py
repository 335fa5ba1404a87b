"""A table to read: cells of text, selectable, as high as its rows, so that several stand in one scrolled column."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.ui.look import Space, scaled

SCROLL_BAR = 14
ROW_HEIGHT = 30


class FigureTable(QWidget):
    """A heading and the table; hidden while there are no rows."""

    def __init__(self, title: str, about: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = QLabel(title)
        heading.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        note = QLabel(about)
        note.setProperty("look", "muted")
        note.setWordWrap(True)
        note.setVisible(bool(about))
        self.table = QTableWidget()
        self.table.setAccessibleName(title)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(False)
        self.table.verticalHeader().hide()
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setHighlightSections(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(heading)
        column.addWidget(note)
        column.addWidget(self.table)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)  # spare room goes below all

    def show_rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """The first column is what a row is about; the others are figures."""
        table = self.table
        table.clear()
        table.setColumnCount(len(heads))
        table.setRowCount(len(rows))
        for column, text in enumerate(heads):
            head = QTableWidgetItem(text)
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            head.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            table.setHorizontalHeaderItem(column, head)
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(row, column, item)
        table.resizeColumnsToContents()
        table.resizeRowsToContents()
        for row in range(len(rows)):
            table.setRowHeight(row, max(ROW_HEIGHT, table.rowHeight(row) + Space.S))
        height = table.horizontalHeader().sizeHint().height() + sum(table.rowHeight(row) for row in range(len(rows)))
        table.setFixedHeight(height + SCROLL_BAR)
        self.setVisible(bool(rows))

    def texts(self) -> list[list[str]]:
        """All cells, for tests and for the clipboard."""
        return [
            [
                item.text() if (item := self.table.item(row, column)) else ""
                for column in range(self.table.columnCount())
            ]
            for row in range(self.table.rowCount())
        ]
