"""Pictures, checkpoints and places for the tests of models."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from pyroblur_gui.models.detector import Picture


def read(path: Path) -> Picture:
    """A picture in RGB."""
    return np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[:, :, ::-1])


def save(model: object, path: Path) -> Path:
    model.ckpt = {}  # type: ignore[attr-defined]
    model.save(path)  # type: ignore[attr-defined]
    return path


@contextmanager
def home_in(folder: Path) -> Iterator[None]:
    """PyroBlur's folders for fixtures that outlive a test, and so come before the test's own home."""
    before = os.environ.get("PYROBLUR_HOME")
    os.environ["PYROBLUR_HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYROBLUR_HOME"]
        else:
            os.environ["PYROBLUR_HOME"] = before
