"""A quiet line above the work: an offer with its buttons, or a remark that goes away."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.glyph import Glyph

REMARK_MS = 9000


class Banner(QFrame):
    """Hidden until it has something to say; never takes the focus by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "banner")
        self._glyph = Glyph("info", role="accent_text", size=18)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons: list[QPushButton] = []
        self._close = QToolButton()
        self._close.setIcon(icons.icon("x", "muted"))
        self._close.setToolTip(tr("Hide this message"))
        self._close.setAccessibleName(tr("Hide this message"))
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.hide)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(Space.L, Space.S, Space.S, Space.S)
        self._row.setSpacing(Space.S)
        self._row.addWidget(self._glyph)
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REMARK_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, text: str) -> None:
        """A remark without buttons that hides by itself."""
        self._fill("info", "accent_text", text, ())
        self._timer.start()

    def offer(self, text: str, choices: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Stays until one of the choices (label, action) or the cross is taken."""
        self._timer.stop()
        self._fill("clock-counter-clockwise", "accent_text", text, choices)

    def _fill(self, glyph: str, role: str, text: str, choices: Sequence[tuple[str, Callable[[], object]]]) -> None:
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        self._glyph.set_glyph(glyph, role)
        self._text.setText(text)
        self.setAccessibleName(text)
        for place, (label, action) in enumerate(choices):
            button = QPushButton(label)
            button.setAccessibleName(label)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("look", "" if place == 0 else "quiet")
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _checked=False, act=action: act())
            self._row.insertWidget(2 + place, button)
            self._buttons.append(button)
        self.show()
