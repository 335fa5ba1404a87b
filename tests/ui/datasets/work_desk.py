"""A window with only the list of work in it, on its own loop, with the real queue and workers behind."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from pyroblur_gui.blurring.spec import PreviewSpec
from pyroblur_gui.jobs.interactive import InteractiveLane
from pyroblur_gui.ui.garbage import Collector
from pyroblur_gui.ui.job_client import JobClient
from pyroblur_gui.ui.tabs.datasets.work_panel import WorkPanel
from pyroblur_gui.ui.tabs.datasets.work_row import WorkRow

SCENARIO_S = 240.0


class Desk:
    """What a scenario works with. finished: what the list told of jobs that ended well."""

    def __init__(self, client: JobClient) -> None:
        self.client = client
        self.window = QWidget()
        self.work = WorkPanel(client)
        self.finished: list[tuple[str, str, dict[str, object]]] = []
        self.work.finished.connect(lambda *told: self.finished.append(told))
        column = QVBoxLayout(self.window)
        column.addWidget(self.work)
        column.addStretch()
        self.window.resize(900, 600)
        self.window.show()

    @property
    def row(self) -> WorkRow:
        """The only line there is."""
        (row,) = self.work.rows()
        return row

    async def close(self) -> None:
        await self.work.close_jobs()
        await self.client.close()
        self.window.deleteLater()


def perform(application: QApplication, scenario: Callable[[Desk], Awaitable[None]]) -> None:
    """Runs a scenario from opening the window to closing it; nothing of it may be left."""
    threads = set(threading.enumerate())
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    mistakes: list[str] = []
    loop.set_exception_handler(lambda _loop, context: mistakes.append(str(context)))
    collector = Collector(application)
    collector.start()

    async def play() -> None:
        desk = Desk(JobClient.open(lane=InteractiveLane(PreviewSpec()), on_problem=mistakes.append))
        try:
            await scenario(desk)
        finally:
            await desk.close()

    try:
        loop.run_until_complete(asyncio.wait_for(play(), SCENARIO_S))
    finally:
        collector.stop()
        loop.close()
        asyncio.set_event_loop(None)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not mistakes, mistakes
    for thread in set(threading.enumerate()) - set(threads):
        thread.join(10.0)  # the server's, while it finds out that nobody reads its answer any more
    left = [thread.name for thread in threading.enumerate() if thread not in threads]
    assert left == [], left


def press(button: QWidget) -> None:
    """With the mouse, as a user does: nothing happens to a button that cannot be seen or used."""
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def write(edit: QWidget, text: str) -> None:
    """Over what stands there, key by key."""
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(edit, text)
