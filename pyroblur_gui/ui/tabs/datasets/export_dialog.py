"""Asks in which format, and into which folder, a data set is to be written for another program."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.datasets.spec import ExportSpec, FormatName
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.datasets.export_presenter import folder_problem, format_note, format_title
from pyroblur_gui.ui.widgets.controls import FolderField
from pyroblur_gui.ui.widgets.segments import Segments

WIDTH = 520


class ExportDialog(QDialog):
    """Emits what is wanted and closes. Deleted when closed."""

    wanted = Signal(ExportSpec)

    def __init__(self, name: str, *, folder: Path | None = None, parent: QWidget | None = None) -> None:
        """folder: where to, as a suggestion."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Export “{name}”", name=name))
        self._name = name
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.S)
        column.addWidget(self._heading(tr("Format")))
        self.formats = Segments([(each.value, format_title(each)) for each in FormatName])
        self.formats.name_for_assistants(tr("Format"))
        self.formats.set_value(FormatName.YOLO.value)
        self._note = QLabel()
        self._note.setProperty("look", "muted")
        self._note.setWordWrap(True)
        column.addWidget(self.formats)
        column.addWidget(self._note)
        column.addSpacing(Space.M)
        column.addWidget(self._heading(tr("Folder")))
        self.folder = FolderField(tr("A new or empty folder"))
        self.folder.name_for_assistants(tr("Folder"))
        if folder is not None:
            self.folder.set_value(folder)
        column.addWidget(self.folder)
        self.problem = QLabel()
        self.problem.setProperty("look", "danger")
        self.problem.setWordWrap(True)
        column.addWidget(self.problem)
        column.addStretch()
        buttons = QDialogButtonBox()
        self.export_button = buttons.addButton(tr("&Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.export_button.setProperty("look", "primary")
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column.addSpacing(Space.M)
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)
        self.formats.changed.connect(self._show_format)
        self._show_format()
        self.folder.changed.connect(self._check)
        self.folder.typed.connect(self._check)
        self._check()

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        return label

    def _show_format(self) -> None:
        self._note.setText(format_note(FormatName(self.formats.value())))

    def _check(self) -> None:
        folder = self.folder.value()
        problem = folder_problem(folder) if folder is not None else ""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.export_button.setEnabled(folder is not None and not problem)

    def _accept(self) -> None:
        self._check()
        folder = self.folder.value()
        if folder is None or not self.export_button.isEnabled():
            return
        chosen = FormatName(self.formats.value())
        self.wanted.emit(ExportSpec(name=self._name, format=chosen, folder=folder))
        self.accept()
