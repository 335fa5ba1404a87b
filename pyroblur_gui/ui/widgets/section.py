"""A heading that folds what lies under it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.look import Space


class Section(QWidget):
    toggled = Signal(bool)

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._button = QPushButton()
        self._button.setText(heading)
        self._button.setCheckable(True)
        self._button.setProperty("look", "heading")
        self._button.setIconSize(QSize(14, 14))
        self._button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._button.setAccessibleName(heading)
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, Space.S, 0, 0)
        self.body.setSpacing(Space.L)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._button)
        column.addWidget(self._content)
        self._button.toggled.connect(self._fold)
        self._fold(self._button.isChecked())

    def is_open(self) -> bool:
        return self._button.isChecked()

    def set_open(self, is_open: bool) -> None:
        self._button.setChecked(is_open)

    def _fold(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self._button.setIcon(icons.icon("caret-down" if is_open else "caret-right", "muted"))
        self.toggled.emit(is_open)
