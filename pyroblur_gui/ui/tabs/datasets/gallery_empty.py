"""What stands in the middle when there is nothing to look at: what to do, or what is being waited for."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, tokens
from pyroblur_gui.ui.tabs.datasets.presenter import SetLine
from pyroblur_gui.ui.widgets.blank import Blank
from pyroblur_gui.ui.widgets.drop_area import draw_target


class EmptyView(Blank):
    """Where there is no data set, or none that can be looked at. Lights up while files are held over it."""

    get_asked = Signal()
    import_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.get_button = QPushButton(icons.icon("download-simple", "on_accent"), tr("&Get data…"))
        self.get_button.setProperty("look", "primary")
        self.import_button = QPushButton(icons.icon("folder-plus"), tr("&Import…"))
        self.add_button(self.get_button, tr("Get data"))
        self.add_button(self.import_button, tr("Import your own data"))
        self.get_button.clicked.connect(self.get_asked)
        self.import_button.clicked.connect(self.import_asked)
        self._is_target = False
        self._is_lit = False
        self.show_for(None)

    @property
    def is_lit(self) -> bool:
        return self._is_lit

    def set_lit(self, *, is_lit: bool) -> None:
        self._is_lit = is_lit
        glyph, disc = ("download-simple", "surface") if is_lit else ("database", "accent_tint")
        self._glyph.set_glyph(glyph, "accent_text", disc)
        self.update()

    def show_for(self, line: SetLine | None) -> None:
        """Says why nothing of this data set can be seen; None: there is no data set."""
        self._is_target = line is None
        if line is None:
            self.say(
                "database",
                tr("No data set yet"),
                tr("Get one from a source, or drop a folder or zip of pictures and labels here.\n"
                   "Faces and licence plates are recognised by their names."),
            )  # fmt: skip
        elif line.is_being_made:
            self.say(
                "hourglass",
                tr("{name} is being made", name=line.name),
                tr("Its pictures show as soon as it is whole. How far it is stands above."),
            )
        else:
            self.say("warning-circle", tr("{name} cannot be read", name=line.name), line.problem)
        for button in (self.get_button, self.import_button):
            button.setVisible(line is None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if not self._is_target:
            return
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(look.accent_tint if self._is_lit else look.surface)
        line = QColor(look.accent if self._is_lit else look.control)
        area = QRectF(self.rect()).adjusted(Space.XL, Space.XL, -Space.XL, -Space.XL)
        draw_target(painter, area, fill, line, is_lit=self._is_lit)
        painter.end()
