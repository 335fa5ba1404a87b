"""What tests of the window work with: the shown window, files held over it, waiting on its loop."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from pyroblur_gui.ui.main_window import MainWindow
from pyroblur_gui.ui.session import Session

Scenario = Callable[[Session], Awaitable[None]]
Play = Callable[[Scenario], None]


def shown(session: Session) -> MainWindow:
    assert session.window is not None
    return session.window


async def until(condition: Callable[[], bool], timeout_s: float = 120.0) -> None:
    """Waits on the loop until it holds and what the same turn of the loop has left to do is done."""
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout_s
    while not condition():
        assert loop.time() < end, "it did not happen in time"
        await asyncio.sleep(0.01)
    await asyncio.sleep(0)


class Drag:
    """Files that a desktop holds over the window, as the events that the platform would send to it."""

    def __init__(self, window: QWidget, urls: list[QUrl], *, at: QPointF | None = None) -> None:
        self.data = QMimeData()
        self.data.setUrls(urls)
        self._place = at or QPointF(window.width() / 2 - 200, window.height() / 2)
        self._target = window.windowHandle()

    def enter(self) -> bool:
        """Whether the window would take them."""
        event = QDragEnterEvent(self._place, *self._how())
        QApplication.sendEvent(self._target, event)
        move = QDragMoveEvent(self._place, *self._how())
        QApplication.sendEvent(self._target, move)
        return event.isAccepted()

    def leave(self) -> None:
        QApplication.sendEvent(self._target, QDragLeaveEvent())

    def drop(self) -> bool:
        event = QDropEvent(self._place, *self._how())
        QApplication.sendEvent(self._target, event)
        return event.isAccepted()

    def _how(self) -> tuple[Qt.DropAction, QMimeData, Qt.MouseButton, Qt.KeyboardModifier]:
        return (
            Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
            self.data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )


def local_urls(paths: list[Path]) -> list[QUrl]:
    return [QUrl.fromLocalFile(str(path)) for path in paths]
