"""How soon the packaged program's window is painted, measured from outside.

    python tests/benchmarks/packaged_start.py PROGRAM [--runs 5]

PROGRAM: the folder that packaging/build.py made, or `checkout` for `python -m pyroblur_gui gui` of this one. Each run
is a fresh process with a fresh home on an X server without a screen (Xvfb); time counts from before the process is made
until the screen shows the window with its contents, looked at every 20 ms. The first run, which fills the system's
cache of files, does not count.
"""

# ruff: noqa: T201 - a script that prints its figures
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "ui"))

from packaged_screenshots import COLOURS_OF_A_WINDOW, WAIT_S, colours, grabbed, screen  # noqa: E402

LOOK_S = 0.02


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    wanted = parser.parse_args()
    command = [str(wanted.program.absolute() / "pyroblur-gui")]
    if str(wanted.program) == "checkout":
        command = [sys.executable, "-m", "pyroblur_gui", "gui"]
    runs = [start(command) for _ in range(wanted.runs + 1)][1:]
    for name, seconds in zip(("window painted", "its processor time"), zip(*runs, strict=True), strict=True):
        print(f"{name}: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s of {len(seconds)}")
    return 0


def start(command: list[str]) -> tuple[float, float]:
    """Until the window is painted; of that, processor time of the window's process: less depends on what else runs."""
    with screen() as display, tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": "/nowhere", "HOME": home, "PYROBLUR_HOME": f"{home}/pyroblur", "DISPLAY": display,
            "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        began = time.monotonic()
        with subprocess.Popen(command, env=environment, cwd=os.fspath(ROOT)) as window:
            while True:
                seen, took = grabbed(display), time.monotonic() - began  # counting its colours takes 0.05 s more
                if colours(seen) > COLOURS_OF_A_WINDOW:
                    break
                if window.poll() is not None or took > WAIT_S:
                    window.kill()
                    sys.exit("There is no window.")
                time.sleep(LOOK_S)
            spent = psutil.Process(window.pid).cpu_times()
            window.terminate()
        return took, spent.user + spent.system


if __name__ == "__main__":
    sys.exit(main())
