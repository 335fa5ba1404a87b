"""The empty window: says what to do, and lights up while files are held over it."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled, tokens
from pyroblur_gui.ui.widgets.glyph import Glyph


class DropArea(QWidget):
    files_asked = Signal()
    folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_lit = False
        self.setAccessibleName(tr("Drop area"))
        self._glyph = Glyph("image", role="accent_text", size=88, disc="accent_tint")
        heading = QLabel(tr("Drop photos, videos or folders here"))
        heading.setFont(scaled(self.font(), 1.5, weight=QFont.Weight.DemiBold))
        promise = QLabel(tr("Every face and licence plate is covered in a copy.\nYour originals stay as they are."))
        promise.setProperty("look", "muted")
        promise.setFont(scaled(self.font(), 1.05))
        for label in (heading, promise):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.files_button = QPushButton(icons.icon("plus", "on_accent"), tr("&Add files…"))
        self.files_button.setProperty("look", "primary")
        self.folder_button = QPushButton(icons.icon("folder-open"), tr("Add f&older…"))
        for button, what in ((self.files_button, tr("Add files")), (self.folder_button, tr("Add a folder"))):
            button.setAccessibleName(what)
            button.setMinimumWidth(132)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.M)
        buttons.addStretch()
        buttons.addWidget(self.files_button)
        buttons.addWidget(self.folder_button)
        buttons.addStretch()
        hint = QLabel(tr("or paste with Ctrl+V"))
        hint.setProperty("look", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XXL, Space.XXL, Space.XXL, Space.XXL)
        column.setSpacing(Space.L)
        column.addStretch(5)
        column.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(heading)
        column.addWidget(promise)
        column.addSpacing(Space.S)
        column.addLayout(buttons)
        column.addWidget(hint)
        column.addStretch(6)
        self.files_button.clicked.connect(self.files_asked)
        self.folder_button.clicked.connect(self.folder_asked)

    @property
    def is_lit(self) -> bool:
        return self._is_lit

    def set_lit(self, is_lit: bool) -> None:
        """Shows that what is held over the window may be dropped."""
        self._is_lit = is_lit
        self._glyph.set_glyph(
            "download-simple" if is_lit else "image", "accent_text", "surface" if is_lit else "accent_tint"
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(look.accent_tint if self._is_lit else look.surface)
        line = QColor(look.accent if self._is_lit else look.control)
        draw_target(painter, QRectF(self.rect()), fill, line, is_lit=self._is_lit)
        painter.end()


def draw_target(painter: QPainter, area: QRectF, fill: QColor, line: QColor, *, is_lit: bool) -> None:
    """A rounded area with a dashed edge."""
    pen = QPen(line, 2.0 if is_lit else 1.5)
    pen.setDashPattern([5, 4])
    painter.setPen(pen)
    painter.setBrush(fill)
    painter.drawRoundedRect(area.adjusted(1.5, 1.5, -1.5, -1.5), 12, 12)


class DropVeil(QWidget):
    """Lies over a list that is not empty while files are held over the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Drop to add"))
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(look.window)
        veil.setAlphaF(0.6)
        painter.fillRect(self.rect(), veil)
        area = QRectF(self.rect()).adjusted(Space.L, Space.L, -Space.L, -Space.L)
        fill = QColor(look.accent_tint)
        fill.setAlphaF(0.65)
        draw_target(painter, area, fill, QColor(look.accent), is_lit=True)
        painter.setPen(QColor(look.accent_text))
        painter.setFont(scaled(self.font(), 1.5, weight=QFont.Weight.DemiBold))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tr("Drop to add"))
        painter.end()
