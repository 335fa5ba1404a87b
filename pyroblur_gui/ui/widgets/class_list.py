"""Which classes are covered, and how sure the model must be of each: a switch and a slider a class."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.fields import class_label
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.inputs import Slider, Switch

STEPS = 100  # of the slider, per unit of confidence
LOWEST, HIGHEST = 3, 95  # in steps; the preview remembers nothing below, and above nothing is found
FALLBACK = 0.25  # where the handle rests until the model's own value is known


class ClassRow(QWidget):
    """One class. The threshold stays the model's own until the user moves the slider."""

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._own: float | None = None
        self._is_own = True
        label = class_label(name)
        self._switch = Switch(label)
        self._switch.setChecked(True)
        self._switch.setAccessibleName(tr("Cover: {things}", things=label))
        self._value = QLabel()
        self._value.setProperty("look", "muted")
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._slider = Slider()
        self._slider.setRange(LOWEST, HIGHEST)
        self._slider.setSingleStep(1)
        self._slider.setPageStep(5)
        self._slider.setAccessibleName(tr("Confidence for {things}", things=label))
        self._slider.setToolTip(
            tr("How sure the model must be. Further left finds more and covers more in vain; the preview follows.")
        )
        self._reset = QToolButton()
        self._reset.setIcon(icons.icon("arrow-counter-clockwise", "muted"))
        self._reset.setToolTip(tr("Back to the model's own value"))
        self._reset.setAccessibleName(tr("Back to the model's own confidence for {things}", things=label))
        self._reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.XS)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._switch, 0, 0)
        grid.addWidget(self._value, 0, 1, 1, 2)
        grid.addWidget(self._slider, 1, 0, 1, 2)
        grid.addWidget(self._reset, 1, 2)
        grid.setColumnStretch(1, 1)
        self._switch.toggled.connect(self._switched)
        self._slider.valueChanged.connect(self._moved)
        self._reset.clicked.connect(lambda: self._choose(None))
        self.set_confidence(None)

    def is_on(self) -> bool:
        return self._switch.isChecked()

    def set_on(self, is_on: bool) -> None:
        self._switch.setChecked(is_on)

    def confidence(self) -> float | None:
        """None: the model's own."""
        return None if self._is_own else self._slider.value() / STEPS

    def set_confidence(self, value: float | None) -> None:
        """Shows a threshold without telling anybody that it changed."""
        self._is_own = value is None
        shown = value if value is not None else self._own if self._own is not None else FALLBACK
        self._slider.blockSignals(True)
        self._slider.setValue(round(shown * STEPS))
        self._slider.blockSignals(False)
        self._show()

    def set_own(self, value: float) -> None:
        """Tells the model's own threshold, as soon as it is known."""
        self._own = value
        if self._is_own:
            self.set_confidence(None)

    def _choose(self, value: float | None) -> None:
        self.set_confidence(value)
        self.changed.emit()

    def _moved(self, value: int) -> None:
        self._choose(value / STEPS)

    def _switched(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        is_on = self.is_on()
        self._slider.setEnabled(is_on)
        self._reset.setEnabled(is_on and not self._is_own)
        if not is_on:
            self._value.setText(tr("Not covered"))
        elif not self._is_own:
            self._value.setText(tr("from {percent} %", percent=self._slider.value()))
        elif self._own is None:
            self._value.setText(tr("Auto"))
        else:
            self._value.setText(tr("Auto, from {percent} %", percent=round(self._own * STEPS)))


class ClassList(QWidget):
    """The fields `classes` and `confidence` of the options as one control."""

    changed = Signal()

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, ClassRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        for name in names:
            self._add(name)

    def rows(self) -> tuple[ClassRow, ...]:
        return tuple(self._rows.values())

    def names(self) -> tuple[str, ...]:
        """All that are listed."""
        return tuple(self._rows)

    def set_names(self, names: Sequence[str]) -> None:
        """Lists other classes, all of them on; says nothing."""
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.deleteLater()
        self._rows = {}
        for name in names:
            self._add(name)

    def classes(self) -> tuple[str, ...]:
        return tuple(name for name, row in self._rows.items() if row.is_on())

    def confidences(self) -> dict[str, float]:
        return {name: value for name, row in self._rows.items() if (value := row.confidence()) is not None}

    def set_values(self, classes: Sequence[str], confidences: Mapping[str, float]) -> None:
        """Shows a choice; classes of another model that are not listed yet get a row of their own."""
        for name in classes:
            if name not in self._rows:
                self._add(name)
        for name, row in self._rows.items():
            row.blockSignals(True)
            row.set_on(name in classes)
            row.set_confidence(confidences.get(name, confidences.get("*")))
            row.blockSignals(False)

    def set_own(self, thresholds: Mapping[str, float]) -> None:
        """Tells the model's own thresholds."""
        for name, value in thresholds.items():
            if name in self._rows:
                self._rows[name].set_own(value)

    def _add(self, name: str) -> None:
        row = ClassRow(name)
        row.changed.connect(self._row_changed)
        self._rows[name] = row
        self._column.addWidget(row)

    def _row_changed(self) -> None:
        if not self.classes():  # at least one class: the last one cannot be switched off
            sender = self.sender()
            if isinstance(sender, ClassRow):
                sender.set_on(True)
            return
        self.changed.emit()
