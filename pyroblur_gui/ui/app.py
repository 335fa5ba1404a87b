"""Starts the window: Qt's application, one loop for Qt and asyncio, the look, the jobs; and ends all of it again.

Import-light by design (a test asserts it): no engine, no codec and no numpy in this process, so that the window is soon
on screen. What the preview's worker does not need to be started is loaded after that, while the worker loads its part.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qasync  # type: ignore[import-untyped]
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from pyroblur_gui import __version__
from pyroblur_gui.core import log as logs
from pyroblur_gui.core.desktop import has_display
from pyroblur_gui.core.errors import SettingsError
from pyroblur_gui.core.interpreter import hold_constants
from pyroblur_gui.core.paths import HOME_VARIABLE, check_folders, folders, translations
from pyroblur_gui.core.settings import Language, Settings, SettingsFile
from pyroblur_gui.core.translation import use_language
from pyroblur_gui.jobs.interactive import InteractiveLane
from pyroblur_gui.ui.display import refuse, told_if_qt_gives_up
from pyroblur_gui.ui.garbage import Collector
from pyroblur_gui.ui.i18n import failure_text, tr, translated
from pyroblur_gui.ui.language import speak
from pyroblur_gui.ui.language import wanted as wanted_language
from pyroblur_gui.ui.opened_files import OpenedFiles
from pyroblur_gui.ui.preview_worker import preview_lane
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.main_window import MainWindow
    from pyroblur_gui.ui.state import WindowState

log = logging.getLogger(__name__)

# A thread that reads a data set may keep the window's own thread waiting for so long each time that Qt is called;
# with Python's 5 ms, a gallery that is dragged stood still for up to 0.1 s.
SWITCH_S = 0.0005
SETTLE_S = 0.1


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
    session = Session(application)
    _tell_of_mistakes(loop, session)
    with loop:
        return int(loop.run_until_complete(session.run([file.absolute() for file in wanted.files])))


def _refuse(error: SettingsError) -> int:
    """Says why there is no window, on stderr and, for who does not see that, in a dialog."""
    from pyroblur_gui.ui.dialogs.problem import CLOSE
    from pyroblur_gui.ui.dialogs.question import Question

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


class Session:
    """One window from start to end. `window` is there once `open` was called."""

    def __init__(self, application: QApplication) -> None:
        self._theme = Theme(application)
        self._collector = Collector(application)
        self._closed = asyncio.Event()
        self._tasks = Tasks()
        self._opened_files = OpenedFiles(application)
        self.window: MainWindow | None = None
        self.client: JobClient | None = None
        self._lane: InteractiveLane | None = None

    async def warm_up(self) -> None:
        """Starts the preview's worker, which loads its libraries while `open` makes the window."""
        self._lane = preview_lane()
        await asyncio.sleep(0)  # the child is started in the loop's next turn

    def open(self) -> MainWindow:
        """Shows the window; its jobs are connected in the next turn of the loop, after the first painting."""
        from pyroblur_gui.ui.state import window_state_file

        self._lane = self._lane or preview_lane()
        settings_file = SettingsFile(folders().settings_file, Settings)
        state_file = window_state_file()
        settings, state = settings_file.load(), state_file.load()
        self._theme.use(settings.value.scheme)
        speak(settings.value.language)
        window = self._make(settings_file, state_file, settings.value, state.value)
        self._collector.start()
        window.show()
        window.say(translated(settings.message))
        return window

    def _make(
        self,
        settings_file: SettingsFile[Settings],
        state_file: SettingsFile[WindowState],
        settings: Settings,
        state: WindowState,
    ) -> MainWindow:
        from pyroblur_gui.ui.main_window import MainWindow

        window = self.window = MainWindow(
            settings=settings, settings_file=settings_file, state=state, state_file=state_file, theme=self._theme
        )
        self._theme.dress(window)
        window.closing.connect(self._closed.set)
        window.language_changed.connect(lambda: self._tasks.run(self.change_language()))
        return window

    async def change_language(self) -> None:
        """Makes the window anew in the language of its settings; jobs go on, and the list of files stays as it is."""
        from pyroblur_gui.ui.state import window_state_file

        before = self.window
        if before is None:
            return
        settings, state = before.remember()
        if not speak(settings.language):
            return
        waiting = [] if self.client is None else [job.id for job in self.client.queue.jobs() if job.state == "queued"]
        items, was_maximized = before.blur.items(), before.isMaximized()
        await before.disconnect_jobs()
        window = self._make(SettingsFile(folders().settings_file, Settings), window_state_file(), settings, state)
        if self.client is not None:
            window.blur.keep(items)
            window.connect_jobs(self.client)
            for number in waiting:  # a tab that begins lets what waits wait for the user; here nothing has ended
                self.client.queue.resume(number)
        window.showMaximized() if was_maximized else window.show()
        before.hide()
        await asyncio.sleep(SETTLE_S)  # what its tabs have cancelled ends while there are its widgets
        before.deleteLater()

    def connect_jobs(self) -> JobClient:
        """Opens the queue, whose modules are loaded only now that the window is on screen."""
        from pyroblur_gui.ui.job_client import JobClient

        if self.window is None or self._lane is None:
            message = "There is no window yet."
            raise RuntimeError(message)
        self.client = JobClient.open(
            lane=self._lane, on_problem=lambda text: self.window.say(text) if self.window is not None else None
        )
        self.window.connect_jobs(self.client)
        return self.client

    async def run(self, files: Sequence[Path]) -> int:
        """From the first painting until the user closes the window; no process is left afterwards."""
        _call_on_signals(self._close_at_once)
        await self.warm_up()
        window = self.open()
        await first_painting()
        self.connect_jobs()
        if files:
            window.add_files(files)
        if not self._opened_files.hand_to(self._add) and not files:
            window.welcome_if_new()
        await self._closed.wait()
        await self.close()
        return 0

    def _add(self, files: Sequence[Path]) -> None:
        if self.window is not None:
            self.window.add_files(files)

    def _close_at_once(self) -> None:
        if self.window is not None:
            self.window.close_at_once()
        else:
            self._closed.set()

    async def close(self) -> None:
        """Ends the jobs and the window."""
        await self._tasks.close()
        window, client = self.window, self.client
        self.window = self.client = None
        if window is not None:
            await window.disconnect_jobs()
        if client is not None:
            await client.close(keeps_training=window is not None and window.keeps_training)
        elif self._lane is not None:
            await self._lane.close()
        if window is not None:
            window.deleteLater()
            self._collector.stop()


async def first_painting() -> None:
    """Lets Qt show what it has before the next thing is begun."""
    painted = asyncio.Event()
    QTimer.singleShot(0, painted.set)
    await painted.wait()


def _call_on_signals(close: Callable[[], None]) -> None:
    """Ctrl-C in the terminal and a polite kill close the window as the stop button does: nothing is left running."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, close)
        except (NotImplementedError, RuntimeError, ValueError):  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(close))


def _tell_of_mistakes(loop: asyncio.AbstractEventLoop, session: Session) -> None:
    """What nobody caught goes to the log and into a dialog; the window stays."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        from pyroblur_gui.ui.dialogs.problem import ProblemDialog

        log.critical("an unforeseen error", exc_info=(kind, error, trace))
        ProblemDialog.show_for(error, session.window)

    def show_from_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            show(type(error), error, error.__traceback__)
        else:
            log.error("%s", context.get("message"))

    sys.excepthook = show
    loop.set_exception_handler(show_from_loop)
