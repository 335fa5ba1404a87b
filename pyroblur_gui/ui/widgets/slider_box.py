"""A slider with its number beside it, for whole numbers between two limits."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.inputs import Slider


class SliderBox(QWidget):
    changed = Signal()

    def __init__(self, low: int, high: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = Slider()
        self._slider.setRange(low, high)
        self._number = QLabel()
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._number.setMinimumWidth(self._number.fontMetrics().horizontalAdvance(f"{high}0"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        self.setFocusProxy(self._slider)
        self._slider.valueChanged.connect(self._moved)
        self._number.setNum(self._slider.value())

    def name_for_assistants(self, name: str) -> None:
        self.setAccessibleName(name)
        self._slider.setAccessibleName(name)

    def value(self) -> int:
        return self._slider.value()

    def set_value(self, value: int) -> None:
        self._slider.setValue(value)

    def _moved(self, value: int) -> None:
        self._number.setNum(value)
        self.changed.emit()
