"""Qt's objects are only ever destroyed on the window's thread."""

import asyncio
import gc
import threading

from PySide6.QtCore import QObject

from pyroblur_gui.ui.session import Session
from tests.ui.desk import Play


class Cycle(QObject):
    """Only the collector can end it."""

    def __init__(self, ended_on: list[str]) -> None:
        super().__init__()
        self.itself = self
        self.destroyed.connect(lambda: ended_on.append(threading.current_thread().name))


def test_a_thread_that_allocates_a_lot_collects_no_widget(on_screen: Play) -> None:
    ended_on: list[str] = []

    def allocate() -> int:
        return sum(len([[] for _ in range(1000)]) for _ in range(300))

    async def play(session: Session) -> None:
        for _ in range(20):
            Cycle(ended_on)
        await asyncio.to_thread(allocate)
        assert ended_on == []
        gc.collect()
        assert ended_on == [threading.main_thread().name] * 20

    gc.enable()  # as in the program; it rests in the other tests of the window
    on_screen(play)
    assert gc.isenabled()
