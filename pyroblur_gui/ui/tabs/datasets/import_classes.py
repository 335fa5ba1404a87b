"""What becomes of each class of an import: a line with its own name and a choice of ours."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.core.classes import MAIN_CLASSES
from pyroblur_gui.datasets.classes import LEFT_OUT
from pyroblur_gui.ui.fields import class_label
from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.datasets.import_presenter import ImportPresenter
from pyroblur_gui.ui.widgets.check_box import CheckBox
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.inputs import ComboBox

MOST_LINES = 200  # of classes; more than anybody maps by hand
MOST_BOXES = 12


class ImportClasses(QWidget):
    """Hidden while there are no classes. changed: a class became another, or another class was looked for."""

    changed = Signal()

    def __init__(self, presenter: ImportPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._only_class: str | None = None
        self.combos: dict[str, ComboBox] = {}
        self.looked_for: dict[str, CheckBox] = {}
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(Space.M)
        self._table.setVerticalSpacing(Space.XS)
        self._table.setColumnStretch(0, 1)
        self._table.setColumnStretch(1, 1)
        self._rest = QLabel()
        self._rest.setProperty("look", "muted")
        self.leave_out_button = QPushButton(tr("&Leave out all but faces and plates"))
        self.leave_out_button.setAccessibleName(tr("Leave out all but faces and plates"))
        self.leave_out_button.setProperty("look", "link")
        self.leave_out_button.setAutoDefault(False)
        self._question = QLabel(tr("Which are marked in all of these pictures, wherever they can be seen?"))
        self._question.setWordWrap(True)
        self._question.setToolTip(
            tr(
                "A picture without a box teaches a model that there is nothing. Where a class was not looked for, it "
                "counts as unknown instead: training leaves such pictures out, or a model suggests boxes for them."
            )
        )
        self._checks = QHBoxLayout()
        self._checks.setSpacing(Space.L)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(self._table)
        column.addWidget(self._rest)
        column.addWidget(self.leave_out_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._question)
        column.addLayout(self._checks)
        self.leave_out_button.clicked.connect(self._leave_out)

    def show_classes(self, only_class: str | None) -> None:
        """only_class: what all boxes are, where the files do not say it."""
        self._only_class = only_class
        theirs = self._presenter.theirs()
        if list(self.combos) != theirs[:MOST_LINES]:
            self._fill(theirs[:MOST_LINES])
        for name, combo in self.combos.items():
            combo.setCurrentIndex(max(0, combo.findData(self._presenter.target(name))))
            combo.setEnabled(only_class is None)
        hidden = len(theirs) - len(self.combos)
        self._rest.setText(trn("{count} more class keeps its name.", "{count} more classes keep their names.", hidden))
        self._rest.setVisible(hidden > 0)
        self.leave_out_button.setVisible(
            any(self._presenter.target(name) not in {*MAIN_CLASSES, LEFT_OUT} for name in theirs)
        )
        self._show_looked_for()

    def _fill(self, theirs: Sequence[str]) -> None:
        while (item := self._table.takeAt(0)) is not None:
            _remove(item.widget())
        self.combos = {}
        for column, text in enumerate((tr("In the files"), tr("Here"))):
            caption = QLabel(text)
            caption.setProperty("look", "caption")
            self._table.addWidget(caption, 0, column)
        for line, name in enumerate(theirs, start=1):
            label, combo = ElidedLabel(name, elide=Qt.TextElideMode.ElideRight), ComboBox()
            for ours in MAIN_CLASSES:
                combo.addItem(class_label(ours), ours)
            if name not in MAIN_CLASSES:
                combo.addItem(tr("Keep as “{name}”", name=name), name)
            combo.addItem(tr("Leave out"), LEFT_OUT)
            combo.setAccessibleName(tr("What {name} becomes", name=name))
            label.setBuddy(combo)
            combo.activated.connect(lambda _=0, name=name, combo=combo: self._take(name, combo.currentData()))
            self._table.addWidget(label, line, 0)
            self._table.addWidget(combo, line, 1)
            self.combos[name] = combo

    def _show_looked_for(self) -> None:
        ours = self._presenter.ours()[:MOST_BOXES]
        if tuple(self.looked_for) != ours:
            while (item := self._checks.takeAt(0)) is not None:
                _remove(item.widget())
            self.looked_for = {}
            for name in ours:
                box = self.looked_for[name] = CheckBox(class_label(name))
                box.setAccessibleName(tr("{name} are marked in all pictures", name=class_label(name)))
                box.clicked.connect(lambda is_so, name=name: self._look_for(name, is_so=is_so))
                self._checks.addWidget(box)
            self._checks.addStretch()
        for name, box in self.looked_for.items():
            box.setChecked(self._presenter.is_looked_for(name, self._only_class))

    def _take(self, theirs: str, ours: str) -> None:
        self._presenter.set_target(theirs, ours)
        self.show_classes(self._only_class)
        self.changed.emit()

    def _look_for(self, ours: str, *, is_so: bool) -> None:
        self._presenter.set_looked_for(ours, is_so=is_so)
        self.changed.emit()

    def _leave_out(self) -> None:
        self._presenter.leave_out_others()
        self.show_classes(self._only_class)
        self.changed.emit()


def _remove(widget: QWidget | None) -> None:
    if widget is not None:
        widget.hide()
        widget.deleteLater()
