"""How soon the window is on screen, and how soon the first start shows its first covered frame.

python tests/benchmarks/window_start.py [--runs 5] --clip FILE [--write docs/benchmarks.md]. Each run is a fresh process
with a fresh home; times count from before Python starts, whose compiled files are there as an installed package has
them. Under a screen server (xvfb-run) or with QT_QPA_PLATFORM=offscreen.
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

from figures import taken, write_section

PROGRAM = """
import asyncio, sys, time
begun = float(sys.argv[1])
def tell(what): print(f"{what} {time.time() - begun:.3f}", flush=True)
from pyroblur_gui.__main__ import prepare
prepare()
from pyroblur_gui.core.interpreter import hold_constants, hold_garbage
hold_constants()
hold_garbage()
import qasync
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from pyroblur_gui.ui.app import make_application
from pyroblur_gui.ui.preview_worker import launch_preview
class Painted(QObject):
    seen = False
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.seen:
            self.seen = True
            asyncio.get_event_loop().call_soon(tell, "on_screen")
        return False
application = make_application()
loop = qasync.QEventLoop(application)
asyncio.set_event_loop(loop)
async def main():
    launched = await launch_preview()
    from pyroblur_gui.ui.session import Session, first_painting
    tell("imported")
    session = Session(application, launched=launched)
    filter = Painted()
    window = session.open()
    application.installEventFilter(filter)  # now: Python would be called for each of the thousands of events before
    await first_painting()
    while not filter.seen:
        await asyncio.sleep(0.001)
    application.removeEventFilter(filter)
    session.connect_jobs()
    window.add_files([Path(sys.argv[2])])
    while not window.blur.preview.picture.is_comparing:
        await asyncio.sleep(0.005)
    tell("covered")
    window.close_at_once()
    await session.close()
with loop:
    loop.run_until_complete(main())
"""

NAMES = {
    "imported": "the window's modules are loaded",
    "on_screen": "the window is painted",
    "covered": "the first start's first covered frame is on show",
}
GOALS = {"on_screen": "under 1 s", "covered": "under 3 s"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--clip", type=Path, required=True)
    parser.add_argument("--write", type=Path, help="keep the figures in this file, too")
    wanted = parser.parse_args()
    figures: dict[str, list[float]] = {}
    for number in range(wanted.runs + 1):
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "PYROBLUR_HOME": home, "PYTHONPATH": str(Path(__file__).parents[2])}
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            command = [sys.executable, "-c", PROGRAM, str(time.time()), str(wanted.clip.resolve())]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
        for line in done.stdout.splitlines() if number else ():  # the first run compiles Python's files
            what, _, seconds = line.partition(" ")
            figures.setdefault(what, []).append(float(seconds))
    rows = []
    for what, seconds in figures.items():
        print(f"{what:10} median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s of {len(seconds)}")
        rows.append(
            f"| {NAMES[what]} | {statistics.median(seconds):.2f} | {max(seconds):.2f} | {GOALS.get(what, '')} |"
        )
    if wanted.write:
        head = [taken("tests/benchmarks/window_start.py"), f"{wanted.runs} fresh homes, the clip {wanted.clip.name}."]
        table = ["", "| from before Python starts to | median s | worst s | goal |", "|---|---|---|---|", *rows]
        write_section(wanted.write, "Start of the window", [*head, *table])
    return 0


if __name__ == "__main__":
    sys.exit(main())
