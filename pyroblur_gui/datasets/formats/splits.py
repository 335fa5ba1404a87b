"""Which part of a data set a folder or file means by its name: the words that people use for train, val and test."""

import re
from functools import lru_cache

from pyroblur_gui.datasets.sample import Split

_WORDS = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "trainval": Split.TRAIN,
    "val": Split.VAL,
    "valid": Split.VAL,
    "validation": Split.VAL,
    "dev": Split.VAL,
    "test": Split.TEST,
    "testing": Split.TEST,
}


def split_of(path: str) -> Split | None:
    """By the last part of the path that names one: "images/train2017/a.jpg", "valid/images/a.jpg". Not by the file."""
    return _split_of_folder(path.rpartition("/")[0])


@lru_cache(maxsize=1024)
def _split_of_folder(folder: str) -> Split | None:
    return next((found for part in reversed(folder.split("/")) if (found := split_named(part)) is not None), None)


def split_named(name: str) -> Split | None:
    """By a name without its ending: "train", "instances_val2017", "wider_face_train_bbx_gt", "WIDER_test"."""
    for word in re.split(r"[^a-z]+", name.lower()):
        if word in _WORDS:
            return _WORDS[word]
    return None
