"""Qt's own inputs with two changes: carets from the icon font, and no change by a wheel that only scrolls past."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDoubleSpinBox,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.look import Space, color, tokens

CARET = 12


def _ignores_wheel(widget: QWidget, event: QWheelEvent) -> bool:
    """True, and the wheel goes on to the scroll area, unless the user is at this control."""
    if widget.hasFocus():
        return False
    event.ignore()
    return True


def _shade(widget: QWidget) -> str:
    look = tokens(widget.palette())
    return look.muted if widget.isEnabled() else look.disabled


class ComboBox(QComboBox):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        top = (self.height() - CARET) // 2
        icons.draw(painter, QRect(self.width() - CARET - 9, top, CARET, CARET), "caret-down", _shade(self))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not _ignores_wheel(self, event):
            super().wheelEvent(event)


def _pad(box: QAbstractSpinBox) -> None:
    """The text starts where that of other fields does; a style sheet's padding does not reach it."""
    box.lineEdit().setTextMargins(7, 0, 0, 0)


def _draw_spin_carets(box: QAbstractSpinBox) -> None:
    painter = QPainter(box)
    left, middle = box.width() - CARET - 6, box.height() // 2
    icons.draw(painter, QRect(left, middle - CARET, CARET, CARET), "caret-up", _shade(box))
    icons.draw(painter, QRect(left, middle, CARET, CARET), "caret-down", _shade(box))
    painter.end()


class SpinBox(QSpinBox):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        _pad(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _draw_spin_carets(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not _ignores_wheel(self, event):
            super().wheelEvent(event)


class DecimalBox(QDoubleSpinBox):
    """Of more than one decimal it shows no zeros at the end: 0.01, not 0.01000."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        _pad(self)

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if self.decimals() > 1 and point in text else text

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _draw_spin_carets(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not _ignores_wheel(self, event):
            super().wheelEvent(event)


class Slider(QSlider):
    """Horizontal; a click goes where it points, and a drag starts there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not _ignores_wheel(self, event):
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            handle = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            if not handle.contains(event.position().toPoint()):
                room = max(1, self.width() - handle.width())
                place = round(event.position().x()) - handle.width() // 2
                self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), place, room))
        super().mousePressEvent(event)


class Switch(QCheckBox):
    """A check box that looks like a switch; same keys, same accessible role."""

    TRACK = QSize(34, 20)

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        gap = Space.S if self.text() else 0
        return QSize(self.TRACK.width() + gap + text.width() + 4, max(text.height(), self.TRACK.height()) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRect(QPoint(2, (self.height() - self.TRACK.height()) // 2), self.TRACK)
        if not self.isEnabled():
            fill, knob = look.border, look.disabled
        elif self.isChecked():
            fill, knob = look.accent_hover if self.underMouse() else look.accent, look.on_accent
        else:
            fill, knob = look.muted if self.underMouse() else look.disabled, look.on_accent
        radius = track.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(fill))
        painter.drawRoundedRect(track, radius, radius)
        size = track.height() - 6
        left = track.right() - size - 2 if self.isChecked() else track.left() + 3
        painter.setBrush(color(knob))
        painter.drawEllipse(QRect(left, track.top() + 3, size, size))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(color(look.text))
            painter.drawRoundedRect(track.adjusted(-1, -1, 0, 0), radius + 1, radius + 1)
        if self.text():
            painter.setPen(color(look.text if self.isEnabled() else look.disabled))
            rest = self.rect().adjusted(self.TRACK.width() + 2 + Space.S, 0, 0, 0)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
            painter.drawText(rest, flags, self.text())
        painter.end()


class ColorButton(QPushButton):
    """Shows a colour and its name (#RRGGBB); opens a dialog to choose another."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = QColor()
        self.clicked.connect(self._choose)

    def color(self) -> str:
        return self._color.name()

    def set_color(self, value: str) -> None:
        self._color = QColor(value)
        self.setText(self._color.name().upper())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color(tokens(self.palette()).control))
        painter.setBrush(self._color)
        painter.drawRoundedRect(QRect(8, self.height() // 2 - 8, 16, 16), 4, 4)
        painter.end()

    def _choose(self) -> None:
        dialog = QColorDialog(self._color, self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(self._take)
        dialog.open()

    def _take(self, chosen: QColor) -> None:
        self.set_color(chosen.name())
        self.changed.emit()
