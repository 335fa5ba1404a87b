"""Files that the system hands to a running program: macOS does so for "Open with" and for the icon in the Dock.

Linux and Windows give them as arguments instead.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class OpenedFiles(QObject):
    """Keeps what comes before anybody takes it: at the start, the files come before the window is ready."""

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._kept: list[Path] = []
        self._take: Callable[[list[Path]], None] | None = None
        if sys.platform == "darwin":  # it sees every event, which costs the others
            application.installEventFilter(self)

    def hand_to(self, take: Callable[[list[Path]], None]) -> bool:
        """From now on; says whether there were any already."""
        self._take = take
        kept, self._kept = self._kept, []
        if kept:
            take(kept)
        return bool(kept)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QFileOpenEvent) or not event.file():
            return super().eventFilter(watched, event)
        if self._take is None:
            self._kept.append(Path(event.file()))
        else:
            self._take([Path(event.file())])
        return True
