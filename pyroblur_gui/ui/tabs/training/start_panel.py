"""The left side: what to train, on what, how; a look ahead; and the button that starts."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.training import networks
from pyroblur_gui.training.forecast import Advice
from pyroblur_gui.training.spec import Hyperparameters, Recipe
from pyroblur_gui.ui.fields import plan_fields
from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled
from pyroblur_gui.ui.tabs.training.actions import TrainingActions
from pyroblur_gui.ui.tabs.training.choices import DataChoice, network_label, weights_problem
from pyroblur_gui.ui.tabs.training.data_field import DataField
from pyroblur_gui.ui.tabs.training.forecast_panel import ForecastPanel
from pyroblur_gui.ui.tabs.training.presenter import Draft
from pyroblur_gui.ui.tabs.training.weights_panel import WeightsPanel
from pyroblur_gui.ui.tabs.training.wording import reason
from pyroblur_gui.ui.widgets.form import Form
from pyroblur_gui.ui.widgets.inputs import ComboBox, Switch
from pyroblur_gui.ui.widgets.upright_scroll import SCROLL_BAR, UprightScroll

WIDTH = 332
RIGHT = Space.L + 4
MOST_FORECAST = 0.45  # of the panel's height
BROWSE = "browse:"  # no model can have this name


_SHAPES = {QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.LayoutRequest}


class StartPanel(QWidget):
    """Emits what the user wants; knows nothing of runs. draft_changed: a forecast holds no more."""

    draft_changed = Signal()
    recipe_chosen = Signal(str)

    def __init__(self, actions: TrainingActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions = actions
        self._recipe = Recipe(name="none", title="", summary="")
        groups = (
            ("train", tr("How long and how large")),
            ("optimizer", tr("How it learns")),
            ("augment", tr("How pictures are varied")),
            ("machine", tr("The machine")),
        )
        self.recipes = _combo(tr("Recipe"))
        self.data_field = DataField(self)
        self.data, self.unlabelled = self.data_field.box, self.data_field.unlabelled
        self.model = _combo(tr("Base model"))
        self.pretrained = Switch()
        self.pretrained.setAccessibleName(tr("From trained weights"))
        self.device = _combo(tr("Device"))
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name"))
        self.name.setPlaceholderText(tr("Recipe, day and time"))
        self.form = Form(plan_fields(Hyperparameters), groups, advanced_heading=tr("Advanced"))
        self.forecast = ForecastPanel()
        self._summary = _muted()
        self.weights = WeightsPanel()
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setProperty("look", "danger")
        self._problem.hide()
        self._build()
        self._connect()

    # -- what is shown

    def show_recipes(self, recipes: Sequence[tuple[str, str]], chosen: str) -> None:
        """(name, title) of each."""
        self.recipes.clear()
        for name, title in recipes:
            self.recipes.addItem(title, name)
        self.recipes.setCurrentIndex(max(0, self.recipes.findData(chosen)))

    def show_data(self, choices: Sequence[DataChoice]) -> None:
        """Keeps what is chosen, where it is still there."""
        self.data_field.show_choices(choices)
        self._check()

    def show_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        chosen = self.device.currentData()
        self.device.clear()
        for value, label in devices:
            self.device.addItem(label, value)
        self._choose_device(chosen or "auto")

    def show_recipe(self, recipe: Recipe) -> None:
        """Everything that a recipe says."""
        self._recipe = recipe
        if self.recipes.findData(recipe.name) < 0:  # of a run whose recipe was removed, or never kept
            self.recipes.addItem(translated(recipe.title) or recipe.name, recipe.name)
        self.recipes.setCurrentIndex(self.recipes.findData(recipe.name))
        self._summary.setText(translated(recipe.summary))
        self._choose_model(recipe.model)
        self.pretrained.setChecked(recipe.is_pretrained)
        self.form.set_value(recipe.hyperparameters.model_dump(mode="json"))
        if recipe.data and (self.data.findData(recipe.data) >= 0 or Path(recipe.data).is_file()):
            self.data_field.choose(recipe.data)
        self._changed()

    def show_draft(self, draft: Draft) -> None:
        self.show_recipe(draft.recipe)
        self.data_field.choose(draft.data)
        self._choose_device(draft.device)
        self.data_field.choose_unlabelled(draft.unlabelled)
        self.name.setText(draft.run)
        self._changed()

    def apply(self, advice: Advice) -> None:
        """Changes the form as advised."""
        if advice.change:
            self.form.set_value({**self.form.value(), **advice.change})
        if advice.model is not None:
            self._choose_model(advice.model)
        self.say_problem("")
        self._check()

    def say_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    @property
    def problem(self) -> str:
        return self._problem.text()

    @property
    def weights_text(self) -> str:
        return self.weights.text

    def look_for_weights(self) -> None:
        """They may have come meanwhile."""
        self._check()

    def draft(self) -> Draft | None:
        """What the form says; None where it makes no sense, which is said beside it."""
        try:
            chosen = Hyperparameters.model_validate(self.form.value())
        except ValidationError as error:
            self.say_problem(reason(error))
            return None
        changes = {
            "model": self.model.currentData() or "",
            "is_pretrained": self.pretrained.isChecked(),
            "hyperparameters": chosen,
        }
        return Draft(
            recipe=self._recipe.model_copy(update=changes),
            data=self.data_field.value,
            device=self.device.currentData() or "auto",
            run=self.name.text().strip(),
            unlabelled=Unlabelled(self.unlabelled.currentData()),
        )

    # -- what the user does

    def _connect(self) -> None:
        self.recipes.activated.connect(lambda _: self.recipe_chosen.emit(self.recipes.currentData()))
        self.model.activated.connect(self._model_chosen)
        for signal in (
            self.data_field.changed,
            self.device.activated,
            self.pretrained.toggled,
            self.form.changed,
        ):
            signal.connect(lambda *_: self._changed())
        self.name.textEdited.connect(lambda _: self.say_problem(""))
        self.forecast.applied.connect(self.apply)

    def _changed(self) -> None:
        self.say_problem("")
        self._check()
        self.draft_changed.emit()

    def _check(self) -> None:
        """Says what would keep it from starting, before it is tried."""
        model = self.model.currentData()
        text = weights_problem(model, is_pretrained=self.pretrained.isChecked()) if model else ""
        self.weights.say(text, model or "")
        self.data_field.check()
        is_usable = self.data_field.is_usable
        for action in (self._actions.start, self._actions.look):
            action.setEnabled(is_usable)
        self.start_button.setEnabled(is_usable)
        self.look_button.setEnabled(is_usable and not self.forecast.is_busy)

    def _model_chosen(self, index: int) -> None:
        if self.model.itemData(index) != BROWSE:
            self._changed()
            return
        self._choose_model(self._recipe.model)
        dialog = QFileDialog(
            self,
            tr("Choose trained weights or an architecture"),
            str(Path.home()),
            tr("Checkpoints and architectures (*.pt *.yaml *.yml)"),
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take_weights)
        dialog.open()

    def take_weights(self, name: str) -> None:
        """A file to start from: a .pt with trained weights, or a .yaml, which has none."""
        self._choose_model(name)
        self.pretrained.setChecked(Path(name).suffix == ".pt")
        self._changed()

    def _choose_model(self, model: str) -> None:
        if self.model.findData(model) < 0:
            self.model.insertItem(0, network_label(model), model)
            self.model.setItemData(0, model, Qt.ItemDataRole.ToolTipRole)
        self.model.setCurrentIndex(self.model.findData(model))

    def _choose_device(self, device: str) -> None:
        if self.device.findData(device) < 0:
            self.device.addItem(device, device)
        self.device.setCurrentIndex(self.device.findData(device))

    # -- how it is built

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_forecast()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.forecast and event.type() in _SHAPES:
            self._fit_forecast()
        return super().eventFilter(watched, event)

    def _fit_forecast(self) -> None:
        """As high as what it says, but the form keeps its room: of much advice, the rest is scrolled to."""
        layout = self.forecast.layout()
        if layout is None:
            return
        width = self.width() - Space.L - RIGHT
        wanted = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else self.forecast.sizeHint().height()
        self._forecast_area.setFixedHeight(max(1, min(wanted, round(self.height() * MOST_FORECAST))))
        self._forecast_area.setVisible(not self.forecast.isHidden())

    def _build(self) -> None:
        for network in networks.OFFERED:
            self.model.addItem(network_label(network), network)
        self.model.insertSeparator(self.model.count())
        self.model.addItem(tr("Choose a .pt or .yaml file…"), BROWSE)
        title = QLabel(tr("New training"))
        title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self.save_button = QToolButton()
        self.save_button.setDefaultAction(self._actions.save_recipe)
        self.save_button.setAccessibleName(tr("Save as recipe"))
        self.save_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, 0, Space.S, 0)
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self.save_button)
        bar = QWidget()
        bar.setLayout(head)
        bar.setFixedHeight(BAR_HEIGHT)
        inside = QWidget()
        inside.setProperty("look", "panel")
        content = QVBoxLayout(inside)
        content.setContentsMargins(Space.L, Space.S, RIGHT - SCROLL_BAR, Space.L)
        content.setSpacing(Space.XL)
        content.addLayout(self._build_choices())
        content.addWidget(self.form)
        content.addStretch()
        scroll = UprightScroll(inside, tr("New training"), least=WIDTH)
        scroll.keep_bar()
        line = QFrame()
        line.setProperty("look", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(scroll, 1)
        column.addWidget(line)
        column.addLayout(self._build_foot())

    def _build_choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        labels = []
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Recipe"), self.recipes), ("", self._summary), (tr("Data set"), self.data),
            ("", self.data_field.counts), ("", self.data_field.left_out), ("", self.unlabelled),
            (tr("Base model"), self.model), (tr("Trained weights"), self.pretrained),
            ("", self.weights), (tr("Device"), self.device), (tr("Name"), self.name),
        )  # fmt: skip
        for line, (words, widget) in enumerate(rows):
            if not words:
                grid.addWidget(widget, line, 0, 1, 2)
                continue
            label = QLabel(words)
            label.setBuddy(widget)
            labels.append(label)
            grid.addWidget(label, line, 0)
            side = Qt.AlignmentFlag.AlignRight if isinstance(widget, Switch) else Qt.AlignmentFlag(0)
            grid.addWidget(widget, line, 1, side)
        width = max(self.form.label_width(), *(label.sizeHint().width() for label in labels))
        for label in labels:
            label.setMinimumWidth(width)
        self.form.align(width)
        self.pretrained.setToolTip(tr("Starts from weights that were trained before. Off: needs far more pictures."))
        return grid

    def _build_foot(self) -> QVBoxLayout:
        self.look_button = _action_button(tr("Look first"))
        self.start_button = _action_button(tr("Start training"), look="primary")
        self.look_button.setToolTip(self._actions.look.toolTip())
        self.start_button.setToolTip(self._actions.start.toolTip())
        self.look_button.clicked.connect(self._actions.look.trigger)
        self.start_button.clicked.connect(self._actions.start.trigger)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.look_button, 1)
        buttons.addWidget(self.start_button, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(Space.L, Space.M, RIGHT, Space.L)
        foot.setSpacing(Space.M)
        self.forecast.setProperty("look", "panel")
        self._forecast_area = UprightScroll(self.forecast, tr("Forecast"))
        self._forecast_area.hide()
        self.forecast.installEventFilter(self)
        foot.addWidget(self._forecast_area)
        foot.addWidget(self._problem)
        foot.addLayout(buttons)
        return foot


def _combo(name: str) -> ComboBox:
    box = ComboBox()
    box.setAccessibleName(name)
    return box


def _muted() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("look", "muted")
    return label


def _action_button(text: str, *, look: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setProperty("look", look)
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
