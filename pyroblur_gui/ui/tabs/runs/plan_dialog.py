"""The form of a new plan: a recipe, a data set, values of hyperparameters, seeds, phases and a budget."""

import re
from collections.abc import Sequence

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.operations import plans
from pyroblur_gui.runs.plan import Budget, Phase, Plan, Scalar
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.inputs import ComboBox, DecimalBox, SpinBox

WIDTH = 560
GRID_HEIGHT = 90
GRID = "imgsz = 320, 416\nlr0 = 0.005, 0.01"
ONE, PHASES = "one", "phases"


class PlanDialog(QDialog):
    """Emits the plan and closes. Deleted when closed."""

    wanted = Signal(Plan)

    def __init__(self, recipes: Sequence[str], data: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("New plan"))
        self.setAccessibleName(tr("New plan"))
        self.setMinimumWidth(WIDTH)
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Small letters, digits and dashes"))
        self.recipe, self.data, self.phases = ComboBox(), ComboBox(), ComboBox()
        self.recipe.addItems(list(recipes))
        self.data.addItems(list(data))
        self.grid = QPlainTextEdit(GRID)
        self.grid.setFixedHeight(GRID_HEIGHT)
        self.grid.setTabChangesFocus(True)
        self.seeds = QLineEdit("1, 42")
        self.epochs = SpinBox()
        self.epochs.setRange(1, 10_000)
        self.epochs.setValue(20)
        self.phases.addItem(tr("One phase: every setting with every seed"), ONE)
        self.phases.addItem(tr("Smoke test, coarse, the best two with more seeds, final"), PHASES)
        self.hours = DecimalBox()
        self.hours.setRange(0, 10_000)
        self.hours.setSpecialValueText(tr("No limit"))
        form = QFormLayout()
        form.setSpacing(Space.S)
        for label, field in (
            (tr("&Name"), self.name),
            (tr("&Recipe"), self.recipe),
            (tr("&Data set"), self.data),
            (tr("&Values to try, a line each"), self.grid),
            (tr("&Seeds"), self.seeds),
            (tr("&Epochs"), self.epochs),
            (tr("&Phases"), self.phases),
            (tr("&Budget in hours"), self.hours),
        ):
            field.setAccessibleName(label.replace("&", ""))
            form.addRow(label, field)
        self.problem = QLabel()
        self.problem.setProperty("look", "danger")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.save_button, cancel = QPushButton(tr("&Keep plan")), QPushButton(tr("&Cancel"))
        self.save_button.setProperty("look", "primary")
        self.save_button.setDefault(True)
        for button in (self.save_button, cancel):
            button.setAccessibleName(button.text().replace("&", ""))
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(cancel)
        row.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addLayout(row)
        cancel.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._accept)

    def plan(self) -> Plan:
        """What the form says. Raises ValueError, PyroblurError."""
        seeds = tuple(int(text) for text in _words(self.seeds.text()))
        grid: dict[str, tuple[Scalar, ...]] = {}
        for line in self.grid.toPlainText().splitlines():
            name, equals, values = line.partition("=")
            if line.strip():
                if not equals:
                    message = tr("{line} is not NAME = VALUE, VALUE.", line=line.strip())
                    raise ValueError(message)
                grid[name.strip()] = tuple(_scalar(text) for text in _words(values))
        if seeds:
            grid["seed"] = seeds
        epochs = self.epochs.value()
        phases: tuple[Phase, ...] = ()
        if self.phases.currentData() == PHASES:
            short: dict[str, Scalar] = {"epochs": max(1, epochs // 5)}
            smoke: dict[str, Scalar] = {"epochs": 1}
            full: dict[str, Scalar] = {"epochs": epochs}
            phases = (
                Phase(name="smoke", first=1, set=smoke),
                Phase(name="coarse", seeds=seeds[:1], set=short),
                Phase(name="again", best=2, seeds=seeds, set=short),
                Phase(name="final", best=1, seeds=seeds[:1], set=full),
            )
        name = self.name.text().strip()
        made = Plan(
            name=name, title=name, recipe=self.recipe.currentText(), data=self.data.currentText(),
            set={"epochs": epochs}, grid=grid, phases=phases, budget=Budget(hours=self.hours.value()),
        )  # fmt: skip
        plans.check(made)
        return made

    def _accept(self) -> None:
        try:
            made = self.plan()
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"]))
            if field == "name":
                self._say(tr("Give the plan a name of small letters, digits and dashes, such as street-sizes."))
                self.name.setFocus()
            else:
                self._say(f"{field}: {str(first['msg']).removeprefix('Value error, ')}")
        except PyroblurError as error:
            self._say(failure_text(error))
        except ValueError as error:
            self._say(str(error))
        else:
            self.wanted.emit(made)
            self.accept()

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.show()


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text.strip()) if word]


def _scalar(text: str) -> Scalar:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text.lower(), text)
