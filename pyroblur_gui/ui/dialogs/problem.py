"""Shown when something went wrong that nobody foresaw: what happened, that work goes on, and text for a report."""

import traceback
from typing import ClassVar

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.log import log_file
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import tr, translated

CLOSE, COPY = "close", "copy"


class ProblemDialog(Question):
    """One at a time: a mistake that repeats itself must not bury the window under dialogs."""

    _shown: ClassVar["ProblemDialog | None"] = None

    def __init__(self, error: BaseException, parent: QWidget | None) -> None:
        if isinstance(error, PyroblurError):
            heading, text = translated(error.message), translated(error.hint)
        else:
            heading = tr("Something went wrong that should not have")
            text = tr("PyroBlur goes on. If it happens again, please report it. The log is {file}.", file=log_file())
        super().__init__(
            heading,
            text,
            ((CLOSE, tr("C&lose")), (COPY, tr("&Copy details and close"))),
            glyph="warning-circle",
            role="warning",
            parent=parent,
        )
        self._trace = "".join(traceback.format_exception(error))
        self.answered.connect(self._ended)

    @classmethod
    def show_for(cls, error: BaseException, parent: QWidget | None) -> None:
        if cls._shown is None:
            cls._shown = cls(error, parent)
            cls._shown.open()

    def _ended(self, answer: str) -> None:
        ProblemDialog._shown = None
        if answer == COPY:
            QGuiApplication.clipboard().setText(self._trace)
