"""The settings dialog: made from the settings model, and from the options whose defaults may be changed."""

from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.settings import Settings
from pyroblur_gui.runs import place
from pyroblur_gui.ui.fields import plan_fields
from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.state import differences, options_from, program_defaults
from pyroblur_gui.ui.widgets.form import Form

DEFAULT_FIELDS = ("engine", "device", "precision", "verify", "report")


class SettingsDialog(QDialog):
    """Emits the new settings when they are accepted; what is not valid keeps the dialog open and says why."""

    saved = Signal(Settings)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.form = Form(
            plan_fields(Settings),
            (("window", tr("Window")), ("output", tr("Results")), ("runs", tr("Runs")), ("help", tr("Help"))),
        )
        defaults = [
            replace(plan, group="defaults", is_advanced=False)
            for plan in plan_fields(BlurOptions)
            if plan.name in DEFAULT_FIELDS
        ]
        self.defaults_form = Form(defaults, (("defaults", tr("Defaults of the options")),))
        width = max(self.form.label_width(), self.defaults_form.label_width())
        self.form.align(width)
        self.defaults_form.align(width)
        self.tracking_note = QLabel()
        self.tracking_note.setProperty("look", "muted")
        self.tracking_note.setWordWrap(True)
        self._note_tracking()
        self._problem = QLabel()
        self._problem.setProperty("look", "danger")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._buttons = QDialogButtonBox()
        self._save = self._buttons.addButton(tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._save.setProperty("look", "primary")
        self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._reset = self._buttons.addButton(tr("Restore defaults"), QDialogButtonBox.ButtonRole.ResetRole)
        self._reset.setProperty("look", "quiet")
        for button in self._buttons.buttons():
            button.setAccessibleName(button.text())
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        self._reset.clicked.connect(lambda: self._show(Settings()))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.XL)
        column.addWidget(self.form)
        column.addWidget(self.tracking_note)
        column.addWidget(self.defaults_form)
        column.addWidget(self._problem)
        column.addStretch()
        column.addWidget(self._buttons)
        self.setMinimumWidth(520)
        self._show(settings)

    def _note_tracking(self) -> None:
        """Where the variable decides, the field is not what counts."""
        wins = bool(place.from_environment())
        self.tracking_note.setVisible(wins)
        if wins:
            text = tr(
                "MLFLOW_TRACKING_URI is set: runs are kept in {address}, whatever stands above.",
                address=place.here().title,
            )
            self.tracking_note.setText(text)

    def _show(self, settings: Settings) -> None:
        self.form.set_value({name: getattr(settings, name) for name in Settings.model_fields})
        options = options_from(settings.blur_defaults, program_defaults())
        self.defaults_form.set_value({name: getattr(options, name) for name in DEFAULT_FIELDS})

    def _accept(self) -> None:
        try:
            settings = self._read()
        except ValidationError as error:
            reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
            self._problem.setText(translated(reason))
            self._problem.show()
            return
        self.saved.emit(settings)
        self.accept()

    def _read(self) -> Settings:
        options = BlurOptions(**self.defaults_form.value())
        values: dict[str, Any] = self._settings.model_dump() | self.form.value()
        values["blur_defaults"] = differences(options, program_defaults())
        return Settings.model_validate(values)
