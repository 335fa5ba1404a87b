"""Asked when a run is to go on and its data set is not there under its name any more."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.training.choices import DataChoice
from pyroblur_gui.ui.widgets.inputs import ComboBox

WIDTH = 420


class DataDialog(QDialog):
    """wanted: go on with this data set. Deleted when closed."""

    wanted = Signal(str)

    def __init__(self, run: str, data: str, choices: Sequence[DataChoice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("PyroBlur")
        heading = tr("The data set {data} is not there any more", data=data)
        self.setAccessibleName(heading)
        title = QLabel(heading)
        title.setFont(scaled(self.font(), 1.15, weight=QFont.Weight.DemiBold))
        text = tr("The run {run} learnt from it. If it was renamed, choose it here; a data set with the same classes "
                  "also does.", run=run)  # fmt: skip
        body = QLabel(text)
        for label in (title, body):
            label.setWordWrap(True)
            label.setMinimumWidth(WIDTH)
        self.data = ComboBox()
        self.data.setAccessibleName(tr("Data set"))
        for each in choices:
            self.data.addItem(each.name, each.name)
        self.about = QLabel()
        self.about.setProperty("look", "muted")
        self.about.setWordWrap(True)
        self._abouts = [each.about for each in choices]
        self.data.currentIndexChanged.connect(self._show_about)
        self._show_about(self.data.currentIndex())
        cancel = QPushButton(tr("&Cancel"))
        cancel.setAccessibleName(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.resume_button = QPushButton(tr("&Resume with it"))
        self.resume_button.setAccessibleName(tr("Resume with it"))
        self.resume_button.setProperty("look", "primary")
        self.resume_button.setDefault(True)
        self.resume_button.clicked.connect(self._accept)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch()
        row.addWidget(self.resume_button)
        row.addWidget(cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        for widget in (title, body, self.data, self.about):
            column.addWidget(widget)
        column.addSpacing(Space.M)
        column.addLayout(row)

    def _show_about(self, index: int) -> None:
        self.about.setText(self._abouts[index] if index >= 0 else "")

    def _accept(self) -> None:
        self.wanted.emit(str(self.data.currentData()))
        self.accept()
