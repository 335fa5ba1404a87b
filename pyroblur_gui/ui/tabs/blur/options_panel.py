"""The right side: options made from BlurOptions, where results go, and the button that starts."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.core.settings import Settings
from pyroblur_gui.models.catalogue import ModelEntry
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.fields import plan_fields
from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled
from pyroblur_gui.ui.tabs.blur.actions import BlurActions
from pyroblur_gui.ui.tabs.blur.items import Summary
from pyroblur_gui.ui.tabs.blur.model_choice import ModelChoice
from pyroblur_gui.ui.tabs.blur.output import Output
from pyroblur_gui.ui.tabs.blur.wording import start_text
from pyroblur_gui.ui.widgets.class_list import ClassList
from pyroblur_gui.ui.widgets.form import Form
from pyroblur_gui.ui.widgets.upright_scroll import SCROLL_BAR, UprightScroll

WIDTH = 344
RIGHT = Space.L + 4  # right margin of all controls; the scroll bar lies within it
OUTPUT_FIELDS = ("output_folder", "name_pattern")


class OptionsPanel(QWidget):
    """Emits values, never controls. A value that is not valid is shown as such and changes nothing."""

    options_changed = Signal(BlurOptions)
    output_changed = Signal(Output)

    def __init__(self, actions: BlurActions, models: Sequence[ModelEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions = actions
        self._options = BlurOptions()
        self._defaults = BlurOptions()
        self._output = Output()
        self._is_all_done = False
        groups = (
            ("find", tr("What to find")),
            ("track", tr("Moving things")),
            ("cover", tr("How to cover")),
            ("write", tr("Result")),
            ("check", tr("Check")),
        )
        self.form = Form(
            plan_fields(BlurOptions), groups, classes=(FACE, LICENSE_PLATE), advanced_heading=tr("Advanced")
        )
        output_plans = [plan for plan in plan_fields(Settings) if plan.name in OUTPUT_FIELDS]
        self.output_form = Form(output_plans, (("output", tr("Save to")),))
        self._problem = QLabel()
        self._problem.setProperty("look", "danger")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self.reset_button = QToolButton()
        self.reset_button.setIcon(icons.icon("arrow-counter-clockwise"))
        self.reset_button.setToolTip(tr("Reset all options to their defaults"))
        self.reset_button.setAccessibleName(tr("Reset options"))
        self.reset_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.models = ModelChoice(self.form.control("model"), models, self)
        self.start_button = _action_button(look="primary")
        self.pause_button = _action_button()
        self.stop_button = _action_button()
        width = max(self.form.label_width(), self.output_form.label_width())
        self.form.align(width)
        self.output_form.align(width)
        _say(self.stop_button, tr("Stop"), tr("Stop all"))
        self.stop_button.setIcon(icons.icon("stop-fill"))
        self._build()
        self.form.changed.connect(self._form_changed)
        self.models.chosen.connect(lambda: self._form_changed("model"))
        self.output_form.changed.connect(lambda _: self._output_changed())
        self.reset_button.clicked.connect(self._reset)
        self.start_button.clicked.connect(self._start_or_show)
        self.pause_button.clicked.connect(self._pause_or_resume)
        self.stop_button.clicked.connect(actions.cancel_all.trigger)
        self.show_options(self._options)
        self.show_output(self._output)
        self.show_summary(Summary())

    # -- what is shown

    def show_options(self, options: BlurOptions) -> None:
        """Without telling that they changed."""
        self._options = options
        self.form.set_value(_values(options))
        self.models.remember(options.model)
        self._show_problem("")
        self.reset_button.setEnabled(options != self._defaults)

    def use_model(self, name: str, models: Sequence[ModelEntry]) -> None:
        """Chooses a model as the user would; `models` are those that there are now."""
        self.models.show_entries(models)
        self.form.control("model").set_value(name)
        self._form_changed("model")

    def show_output(self, output: Output) -> None:
        self._output = output
        self.output_form.set_value({"output_folder": output.folder, "name_pattern": output.pattern})

    def set_defaults(self, defaults: BlurOptions) -> None:
        """What Reset goes back to."""
        self._defaults = defaults
        self.reset_button.setEnabled(self._options != defaults)

    def thresholds_known(self, thresholds: Mapping[str, float]) -> None:
        classes = self.form.control("classes").widget
        if isinstance(classes, ClassList):
            classes.set_own(thresholds)

    def show_summary(self, summary: Summary) -> None:
        """Start, or pause and stop, or what was done: one of them is the thing to do next."""
        self._is_all_done = summary.finished > 0 and summary.ready == 0 and summary.under_way == 0
        text = tr("Show results in folder") if self._is_all_done else start_text(summary)
        _say(self.start_button, text, text)
        self.start_button.setEnabled(summary.ready > 0 or self._is_all_done)
        self.start_button.setVisible(summary.ready > 0 or summary.under_way == 0)
        is_resting = summary.under_way > 0 and not summary.is_busy
        _say(self.pause_button, *((tr("Resume"), tr("Resume all")) if is_resting else (tr("Pause"), tr("Pause all"))))
        _look(self.pause_button, "primary" if is_resting and summary.ready == 0 else "")
        glyph = ("play-fill", "on_accent" if summary.ready == 0 else "text") if is_resting else ("pause-fill", "text")
        self.pause_button.setIcon(icons.icon(*glyph))
        for button in (self.pause_button, self.stop_button):
            button.setVisible(summary.under_way > 0)

    # -- what the user does

    def _form_changed(self, field: str) -> None:
        if field == "model":
            self._model_changed()
        try:
            options = BlurOptions(**self.form.value())
        except ValidationError as error:
            fault = error.errors()[0]
            wrong = BlurOptions.model_fields.get(str(fault["loc"][0])) if fault["loc"] else None
            self._show_problem(tr("{field}: {reason}", field=wrong.title if wrong else "", reason=fault["msg"]))
            return
        self._show_problem("")
        self._options = options
        self.reset_button.setEnabled(options != self._defaults)
        self.options_changed.emit(options)

    def _model_changed(self) -> None:
        """Another model may find other classes: all of them are covered, until the user says otherwise."""
        model = str(self.form.control("model").value())
        self.models.remember(model)
        classes = self.models.classes(model)
        control = self.form.control("classes")
        if classes is not None and isinstance(control.widget, ClassList) and classes != control.widget.names():
            control.widget.set_names(classes)

    def _output_changed(self) -> None:
        values = self.output_form.value()
        try:
            settings = Settings.model_validate(values)
        except ValidationError as error:
            self._show_problem(translated(str(error.errors()[0]["msg"]).removeprefix("Value error, ")))
            return
        self._show_problem("")
        self._output = Output(settings.output_folder, settings.name_pattern)
        self.output_changed.emit(self._output)

    def _reset(self) -> None:
        self.show_options(self._defaults)
        self.options_changed.emit(self._defaults)

    def _start_or_show(self) -> None:
        """When there is nothing left to do, the same button leads to what was done."""
        (self._actions.show_results if self._is_all_done else self._actions.start).trigger()

    def _pause_or_resume(self) -> None:
        action = self._actions.pause_all if self._actions.pause_all.isEnabled() else self._actions.resume_all
        action.trigger()

    def _show_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    # -- how it is built

    def _build(self) -> None:
        title = QLabel(tr("Options"))
        title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, 0, Space.S, 0)
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self.reset_button)
        bar = QWidget()
        bar.setLayout(head)
        bar.setFixedHeight(BAR_HEIGHT)
        inside = QWidget()
        inside.setProperty("look", "panel")
        content = QVBoxLayout(inside)
        content.setContentsMargins(Space.L, Space.S, RIGHT - SCROLL_BAR, Space.L)
        content.setSpacing(Space.XL)
        content.addWidget(self.form)
        content.addStretch()
        scroll = UprightScroll(inside, tr("Options"), least=WIDTH)
        scroll.keep_bar()
        line = QFrame()
        line.setProperty("look", "line")
        foot = QVBoxLayout()
        foot.setContentsMargins(Space.L, Space.M, RIGHT, Space.L)
        foot.setSpacing(Space.M)
        foot.addWidget(self.output_form)
        foot.addWidget(self._problem)
        foot.addWidget(self.start_button)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.pause_button, 1)
        row.addWidget(self.stop_button, 1)
        foot.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(scroll, 1)
        column.addWidget(line)
        column.addLayout(foot)


def _action_button(*, look: str = "") -> QPushButton:
    button = QPushButton()
    button.setProperty("look", look)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _say(button: QPushButton, text: str, name: str) -> None:
    button.setText(text)
    button.setAccessibleName(name)


def _look(button: QPushButton, look: str) -> None:
    """Changes what a button looks like; a style sheet does not see that by itself."""
    if button.property("look") != look:
        button.setProperty("look", look)
        button.style().unpolish(button)
        button.style().polish(button)


def _values(options: BlurOptions) -> dict[str, object]:
    return {name: getattr(options, name) for name in BlurOptions.model_fields}
