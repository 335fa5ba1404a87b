"""Tells the user that something long has ended while another window is in front: on the desktop and in the task bar."""

import asyncio

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QSystemTrayIcon

from pyroblur_gui.core import desktop
from pyroblur_gui.ui.tasks import Tasks

SHOWN_MS = 10_000


class Notifier:
    """Call it on the window's loop; close it with the window."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._tasks = Tasks()
        self._tray: QSystemTrayIcon | None = None

    def tell(self, text: str) -> None:
        """Nothing where the window is in front: what it says itself is seen there."""
        if not self._window.isActiveWindow():
            QApplication.alert(self._window)
            self._tasks.run(self._notify(text))

    async def close(self) -> None:
        await self._tasks.close()

    async def _notify(self, text: str) -> None:
        """By the desktop's own way; else by an icon beside the clock, which stays for as long as it is shown."""
        title = self._window.windowTitle()
        if await asyncio.to_thread(desktop.notify, title, text) or not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self._window)
        self._tray.show()
        self._tray.showMessage(title, text, self._window.windowIcon(), SHOWN_MS)
        QTimer.singleShot(SHOWN_MS, self._tray.hide)
