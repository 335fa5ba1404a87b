"""What is said where the window has no display to open on: one line of ours, instead of Qt's own words and an abort.

Qt ends the process itself when none of its platforms works (a display that nobody answers, a key that is refused, a
library that is missing): its last message is all that we see of it, https://doc.qt.io/qt-6/qtlogging.html#qFatal.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QMessageLogContext, QtMsgType, qInstallMessageHandler

from pyroblur_gui.core.desktop import complain, missing_library, without_library
from pyroblur_gui.core.translation import tr

_NO_ANSWER = "could not connect to display"
_PLUGIN_DOES_NOT_LOAD = "xcb-cursor"  # said of every failure of X11's plugin: it is the cause only without the other


def refuse() -> None:
    """Says in one line on stderr, in the language in use, that there is no display or none that answers."""
    complain(
        tr(
            "There is no display here that the window could open on. "
            "Start it on a desktop, or cover files without the window: pyroblur blur FILES"
        )
    )


def _library_that_lacks() -> str:
    """What Qt's plugin for X11 asks the system for and does not get: Qt names libxcb-cursor whatever it is."""
    plugin = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms", "libqxcb.so")
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return missing_library(error)
    return ""


@contextmanager
def told_if_qt_gives_up() -> Iterator[None]:
    """Around the making of the application: where Qt would abort, ours is said and the process ends with status 1.

    What Qt said before is shown only if it does not give up.
    """
    said: list[str] = []

    def listen(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind is not QtMsgType.QtFatalMsg:
            said.append(text)
            return
        words = "\n".join(said)
        lacks = _library_that_lacks() if _PLUGIN_DOES_NOT_LOAD in words and _NO_ANSWER not in words else ""
        if lacks:
            complain(without_library(lacks))
        else:
            refuse()
        os._exit(1)  # returning would abort; nothing was begun yet

    before = qInstallMessageHandler(listen)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
        if sys.stderr is not None:
            sys.stderr.writelines(f"{text}\n" for text in said)
