"""Importing and checking many pictures, beside reading and decoding each of them once.

    python tests/benchmarks/dataset_intake.py FOLDER [--count 10000] [--rounds 3]

FOLDER: real photos, of which crops with noise are encoded at several qualities into a temporary YOLO folder of 1 MP
pictures. The contestants take turns; each runs in a process of its own, which has just started, and is given the
files once beforehand, so that the disk's cache is equally warm for all. Told are seconds, the ratio of each round and
its median, the processor time of all threads, and the most memory (resident) that the import had.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np

SIZE = (1155, 866)  # 1.0 MP
QUALITIES = (70, 80, 90, 95)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--run", choices=("decode", "decode2", "import"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.run:
        _run(chosen.run, chosen.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        size = _make(sorted(chosen.folder.rglob("*.jpg")), work / "set", chosen.count)
        _tell(f"{chosen.count} pictures of {SIZE[0]} x {SIZE[1]}, {size / chosen.count / 1e3:.0f} kB each")
        seconds: dict[str, list[float]] = {}
        for number in range(chosen.rounds):
            for name in ("decode", "decode2", "import"):
                wall, cpu, memory = _timed(name, work)
                seconds.setdefault(name, []).append(wall)
                _tell(f"round {number + 1}: {name:8} {wall:7.2f} s  {cpu:7.2f} s of processors  {memory:5.0f} MB")
        for name, what in (("decode", "one loop"), ("decode2", "two threads")):
            ratios = [ours / theirs for ours, theirs in zip(seconds["import"], seconds[name], strict=True)]
            _tell(
                f"import and check / reading and decoding in {what}: median {statistics.median(ratios):.2f}, "
                f"rounds {', '.join(f'{each:.2f}' for each in ratios)}"
            )


def _make(photos: list[Path], folder: Path, count: int) -> int:
    """Crops with noise: no two pictures are equal, and they are as hard to decode as photos. Their bytes."""
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    rng = np.random.default_rng(0)
    noise = np.repeat(rng.normal(0, 5, (SIZE[1] + 64, SIZE[0] + 64, 1)), 3, axis=2).astype(np.int16)
    total = 0
    for number, photo in enumerate(islice(cycle(photos), count)):
        pixels = cv2.imread(str(photo))
        height, width = pixels.shape[:2]
        left, top = (int(rng.integers(0, max(1, side // 3))) for side in (width, height))
        crop = cv2.resize(pixels[top : top + height * 2 // 3, left : left + width * 2 // 3], SIZE)
        across, down = rng.integers(0, 64, 2)
        noisy = cv2.add(crop, noise[down : down + SIZE[1], across : across + SIZE[0]], dtype=cv2.CV_8U)
        data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, QUALITIES[number % 4]])[1].tobytes()
        (folder / "images" / f"{number:06}.jpg").write_bytes(data)
        (folder / "labels" / f"{number:06}.txt").write_text(f"{number % 2} 0.4 0.4 0.1 0.2\n0 0.7 0.6 0.05 0.06\n")
        total += len(data)
    (folder / "data.yaml").write_text("train: images\nval: images\nnames: [face, license_plate]\n")
    return total


def _timed(name: str, work: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processors, and MB at most."""
    with tempfile.TemporaryDirectory(dir=work) as home:
        command = [sys.executable, __file__, str(work / "set"), "--run", name]
        done = subprocess.run(
            command, env=os.environ | {"PYROBLUR_HOME": home}, capture_output=True, text=True, check=True
        )
        wall, cpu, memory = done.stdout.split()[-3:]
        return float(wall), float(cpu), float(memory)


def _run(name: str, folder: Path) -> None:
    began = time.monotonic()
    if name == "import":
        _import(folder)
    elif name == "decode":
        for path in _pictures(folder):
            _decode(path)
    else:
        with ThreadPoolExecutor(2) as pool:
            for _ in pool.map(_decode, _pictures(folder)):
                pass
    wall, cpu = time.monotonic() - began, time.process_time()
    _tell(f"{wall} {cpu} {_most_memory_mb()}")


def _most_memory_mb() -> float:
    """Since this program was loaded; what the system tells otherwise begins with the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1e3


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _pictures(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / "images").iterdir())


def _decode(path: Path) -> None:
    if cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR) is None:
        raise ValueError(path)


def _import(folder: Path) -> None:
    from pyroblur_gui.datasets.spec import CheckSpec, ImportSpec
    from pyroblur_gui.operations import dataset_check, dataset_import

    dataset_import.run(ImportSpec(paths=(folder,), name="benchmark"), _Deaf())  # type: ignore[arg-type]
    dataset_check.run(CheckSpec(name="benchmark"), _Deaf())  # type: ignore[arg-type]


class _Deaf:
    """A context that nobody listens to."""

    def emit(self, _event: object) -> None:
        return

    def check_cancelled(self) -> None:
        return


if __name__ == "__main__":
    main()
