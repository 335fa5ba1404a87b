"""The access key of a source: typed once, kept in the system's keyring, never shown again."""

import asyncio
from collections.abc import Callable

from pydantic import SecretStr
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.sources.catalogue import SOURCES
from pyroblur_gui.net import keys
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tasks import Tasks

WIDTH = 480


class KeyField(QWidget):
    """Either a line to type the key into, or that there is one, with a button that forgets it.

    A keyring may ask its user for a password of its own, so it is spoken to in a thread. has_key_changed: whether
    there is a key now. failed: a sentence why the keyring could not be used.
    """

    has_key_changed = Signal(bool)
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = ""
        self._has_key = False
        self._asks_anew = False
        self._is_looking = False
        self._tasks = Tasks()
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setPlaceholderText(tr("Paste the key here"))
        self.keep_button = QPushButton(tr("&Keep key"))
        self._state = QLabel()
        self._state.setProperty("look", "muted")
        self.forget_button = QPushButton(tr("&Forget key"))
        for button in (self.keep_button, self.forget_button):
            button.setAccessibleName(button.text().replace("&", ""))
            button.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.edit, 1)
        row.addWidget(self.keep_button)
        row.addWidget(self._state, 1)
        row.addWidget(self.forget_button)
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(lambda _: self._typed())
        self.edit.returnPressed.connect(self.keep)
        self.keep_button.clicked.connect(self.keep)
        self.forget_button.clicked.connect(self.forget)
        self._show(has_key=False)

    @property
    def has_key(self) -> bool:
        return self._has_key

    @property
    def is_looking(self) -> bool:
        """True until the keyring has answered."""
        return self._is_looking

    @property
    def is_typed(self) -> bool:
        """True while a key was typed that is not kept yet."""
        return bool(self.edit.text().strip())

    def show_source(self, source: str, *, asks_anew: bool = False) -> None:
        """Asks the keyring about this source's key. asks_anew: for another key, whether there is one or not."""
        self._source = source
        self._asks_anew = asks_anew
        self.edit.clear()
        name = tr("Key for {source}", source=SOURCES[source].title)
        self.edit.setAccessibleName(name)
        self._show(has_key=False)
        self._is_looking = True
        self._tasks.run(self._look())

    def keep(self) -> None:
        if self.is_typed:
            key = SecretStr(self.edit.text().strip())
            self.edit.clear()
            self._tasks.run(self._change(lambda source: keys.keep_key(source, key)))

    def forget(self) -> None:
        self._tasks.run(self._change(keys.forget_key))

    def cancel(self) -> None:
        """Waits for the keyring no longer."""
        self._tasks.cancel()

    # -- how it is done

    async def _look(self) -> None:
        source = self._source
        has_key, can_keep = await asyncio.to_thread(lambda: (keys.has_key(source), keys.can_keep()))
        if source != self._source:
            return
        self._is_looking = False
        self._show(has_key=has_key and not self._asks_anew)
        variable = keys.variable_of(source)
        if keys.is_from_environment(source):
            text = tr("The variable {variable} gives the key.", variable=variable)
            self._state.setText(text)
            self.forget_button.hide()
            if self._asks_anew:
                self.edit.setEnabled(False)
                self.failed.emit(text)
        elif not can_keep:
            self.edit.setEnabled(False)
            self.failed.emit(
                tr(
                    "This system has no keyring to keep a key in. Set the variable {variable}, then start PyroBlur.",
                    variable=variable,
                )
            )

    async def _change(self, change: Callable[[str], object]) -> None:
        """Does something to the source's key, and shows what came of it."""
        try:
            await asyncio.to_thread(change, self._source)
        except PyroblurError as error:
            self.failed.emit(failure_text(error))
            return
        self._asks_anew = False
        await self._look()

    def _show(self, *, has_key: bool) -> None:
        self._has_key = has_key
        self.edit.setEnabled(True)
        self.edit.setVisible(not has_key)
        self.keep_button.setVisible(not has_key)
        self._state.setText(tr("A key is kept."))
        self._state.setVisible(has_key)
        self.forget_button.setVisible(has_key)
        self._typed()
        self.has_key_changed.emit(has_key)

    def _typed(self) -> None:
        self.keep_button.setEnabled(self.is_typed)


class KeyDialog(QDialog):
    """Asks for another key, after a source refused the one there was. kept: a key was put into the keyring."""

    kept = Signal()

    def __init__(self, source: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        facts = SOURCES[source]
        self.setWindowTitle(tr("Key for {source}", source=facts.title))
        text = QLabel(
            tr(
                "Your key is kept in your system's keyring and nowhere else, and it is not shown again. You find it in "
                "your account on {homepage}.",
                homepage=facts.homepage,
            )
        )
        self.note = QLabel()
        self.note.setProperty("look", "danger")
        for label in (text, self.note):
            label.setWordWrap(True)
            label.setMinimumWidth(WIDTH - 2 * Space.XL)
        self.note.hide()
        self.field = KeyField()
        self.field.keep_button.hide()
        buttons = QDialogButtonBox()
        self.go_on_button = buttons.addButton(tr("&Keep key and try again"), QDialogButtonBox.ButtonRole.ActionRole)
        self.go_on_button.setProperty("look", "primary")
        self.go_on_button.setEnabled(False)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        self.go_on_button.clicked.connect(self.field.keep)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(text)
        column.addWidget(self.field)
        column.addWidget(self.note)
        column.addStretch()
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)
        self.field.edit.textChanged.connect(lambda _: self.go_on_button.setEnabled(self.field.is_typed))
        self.field.has_key_changed.connect(self._kept)
        self.field.failed.connect(self._say)
        self.finished.connect(lambda _: self.field.cancel())
        self.field.show_source(source, asks_anew=True)

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.show()
        self.adjustSize()

    def _kept(self, has_key: bool) -> None:
        self.field.keep_button.hide()
        if has_key:
            self.kept.emit()
            self.accept()
