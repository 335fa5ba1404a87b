"""One number that says what a data set teaches: equal for equal pictures, splits, classes and boxes."""

import hashlib
import json

from pyroblur_gui.datasets.dataset import Box, Dataset, Picture

_DIGITS = 6


def fingerprint(dataset: Dataset) -> str:
    """SHA-256 in hexadecimal.

    Made of the names of the classes and, for each picture that can be read and is not removed, the hash of its file,
    its split, the classes that were looked for, and its boxes without unaccepted suggestions. It does not depend on
    where the data set lies, what it is called, or in which order the pictures came in.
    """
    digest = hashlib.sha256(json.dumps(dataset.classes).encode())
    lines = sorted(_line(picture) for picture in dataset.every_picture() if not picture.error)
    for line in lines:
        digest.update(b"\n" + line.encode())
    return digest.hexdigest()


def _line(picture: Picture) -> str:
    boxes = sorted(_numbers(box) for box in picture.boxes if box.is_truth)
    labelled = sorted(picture.labelled)
    return f"{picture.sha256} {picture.split or ''} {labelled} {boxes}"


def _numbers(box: Box) -> tuple[float, ...]:
    edges = (round(edge, _DIGITS) + 0.0 for edge in (box.left, box.top, box.right, box.bottom))  # + 0.0: no -0.0
    return (box.label, *edges)
