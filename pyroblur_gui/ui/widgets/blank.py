"""What stands in the middle where there is nothing to look at."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.widgets.glyph import Glyph


class Blank(QWidget):
    """An icon, a heading, a sentence and buttons, in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = Glyph("database", role="accent_text", size=88, disc="accent_tint")
        self._heading = QLabel()
        self._heading.setFont(scaled(self.font(), 1.5, weight=QFont.Weight.DemiBold))
        self._text = QLabel()
        self._text.setProperty("look", "muted")
        for label in (self._heading, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(Space.M)
        self._buttons.addStretch()
        self._buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XXL, Space.XXL, Space.XXL, Space.XXL)
        column.setSpacing(Space.L)
        column.addStretch(5)
        column.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._heading)
        column.addWidget(self._text)
        column.addSpacing(Space.S)
        column.addLayout(self._buttons)
        column.addStretch(6)

    @property
    def heading(self) -> str:
        return self._heading.text()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, glyph: str, heading: str, text: str) -> None:
        self._glyph.set_glyph(glyph, "accent_text", "accent_tint")
        self._heading.setText(heading)
        self._text.setText(text)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(text)

    def add_button(self, button: QPushButton, name: str) -> None:
        button.setAccessibleName(name)
        button.setMinimumWidth(132)
        self._buttons.insertWidget(self._buttons.count() - 1, button)
