"""Adds small and crowded faces to the training pictures of prepare.py: mosaics of shrunken pictures, and crowds.

    python packaging/starter/compose.py DATA_DIR [--crowds N] [--bare SHARE]

The same pictures and seed give the same mosaics and crowds. Both are stored small, as pictures of crowds are. Six
faces in ten are from a set of people who mostly wear masks; --bare makes the mosaics show bare faces as often as asked.
"""

import argparse
import json
import math
import random
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from crowds import Head, crowd, heads_of
from prepare import FACE, Sample, read_boxes, write_boxes

MOSAICS = {2: 200, 3: 350, 4: 150}  # pictures a side -> number of mosaics
MOSAIC_PX = 448
CROWDS = 900
SEED = 7
MASKED = "maskdet853"
NEAR = 0.08  # of the longer side: the height of a face
WITHOUT_HEADS = ("kaggle", "indonesia", "mosaic", "crowd")


def mosaic(pictures: list[Sample], name: str) -> Sample:
    """As many pictures, a square number, shrunk into one square: small faces, many of them."""
    side = math.isqrt(len(pictures))
    canvas = np.full((MOSAIC_PX, MOSAIC_PX, 3), 114, np.uint8)
    cell, boxes = MOSAIC_PX / side, []
    for index, sample in enumerate(pictures):
        left, top = round(index % side * cell), round(index // side * cell)
        right, bottom = round((index % side + 1) * cell), round((index // side + 1) * cell)
        height, width = sample.image.shape[:2]
        scale = max((right - left) / width, (bottom - top) / height)  # fill the cell, cut what sticks out
        resized = cv2.resize(sample.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        x0, y0 = (resized.shape[1] - (right - left)) // 2, (resized.shape[0] - (bottom - top)) // 2
        x0, y0 = max(0, x0), max(0, y0)
        crop = resized[y0 : y0 + bottom - top, x0 : x0 + right - left]
        canvas[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
        for label, *corners in sample.boxes:
            box = np.array(corners) * scale + (left - x0, top - y0, left - x0, top - y0)
            clipped = np.clip(box, (left, top, left, top), (right, bottom, right, bottom))
            whole, kept = np.prod(box[2:] - box[:2]), np.prod(np.clip(clipped[2:] - clipped[:2], 0, None))
            if kept > 0.4 * whole and min(clipped[2:] - clipped[:2]) >= 4:
                boxes.append([label, *clipped])
    return Sample(name=name, image=canvas, boxes=np.array(boxes, np.float32).reshape(-1, 5))


def labelled(data: Path) -> list[Sample]:
    """The real training pictures with their boxes."""
    found = []
    for path in sorted((data / "images" / "train").iterdir()):
        if path.name.startswith(("mosaic", "crowd")):
            continue
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        height, width = image.shape[:2]
        boxes = read_boxes(data / "labels" / "train" / f"{path.stem}.txt", width=width, height=height)
        found.append(Sample(name=path.stem, image=image, boxes=boxes))
    return found


def is_ground(sample: Sample) -> bool:
    """Whether people may be set into it: nobody in it is so near that they would stand on a face."""
    faces = sample.boxes[sample.boxes[:, 0] == FACE]
    near = NEAR * max(sample.image.shape[:2])
    return not len(faces) or float((faces[:, 4] - faces[:, 2]).max()) < near


def composed(
    pictures: list[Sample], rng: random.Random, *, crowds: int, bare_share: float | None
) -> list[Callable[[], Sample]]:
    with_heads = [each for each in pictures if not each.name.startswith(WITHOUT_HEADS)]
    with_faces = [each for each in with_heads if (each.boxes[:, 0] == FACE).any()]
    heads = [(each.name, head) for each in with_faces for head in heads_of(each.image, each.boxes)]
    masked: list[Head] = [head for name, head in heads if name.startswith(MASKED)]
    bare: list[Head] = [head for name, head in heads if not name.startswith(MASKED)]
    weights = _weights(with_faces, bare_share)
    grounds = [each for each in pictures if is_ground(each)]
    print(f"{len(bare)} bare and {len(masked)} mostly masked heads, {len(grounds)} grounds")

    def one_crowd(name: str) -> Sample:
        ground = rng.choice(grounds)
        image, boxes = crowd(ground.image, ground.boxes, (bare, masked), rng)
        return Sample(name=name, image=image, boxes=boxes)

    def one_mosaic(name: str, side: int) -> Sample:
        return mosaic(rng.choices(with_faces, weights, k=side * side), name)

    mosaics = [(side, index) for side, count in MOSAICS.items() for index in range(count)]
    return [
        *(lambda s=side, i=index: one_mosaic(f"mosaic{s}__{i:04d}", s) for side, index in mosaics),
        *(lambda i=index: one_crowd(f"crowd__{i:04d}") for index in range(crowds)),
    ]


def _weights(pictures: list[Sample], bare_share: float | None) -> list[float] | None:
    """How often each picture is taken, so that `bare_share` of all are none of the masked set's; None: all alike."""
    if bare_share is None:
        return None
    masked = [each.name.startswith(MASKED) for each in pictures]
    of_masked, of_bare = (1 - bare_share) / sum(masked), bare_share / (len(masked) - sum(masked))
    return [of_masked if each else of_bare for each in masked]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--crowds", type=int, default=CROWDS, help="pictures of people set into streets")
    parser.add_argument(
        "--bare", type=float, metavar="SHARE", help="0 to 1, of the mosaics' pictures; else as they come"
    )
    wanted = parser.parse_args()
    data, faces = wanted.data, 0
    makers = composed(labelled(data), random.Random(SEED), crowds=wanted.crowds, bare_share=wanted.bare)
    for make in makers:
        sample = make()
        height, width = sample.image.shape[:2]
        path = data / "images" / "train" / f"{sample.name}.jpg"
        cv2.imwrite(str(path), sample.image, [cv2.IMWRITE_JPEG_QUALITY, 92])
        write_boxes(data / "labels" / "train" / f"{sample.name}.txt", sample.boxes, width=width, height=height)
        faces += int((sample.boxes[:, 0] == FACE).sum())
    print(json.dumps({"pictures": len(makers), "faces": faces}))


if __name__ == "__main__":
    main()
