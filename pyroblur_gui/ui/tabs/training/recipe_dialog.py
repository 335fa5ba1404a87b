"""Asks under which name the form's contents are kept as a recipe."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from pyroblur_gui.training.spec import Recipe
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space

WIDTH = 440
LONGEST = 64  # of a recipe's name


def name_of(title: str) -> str:
    """A recipe's name made from its title; empty where nothing of it can be one."""
    return re.sub(r"[^a-z0-9._-]+", "-", title.lower()).strip("._-")[:LONGEST].strip("._-")


class RecipeDialog(QDialog):
    """Emits the recipe and closes. Deleted when closed."""

    wanted = Signal(Recipe)

    def __init__(self, recipe: Recipe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Save as recipe"))
        self._recipe = recipe
        self.title = QLineEdit(tr("{title}, changed", title=recipe.title))
        self.title.setAccessibleName(tr("Title"))
        self.title.selectAll()
        self.summary = QLineEdit(recipe.summary)
        self.summary.setAccessibleName(tr("Summary"))
        text = QLabel(
            tr("Keeps the base model and all settings of the form. It can be chosen from the list of recipes.")
        )
        text.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        for line, (words, edit) in enumerate(((tr("Title"), self.title), (tr("Summary"), self.summary))):
            label = QLabel(words)
            label.setBuddy(edit)
            grid.addWidget(label, line, 0)
            grid.addWidget(edit, line, 1)
        buttons = QDialogButtonBox()
        self.save_button = buttons.addButton(tr("&Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save_button.setProperty("look", "primary")
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self.title.textChanged.connect(lambda title: self.save_button.setEnabled(bool(name_of(title))))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.XL)
        column.addWidget(text)
        column.addLayout(grid)
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)

    def _accept(self) -> None:
        title = self.title.text().strip()
        changes = {"name": name_of(title), "title": title, "summary": self.summary.text().strip()}
        self.wanted.emit(self._recipe.model_copy(update=changes))
        self.accept()
