"""What a training is told: declared once; the form, the command line's --set, the checks and the help follow.

A field's name is Ultralytics' own, so that its documentation applies; title is the label, description the help;
json_schema_extra holds what a form needs besides: group, unit, step, advanced.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.fields import hints
from pyroblur_gui.jobs.spec import Spec

AUTOMATIC_BATCH = -1  # Ultralytics': as many as fit into the device's memory
STRIDE = 32  # image sizes are multiples of it


def _check_size(size: int) -> int:
    if size % STRIDE:
        message = f"The image size must be a multiple of {STRIDE}: {round(size / STRIDE) * STRIDE} is near {size}."
        raise ValueError(message)
    return size


def _check_batch(batch: int) -> int:
    if batch == 0:
        message = f"The batch must be at least 1, or {AUTOMATIC_BATCH} for as many as fit into the memory."
        raise ValueError(message)
    return batch


def _check_device(device: str) -> str:
    if not re.fullmatch(r"auto|cpu(,cpu)*|mps|\d+(,\d+)*", device):
        message = "The device is auto, cpu, mps, or the numbers of CUDA devices: 0 or 0,1."
        raise ValueError(message)
    return device


class Optimizer(StrEnum):
    """Ultralytics' names."""

    AUTO = "auto"
    SGD = "SGD"
    ADAM = "Adam"
    ADAMAX = "Adamax"
    ADAMW = "AdamW"
    NADAM = "NAdam"
    RADAM = "RAdam"
    RMSPROP = "RMSProp"


class Cache(StrEnum):
    """Where decoded pictures are kept between epochs."""

    OFF = "off"
    RAM = "ram"


