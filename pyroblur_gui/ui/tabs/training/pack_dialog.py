"""The training pack itself: in which state it is, where it comes from, and its removal."""

from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.pack.place import State, Status
from pyroblur_gui.pack.spec import Sources
from pyroblur_gui.ui.fields import plan_fields
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.training.pack_wording import state_text
from pyroblur_gui.ui.widgets.form import Form

WIDTH = 560


class PackDialog(QDialog):
    """saved: these sources from now on. check_wanted, remove_wanted: as the buttons say. Deleted when closed."""

    saved = Signal(Sources)
    check_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, status: Status, sources: Sources, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Training pack"))
        self._state = QLabel()
        self._state.setWordWrap(True)
        self._state.setMinimumWidth(WIDTH)
        self._state.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        heading = QLabel(tr("Where it comes from"))
        heading.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        about = QLabel(tr("Empty: where the packages are published. Used the next time that the pack is made, updated "
                          "or mended."))  # fmt: skip
        about.setWordWrap(True)
        about.setProperty("look", "muted")
        self.form = Form(plan_fields(Sources), (("sources", ""),))
        self.form.set_value(sources.model_dump())
        for name, words in self._usual().items():
            field = self.form.control(name).widget
            if isinstance(field, QLineEdit):
                field.setPlaceholderText(words)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setProperty("look", "danger")
        self._problem.hide()
        self.check_button = _button(tr("&Check its files"), self.check_wanted)
        self.remove_button = _button(tr("&Remove…"), self.remove_wanted)
        self.save_button = _button(tr("&Save"))
        self.save_button.setProperty("look", "primary")
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(self._accept)
        close = _button(tr("C&lose"))
        close.clicked.connect(self.reject)
        state_row = QHBoxLayout()
        state_row.setSpacing(Space.S)
        state_row.addWidget(self.check_button)
        state_row.addWidget(self.remove_button)
        state_row.addStretch()
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch()
        row.addWidget(self.save_button)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self._state)
        column.addLayout(state_row)
        column.addSpacing(Space.M)
        for widget in (heading, about, self.form, self._problem):
            column.addWidget(widget)
        column.addStretch()
        column.addLayout(row)
        self.show_status(status)

    @property
    def state(self) -> str:
        return self._state.text()

    @property
    def problem(self) -> str:
        return self._problem.text()

    def show_status(self, status: Status, remark: str = "") -> None:
        self._state.setText(remark or state_text(status))
        is_there = status.state in {State.READY, State.OUTDATED, State.BROKEN, State.UNFINISHED}
        self.check_button.setVisible(status.manifest is not None)
        self.check_button.setEnabled(True)
        self.remove_button.setVisible(is_there)
        self.remove_button.setEnabled(True)

    def show_busy(self, text: str) -> None:
        self._state.setText(text)
        self.check_button.setEnabled(False)
        self.remove_button.setEnabled(False)

    @staticmethod
    def _usual() -> dict[str, str]:
        """What is used where a field is empty."""
        return {
            "index": "pypi.org",
            "torch_index": "download.pytorch.org",
            "python": tr("The first that fits, else one is fetched"),
            "python_mirror": "github.com",
        }

    def _accept(self) -> None:
        values: dict[str, Any] = self.form.value()
        try:
            sources = Sources.model_validate(values)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            title = Sources.model_fields[str(fault["loc"][0])].title or ""
            reason = str(fault["msg"]).removeprefix("Value error, ")
            self._problem.setText(tr("{field}: {reason}", field=tr(title), reason=tr(reason)))
            self._problem.show()
            return
        self.saved.emit(sources)
        self.accept()


def _button(words: str, signal: object = None) -> QPushButton:
    button = QPushButton(words)
    button.setAccessibleName(words.replace("&", ""))
    button.setAutoDefault(False)
    if signal is not None:
        button.clicked.connect(signal)
    return button
