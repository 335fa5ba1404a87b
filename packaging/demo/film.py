"""A clip made from a photograph of people in a street, with sound: python packaging/demo/film.py CLIP.mp4 [SECONDS]."""

import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

PHOTOGRAPH = Path(__file__).with_name("bus.jpg")
WIDTH, HEIGHT, RATE, SECONDS = 720, 960, 30, 4
SOUND_RATE = 48_000


def film(target: Path, seconds: int = SECONDS) -> None:
    """A hand-held camera over the photograph: pan, zoom and a slight roll, with a tone."""
    photograph = cv2.imread(str(PHOTOGRAPH))
    with av.open(str(target), "w") as container:
        picture = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "18"})
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_RATE)
        for index in range(RATE * seconds):
            view = cv2.warpAffine(photograph, _camera(photograph, index), (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(view, format="bgr24")))
        container.mux(picture.encode())
        for frame in _tone(seconds):
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


def _tone(seconds: int) -> "list[av.AudioFrame]":
    frames = []
    for start in range(0, SOUND_RATE * seconds, 1024):
        samples = 0.1 * np.sin(2 * np.pi * 440 * np.arange(start, start + 1024) / SOUND_RATE)
        frame = av.AudioFrame.from_ndarray(samples.astype(np.float32)[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
        frames.append(frame)
    return frames


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit(__doc__)
    film(Path(sys.argv[1]), *map(int, sys.argv[2:]))
