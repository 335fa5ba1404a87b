"""The card beside every model: what it finds, how it is run, what it was made from and how good it is.

A card is written once, by the export or the import that made the model, and pins the ONNX file by its SHA-256: a file
that is not the one the card speaks of is not run.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pyroblur_gui.core.errors import MissingFileError, ModelError, UnreadableMediaError
from pyroblur_gui.core.files import sha256

THRESHOLD = 0.25  # of a model that comes without a card
MARGINS = {"face": 0.3, "license_plate": 0.15}
MARGIN = 0.1  # of any other class
NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"


class Layout(StrEnum):
    """How a model's outputs are to be read."""

    YOLO = "yolo"  # one output [1, 4 + classes, anchors]: centre, size in input pixels, then a score a class
    OBJECTNESS = "objectness"  # [1, anchors, 5 + classes]: centre, size, objectness, score a class (YOLOv5, v7, YOLOX)
    BOXES = "boxes"  # [1, boxes, 6]: corners in input pixels, score, class number (YOLOv10, YOLO26: end to end)
    CENTERFACE = "centerface"  # heat map, log sizes, offsets (and landmarks), each at a quarter of the input


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ClassCard(_Part):
    """One class and the values recommended for it. `margin` is a share of the box's size, added on each side."""

    name: str = Field(min_length=1)
    threshold: float = Field(gt=0, le=1)
    margin: float = Field(ge=0, le=2)


class DataSource(_Part):
    """A data set that a model was trained on."""

    name: str
    licence: str
    pictures: int | None = None
    note: str = ""


def _without_doubles(classes: tuple[ClassCard, ...]) -> tuple[ClassCard, ...]:
    names = [entry.name for entry in classes]
    if len(set(names)) != len(names):
        message = f"A model's classes must have different names, not {', '.join(names)}."
        raise ValueError(message)
    return classes


class Card(_Part):
    """`classes` stand in the order of the model's outputs.

    `input_size`: longest side in pixels at which the network looks at a picture (YOLO: pictures are scaled to it;
    CenterFace: larger pictures are reduced to it). `fixed_size`: width and height where the graph takes no other.
    `is_aside`: one of many trials, of which another is better: it can be named, and is not among the models offered.
    """

    name: str = Field(pattern=NAME_PATTERN)
    title: str
    summary: str = ""
    layout: Layout
    classes: Annotated[tuple[ClassCard, ...], AfterValidator(_without_doubles)] = Field(min_length=1)
    input_size: int = Field(ge=32, le=8192)
    stride: int = Field(default=32, ge=1, le=256)
    fixed_size: tuple[int, int] | None = None
    data: tuple[DataSource, ...] = ()
    licence: str = ""
    recipe: dict[str, JsonValue] = {}
    seed: int | None = None
    figures: dict[str, JsonValue] = {}
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    checkpoint_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    created: datetime
    is_aside: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(entry.name for entry in self.classes)

    def of(self, label: str) -> ClassCard:
        """Raises ModelError for a class that the model does not know."""
        for entry in self.classes:
            if entry.name == label:
                return entry
        message = f"The model {self.name} does not find the class {label}."
        raise ModelError(message, hint=f"It finds: {', '.join(self.labels)}.")


def class_cards(names: tuple[str, ...]) -> tuple[ClassCard, ...]:
    """Values for classes that come without recommended ones."""
    return tuple(ClassCard(name=name, threshold=THRESHOLD, margin=MARGINS.get(name, MARGIN)) for name in names)


def read_card(path: Path) -> Card:
    """Raises ModelError when the card is missing or is no card."""
    try:
        return Card.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        message = f"The model's card {path} is missing."
        raise ModelError(message, hint="Import the model again.", path=path) from error
    except (OSError, ValidationError) as error:
        message = f"The model's card {path} cannot be read: {error}"
        raise ModelError(message, hint="Import the model again.", path=path) from error


def check_file(path: Path, expected: str, *, hint: str) -> None:
    """Raises ModelError unless the file is there and is the one that was pinned by its SHA-256."""
    try:
        found = sha256(path)
    except (MissingFileError, UnreadableMediaError) as error:
        message = f"The model file {path} cannot be read: {error.message}"
        raise ModelError(message, hint=hint, path=path) from error
    if found != expected:
        message = f"The model file {path} was changed: its SHA-256 is {found}, not {expected}."
        raise ModelError(message, hint=hint, path=path)
