"""An icon as a widget of its own, for empty states and notices; for the eye only."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.look import tokens

DISC_SHARE = 0.27  # of the disc's size that stays free on each side of the icon


class Glyph(QWidget):
    """name: Phosphor's; role, disc: tokens' names, of the icon and of a disc behind it; size: in logical pixels."""

    def __init__(
        self, name: str, *, role: str = "text", size: int = 16, disc: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._role = role
        self._disc = disc
        self.setFixedSize(QSize(size, size))

    def set_glyph(self, name: str, role: str, disc: str = "") -> None:
        self._name, self._role, self._disc = name, role, disc
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        area = QRect(0, 0, self.width(), self.height())
        painter = QPainter(self)
        if self._disc:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(look, self._disc)))
            painter.drawEllipse(area)
            free = round(area.width() * DISC_SHARE)
            area.adjust(free, free, -free, -free)
        icons.draw(painter, area, self._name, getattr(look, self._role))
        painter.end()
