"""What stands in the middle when there is nothing to look at: what to do, or what is being waited for."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.datasets.presenter import SetLine
from pyroblur_gui.ui.widgets.glyph import Glyph


class EmptyView(QWidget):
    get_asked = Signal()
    import_asked = Signal()

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
        self.get_button = QPushButton(icons.icon("download-simple", "on_accent"), tr("&Get data…"))
        self.get_button.setProperty("look", "primary")
        self.get_button.setAccessibleName(tr("Get data"))
        self.import_button = QPushButton(icons.icon("folder-plus"), tr("&Import…"))
        self.import_button.setAccessibleName(tr("Import your own data"))
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.M)
        buttons.addStretch()
        for button in (self.get_button, self.import_button):
            button.setMinimumWidth(132)
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XXL, Space.XXL, Space.XXL, Space.XXL)
        column.setSpacing(Space.L)
        column.addStretch(5)
        column.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._heading)
        column.addWidget(self._text)
        column.addSpacing(Space.S)
        column.addLayout(buttons)
        column.addStretch(6)
        self.get_button.clicked.connect(self.get_asked)
        self.import_button.clicked.connect(self.import_asked)
        self.show_for(None)

    @property
    def heading(self) -> str:
        return self._heading.text()

    def show_for(self, line: SetLine | None) -> None:
        """Says why nothing of this data set can be seen; None: there is no data set."""
        if line is None:
            self._say(
                "database",
                tr("No data set yet"),
                tr("Get one from a source, or drop a folder or zip\nof pictures and labels here."),
            )
        elif line.is_being_made:
            self._say(
                "hourglass",
                tr("{name} is being made", name=line.name),
                tr("Its pictures show as soon as it is whole. How far it is stands below."),
            )
        else:
            self._say("warning-circle", tr("{name} cannot be read", name=line.name), line.problem)
        for button in (self.get_button, self.import_button):
            button.setVisible(line is None)

    def _say(self, glyph: str, heading: str, text: str) -> None:
        self._glyph.set_glyph(glyph, "accent_text", "accent_tint")
        self._heading.setText(heading)
        self._text.setText(text)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(text)
