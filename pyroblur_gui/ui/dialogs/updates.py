"""What Help > Check for updates says: a newer version, none, or why nobody knows. It installs nothing."""

from collections.abc import Mapping

from pydantic import JsonValue
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from pyroblur_gui import __version__
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import tr, translated

OPEN, CLOSE = "open", "close"


def answer(found: Mapping[str, JsonValue], parent: QWidget) -> Question:
    """found: the result of the operation "updates"."""
    version, page = str(found["version"]), str(found["page"])
    if not found["is_newer"]:
        return Question(
            tr("PyroBlur is up to date"),
            tr("You have version {mine}; the newest one is {version}.", mine=__version__, version=version),
            ((CLOSE, tr("C&lose")),),
            glyph="check-circle",
            parent=parent,
        )
    question = Question(
        tr("There is a newer PyroBlur"),
        tr(
            "Version {version} is there; you have {mine}. Its page tells how to get it: {page}",
            version=version,
            mine=__version__,
            page=page,
        ),
        ((OPEN, tr("&Open the page")), (CLOSE, tr("&Not now"))),
        glyph="arrow-circle-up",
        parent=parent,
    )
    question.answered.connect(lambda choice: QDesktopServices.openUrl(QUrl(page)) if choice == OPEN else None)
    return question


def no_answer(error: PyroblurError, parent: QWidget) -> Question:
    return Question(
        tr("It could not be found out whether there is a newer version"),
        " ".join(translated(part) for part in (error.message, error.hint) if part),
        ((CLOSE, tr("C&lose")),),
        glyph="warning-circle",
        role="warning",
        parent=parent,
    )


def no_address(parent: QWidget) -> Question:
    return Question(
        tr("No address of updates is set"),
        tr(
            "PyroBlur asks nobody by itself. Give the address to ask under File, Settings, Address of updates, or look "
            "at the page where you got PyroBlur. You have version {mine}.",
            mine=__version__,
        ),
        ((CLOSE, tr("C&lose")),),
        glyph="info",
        parent=parent,
    )
