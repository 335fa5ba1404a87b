"""`make demo`: covers a real photograph and a clip with the installed program, and opens the window with both.

The clip is one of the lab's where the lab data lie beside the checkout, else one that is made here: a camera moves
over the photograph, with sound. DEMO_FILES="a.jpg b.mp4" covers files of your own instead.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from film import PHOTOGRAPH, film

from pyroblur_gui.core.desktop import has_display

REPOSITORY = Path(__file__).resolve().parents[2]
LAB_CLIP = REPOSITORY.parent / "shared" / "data" / "media" / "pedestrians_752x416.mp4"
OUTPUT = REPOSITORY / "demo-output"


def main() -> int:
    OUTPUT.mkdir(exist_ok=True)
    inputs = [Path(name) for name in shlex.split(os.environ.get("DEMO_FILES", ""))] or [PHOTOGRAPH, _clip()]
    program = [sys.executable, "-m", "pyroblur_gui"]
    done = subprocess.run([*program, "blur", *map(str, inputs), "-o", str(OUTPUT), "--report"], check=False)
    if done.returncode != 0:
        return done.returncode
    print(f"\nThe covered files and their reports are in {OUTPUT}")
    if has_display(os.environ):
        print("Opening the window with the same files. Close it to end the demo.")
        return subprocess.run([*program, "gui", *map(str, inputs)], check=False).returncode
    print("There is no display here, so the window stays closed. On a desktop: .venv/bin/pyroblur gui")
    return 0


def _clip() -> Path:
    if LAB_CLIP.is_file():
        return LAB_CLIP
    clip = OUTPUT / "walk.mp4"
    film(clip)
    return clip


if __name__ == "__main__":
    sys.exit(main())
