"""Which model is used for blurring, what was promoted before, and the way back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.ui.i18n import moment, tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.runs.actions import RunsActions

LOWEST_RECORD = 200


class ModelsPanel(QWidget):
    """record_wanted: file of a decision record that is to be shown."""

    record_wanted = Signal(str)

    def __init__(self, actions: RunsActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.used = QLabel()
        self.used.setFont(scaled(self.font(), 1.2, weight=QFont.Weight.DemiBold))
        self.used.setWordWrap(True)
        self.about = QLabel(tr("Choose a run and promote its model, or promote any other model here."))
        self.about.setProperty("look", "muted")
        self.about.setWordWrap(True)
        self.promote_button = QPushButton(tr("&Promote a model…"))
        self.promote_button.setAccessibleName(tr("Promote a model"))
        self.promote_button.setProperty("look", "primary")
        self.back_button = QPushButton(tr("R&oll back"))
        self.back_button.setAccessibleName(tr("Roll back"))
        self.back_button.clicked.connect(actions.roll_back.trigger)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self.used, 1)
        head.addWidget(self.back_button)
        head.addWidget(self.promote_button)
        self.table = QTableWidget(0, 5)
        self.table.setAccessibleName(tr("Promotions"))
        self.table.setHorizontalHeaderLabels([tr("Version"), tr("Model"), tr("Alias"), tr("Promoted"), tr("Record")])
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.record = QTextBrowser()
        self.record.setAccessibleName(tr("Decision record"))
        self.record.setOpenLinks(False)
        self.record.setMinimumHeight(LOWEST_RECORD)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(head)
        column.addWidget(self.about)
        column.addWidget(self.table, 1)
        column.addWidget(self.record, 1)
        self.table.itemSelectionChanged.connect(self._row_chosen)
        self.record.hide()

    def show_used(self, used: str, *, can_go_back: bool) -> None:
        self.used.setText(tr("Used for blurring: {model}", model=used))
        self.back_button.setEnabled(can_go_back)

    def show_registry(self, used: str, versions: Sequence[Mapping[str, Any]], *, can_go_back: bool) -> None:
        self.show_used(used, can_go_back=can_go_back)
        self.table.setRowCount(len(versions))
        for line, each in enumerate(versions):
            at = datetime.fromtimestamp(each["at"], UTC).astimezone()
            texts = (each["version"], each["model"], ", ".join(each["aliases"]), moment(at), each["record"])
            for place, text in enumerate(texts):
                self.table.setItem(line, place, QTableWidgetItem(str(text)))
        self.table.resizeColumnsToContents()

    def show_record(self, text: str) -> None:
        self.record.setMarkdown(text)
        self.record.setVisible(bool(text))

    def _row_chosen(self) -> None:
        chosen = self.table.selectedItems()
        if len(chosen) == self.table.columnCount():
            self.record_wanted.emit(chosen[-1].text())
