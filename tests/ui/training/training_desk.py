"""The Training tab in the real window, a tiny data set, and recipes that are trained in seconds."""

from pathlib import Path

import small_runs
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from pyroblur_gui.training import recipes
from pyroblur_gui.training.spec import Recipe
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.training.tab import TrainingTab
from tests.ui.desk import shown, until

LIMIT_S = 200.0
QUICK = small_runs.TINY  # its network learns nothing, in no time
TINY = QUICK.model_copy(update={"model": "yolo11n"})
LONG = QUICK.model_copy(
    update={"hyperparameters": QUICK.hyperparameters.model_copy(update={"epochs": 5000, "patience": 0})}
)  # of its own accord, it ends no test


def make_street(pictures: dict[str, Path], name: str = "street") -> str:
    """A data set of crops of two real pictures with a box each: 12 for training, 4 for validation."""
    return small_runs.make_crops(pictures, name)


def begin_training(tab: TrainingTab, name: str) -> None:
    tab.start.name.setText(name)
    tab.start.device.setCurrentIndex(tab.start.device.findData("cpu"))
    press(tab.start.start_button)
    assert tab.start.problem == ""


async def open_tab(session: Session, recipe: Recipe = TINY) -> TrainingTab:
    """The tab, shown, with the recipe chosen and the first data set."""
    recipes.keep(recipe)
    window = shown(session)
    window.show_tab("training")
    tab = window.training
    await until(lambda: tab.start.data_field.has_sets)
    box = tab.start.recipes
    box.setCurrentIndex(box.findData(recipe.name))
    box.activated.emit(box.currentIndex())
    return tab


def press(button: QWidget) -> None:
    """With the mouse, as a user does: nothing happens to a button that cannot be seen or used."""
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def act(action: QAction) -> None:
    """As its menu does, as soon as it can be chosen."""
    await until(action.isEnabled, 5.0)
    action.trigger()
