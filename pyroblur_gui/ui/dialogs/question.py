"""A short question or message: a heading, a sentence, buttons. Never modal to the loop: `answered` tells the choice."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.widgets.glyph import Glyph

TEXT_WIDTH = 400


class Question(QDialog):
    """choices: (answer, label), the first being what is usually wanted. Escape and the cross give the answer "".

    Deleted when closed.
    """

    answered = Signal(str)

    def __init__(
        self,
        heading: str,
        text: str,
        choices: Sequence[tuple[str, str]],
        *,
        glyph: str = "question",
        role: str = "accent_text",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("PyroBlur")
        self.setAccessibleName(heading)
        self.setAccessibleDescription(text)
        self._answer = ""
        title = QLabel(heading)
        title.setFont(scaled(self.font(), 1.15, weight=QFont.Weight.DemiBold))
        body = QLabel(text)
        for label in (title, body):
            label.setWordWrap(True)
            label.setMinimumWidth(TEXT_WIDTH)
        texts = QVBoxLayout()
        texts.setSpacing(Space.S)
        texts.addWidget(title)
        texts.addWidget(body)
        head = QHBoxLayout()
        head.setSpacing(Space.L)
        head.addWidget(Glyph(glyph, role=role, size=32), 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(texts, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch()
        self.buttons: dict[str, QPushButton] = {}
        for answer, words in choices:
            self.buttons[answer] = self._button(answer, words)
            row.addWidget(self.buttons[answer])
        first = next(iter(self.buttons.values()))
        first.setProperty("look", "primary")
        first.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.XL)
        column.addLayout(head)
        column.addLayout(row)
        self.finished.connect(lambda _: self.answered.emit(self._answer))

    def _button(self, answer: str, label: str) -> QPushButton:
        button = QPushButton(label)
        button.setAccessibleName(label.replace("&", ""))
        button.clicked.connect(lambda: self._choose(answer))
        return button

    def _choose(self, answer: str) -> None:
        self._answer = answer
        self.accept()
