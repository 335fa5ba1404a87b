"""Small data sets: pictures that look different from each other, in folders as people have them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from pyroblur_gui.datasets.dataset import Provenance
from pyroblur_gui.datasets.sample import Sample, SampleBox

Edges = tuple[float, float, float, float]
MIDDLE: Edges = (0.25, 0.25, 0.75, 0.75)
PROVENANCE = Provenance(source="folder", title="small", licence="Your own")


def picture(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Soft blots: no two seeds look alike."""
    blots = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
    return Image.fromarray(blots).resize(size, Image.Resampling.BICUBIC)


def write_picture(path: Path, seed: int, size: tuple[int, int] = (160, 120), **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture(seed, size).save(path, **options)
    return path


def samples(folder: Path, count: int, *, label: str = "face", first: int = 0) -> list[Sample]:
    """One box in the middle of each picture."""
    return [
        Sample(
            write_picture(folder / f"{seed}.jpg", seed),
            f"{seed}.jpg",
            (SampleBox(label, *MIDDLE),),
            labels=frozenset({label}),
        )
        for seed in range(first, first + count)
    ]


def yolo_folder(folder: Path, count: int, *, names: Sequence[str] = ("face", "license_plate"), first: int = 0) -> Path:
    """images/, labels/ and data.yaml; the classes take turns, and every fifth picture shows nothing."""
    for seed in range(first, first + count):
        write_picture(folder / "images" / f"{seed:04}.jpg", seed)
        label = folder / "labels" / f"{seed:04}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text("" if seed % 5 == 4 else f"{seed % len(names)} 0.5 0.5 0.5 0.5\n")
    lines = "".join(f"  {number}: {name}\n" for number, name in enumerate(names))
    (folder / "data.yaml").write_text(f"train: images\nval: images\nnames:\n{lines}")
    return folder
