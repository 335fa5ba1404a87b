"""The choice of a model in the options: those shipped, the user's own, or an .onnx file; and the classes of each."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from pyroblur_gui.models.catalogue import ModelEntry
from pyroblur_gui.ui.fields import class_label
from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.widgets.controls import Control
from pyroblur_gui.ui.widgets.inputs import ComboBox

TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
BROWSE = "browse:"  # no model can have this name


class ModelChoice(QObject):
    """Fills the combo box that a form made for the field `model`, and adds a way to a file."""

    chosen = Signal()

    def __init__(self, control: Control, entries: Sequence[ModelEntry], parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._control = control
        self._classes: dict[str, tuple[str, ...]] = {}
        self._last = ""
        if not isinstance(control.widget, ComboBox):
            message = "The field `model` is not shown as a combo box."
            raise TypeError(message)
        self._box = control.widget
        self.show_entries(entries)
        self._box.activated.connect(self._activated)

    def show_entries(self, entries: Sequence[ModelEntry]) -> None:
        """What there is to choose from; what is chosen stays."""
        chosen = self._control.value()
        self._classes = {entry.name: entry.classes for entry in entries}
        self._box.blockSignals(True)
        self._box.clear()
        for entry in entries:
            self._box.addItem(translated(entry.title), entry.name)
            found = ", ".join(class_label(name) for name in entry.classes)
            self._box.setItemData(
                self._box.count() - 1,
                tr("{summary} Finds: {classes}.", summary=translated(entry.summary), classes=found),
                TOOLTIP,
            )
        self._box.insertSeparator(self._box.count())
        self._box.addItem(tr("Choose a model file…"), BROWSE)
        self._box.blockSignals(False)
        self._control.set_value(chosen)

    def classes(self, model: str) -> tuple[str, ...] | None:
        """What the model finds; None for a file, of which nothing is known before it runs."""
        return self._classes.get(model)

    def remember(self, model: str) -> None:
        """What to go back to when no file is chosen."""
        self._last = model

    def _activated(self, index: int) -> None:
        if self._box.itemData(index) != BROWSE:
            return
        self._control.set_value(self._last)
        dialog = QFileDialog(self._window, tr("Choose a model file"), str(Path.home()), tr("Models (*.onnx)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take)
        dialog.open()

    def _take(self, name: str) -> None:
        self._control.set_value(name)
        self.chosen.emit()
