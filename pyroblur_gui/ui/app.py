"""The window's door: Qt's application, one loop for Qt and asyncio, and the preview's worker; then the window itself.

Import-light by design (a test asserts it): what is not needed to start the worker is loaded while the worker loads its
own part, which takes longer: ui/session.py and all that it brings.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import qasync  # type: ignore[import-untyped]
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from pyroblur_gui import __version__
from pyroblur_gui.core import log as logs
from pyroblur_gui.core.desktop import has_display
from pyroblur_gui.core.errors import SettingsError
from pyroblur_gui.core.interpreter import hold_constants
from pyroblur_gui.core.paths import HOME_VARIABLE, check_folders, translations
from pyroblur_gui.core.translation import Language, use_language
from pyroblur_gui.ui.display import refuse, told_if_qt_gives_up
from pyroblur_gui.ui.ending import Ending
from pyroblur_gui.ui.language import speak
from pyroblur_gui.ui.language import wanted as wanted_language
from pyroblur_gui.ui.opened_files import OpenedFiles
from pyroblur_gui.ui.preview_worker import launch_preview

if TYPE_CHECKING:
    from collections.abc import Sequence

# A thread that reads a data set may keep the window's own thread waiting for so long each time that Qt is called;
# with Python's 5 ms, a gallery that is dragged stood still for up to 0.1 s.
SWITCH_S = 0.0005


def main(arguments: Sequence[str] = ()) -> int:
    """arguments: files and folders to add, --home FOLDER. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="pyroblur-gui", description="Covers faces and licence plates.")
    parser.add_argument("files", nargs="*", type=Path, help="photos, videos and folders to add")
    parser.add_argument("--home", type=Path, help="keep everything of PyroBlur in this folder")
    wanted = parser.parse_args(list(arguments))
    if wanted.home is not None:
        os.environ[HOME_VARIABLE] = str(wanted.home.absolute())  # the workers inherit it
    use_language(wanted_language(Language.SYSTEM), translations())
    if not has_display(os.environ):
        refuse()
        return 1
    with told_if_qt_gives_up():
        application = make_application()
    speak(Language.SYSTEM)
    try:
        check_folders()
    except SettingsError as error:
        return _refuse(error)
    logs.set_up("window")
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    opened_files = OpenedFiles(application)  # before the loop turns: they may be among the first events
    with loop:
        return int(loop.run_until_complete(_run(application, [file.absolute() for file in wanted.files], opened_files)))


async def _run(application: QApplication, files: Sequence[Path], opened_files: OpenedFiles) -> int:
    ending = Ending()
    launched = await launch_preview()
    from pyroblur_gui.ui.session import Session, tell_of_mistakes

    session = Session(application, launched=launched, opened_files=opened_files)
    tell_of_mistakes(asyncio.get_running_loop(), session)
    ending.then(session.close_at_once)
    return await session.run(files)


def _refuse(error: SettingsError) -> int:
    """Says why there is no window, on stderr and, for who does not see that, in a dialog."""
    from pyroblur_gui.ui.dialogs.problem import CLOSE
    from pyroblur_gui.ui.dialogs.question import Question
    from pyroblur_gui.ui.i18n import failure_text, tr, translated

    if sys.stderr is not None:
        sys.stderr.write(tr("failed: {message}", message=failure_text(error)) + "\n")
    Question(
        translated(error.message),
        translated(error.hint),
        ((CLOSE, tr("C&lose")),),
        glyph="warning-circle",
        role="warning",
    ).exec()
    return 1


def make_application() -> QApplication:
    """The application with its names; high-DPI scaling is Qt's own, by exact factors."""
    hold_constants()
    sys.setswitchinterval(SWITCH_S)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("PyroBlur")
    application.setApplicationDisplayName("PyroBlur")
    application.setApplicationVersion(__version__)
    application.setQuitOnLastWindowClosed(False)
    QGuiApplication.setDesktopFileName("pyroblur")
    return application
