"""The program as it is started: it opens, it takes a polite end, and it leaves nothing running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pyroblur_gui.jobs.process import _environment

WAIT_S = 60.0


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT], ids=["terminate", "ctrl-c"])
def test_the_window_opens_and_ends_with_its_workers(photos: list[Path], end: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pyroblur_gui", "gui", str(photos[0])]
    environment = _environment() | {"PYROBLUR_HOME": str(tmp_path / "home")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as window:
        process = psutil.Process(window.pid)
        limit = time.monotonic() + WAIT_S
        while not process.children() and time.monotonic() < limit:
            time.sleep(0.05)
        workers = process.children(recursive=True)
        window.send_signal(end)
        said = window.communicate(timeout=WAIT_S)[0].decode()
    assert workers
    assert window.returncode == 0, said
    assert "Traceback" not in said
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
    assert (tmp_path / "home" / "settings" / "window.json").is_file()
