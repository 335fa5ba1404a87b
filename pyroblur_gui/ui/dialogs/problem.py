"""Shown when something went wrong that nobody foresaw: what happened, that work goes on, and text for a report."""

import traceback
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.log import log_file
from pyroblur_gui.ui.i18n import tr


class ProblemDialog(QMessageBox):
    """One at a time: a mistake that repeats itself must not bury the window under dialogs."""

    _shown: ClassVar["ProblemDialog | None"] = None

    def __init__(self, error: BaseException, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle("PyroBlur")
        if isinstance(error, PyroblurError):
            self.setText(error.message)
            self.setInformativeText(error.hint)
        else:
            self.setText(tr("Something went wrong that should not have."))
            self.setInformativeText(
                tr("PyroBlur goes on. If it happens again, please report it. The log is {file}.", file=log_file())
            )
        self._trace = "".join(traceback.format_exception(error))
        copy = self.addButton(tr("&Copy details"), QMessageBox.ButtonRole.ActionRole)
        close = self.addButton(tr("C&lose"), QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(close)
        for button in (copy, close):
            button.setAccessibleName(button.text().replace("&", ""))
        copy.clicked.disconnect()
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._trace))
        self.finished.connect(self._forget)

    @classmethod
    def show_for(cls, error: BaseException, parent: QWidget | None) -> None:
        if cls._shown is None:
            cls._shown = cls(error, parent)
            cls._shown.open()

    @classmethod
    def _forget(cls) -> None:
        cls._shown = None
