"""The window on Python 3.11, where Qt takes away references that it never gave."""

import subprocess
import sys

from pyroblur_gui.core.interpreter import hold_constants
from pyroblur_gui.jobs.launch import child_environment

PROGRAM = """
from pyroblur_gui.core.interpreter import hold_constants
hold_constants()
from PySide6.QtCore import QObject, Signal
class Emitter(QObject):
    told = Signal(int)
emitter = Emitter()
emitter.told.connect(lambda _: None)
for number in range(50_000):
    emitter.setObjectName("name")
    emitter.told.emit(number)
"""


def test_python_survives_many_calls_to_qt() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=child_environment(), capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_holding_them_twice_is_holding_them_once() -> None:
    hold_constants()
    before = sys.getrefcount(None)
    hold_constants()
    assert abs(sys.getrefcount(None) - before) < 1000
