"""A check box in the window's colours: Fusion's own can hardly be seen on a dark panel."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.look import Space, Tokens, tokens

BOX = 18
ROUNDING = 4


@dataclass(frozen=True, kw_only=True)
class Mark:
    is_checked: bool
    is_enabled: bool = True
    has_focus: bool = False
    is_hovered: bool = False


def draw_box(painter: QPainter, box: QRect, look: Tokens, mark: Mark) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    is_on = mark.is_checked and mark.is_enabled
    edge = look.accent if is_on else look.muted if mark.is_enabled else look.border
    if mark.has_focus:
        edge = look.text if is_on else look.accent_text
    painter.setPen(QPen(QColor(edge), 2 if mark.has_focus else 1))
    painter.setBrush(QColor(look.accent if is_on else look.hover if mark.is_hovered else look.raised))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), ROUNDING, ROUNDING)
    if mark.is_checked:
        shade = look.on_accent if mark.is_enabled else look.disabled
        icons.draw(painter, box.adjusted(2, 2, -2, -2), "check-bold", shade)


class CheckedItems(QStyledItemDelegate):
    """The same box in a list whose items can be ticked."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        told = QStyleOptionViewItem(option)
        self.initStyleOption(told, index)
        style = told.widget.style()
        place = style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, told, told.widget)
        box = QRect(0, 0, BOX, BOX)
        box.moveCenter(place.center())
        painter.save()
        is_checked = told.checkState == Qt.CheckState.Checked
        draw_box(painter, box, tokens(told.widget.palette()), Mark(is_checked=is_checked))
        painter.restore()


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
        state = Mark(
            is_checked=self.isChecked(),
            is_enabled=self.isEnabled(),
            has_focus=self.hasFocus(),
            is_hovered=self.underMouse(),
        )
        draw_box(painter, QRect(2, (self.height() - BOX) // 2, BOX, BOX), look, state)
        painter.setPen(QColor(look.text if self.isEnabled() else look.disabled))
        words = self.rect().adjusted(BOX + 2 + Space.S, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic, self.text())
        painter.end()
