"""The shown window on qasync's loop, with its real queue and lane, and a check that nothing of it is left."""

import asyncio
import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
import qasync
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from pyroblur_gui.core.interpreter import hold_constants
from pyroblur_gui.ui import main_window
from pyroblur_gui.ui.main_window import MainWindow
from pyroblur_gui.ui.session import Session
from tests.ui.desk import Scenario

hold_constants()

SCENARIO_S = 240.0
PATIENT_S = 900.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What Qt's platform without a screen says of itself is no fault of the window."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture(autouse=True)
def _collected_here() -> Iterator[None]:
    """No thread of a test (one that waits for a child, say) destroys a widget of an earlier one: what that can end in
    is a segmentation fault in the event loop. The collector rests during a test and runs after it, on this thread.
    """
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def _nothing_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tabs are built when they are shown: building them ahead would cost each test of two seconds half another one."""
    monkeypatch.setattr(main_window, "SETTLE_S", 3600.0)


@pytest.fixture
def on_screen(qapp: QApplication) -> Iterator[Callable[[Scenario], None]]:
    """Runs a scenario with an open session: window shown, jobs connected. Closes it and looks for what is left."""
    yield from _playing(qapp, SCENARIO_S)


@pytest.fixture
def on_screen_patiently(qapp: QApplication) -> Iterator[Callable[[Scenario], None]]:
    """As on_screen, for scenarios in which something is trained for a while."""
    yield from _playing(qapp, PATIENT_S)


def _playing(qapp: QApplication, limit_s: float) -> Iterator[Callable[[Scenario], None]]:
    threads = set(threading.enumerate())
    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    mistakes: list[str] = []
    loop.set_exception_handler(lambda _loop, context: mistakes.append(str(context)))

    async def play(scenario: Scenario) -> None:
        session = Session(qapp)
        session.open()
        session.connect_jobs()
        try:
            await scenario(session)
        finally:
            await session.close()

    yield lambda scenario: loop.run_until_complete(asyncio.wait_for(play(scenario), limit_s))
    loop.close()
    asyncio.set_event_loop(None)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not mistakes
    left = [thread for thread in threading.enumerate() if thread not in threads]
    # Threads of Qt's, which end with the loop and of which Python keeps a note when one asked who it is.
    assert [thread.name for thread in left if not isinstance(thread, threading._DummyThread)] == []
    assert [each for each in qapp.topLevelWidgets() if isinstance(each, MainWindow)] == []


@pytest.fixture
def photos(pictures: dict[str, Path], tmp_path: Path) -> list[Path]:
    """Two real photos in a folder of the test's own."""
    folder = tmp_path / "in"
    folder.mkdir()
    paths = []
    for name, picture in pictures.items():
        path = folder / f"{name}.jpg"
        path.write_bytes(picture.read_bytes())
        paths.append(path)
    return paths
