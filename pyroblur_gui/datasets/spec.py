"""What to get, how to split, what to check: declared once; forms, the command line's options, checks and help follow.

A field's title is its label, its description its help; json_schema_extra holds what a form needs besides:
group, unit, step, option (the command line's name), advanced.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pyroblur_gui.core.fields import hints
from pyroblur_gui.jobs.spec import Spec

LONGEST_DATASET_NAME = 80


def _check_name(name: str) -> str:
    if len(name) > LONGEST_DATASET_NAME or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]*", name) or name.endswith("."):
        message = "A data set's name begins with a letter or a digit and holds letters, digits, spaces, . _ and - only."
        raise ValueError(message)
    return name


def _check_ratios(ratios: tuple[int, int, int]) -> tuple[int, int, int]:
    if min(ratios) < 0 or sum(ratios) != 100 or ratios[0] == 0:
        message = "The three shares of train, val and test must add up to 100, and train must not be 0."
        raise ValueError(message)
    return ratios


DatasetName = Annotated[str, AfterValidator(_check_name)]
Ratios = Annotated[tuple[int, int, int], AfterValidator(_check_ratios)]


class FormatName(StrEnum):
    """Formats that data sets are written in; all of them can be read, too."""

    YOLO = "yolo"
    COCO = "coco"
    VOC = "voc"
    WIDER = "wider"


class SplitOptions(BaseModel):
    """How pictures are divided. Pictures that nearly equal each other always go the same way."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    ratios: Ratios = Field(
        default=(70, 20, 10),
        title="Train / val / test",
        description="Shares of the pictures for training, for watching the training, and for the final measurement.",
        json_schema_extra=hints("split", option="--ratios", unit="%"),
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="The same seed makes the same choice and the same split again.",
        json_schema_extra=hints("split", option="--seed"),
    )


class IntakeOptions(SplitOptions):
    """What becomes of the samples that a source or a folder gives."""

    max_samples: int = Field(
        default=1000,
        ge=0,
        le=10_000_000,
        title="Pictures a class",
        description="At most so many pictures with each class, chosen by the seed. 0: all.",
        json_schema_extra=hints("choose", option="--max-samples", step=100),
    )
    max_pictures: int = Field(
        default=0,
        ge=0,
        le=10_000_000,
        title="Pictures in all",
        description="At most so many pictures in all, chosen by the seed. 0: no such limit.",
        json_schema_extra=hints("choose", option="--max-pictures", step=100, advanced=True),
    )
    classes: dict[str, str] = Field(
        default_factory=dict,
        title="Classes",
        description="Their names and ours, as theirs=ours; an empty name leaves a class out, and * stands for all "
        "others. Names of faces and plates are recognised by themselves; other classes keep their names.",
        json_schema_extra=hints("choose", option="--map"),
    )
    keep_split: bool = Field(
        default=False,
        title="Keep the source's split",
        description="Takes train, val and test as the source has them. Leaks between them then stay, and are reported.",
        json_schema_extra=hints("split", option="--keep-split", advanced=True),
    )


class SourceOptions(IntakeOptions):
    """What a source may be asked for beside how many; each source uses what it knows."""

    project: str = Field(
        default="roboflow-universe-projects/license-plate-recognition-rxg4e",
        pattern=r"^[A-Za-z0-9_-]+/[A-Za-z0-9_-]+$",
        title="Project",
        description="Roboflow Universe: workspace and project, as in the page's address.",
        json_schema_extra=hints("source", option="--project", source="roboflow"),
    )
    version: int = Field(
        default=11,
        ge=1,
        le=10_000,
        title="Version",
        description="Roboflow Universe: version of the project.",
        json_schema_extra=hints("source", option="--version-number", source="roboflow"),
    )
    backgrounds: Path | None = Field(
        default=None,
        title="Backgrounds",
        description="Made-up pictures: a folder of your own pictures to draw on. Empty: drawn backgrounds.",
        json_schema_extra=hints("source", option="--backgrounds", source="synthetic", widget="folder"),
    )
    size: int = Field(
        default=640,
        ge=64,
        le=4096,
        title="Size",
        description="Made-up pictures: length of the longer side.",
        json_schema_extra=hints("source", option="--size", source="synthetic", unit="px", step=32),
    )


