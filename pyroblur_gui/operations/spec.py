"""Specs of operations that belong to no single feature. Light: the doors read them to fill them in."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from pyroblur_gui.datasets.spec import DownloadSpec
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.training.spec import Recipe

# What a model can be exported as, and how such a file or folder is called: Ultralytics knows them by these endings.
EXPORT_ENDINGS: Mapping[str, str] = {
    "onnx": ".onnx",
    "openvino": "_openvino_model",
    "openvino-int8": "_int8_openvino_model",
    "torchscript": ".torchscript",
    "tensorrt": ".engine",
}


class DoctorSpec(Spec):
    """Gather what a bug report needs."""

    kind: ClassVar[str] = "doctor"
    measure: bool = Field(
        default=False, title="Measure", description="Time every engine on this machine, and choose by that from now on."
    )


class UpdatesSpec(Spec):
    """Ask whether there is a newer PyroBlur. address: of the settings."""

    kind: ClassVar[str] = "updates"
    address: str


class SelfTestStep(StrEnum):
    """What is tried, in this order; the names are printed and read by programs."""

    WORKER = "worker"
    RESOURCES = "resources"
    CLIP = "clip"
    COVER = "cover"
    OUTPUT = "output"
    WINDOW = "window"
    ICONS = "icons"
    TRANSLATIONS = "translations"


class Check(BaseModel):
    """How one step ended. text: what was seen, or why it failed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: SelfTestStep
    has_passed: bool
    text: str


class SelfTestSpec(Spec):
    """Cover a drawn clip, and look whether the result is as it should be."""

    kind: ClassVar[str] = "self_test"


class BaseDownloadSpec(Spec):
    """Fetch published weights to start trainings from, once the user agreed to that."""

    kind: ClassVar[str] = "base_download"
    name: str
    has_accepted: bool = False


class ExportModelSpec(Spec):
    """Write a model in another program's format. output: None: in the working folder, named as the model."""

    kind: ClassVar[str] = "export_model"
    model: str
    format: str = Field(pattern=r"^(onnx|openvino|openvino-int8|torchscript|tensorrt)$")
    output: Path | None = None
    data: str = Field(
        default="", title="Pictures", description="Data set for int8. Empty: the one that it was trained on."
    )


class ImportModelSpec(Spec):
    """Bring a model (.onnx, or .pt through the allow-list) into the store of models."""

    kind: ClassVar[str] = "import_model"
    source: Path
    name: str | None = Field(None, title="Name", description="What to call the model. Empty: as its file.")


class FullSpec(Spec):
    """Get data, train on it, measure the model, cover a sample. A killed one goes on when the same spec is run again.

    run: name of the run and of the model that comes of it. download: what makes the data set `data`; None: it is there.
    folder: where the report and the covered samples go. samples: photos and clips; none: a held-back picture.
    """

    kind: ClassVar[str] = "full"
    run: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)
    recipe: Recipe
    data: str
    download: DownloadSpec | None = None
    device: str = "auto"
    samples: tuple[Path, ...] = ()
    folder: Path