class Hyperparameters(BaseModel):
    """Everything about a training but its data and its model. The defaults are those of the recipe faces-plates."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    # -- how long and how large
    epochs: int = Field(
        default=100,
        ge=1,
        le=10_000,
        title="Epochs",
        description="How often every training picture is seen.",
        json_schema_extra=hints("train", step=10),
    )
    batch: Annotated[int, AfterValidator(_check_batch)] = Field(
        default=16,
        ge=AUTOMATIC_BATCH,
        le=1024,
        title="Batch",
        description="Pictures in one step. -1: as many as fit into the memory of a GPU.",
        json_schema_extra=hints("train"),
    )
    imgsz: Annotated[int, AfterValidator(_check_size)] = Field(
        default=640,
        ge=STRIDE,
        le=4096,
        title="Image size",
        description="Pictures are brought to this size. Larger finds smaller faces and takes longer: twice the size is "
        "four times the time.",
        json_schema_extra=hints("train", unit="px", step=STRIDE),
    )
    patience: int = Field(
        default=20,
        ge=0,
        le=10_000,
        title="Patience",
        description="Stops after so many epochs without a better result on the validation pictures. 0: never.",
        json_schema_extra=hints("train", unit="epochs"),
    )
    save_period: int = Field(
        default=10,
        ge=-1,
        le=10_000,
        title="Keep every",
        description="Keeps a checkpoint of every n-th epoch beside the last and the best. -1: only those two.",
        json_schema_extra=hints("train", unit="epochs", advanced=True),
    )
    amp: bool = Field(
        default=True,
        title="Mixed precision",
        description="16-bit numbers where they do: about twice as fast, where the device can. Needs nothing else.",
        json_schema_extra=hints("train"),
    )

    # -- how it learns
    optimizer: Optimizer = Field(
        default=Optimizer.ADAMW,
        title="Optimizer",
        description="The rule by which the weights are changed. auto chooses one and its learning rate, too.",
        json_schema_extra=hints("optimizer"),
    )
    lr0: float = Field(
        default=0.01,
        gt=0,
        le=1,
        title="Learning rate",
        description="How large the first steps are. With AdamW, 0.001 is usual; larger may diverge.",
        json_schema_extra=hints("optimizer", step=0.001),
    )
    lrf: float = Field(
        default=0.01,
        gt=0,
        le=1,
        title="Final share",
        description="The learning rate at the end, as a share of the first.",
        json_schema_extra=hints("optimizer", step=0.01, advanced=True),
    )
    cos_lr: bool = Field(
        default=False,
        title="Cosine schedule",
        description="Lowers the learning rate along a cosine rather than a line.",
        json_schema_extra=hints("optimizer", advanced=True),
    )
    momentum: float = Field(
        default=0.937,
        ge=0,
        lt=1,
        title="Momentum",
        description="Momentum of SGD, beta 1 of the Adam family.",
        json_schema_extra=hints("optimizer", step=0.01, advanced=True),
    )
    weight_decay: float = Field(
        default=0.0005,
        ge=0,
        le=1,
        title="Weight decay",
        description="Keeps weights small, against learning by heart.",
        json_schema_extra=hints("optimizer", step=0.0001, advanced=True),
    )
    warmup_epochs: float = Field(
        default=3.0,
        ge=0,
        le=100,
        title="Warm-up",
        description="Epochs over which the learning rate rises from nothing.",
        json_schema_extra=hints("optimizer", unit="epochs", step=0.5, advanced=True),
    )
    nbs: int = Field(
        default=64,
        ge=1,
        le=4096,
        title="Nominal batch",
        description="The weights change after so many pictures: smaller batches are added up to it. Lower it, and the "
        "learning rate with it, to make more steps of few pictures.",
        json_schema_extra=hints("optimizer", unit="pictures", advanced=True),
    )
    freeze: int = Field(
        default=0,
        ge=0,
        le=30,
        title="Freeze",
        description="So many first layers keep their weights: faster, and safer with few pictures.",
        json_schema_extra=hints("optimizer", unit="layers", advanced=True),
    )
    box: float = Field(
        default=7.5,
        ge=0,
        le=100,
        title="Weight of boxes",
        description="Share of the boxes' places in the loss.",
        json_schema_extra=hints("optimizer", step=0.5, advanced=True),
    )
    cls: float = Field(
        default=0.5,
        ge=0,
        le=100,
        title="Weight of classes",
        description="Share of the classes in the loss.",
        json_schema_extra=hints("optimizer", step=0.1, advanced=True),
    )
    dfl: float = Field(
        default=1.5,
        ge=0,
        le=100,
        title="Weight of edges",
        description="Share of the distribution focal loss, which sharpens the boxes' edges.",
        json_schema_extra=hints("optimizer", step=0.1, advanced=True),
    )

    # -- how pictures are varied
    mosaic: float = Field(
        default=1.0,
        ge=0,
        le=1,
        title="Mosaic",
        description="How often four pictures are put together into one.",
        json_schema_extra=hints("augment", step=0.1, advanced=True),
    )
    close_mosaic: int = Field(
        default=10,
        ge=0,
        le=10_000,
        title="Without mosaic at the end",
        description="The last so many epochs see pictures as they are.",
        json_schema_extra=hints("augment", unit="epochs", advanced=True),
    )
    mixup: float = Field(
        default=0.0,
        ge=0,
        le=1,
        title="Mix-up",
        description="How often two pictures are laid over each other.",
        json_schema_extra=hints("augment", step=0.05, advanced=True),
    )
    scale: float = Field(
        default=0.5,
        ge=0,
        lt=1,
        title="Scale",
        description="By how much pictures are made larger or smaller at random.",
        json_schema_extra=hints("augment", step=0.1, advanced=True),
    )
    translate: float = Field(
        default=0.1,
        ge=0,
        le=1,
        title="Shift",
        description="By what share of their size pictures are shifted at random.",
        json_schema_extra=hints("augment", step=0.05, advanced=True),
    )
    degrees: float = Field(
        default=0.0,
        ge=0,
        le=180,
        title="Turn",
        description="By how much pictures are turned at random, either way.",
        json_schema_extra=hints("augment", unit="°", step=5, advanced=True),
    )
    fliplr: float = Field(
        default=0.5,
        ge=0,
        le=1,
        title="Mirror",
        description="How often pictures are mirrored left to right.",
        json_schema_extra=hints("augment", step=0.1, advanced=True),
    )
    hsv_h: float = Field(
        default=0.015,
        ge=0,
        le=1,
        title="Hue",
        description="By how much colours are changed at random.",
        json_schema_extra=hints("augment", step=0.005, advanced=True),
    )
    hsv_s: float = Field(
        default=0.7,
        ge=0,
        le=1,
        title="Saturation",
        description="By how much colours are made paler or stronger at random.",
        json_schema_extra=hints("augment", step=0.1, advanced=True),
    )
    hsv_v: float = Field(
        default=0.4,
        ge=0,
        le=1,
        title="Brightness",
        description="By how much pictures are made darker or lighter at random.",
        json_schema_extra=hints("augment", step=0.1, advanced=True),
    )
    multi_scale: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        title="Several sizes",
        description="By what share of the image size whole batches are made larger or smaller at random.",
        json_schema_extra=hints("augment", step=0.1, advanced=True),
    )

    # -- the machine
    cache: Cache = Field(
        default=Cache.OFF,
        title="Keep pictures in memory",
        description="Faster epochs, where all pictures fit into the memory.",
        json_schema_extra=hints("machine", advanced=True),
    )
    workers: int = Field(
        default=-1,
        ge=-1,
        le=64,
        title="Loaders",
        description="Processes that read pictures. -1: as fits the machine.",
        json_schema_extra=hints("machine", advanced=True),
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="The same seed draws the same variations again.",
        json_schema_extra=hints("machine"),
    )
    deterministic: bool = Field(
        default=True,
        title="Repeatable",
        description="The same run gives the same weights again on the same machine; may be slower.",
        json_schema_extra=hints("machine", advanced=True),
    )


class Recipe(BaseModel):
    """What to train and how, as a file that people share: resources/recipes/*.toml, or the user's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)
    title: str
    summary: str
    task: Literal["detect"] = Field(default="detect", title="Task", description="What is learnt: to find things.")
    model: str = Field(
        default="yolo11l",
        title="Base model",
        description="A network of the catalogue (yolo11n, s, m, l, x; yolo26...), or a .pt or .yaml file.",
    )
    is_pretrained: bool = Field(
        default=True,
        title="From trained weights",
        description="Starts from weights that were trained before. Off: from random weights; needs far more pictures.",
    )
    data: str = Field(default="", title="Data set", description="Its name, where the recipe is made for one.")
    hyperparameters: Hyperparameters = Hyperparameters()


UNLABELLED = Field(
    default=Unlabelled.LEAVE_OUT,
    title="Pictures without all labels",
    description="Pictures in which a class was not looked for: left out, or trained on as if they showed none of it.",
    json_schema_extra=hints("train", option="--unlabelled"),
)


class TrainSpec(Spec):
    """Train a detector. run: name of the folder under PyroBlur's runs; a run that is there goes on when `resumes`."""

    kind: ClassVar[str] = "train"
    run: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)
    recipe: Recipe
    data: str  # name of a data set, or path of a data.yaml
    device: Annotated[str, AfterValidator(_check_device)] = "auto"
    unlabelled: Unlabelled = UNLABELLED
    resumes: bool = False
    folder: Path | None = None  # where the run lies that goes on; None: under PyroBlur's runs


class RankSpec(Spec):
    """One process of several that train together; only PyroBlur itself makes it. store: where they find each other."""

    kind: ClassVar[str] = "train_rank"
    training: TrainSpec
    folder: Path  # of the run
    model: str = ""  # what it starts from; empty: the run's last checkpoint
    is_pretrained: bool = False
    data: Path
    count: int = Field(ge=2)
    store: Path


class PreflightSpec(Spec):
    """Look whether a training would work, and how long it would take, before it starts."""

    kind: ClassVar[str] = "preflight"
    recipe: Recipe
    data: str
    device: Annotated[str, AfterValidator(_check_device)] = "auto"
    unlabelled: Unlabelled = UNLABELLED
    folder: Path | None = None  # where the run would be; None: PyroBlur's runs
