"""Boxes, labelled pictures and tallies as small as they can be worked out by hand."""

from pathlib import Path

import numpy as np

from pyroblur_gui.benchmark.accuracy import Operating, Tally
from pyroblur_gui.benchmark.looking import Found
from pyroblur_gui.benchmark.truth import LabelledPicture, LabelledSet

CLASSES = ("face", "license_plate")


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float64).reshape(-1, 4)


def picture(
    *truth: tuple[int, float, float, float, float], looked_for: tuple[int, ...] = (0, 1), name: str = "a.jpg"
) -> LabelledPicture:
    """100 x 100 pixels; truth: label and edges."""
    table = np.array(truth, np.float64).reshape(-1, 5)
    return LabelledPicture(
        Path(name), name, 100, 100, table[:, 1:], table[:, 0].astype(np.int64), frozenset(looked_for), number=7
    )


def found(*rows: tuple[int, float, float, float, float, float]) -> Found:
    """Label, score and edges, best first."""
    table = np.array(rows, np.float64).reshape(-1, 6)
    return Found(table[:, 2:], table[:, 1].astype(np.float32), table[:, 0].astype(np.int64), 10.0)


def tally(pairs: list[tuple[LabelledPicture, Found]], *, threshold: float = 0.5, margin: float = 0.0) -> Tally:
    data = LabelledSet("set", "val", CLASSES, tuple(each for each, _ in pairs))
    made = Tally(data, {label: Operating(threshold, margin) for label in range(len(CLASSES))})
    for number, (_, each) in enumerate(pairs):
        made.add(number, each)
    return made
