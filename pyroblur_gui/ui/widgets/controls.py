"""One control a kind of field: builds it from a FieldPlan, reads it, writes it. What a Form is put together from."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.fields import FieldPlan, Widget, choice_label
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.class_list import ClassList
from pyroblur_gui.ui.widgets.inputs import ColorButton, ComboBox, DecimalBox, SpinBox, Switch
from pyroblur_gui.ui.widgets.segments import Segments
from pyroblur_gui.ui.widgets.slider_box import SliderBox


class Control(QObject):
    """A widget that shows one value. `changed` tells what the user did, never what the program set."""

    changed = Signal()

    def __init__(
        self, widget: QWidget, *, read: Callable[[], Any], write: Callable[[Any], None], name: str, hint: str
    ) -> None:
        super().__init__(widget)
        self.widget = widget
        self._write = write
        self.value = read
        if isinstance(widget, Segments | FolderField | SliderBox):
            widget.name_for_assistants(name)
        else:
            widget.setAccessibleName(name)
        widget.setAccessibleDescription(hint)
        widget.setToolTip(hint)

    def set_value(self, value: object) -> None:
        """Shows a value without telling that it changed."""
        self.blockSignals(True)
        try:
            self._write(value)
        finally:
            self.blockSignals(False)


class FolderField(QWidget):
    """A folder, typed or picked; empty means none. typed: with every key, before it is meant."""

    changed = Signal()
    typed = Signal()

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edit = QLineEdit()
        self._edit.setPlaceholderText(empty)
        self._edit.setClearButtonEnabled(True)
        self._button = QToolButton()
        self._button.setIcon(icons.icon("folder-open", "muted"))
        self._button.setToolTip(tr("Choose a folder"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(self._edit, 1)
        row.addWidget(self._button)
        self.setFocusProxy(self._edit)
        self._edit.editingFinished.connect(self.changed)
        self._edit.textEdited.connect(self.typed)
        self._button.clicked.connect(self._choose)

    def name_for_assistants(self, name: str) -> None:
        self.setAccessibleName(name)
        self._edit.setAccessibleName(name)
        self._button.setAccessibleName(tr("{field}: choose a folder", field=name))

    def value(self) -> Path | None:
        text = self._edit.text().strip()
        return Path(text).expanduser() if text else None

    def set_value(self, folder: Path | None) -> None:
        self._edit.setText(str(folder) if folder is not None else "")
        self._edit.setCursorPosition(0)

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("Choose a folder"), self._edit.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take)
        dialog.open()

    def _take(self, folder: str) -> None:
        self._edit.setText(folder)
        self.changed.emit()


def build_control(plan: FieldPlan, *, classes: tuple[str, ...] = ()) -> Control:
    """The control that shows `plan`'s field."""
    return _BUILDERS[plan.widget](plan) if plan.widget is not Widget.CLASSES else _class_list(plan, classes)


def _control(plan: FieldPlan, widget: QWidget, read: Callable[[], Any], write: Callable[[Any], None]) -> Control:
    return Control(widget, read=read, write=write, name=plan.title, hint=plan.help)


def _flag(plan: FieldPlan) -> Control:
    switch = Switch()
    control = _control(plan, switch, switch.isChecked, switch.setChecked)
    switch.toggled.connect(control.changed)
    return control


def _segments(plan: FieldPlan) -> Control:
    row = Segments([(value, choice_label(value)) for value in plan.choices])
    control = _control(plan, row, row.value, lambda value: row.set_value(str(value)))
    row.changed.connect(control.changed)
    return control


def _list(plan: FieldPlan) -> Control:
    box = ComboBox()
    for value in plan.choices:
        box.addItem(choice_label(value), value)
    control = _control(plan, box, box.currentData, lambda value: box.setCurrentIndex(box.findData(str(value))))
    box.currentIndexChanged.connect(control.changed)
    return control


