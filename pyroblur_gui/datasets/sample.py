"""A picture with its boxes as a source or a file format gives it, before it becomes part of a data set."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Split(StrEnum):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class Origin(StrEnum):
    """Where a box comes from."""

    LABELLED = "labelled"  # by the people who made the source
    EDITED = "edited"  # drawn, moved or relabelled by the user
    SUGGESTED = "suggested"  # by a teacher model; no truth until it is accepted
    ACCEPTED = "accepted"  # suggested, and accepted by the user
    SYNTHETIC = "synthetic"  # drawn by PyroBlur together with the picture


class Scale(StrEnum):
    """What the coordinates of a sample's boxes count."""

    PIXELS = "pixels"
    FRACTIONS = "fractions"  # of the picture's width and height


class FlawKind(StrEnum):
    """What can be wrong with labels as they are read. The checks (validate.py) know more kinds of problems."""

    UNREADABLE_LABEL = "unreadable_label"  # text, NaN, too few or too many numbers
    CLASS_OUT_OF_RANGE = "class_out_of_range"
    NO_LABEL_FILE = "no_label_file"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong that does not stop the import; it becomes a problem of the picture."""

    kind: FlawKind
    detail: str  # a sentence for the user, e.g. "Line 3 is not a box: 'abc'."


@dataclass(frozen=True, slots=True)
class SampleBox:
    """label: the source's own name of the class. Edges from the top left corner of the picture as it is displayed."""

    label: str
    left: float
    top: float
    right: float
    bottom: float
    origin: Origin = Origin.LABELLED
    score: float | None = None  # of a suggested box


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture.

    name: unique within its source, "/" between folders; decides, with the seed, which samples are chosen, so it must
    not depend on where the source lies on the disk.
    labels: the source's names of the classes that were looked for in this picture; a picture without boxes shows
    nothing of these. None: all that the source labels.
    """

    picture: Path
    name: str
    boxes: tuple[SampleBox, ...] = ()
    scale: Scale = Scale.FRACTIONS
    split: Split | None = None
    labels: frozenset[str] | None = None
    flaws: tuple[Flaw, ...] = ()
