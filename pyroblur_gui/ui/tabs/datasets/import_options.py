"""The name of the data set that an import makes, how many pictures it takes, and how they are split."""

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from pyroblur_gui.datasets.spec import ImportSpec, IntakeOptions
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.datasets.source_details import finish_form
from pyroblur_gui.ui.tabs.datasets.source_presenter import GROUP, NAME, option_plans
from pyroblur_gui.ui.tabs.datasets.split_shares import SplitShares
from pyroblur_gui.ui.widgets.check_box import CheckBox
from pyroblur_gui.ui.widgets.form import Form


class ImportOptions(QWidget):
    changed = Signal()

    def __init__(self, taken: Collection[str], parent: QWidget | None = None) -> None:
        """taken: names of the data sets that there are."""
        super().__init__(parent)
        self._taken = tuple(taken)
        self._is_own_name = False
        usual = ImportSpec.model_fields["options"].default
        options = usual if isinstance(usual, IntakeOptions) else IntakeOptions()
        self.shares = SplitShares(options.ratios)
        self.form = Form(option_plans(""), ((GROUP, ""),), advanced_heading=tr("Choice and split"))
        self.form.set_value(options.model_dump() | {NAME: ""})
        finish_form(self.form)
        if self.form.advanced is not None:
            self.form.advanced.body.insertWidget(0, self.shares)
        self.adds_box = CheckBox(tr("Add to the data set of this name"))
        self.adds_box.setAccessibleName(self.adds_box.text())
        self.adds_box.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self.form)
        column.addWidget(self.adds_box)
        self.form.changed.connect(self._changed)
        self.shares.changed.connect(self.changed)
        self.adds_box.toggled.connect(self.changed)
        if isinstance(self.name_edit, QLineEdit):
            self.name_edit.textEdited.connect(self._named)

    @property
    def name_edit(self) -> QWidget:
        return self.form.control(NAME).widget

    def suggest_name(self, name: str) -> None:
        """Until the user has written one."""
        if not self._is_own_name:
            self.form.control(NAME).set_value(name)
            self._changed()

    def value(self) -> tuple[str, dict[str, Any], bool]:
        """Name, intake options by field, and whether the pictures are added to the data set of that name."""
        values = self.form.value()
        name = str(values.pop(NAME))
        return name, values | {"ratios": self.shares.value()}, name in self._taken and self.adds_box.isChecked()

    def _named(self) -> None:
        self._is_own_name = True
        self._changed()

    def _changed(self) -> None:
        self.adds_box.setVisible(str(self.form.control(NAME).value()) in self._taken)
        self.changed.emit()