def _number(plan: FieldPlan) -> Control:
    unit = f" {plan.unit}" if plan.unit else ""
    if plan.is_whole:
        whole = SpinBox()
        whole.setRange(int(plan.low), int(plan.high))
        whole.setSingleStep(int(plan.step))
        whole.setSuffix(unit)
        if plan.low == 1 and plan.unit.endswith("s"):
            whole.setSpecialValueText(f"1 {plan.unit.removesuffix('s')}")
        control = _control(plan, whole, whole.value, lambda value: whole.setValue(int(value)))
        whole.valueChanged.connect(control.changed)
        return control
    box = DecimalBox()
    lowest = plan.low - plan.step if plan.is_optional else plan.low  # one step below the lowest: no number at all
    box.setDecimals(_decimals(plan.step))
    box.setRange(lowest, plan.high)
    box.setSingleStep(plan.step)
    box.setSuffix(unit)
    if plan.is_optional:
        box.setSpecialValueText(plan.empty)

    def read() -> float | None:
        return None if plan.is_optional and box.value() < plan.low else box.value()

    def write(value: float | None) -> None:
        box.setValue(lowest if value is None else value)

    control = _control(plan, box, read, write)
    box.valueChanged.connect(control.changed)
    return control


def _decimals(step: float) -> int:
    """Enough for the step; of small numbers (a learning rate), enough to type finer ones, too."""
    if step >= 1:
        return 0
    return 1 if step >= 0.1 else 2 + math.ceil(-math.log10(step) - 1e-9)


def _slider(plan: FieldPlan) -> Control:
    box = SliderBox(int(plan.low), int(plan.high))
    control = _control(plan, box, box.value, box.set_value)
    box.changed.connect(control.changed)
    return control


def _color(plan: FieldPlan) -> Control:
    button = ColorButton()
    control = _control(plan, button, button.color, button.set_color)
    button.changed.connect(control.changed)
    return control


def _folder(plan: FieldPlan) -> Control:
    field = FolderField(plan.empty)
    control = _control(plan, field, field.value, field.set_value)
    field.changed.connect(control.changed)
    return control


def _text(plan: FieldPlan) -> Control:
    edit = QLineEdit()
    if plan.is_optional:
        edit.setPlaceholderText(plan.empty)

    def read() -> str | None:
        return edit.text().strip() or (None if plan.is_optional else "")

    control = _control(plan, edit, read, lambda value: edit.setText(value or ""))
    edit.editingFinished.connect(control.changed)
    return control


def _names(plan: FieldPlan) -> Control:
    edit = QLineEdit()
    edit.setPlaceholderText(tr("None"))

    def read() -> tuple[str, ...]:
        return tuple(name for part in edit.text().split(",") if (name := part.strip()))

    control = _control(plan, edit, read, lambda value: edit.setText(", ".join(value)))
    edit.editingFinished.connect(control.changed)
    return control


def _suggestions(plan: FieldPlan) -> Control:
    box = ComboBox()
    box.setEditable(True)
    box.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
    for value in plan.choices:
        box.addItem(choice_label(value), value)
    edit = QLineEdit()
    edit.setAccessibleName(plan.title)
    box.setLineEdit(edit)

    def read() -> str:
        index = box.findText(box.currentText())
        return str(box.itemData(index)) if index >= 0 else box.currentText().strip()

    def write(value: str) -> None:
        index = box.findData(value)
        box.setCurrentIndex(index)
        box.setEditText(box.itemText(index) if index >= 0 else value)

    control = _control(plan, box, read, write)
    box.activated.connect(control.changed)
    edit.editingFinished.connect(control.changed)
    return control


def _class_list(plan: FieldPlan, classes: tuple[str, ...]) -> Control:
    box = ClassList(classes)
    control = _control(
        plan,
        box,
        lambda: {"classes": box.classes(), "confidence": box.confidences()},
        lambda value: box.set_values(value["classes"], value["confidence"]),
    )
    box.setToolTip("")  # each row has its own
    box.changed.connect(control.changed)
    return control


_BUILDERS: dict[Widget, Callable[[FieldPlan], Control]] = {
    Widget.FLAG: _flag,
    Widget.SEGMENTS: _segments,
    Widget.LIST: _list,
    Widget.NUMBER: _number,
    Widget.SLIDER: _slider,
    Widget.COLOR: _color,
    Widget.FOLDER: _folder,
    Widget.TEXT: _text,
    Widget.NAMES: _names,
    Widget.SUGGESTIONS: _suggestions,
}
