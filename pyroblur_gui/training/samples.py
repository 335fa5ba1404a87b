"""A handful of validation pictures: what is in them, and what the network found there after each epoch.

Kept in the run's folder, a line an epoch, and deleted with it. The pictures themselves stay where they are: no pixel is
copied; whoever shows them draws the boxes over the data set's own files.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

SAMPLES_FILE = "samples.jsonl"
KIND = "samples"  # of the artifact that tells of a new line
PICTURES = 6
MOST_BOXES = 40  # in a picture, the surest
LEAST_SCORE = 0.25
MOST_OVERLAP = 0.5  # of two boxes of a class; a network that has just begun finds each thing many times
_DIGITS = 4
_EPOCH = b'{"epoch":'
T = TypeVar("T")

log = logging.getLogger(__name__)


class SampleBox(BaseModel):
    """Edges as fractions of the picture as it is shown (0..1). score: None for a box of the data set's own."""

    model_config = ConfigDict(frozen=True)

    label: str
    score: float | None = None
    left: float
    top: float
    right: float
    bottom: float


class Sample(BaseModel):
    """labelled: what the data set says is there; found: what the network found."""

    model_config = ConfigDict(frozen=True)

    picture: Path
    labelled: tuple[SampleBox, ...]
    found: tuple[SampleBox, ...]


class SampledEpoch(BaseModel):
    """epoch: from 1."""

    model_config = ConfigDict(frozen=True)

    epoch: int
    samples: tuple[Sample, ...]


def box(label: str, edges: Sequence[float], score: float | None = None) -> SampleBox:
    """edges: left, top, right, bottom as fractions; cut off at the picture's edge and rounded to what can be seen."""
    left, top, right, bottom = (round(min(1.0, max(0.0, edge)), _DIGITS) for edge in edges)
    rounded = None if score is None else round(score, _DIGITS)
    return SampleBox(label=label, score=rounded, left=left, top=top, right=right, bottom=bottom)


def spread(things: Sequence[T], most: int = PICTURES) -> tuple[T, ...]:
    """At most so many, from all over: the same ones every time."""
    if len(things) <= most:
        return tuple(things)
    return tuple(things[place * len(things) // most] for place in range(most))


def keep(folder: Path, epoch: SampledEpoch) -> Path | None:
    """Adds a line to the run's samples; the file, or None where the disk does not take it: a training goes on."""
    path = folder / SAMPLES_FILE
    try:
        with path.open("a+b") as file:
            if file.tell():
                file.seek(-1, 2)
                if file.read(1) != b"\n":  # a kill, or a full disk
                    file.write(b"\n")
            file.write(epoch.model_dump_json().encode() + b"\n")
    except OSError as exc:
        log.warning("the sample pictures' boxes cannot be written down: %s", exc.strerror)
        return None
    return path


def read(folder: Path, epoch: int | None = None) -> tuple[list[int], SampledEpoch | None]:
    """All epochs that there are samples of, and those of one of them: the last, if none is named.

    Of an epoch that was trained twice the second counts. Nothing where there is nothing, or nothing that can be read.
    """
    lines: dict[int, bytes] = {}
    try:
        content = (folder / SAMPLES_FILE).read_bytes()
    except OSError:
        return [], None
    for line in content.splitlines():
        number, _, rest = line.removeprefix(_EPOCH).partition(b",")
        if line.startswith(_EPOCH) and number.isdigit() and rest.endswith(b"}"):
            lines[int(number)] = line
    epochs = sorted(lines)
    wanted = epoch if epoch is not None else (epochs[-1] if epochs else None)
    if wanted not in lines:
        return epochs, None
    try:
        return epochs, SampledEpoch.model_validate_json(lines[wanted])
    except ValidationError:
        return epochs, None
