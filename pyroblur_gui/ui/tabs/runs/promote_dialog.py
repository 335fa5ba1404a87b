"""Asks what a model must reach, shows the record of the decision, lets the user edit it, and promotes."""

from collections.abc import Mapping, Sequence
from typing import Any

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

from pyroblur_gui.runs.spec import Alias, PromoteSpec
from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.inputs import ComboBox

SIZE = (760, 660)
USUAL_RULES = "leak_objects<=10%, latency_ms<=200"


class PromoteDialog(QDialog):
    """drafted: the record is to be filled in; wanted: it is to be done. Deleted when closed."""

    drafted = Signal(PromoteSpec)
    wanted = Signal(PromoteSpec)

    def __init__(self, models: Sequence[str], chosen: str, used: str, parent: QWidget | None = None) -> None:
        """chosen: the model to promote; empty: the newest that is not used. used: the model that is used now."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Promote a model"))
        self.setAccessibleName(tr("Promote a model"))
        self.resize(*SIZE)
        self.model, self.alternative, self.alias = ComboBox(), ComboBox(), ComboBox()
        self._fill_models(models, chosen, used)
        self.alias.addItem(tr("Production: used for blurring from now on"), Alias.PRODUCTION)
        self.alias.addItem(tr("Candidate: only marked"), Alias.CANDIDATE)
        self.rules = QLineEdit(USUAL_RULES)
        self.rules.setToolTip(tr("Such as map50_95>=0.5, recall>=90%, leak_objects<=5%, latency_ms<=50"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(tr("Only where it falls short and is wanted all the same"))
        form = QFormLayout()
        form.setSpacing(Space.S)
        for label, field in (
            (tr("&Model"), self.model),
            (tr("&Instead of"), self.alternative),
            (tr("&Goals and limits"), self.rules),
            (tr("&As"), self.alias),
            (tr("&Reason"), self.reason),
        ):
            field.setAccessibleName(label.replace("&", ""))
            form.addRow(label, field)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setAccessibleName(tr("What speaks against it"))
        self.record = QPlainTextEdit()
        self.record.setAccessibleName(tr("Decision record"))
        self.record.setPlaceholderText(tr("The record is filled in here. Edit it before you promote."))
        self.record.setTabChangesFocus(True)
        self.draft_button = self._button(tr("&Fill in the record"), "")
        self.promote_button = self._button(tr("&Promote"), "primary")
        self.cancel_button = self._button(tr("&Cancel"), "")
        self.promote_button.setEnabled(False)
        row = QHBoxLayout()
        row.addWidget(self.draft_button)
        row.addStretch()
        row.addWidget(self.cancel_button)
        row.addWidget(self.promote_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(form)
        column.addWidget(self.said)
        column.addWidget(self.record, 1)
        column.addLayout(row)
        self.draft_button.setDefault(True)
        self.draft_button.clicked.connect(lambda: self.drafted.emit(self.spec(is_draft=True)))
        self.promote_button.clicked.connect(lambda: self.wanted.emit(self.spec(is_draft=False)))
        self.cancel_button.clicked.connect(self.reject)
        self.model.currentTextChanged.connect(self._offer_alternatives)
        for field in (self.model, self.alternative):
            field.currentTextChanged.connect(self._outdate)
        self.rules.textEdited.connect(self._outdate)

    def spec(self, *, is_draft: bool) -> PromoteSpec:
        rules = tuple(each.strip() for each in self.rules.text().split(",") if each.strip())
        return PromoteSpec(
            model=self.model.currentText(),
            alias=self.alias.currentData(),
            rules=rules,
            alternatives=(self.alternative.currentText(),) if self.alternative.count() else (),
            record="" if is_draft else self.record.toPlainText(),
            reason=self.reason.text().strip(),
            is_draft=is_draft,
        )

    def show_busy(self, *, is_busy: bool) -> None:
        self.draft_button.setEnabled(not is_busy)
        self.promote_button.setEnabled(not is_busy and bool(self.record.toPlainText()))
        if is_busy:
            self._say(tr("Working…"), "muted")

    def show_draft(self, result: Mapping[str, Any]) -> None:
        self.record.setPlainText(str(result["record"]))
        shortfalls = [translated(str(each)) for each in result["shortfalls"]]
        if shortfalls:
            self._say(
                tr("It falls short: {what}. Give a reason, or change the goals.", what="; ".join(shortfalls)), "warning"
            )
        else:
            self._say(
                tr("It meets what is asked of it. Figures: {source}.", source=translated(str(result["source"]))),
                "success",
            )
        self.show_busy(is_busy=False)

    def fail(self, text: str) -> None:
        self.show_busy(is_busy=False)
        self._say(text, "danger")

    def _fill_models(self, models: Sequence[str], chosen: str, used: str) -> None:
        self._models, self._used = tuple(models), used
        others = [name for name in models if name != used]
        self.model.addItems(list(models))
        self.model.setCurrentText(chosen or (others[-1] if others else used))
        self._offer_alternatives()

    def _offer_alternatives(self) -> None:
        """Every other model: nothing is an alternative to itself."""
        wanted = self.alternative.currentText() or self._used
        others = [name for name in self._models if name != self.model.currentText()]
        self.alternative.clear()
        self.alternative.addItems(others)
        self.alternative.setCurrentText(next((name for name in (wanted, self._used) if name in others), ""))
        self.alternative.setEnabled(bool(others))

    def _outdate(self) -> None:
        self.promote_button.setEnabled(False)
        self._say(tr("Fill in the record again: what it says is of something else."), "muted")

    def _say(self, text: str, look: str) -> None:
        self.said.setText(text)
        self.said.setProperty("look", look)
        self.said.style().unpolish(self.said)
        self.said.style().polish(self.said)

    def _button(self, text: str, look: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text.replace("&", ""))
        button.setProperty("look", look)
        button.setAutoDefault(False)
        return button
