"""One file that may be chosen: a link that asks for it, its name once it is there, and a cross that lets go of it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QToolButton, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space

LONGEST = 240  # pixels of the name


class FileChoice(QWidget):
    """changed: another file, or none. kinds: filter of the file dialog."""

    changed = Signal()

    def __init__(self, words: str, title: str, kinds: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._title, self._kinds = words, title, kinds
        self.file: Path | None = None
        self.button = QPushButton()
        self.button.setProperty("look", "link")
        self.clear = QToolButton()
        self.clear.setIcon(icons.icon("x", "muted"))
        self.clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        row.addStretch()
        row.addWidget(self.clear)
        self.setFocusProxy(self.button)
        self.button.clicked.connect(self._ask)
        self.clear.clicked.connect(lambda: self.take(None))
        self._show()

    def take(self, file: Path | str | None) -> None:
        """As if the user had chosen it."""
        self.file = Path(file) if file else None
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        name = self._words if self.file is None else self.file.name
        plain = name.rstrip("…")
        self.button.setText(
            self.button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, LONGEST).replace("&", "&&")
        )
        self.button.setAccessibleName(plain if self.file is None else f"{self._title}: {plain}")
        self.button.setToolTip("" if self.file is None else str(self.file))
        self.clear.setVisible(self.file is not None)
        forget = tr("Without {file}", file=plain)
        self.clear.setToolTip(forget)
        self.clear.setAccessibleName(forget)

    def _ask(self) -> None:
        start = self.file.parent if self.file is not None else Path.home()
        dialog = QFileDialog(self, self._title, str(start), self._kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()