class DownloadSpec(Spec):
    """Make a data set from a source; a killed download goes on when the same spec is run again.

    The access key is no part of it (it would be written down with the queue): the operation asks the keyring, or
    ROBOFLOW_API_KEY. has_accepted: the user has seen the source's licence and accepted it.
    """

    kind: ClassVar[str] = "dataset_download"
    source: str
    name: DatasetName
    options: SourceOptions = SourceOptions()
    has_accepted: bool = False
    adds: bool = False  # to the data set of that name, rather than making it


class ImportSpec(Spec):
    """Make a data set from the user's own: folders, zips, tars; names of data sets join those into one."""

    kind: ClassVar[str] = "dataset_import"
    paths: tuple[Path, ...] = Field(min_length=1)
    name: DatasetName
    options: IntakeOptions = IntakeOptions(max_samples=0)
    only_class: str | None = None  # what all boxes are, where a format has no classes (WIDER text)
    labelled: tuple[str, ...] | None = None  # classes that were looked for; None: all that the files name
    adds: bool = False


class CheckSpec(Spec):
    """Look for everything that would harm a training; the problems are kept with the data set."""

    kind: ClassVar[str] = "dataset_check"
    name: DatasetName


class FixSpec(Spec):
    """Apply a fix to problems: one undoable change. problems: their numbers; empty: all of that kind."""

    kind: ClassVar[str] = "dataset_fix"
    name: DatasetName
    fix: str  # a name from fixes.FIXES
    kind_of_problem: str
    problems: tuple[int, ...] = ()
    confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        title="Confidence",
        description="Suggestions only: accepts those that the model was at least so sure of, or rejects the others.",
    )


class UndoSpec(Spec):
    """Take the last change of a data set back, or make it again. Result: {"title": of the change} and the summary."""

    kind: ClassVar[str] = "dataset_undo"
    name: DatasetName
    again: bool = False  # redo instead


class SplitSpec(Spec):
    """Divide a data set anew."""

    kind: ClassVar[str] = "dataset_split"
    name: DatasetName
    options: SplitOptions = SplitOptions()


class StatsSpec(Spec):
    """Count a data set."""

    kind: ClassVar[str] = "dataset_stats"
    name: DatasetName


class ExportSpec(Spec):
    """Write a data set for another program, into an empty or new folder."""

    kind: ClassVar[str] = "dataset_export"
    name: DatasetName
    format: FormatName = FormatName.YOLO
    folder: Path


class SuggestSpec(Spec):
    """Fill in classes that a source does not label, by a model of the catalogue, as suggestions to accept."""

    kind: ClassVar[str] = "dataset_suggest"
    name: DatasetName
    model: str = Field(
        default="thorough", title="Teacher", description="The model that looks for what is not labelled."
    )
    confidence: float | None = Field(
        default=None,
        gt=0,
        le=1,
        title="Confidence",
        description="How sure the model must be. Empty: the model's own values.",
    )


class RecogniseSpec(Spec):
    """Look at what the user wants to import, without importing: result {"found": [Recognised as JSON]}."""

    kind: ClassVar[str] = "dataset_recognise"
    paths: tuple[Path, ...] = Field(min_length=1)


class ThumbnailsSpec(Spec):
    """Interactive lane of a gallery: makes small pictures and keeps them on disk; answers until its input ends."""

    kind: ClassVar[str] = "dataset_thumbnails"


class ThumbnailsRequest(BaseModel):
    """Make the thumbnails of these pictures that are not there yet. Answer.result: {"made": [ids], "failed": [ids]}."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    name: DatasetName
    pictures: tuple[int, ...]


class PictureRequest(BaseModel):
    """One picture for the large view, by shared memory, at most so large."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    name: DatasetName
    picture: int
    width: int = 1920
    height: int = 1440
