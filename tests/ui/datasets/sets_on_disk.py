"""Data sets of real small files, as an import leaves them, made in no time."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from pyroblur_gui.datasets import layout, store, validate
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture, Provenance
from pyroblur_gui.datasets.sample import Origin, Split

SIZE = (320, 240)
FACE, PLATE = 0, 1
SPLITS = (Split.TRAIN, Split.TRAIN, Split.VAL, Split.TEST)


def face(left: float = 0.25, top: float = 0.25, *, side: float = 0.25, origin: Origin = Origin.LABELLED) -> Box:
    score = 0.8 if origin is Origin.SUGGESTED else None
    return Box(FACE, left, top, left + side, top + side, origin, score)


def usual_boxes(number: int) -> tuple[Box, ...]:
    """Of four pictures: one face, a face and a tiny plate, a suggestion, nothing."""
    tiny = Box(PLATE, 0.7, 0.7, 0.7 + 2 / SIZE[0], 0.75)
    return ((face(),), (face(), tiny), (face(origin=Origin.SUGGESTED),), ())[number % 4]


def make_set(
    name: str, count: int, *, boxes: Callable[[int], Sequence[Box]] = usual_boxes, damaged: Sequence[int] = ()
) -> Path:
    """damaged: numbers of pictures whose files are no pictures any more."""
    folder = store.folder_of(name)
    with Dataset.create(folder, name=name, classes=("face", "license_plate")) as dataset:
        source = dataset.add_provenance(Provenance("folder", "Holiday", "own"))
        dataset.add([_picture(folder, number, source, tuple(boxes(number)), damaged) for number in range(count)])
        layout.write_all(dataset)
        dataset.keep_problems(validate.problems_of(dataset))
    return folder


def truth(name: str, picture: int) -> tuple[Box, ...]:
    """What is kept on the disk of a picture's boxes."""
    with store.open_dataset(name) as dataset:
        return dataset.picture(picture).boxes


def label_file(name: str, picture: int) -> str:
    with store.open_dataset(name) as dataset:
        path = dataset.folder / layout.label_file(dataset.picture(picture))
    return path.read_text(encoding="utf-8")


def _picture(folder: Path, number: int, source: int, boxes: tuple[Box, ...], damaged: Sequence[int]) -> Picture:
    file = f"images/{number % 256:02x}/picture-{number}.jpg"
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", SIZE, (number * 7 % 256, number * 31 % 256, 128))
    draw = ImageDraw.Draw(image)
    draw.ellipse((80, 60, 160, 120), fill=(230, 190, 160))
    draw.text((4, 4), str(number), fill=(255, 255, 255))  # no two are the same
    image.save(path, quality=70)
    data = path.read_bytes() if number not in damaged else b"no picture"
    path.write_bytes(data)
    return Picture(
        id=0,
        file=file,
        name=f"beach/IMG_{number:05d}.jpg",
        source=source,
        width=SIZE[0],
        height=SIZE[1],
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        likeness=hashlib.sha256(str(number).encode()).digest(),
        split=SPLITS[number % 4],
        labelled=frozenset({FACE, PLATE}),
        boxes=boxes,
    )
