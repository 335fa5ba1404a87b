"""What the form is trained on: a data set, or a data.yaml with pictures that stay where they are; and what is in it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.training.spec import TrainSpec
from pyroblur_gui.ui.i18n import numeral, tr, trn
from pyroblur_gui.ui.tabs.training.choices import DataChoice, described
from pyroblur_gui.ui.widgets.inputs import ComboBox

BROWSE = "browse:"  # no data set can have this name


class DataField(QObject):
    """Four widgets, which the form lays out. changed: the user chose otherwise."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._choices: tuple[DataChoice, ...] = ()
        self._file = ""  # a data.yaml that was chosen
        self._value = ""
        self.box = ComboBox()
        self.box.setAccessibleName(tr("Data set"))
        self.box.setPlaceholderText(tr("None yet"))
        self.unlabelled = ComboBox()
        self.unlabelled.setAccessibleName(tr("Pictures without all labels"))
        self.unlabelled.setToolTip(tr(TrainSpec.model_fields["unlabelled"].description or ""))
        for choice, words in (
            (Unlabelled.LEAVE_OUT, tr("Leave them out")),
            (Unlabelled.TREAT_AS_BACKGROUND, tr("Train on them as they are")),
        ):
            self.unlabelled.addItem(words, choice.value)
        self.counts, self.left_out = _muted(), _muted()
        self.box.activated.connect(self._activated)
        self.unlabelled.activated.connect(self.changed)
        self._list()

    @property
    def value(self) -> str:
        """The name of a data set, or the path of a data.yaml; empty while there is none."""
        return self._value

    @property
    def has_sets(self) -> bool:
        return bool(self._choices)

    @property
    def is_usable(self) -> bool:
        chosen = self._chosen()
        return chosen is not None and not chosen.problem

    def show_choices(self, choices: Sequence[DataChoice]) -> None:
        """Keeps what is chosen, where it is still there."""
        self._choices = tuple(choices)
        names = [choice.name for choice in choices]
        if self._value != self._file or not self._value:
            self._value = self._value if self._value in names else next(iter(names), self._file)
        self._list()

    def choose(self, data: str) -> None:
        """Nothing is chosen where there is none of that name, and no such file."""
        if Path(data).suffix in {".yaml", ".yml"}:
            self._file = data
        self._value = data if data == self._file or data in {choice.name for choice in self._choices} else ""
        self._list()
        self.check()

    def take_file(self, path: str) -> None:
        """The user's choice of a data.yaml."""
        self.choose(path)
        self.changed.emit()

    def choose_unlabelled(self, choice: Unlabelled) -> None:
        self.unlabelled.setCurrentIndex(self.unlabelled.findData(choice.value))

    def check(self) -> None:
        """Says anew what is in it."""
        chosen = self._chosen()
        self.counts.setText(chosen.about if chosen is not None else "")
        self.counts.setVisible(chosen is not None)
        count = chosen.unlabelled if chosen is not None else 0
        self.left_out.setText(
            trn(
                "In {shown} picture, not all classes were looked for:",
                "In {shown} pictures, not all classes were looked for:",
                count,
                shown=numeral(count, ","),
            )
        )
        for widget in (self.left_out, self.unlabelled):
            widget.setVisible(count > 0)

    def _chosen(self) -> DataChoice | None:
        if self._value and self._value == self._file:
            return described(self._file)
        return next((each for each in self._choices if each.name == self._value), None)

    def _list(self) -> None:
        self.box.clear()
        for choice in self._choices:
            self.box.addItem(choice.name, choice.name)
            self.box.setItemData(self.box.count() - 1, choice.about, Qt.ItemDataRole.ToolTipRole)
        if self._file:
            path = Path(self._file)
            self.box.addItem(f"{path.absolute().parent.name}/{path.name}", self._file)
            self.box.setItemData(self.box.count() - 1, self._file, Qt.ItemDataRole.ToolTipRole)
        if self.box.count():
            self.box.insertSeparator(self.box.count())
        self.box.addItem(tr("Choose a data.yaml…"), BROWSE)
        self.box.setCurrentIndex(self.box.findData(self._value) if self._value else -1)

    def _activated(self, index: int) -> None:
        if self.box.itemData(index) != BROWSE:
            self._value = str(self.box.itemData(index))
            self.changed.emit()
            return
        self.box.setCurrentIndex(self.box.findData(self._value) if self._value else -1)
        dialog = QFileDialog(
            self._parent, tr("Choose a data.yaml"), str(Path.home()), tr("Data sets in YOLO's layout (*.yaml *.yml)")
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()


def _muted() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("look", "muted")
    return label
