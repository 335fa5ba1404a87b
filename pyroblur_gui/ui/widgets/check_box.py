"""A check box in the window's colours: Fusion's own can hardly be seen on a dark panel."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.look import Space, tokens

BOX = 18
ROUNDING = 4


class CheckBox(QCheckBox):
    """Same keys, same accessible role; a click on the words counts too."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text.replace("&", ""))

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        return QSize(BOX + Space.S + text.width() + 4, max(text.height(), BOX) + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return QRect(QPoint(0, 0), QSize(self.sizeHint().width(), self.height())).contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(2, (self.height() - BOX) // 2, BOX, BOX)
        is_on = self.isChecked() and self.isEnabled()
        edge = look.accent if is_on else look.muted if self.isEnabled() else look.border
        if self.hasFocus():
            edge = look.text if is_on else look.accent_text
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(look.accent if is_on else look.hover if self.underMouse() else look.raised))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), ROUNDING, ROUNDING)
        if self.isChecked():
            shade = look.on_accent if self.isEnabled() else look.disabled
            icons.draw(painter, box.adjusted(2, 2, -2, -2), "check-bold", shade)
        painter.setPen(QColor(look.text if self.isEnabled() else look.disabled))
        words = self.rect().adjusted(BOX + 2 + Space.S, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic, self.text())
        painter.end()
