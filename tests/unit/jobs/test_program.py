"""Another program is heard to its end, and ended with all that it started."""

import sys

import psutil
import pytest

from pyroblur_gui.core.errors import JobCancelledError, PackError
from pyroblur_gui.jobs.program import run_program

CHILD = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "


def run(code: str, *, look=lambda: None, limit_s: float | None = None):
    return run_program([sys.executable, "-c", code], environment={"PYTHONPATH": None}, look=look, limit_s=limit_s)


def test_what_it_prints_and_how_it_ends_are_told() -> None:
    ended = run("import os, sys; print(os.environ.get('PYTHONPATH')); sys.stderr.write('no\\n'); sys.exit(3)")
    assert (ended.status, ended.out, ended.err) == (3, "None\n", "no\n")


def test_one_that_takes_too_long_is_an_error_and_not_a_success() -> None:
    with pytest.raises(PackError, match="did not end"):
        run("import time; time.sleep(60)", limit_s=0.3)


def test_a_cancel_ends_it_with_what_it_started() -> None:
    def look() -> None:
        if len(psutil.Process().children(recursive=True)) > 1:
            raise JobCancelledError

    with pytest.raises(JobCancelledError):
        run(CHILD + "time.sleep(60)", look=look)
    assert not psutil.Process().children(recursive=True)


def test_one_that_is_not_there_is_told() -> None:
    with pytest.raises(PackError, match="could not be started"):
        run_program(["/nowhere/uv"], environment={}, look=lambda: None)
