"""A line on a file above its picture: what went wrong or what to look at, and what to do about it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.glyph import Glyph


class Notice(QFrame):
    """Hidden while there is nothing to say. glyph: what goes before the text."""

    def __init__(self, glyph: str = "eye-fill", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "banner-warning")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        row.setSpacing(Space.S)
        row.addWidget(Glyph(glyph, role="warning", size=18), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, text: str) -> None:
        """Shows the text; nothing hides the line."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
