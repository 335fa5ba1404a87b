"""The view of what came of a run: its model, how good it is by class and size, and what it was made from."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.training.outcome import Outcome, heads
from pyroblur_gui.ui.widgets.blank import Blank
from pyroblur_gui.ui.widgets.figure_table import FigureTable


class ResultPanel(QWidget):
    """wanted: what came of the run that is shown is to be read."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.blank = Blank()
        self.facts: dict[str, str] = {}
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(Space.L)
        self._facts.setVerticalSpacing(Space.XS)
        self._facts.setColumnStretch(1, 1)
        self.classes = FigureTable(tr("By class"), tr("Measured on the validation pictures."))
        self.sizes = FigureTable(tr("By size"), tr("The size of a box is its shorter side in pixels of the picture."))
        inside = QWidget()
        inside.setProperty("look", "panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        column.setSpacing(Space.XL)
        column.addLayout(self._facts)
        column.addWidget(self.classes)
        column.addWidget(self.sizes)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setAccessibleName(tr("Result"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.blank)
        self._stack.addWidget(scroll)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self.show_outcome(None)

    def show_outcome(self, outcome: Outcome | None) -> None:
        """None: nothing came of it yet."""
        self.facts = dict(outcome.facts) if outcome is not None else {}
        while (item := self._facts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if outcome is None:
            self.blank.say(
                "medal",
                tr("No result yet"),
                tr("The best epoch becomes a model, measured by class and by size, when the training ends."),
            )
            self._stack.setCurrentIndex(0)
            return
        for row, (caption, text) in enumerate(outcome.facts):
            name, value = QLabel(caption), QLabel(text)
            name.setProperty("look", "muted")
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(value, row, 1)
        self.classes.show_rows(heads(), outcome.by_class)
        self.sizes.show_rows(heads(), outcome.by_size)
        self._stack.setCurrentIndex(1)
