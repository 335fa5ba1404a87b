"""The Training tab in the real window, a tiny data set, and recipes that are trained in seconds."""

import hashlib
from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from rows import make_dataset

from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Box, Picture
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.training import recipes
from pyroblur_gui.training.spec import Hyperparameters, Recipe
from pyroblur_gui.ui.app import Session
from pyroblur_gui.ui.tabs.training.tab import TrainingTab
from tests.ui.desk import shown, until

EPOCHS = 3
LIMIT_S = 200.0
TINY = Recipe(
    name="tiny",
    title="Tiny",
    summary="For a test.",
    model="yolo11n",
    is_pretrained=False,
    hyperparameters=Hyperparameters(epochs=EPOCHS, batch=4, imgsz=64, lr0=0.002, save_period=-1),
)


def make_street(pictures: dict[str, Path], name: str = "street") -> str:
    """A data set of crops of two real pictures with a box each: 12 for training, 4 for validation."""
    with make_dataset(name) as dataset:
        rows = []
        for number in range(16):
            left = 20 * number
            with Image.open(pictures["bus" if number % 2 else "zidane"]) as whole:
                crop = whole.crop((left, 100, left + 400, 500))
            file = dataset.folder / "images" / "00" / f"{number:02d}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            crop.save(file)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            rows.append(
                Picture(
                    id=0, file=f"images/00/{file.name}", name=file.name, source=1, width=400, height=400,
                    size_bytes=file.stat().st_size, sha256=digest, likeness=None,
                    split=Split.VAL if number >= 12 else Split.TRAIN, labelled=frozenset({0, 1}),
                    boxes=(Box(number % 2, 0.2, 0.2, 0.7, 0.8),),
                )
            )  # fmt: skip
        dataset.add(rows)
        layout.write_all(dataset)
    return name


LONG = TINY.model_copy(
    update={"hyperparameters": TINY.hyperparameters.model_copy(update={"epochs": 500, "patience": 0})}
)  # of its own accord, it ends no test


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
    await until(lambda: tab.live.board is not None)
    await until(lambda: tab.start.data.count() > 0)
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
