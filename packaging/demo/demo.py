"""`make demo`: covers a real photograph and a clip with the installed program, and opens the window with both.

The clip is one of the lab's where the lab data lie beside the checkout, else one that is made here: a camera moves
over the photograph, with sound. DEMO_FILES="a.jpg b.mp4" covers files of your own instead.
"""

import os
import shlex
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from pyroblur_gui.core.desktop import has_display

REPOSITORY = Path(__file__).resolve().parents[2]
PHOTOGRAPH = Path(__file__).with_name("bus.jpg")
LAB_CLIP = REPOSITORY.parent / "shared" / "data" / "media" / "pedestrians_752x416.mp4"
OUTPUT = REPOSITORY / "demo-output"

WIDTH, HEIGHT, RATE, SECONDS = 720, 960, 30, 4
SOUND_RATE = 48_000


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
    _film(clip)
    return clip


def _film(target: Path) -> None:
    """A hand-held camera over the photograph: pan, zoom and a slight roll, with a tone."""
    photograph = cv2.imread(str(PHOTOGRAPH))
    with av.open(str(target), "w") as container:
        picture = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "18"})
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_RATE)
        for index in range(RATE * SECONDS):
            view = cv2.warpAffine(photograph, _camera(photograph, index), (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(view, format="bgr24")))
        container.mux(picture.encode())
        for frame in _tone():
            container.mux(sound.encode(frame))
        container.mux(sound.encode())


def _camera(photograph: "np.ndarray", index: int) -> "np.ndarray":
    phase = 2 * np.pi * index / (RATE * SECONDS)
    height, width = photograph.shape[:2]
    zoom = HEIGHT / height * (1.25 + 0.15 * np.sin(phase))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 1.5 * np.sin(2 * phase), zoom)
    matrix[:, 2] += (WIDTH - width) / 2, (HEIGHT - height) / 2
    matrix[:, 2] += 60 * np.sin(phase), 30 * np.cos(phase)
    return matrix


def _tone() -> "list[av.AudioFrame]":
    frames = []
    for start in range(0, SOUND_RATE * SECONDS, 1024):
        samples = 0.1 * np.sin(2 * np.pi * 440 * np.arange(start, start + 1024) / SOUND_RATE)
        frame = av.AudioFrame.from_ndarray(samples.astype(np.float32)[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
        frames.append(frame)
    return frames


if __name__ == "__main__":
    sys.exit(main())
