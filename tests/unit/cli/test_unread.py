"""A reader that stopped reading does not hold up a command that is to end."""

import os
import signal
import sys
import threading
import time

import pytest

from pyroblur_gui.cli import unread
from pyroblur_gui.cli.output import write_line

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot wait for a pipe")


@pytest.fixture(autouse=True)
def _not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread._Ending, "asked_at", None)
    monkeypatch.setattr(unread, "GRACE_S", 0.3)


def test_one_ctrl_c_ends_a_write_that_nobody_reads(capsys: pytest.CaptureFixture[str]) -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    reading, writing = os.pipe()
    begun = time.monotonic()
    try:
        with os.fdopen(writing, "w", encoding="utf-8") as stream, unread.noting_the_end():
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            write_line(stream, "x" * 1_000_000)
            write_line(stream, "what comes after it goes nowhere, at once")
        assert capsys.readouterr().err == "Nobody reads what this command prints: the rest of it is left out.\n"
        assert came == [signal.SIGINT], "it is handled as it would be without"
        assert 0.4 < time.monotonic() - begun < 5.0
    finally:
        os.close(reading)
        signal.signal(signal.SIGINT, before)


def test_a_slow_reader_gets_every_byte_also_after_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "GRACE_S", 60.0)
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    reading, writing = os.pipe()
    read: list[bytes] = []

    def read_late() -> None:
        time.sleep(0.5)
        with os.fdopen(reading, "rb") as stream:
            read.append(stream.read())

    reader = threading.Thread(target=read_late)
    reader.start()
    try:
        with os.fdopen(writing, "w", encoding="utf-8") as stream, unread.noting_the_end():
            os.kill(os.getpid(), signal.SIGINT)
            write_line(stream, "y" * 300_000)
            write_line(stream, "the last")
        reader.join(10.0)
        assert read == [b"y" * 300_000 + b"\nthe last\n"]
    finally:
        signal.signal(signal.SIGINT, before)
