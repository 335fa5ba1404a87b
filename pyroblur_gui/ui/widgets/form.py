"""A form made from a pydantic model: every field gets a control, a label, its help and its limits from the model."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.ui.fields import FieldPlan, Widget
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.widgets.controls import Control, build_control
from pyroblur_gui.ui.widgets.section import Section


class Form(QWidget):
    """`groups` are (name, heading) in the order shown; fields marked advanced lie folded at the end.

    `changed` carries the field's name. Fields of a group that is not listed are not shown: a form may show part of a
    model, and then knows only that part.
    """

    changed = Signal(str)

    def __init__(
        self,
        plans: Sequence[FieldPlan],
        groups: Sequence[tuple[str, str]],
        *,
        classes: tuple[str, ...] = (),
        advanced_heading: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controls: dict[str, Control] = {}
        self._rows: dict[str, tuple[QLabel | None, QWidget]] = {}
        self._labels: list[QLabel] = []
        self._plans = {plan.name: plan for plan in plans}
        self._classes = classes
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XL)
        for group, heading in groups:
            shown = [plan for plan in plans if plan.group == group and not (plan.is_advanced and advanced_heading)]
            if shown:
                column.addLayout(self._group(heading, shown))
        self.advanced: Section | None = None
        if advanced_heading:
            self.advanced = Section(advanced_heading)
            for group, heading in groups:
                shown = [plan for plan in plans if plan.group == group and plan.is_advanced]
                if shown:
                    self.advanced.body.addLayout(self._group(heading, shown, is_caption=True))
            column.addWidget(self.advanced)
        self.align()

    def control(self, name: str) -> Control:
        """The control that shows a field. Raises KeyError for a field that is not shown."""
        return self._controls[name]

    def value(self) -> dict[str, Any]:
        """All shown fields by name."""
        values: dict[str, Any] = {}
        for name, control in self._controls.items():
            if self._plans[name].widget is Widget.CLASSES:
                values |= control.value()
            else:
                values[name] = control.value()
        return values

    def set_value(self, values: Mapping[str, Any]) -> None:
        """Shows values without telling that they changed."""
        for name, control in self._controls.items():
            if self._plans[name].widget is Widget.CLASSES:
                control.set_value({"classes": values["classes"], "confidence": values["confidence"]})
            elif name in values:
                control.set_value(values[name])
        self._show_relevant()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.FontChange:
            self.align()
        super().changeEvent(event)

    def _group(self, heading: str, plans: Sequence[FieldPlan], *, is_caption: bool = False) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        if heading:
            title = QLabel(heading)
            if is_caption:
                title.setProperty("look", "caption")
            else:
                title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
            grid.addWidget(title, 0, 0, 1, 2)
        for plan in plans:
            if plan.widget is Widget.CLASSES and any(
                self._plans[name].widget is Widget.CLASSES for name in self._controls
            ):
                continue  # classes and confidence are one control
            self._row(grid, plan)
        return grid

    def _row(self, grid: QGridLayout, plan: FieldPlan) -> None:
        control = build_control(plan, classes=self._classes)
        self._controls[plan.name] = control
        control.changed.connect(lambda name=plan.name: self._control_changed(name))
        line = grid.rowCount()
        if plan.widget is Widget.CLASSES:
            grid.addWidget(control.widget, line, 0, 1, 2)
            self._rows[plan.name] = (None, control.widget)
            return
        label = QLabel(plan.title)
        label.setToolTip(plan.help)
        label.setBuddy(control.widget)
        self._labels.append(label)
        grid.addWidget(label, line, 0)
        side = Qt.AlignmentFlag.AlignRight if plan.widget is Widget.FLAG else Qt.AlignmentFlag(0)
        grid.addWidget(control.widget, line, 1, side)
        self._rows[plan.name] = (label, control.widget)

    def label_width(self) -> int:
        """What the widest label takes."""
        return max((label.sizeHint().width() for label in self._labels), default=0)

    def align(self, width: int = 0) -> None:
        """Gives all labels the width of the widest, or more, so that the controls of all groups stand in one line."""
        width = max(width, self.label_width())
        for label in self._labels:
            label.setMinimumWidth(width)

    def _control_changed(self, name: str) -> None:
        self._show_relevant()
        self.changed.emit(name)

    def _show_relevant(self) -> None:
        for name, (label, widget) in self._rows.items():
            wanted = all(str(self._controls[key].value()) == value for key, value in self._plans[name].only_if)
            widget.setVisible(wanted)
            if label is not None:
                label.setVisible(wanted)
