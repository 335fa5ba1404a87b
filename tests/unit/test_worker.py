"""The worker's door: how it ends when there are no more jobs."""

import subprocess
import sys

import pytest

PROGRAM = """
import atexit, sys, threading, time
from pyroblur_gui import worker
atexit.register(sys.stderr.write, "what registered for the end was called")
def work():
    time.sleep(0.5)
    sys.stderr.write("what was at work was waited for; ")
if {has_work}:
    threading.Thread(target=work).start()
sys.exit(worker.main(["pb-test-of-the-end-"]))
"""


@pytest.mark.parametrize("has_work", [False, True])
def test_end_of_input_ends_the_worker_in_order(tmp_path, has_work):
    command = [sys.executable, "-c", PROGRAM.format(has_work=has_work)]
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path
    )
    assert ended.returncode == 0
    assert "what registered for the end was called" in ended.stderr
    assert ("what was at work was waited for" in ended.stderr) == has_work
