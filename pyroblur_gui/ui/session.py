"""One window from start to end: its look, its jobs, what the system hands over; and the end of all of it again."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.settings import Settings, SettingsFile
from pyroblur_gui.core.system import BEHIND_WINDOW_VARIABLE
from pyroblur_gui.ui.garbage import Collector
from pyroblur_gui.ui.i18n import translated
from pyroblur_gui.ui.language import speak
from pyroblur_gui.ui.main_window import MainWindow
from pyroblur_gui.ui.opened_files import OpenedFiles
from pyroblur_gui.ui.state import WindowState, window_state_file
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from PySide6.QtWidgets import QApplication

    from pyroblur_gui.jobs.interactive import InteractiveLane
    from pyroblur_gui.jobs.launch import Launched
    from pyroblur_gui.ui.job_client import JobClient

log = logging.getLogger(__name__)

SETTLE_S = 0.1


class Session:
    """One window from start to end. `window` is there once `open` was called."""

    def __init__(
        self,
        application: QApplication,
        *,
        launched: Launched | None = None,
        opened_files: OpenedFiles | None = None,
    ) -> None:
        """launched: the preview's worker, on its way. opened_files: what the system has handed over until now."""
        self._launched = launched
        self._theme = Theme(application)
        self._collector = Collector(application)
        self._closed = asyncio.Event()
        self._tasks = Tasks()
        self._opened_files = opened_files or OpenedFiles(application)
        self.window: MainWindow | None = None
        self.client: JobClient | None = None
        self._lane: InteractiveLane | None = None

    def open(self) -> MainWindow:
        """Shows the window; its jobs are connected in the next turn of the loop, after the first painting."""
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
        window = self.window = MainWindow(
            settings=settings, settings_file=settings_file, state=state, state_file=state_file, theme=self._theme
        )
        self._theme.dress(window)
        window.closing.connect(self._closed.set)
        window.language_changed.connect(lambda: self._tasks.run(self.change_language()))
        return window

    async def change_language(self) -> None:
        """Makes the window anew in the language of its settings; jobs go on, and the list of files stays as it is."""
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
        self._theme.undress(before)
        before.deleteLater()

    def connect_jobs(self) -> JobClient:
        """Opens the queue, whose modules are loaded only now that the window is on screen."""
        from pyroblur_gui.blurring.spec import PreviewSpec
        from pyroblur_gui.jobs.interactive import InteractiveLane

        if self.window is None:
            message = "There is no window yet."
            raise RuntimeError(message)
        os.environ[BEHIND_WINDOW_VARIABLE] = "1"
        self._lane = InteractiveLane(PreviewSpec(), launched=self._launched)
        self._lane.warm_up()
        self._launched = None
        from pyroblur_gui.ui.job_client import JobClient  # after what the worker waits for

        self.client = JobClient.open(
            lane=self._lane, on_problem=lambda text: self.window.say(text) if self.window is not None else None
        )
        self.window.connect_jobs(self.client)
        return self.client

    async def run(self, files: Sequence[Path]) -> int:
        """From the first painting until the user closes the window; no process is left afterwards."""
        if not self._closed.is_set():
            window = self.open()
            await first_painting()
            if not self._closed.is_set():
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

    def close_at_once(self) -> None:
        """Without asking, as `run` then ends."""
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
        if self._launched is not None:  # and nobody has taken it over
            from pyroblur_gui.jobs.process import WorkerProcess

            await WorkerProcess(launched=self._launched).close()
        if window is not None:
            self._theme.undress(window)
            window.deleteLater()
            self._collector.stop()


async def first_painting() -> None:
    """Lets Qt show what it has before the next thing is begun."""
    painted = asyncio.Event()
    QTimer.singleShot(0, painted.set)
    await painted.wait()


def tell_of_mistakes(loop: asyncio.AbstractEventLoop, session: Session) -> None:
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
