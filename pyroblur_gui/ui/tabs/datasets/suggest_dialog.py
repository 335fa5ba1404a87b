"""Asks which model is to suggest boxes where a source did not label a class, and says what becomes of them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.datasets.spec import SuggestSpec
from pyroblur_gui.models.catalogue import ModelEntry, entries
from pyroblur_gui.ui.fields import class_label, plan_fields
from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.inputs import ComboBox, DecimalBox

WIDTH = 500
MODEL_OWN = 0.0  # what the box holds when the model's own values are meant


class SuggestDialog(QDialog):
    """Emits what is wanted and closes. Deleted when closed."""

    wanted = Signal(SuggestSpec)

    def __init__(
        self,
        name: str,
        *,
        classes: Sequence[str] = (),
        models: Sequence[ModelEntry] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """classes: of the data set that some pictures are not labelled for, by our names; empty: not known."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Suggest boxes for “{name}”", name=name))
        self._name = name
        self._classes = tuple(classes)
        self._models = tuple(models) if models is not None else entries()
        self._plans = {plan.name: plan for plan in plan_fields(SuggestSpec)}
        self.model = ComboBox()
        for entry in self._models:
            self.model.addItem(translated(entry.title), entry.name)
        self.model.setCurrentIndex(max(0, self.model.findData(self._plans["model"].default)))
        self._about = QLabel()
        self._about.setWordWrap(True)
        self._about.setProperty("look", "muted")
        self.confidence = DecimalBox()
        self.confidence.setRange(MODEL_OWN, 100)
        self.confidence.setDecimals(0)
        self.confidence.setSingleStep(5)
        self.confidence.setSuffix(" %")
        self.confidence.setSpecialValueText(tr("The model's own"))
        buttons = QDialogButtonBox()
        self.suggest_button = buttons.addButton(tr("&Suggest boxes"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.suggest_button.setProperty("look", "primary")
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self._build(buttons)
        self.model.currentIndexChanged.connect(self._show_model)
        self._show_model()

    def _build(self, buttons: QDialogButtonBox) -> None:
        text = QLabel(
            tr(
                "Some sources label one class only. A model looks for the others in their pictures and draws what it "
                "finds as suggestions. They count as truth only after you accept them, one by one or all at once."
            )
        )
        text.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (("model", self.model), ("confidence", self.confidence))
        for line, (field, widget) in enumerate(rows):
            label = QLabel(self._plans[field].title)
            label.setBuddy(widget)
            widget.setAccessibleName(self._plans[field].title)
            widget.setAccessibleDescription(self._plans[field].help)
            widget.setToolTip(self._plans[field].help)
            grid.addWidget(label, 2 * line, 0)
            grid.addWidget(widget, 2 * line, 1)
        grid.addWidget(self._about, 1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.XL)
        column.addWidget(text)
        column.addLayout(grid)
        column.addStretch()
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)

    def _show_model(self) -> None:
        chosen = next((entry for entry in self._models if entry.name == self.model.currentData()), None)
        self.suggest_button.setEnabled(chosen is not None)
        self._about.setText(self._about_text(chosen))

    def _about_text(self, chosen: ModelEntry | None) -> str:
        if chosen is None:
            return tr("There is no model. Import one first.")
        names = ", ".join(class_label(each) for each in chosen.classes)
        lines = [translated(chosen.summary), tr("It knows: {classes}.", classes=names)]
        if self._classes and (blind := [each for each in self._classes if each not in chosen.classes]):
            unknown = ", ".join(class_label(each) for each in blind)
            lines.append(tr("It does not know: {classes}.", classes=unknown))
        return " ".join(lines)

    def _accept(self) -> None:
        percent = self.confidence.value()
        confidence = None if percent == MODEL_OWN else percent / 100
        self.wanted.emit(SuggestSpec(name=self._name, model=self.model.currentData(), confidence=confidence))
        self.accept()
