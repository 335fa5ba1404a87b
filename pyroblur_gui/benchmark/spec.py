"""What to measure: declared once; the window's form, the command line's options, the checks and the help follow."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pyroblur_gui.core.classes import ANY_CLASS
from pyroblur_gui.core.devices import check_device
from pyroblur_gui.core.engines import EngineChoice, Precision
from pyroblur_gui.core.fields import hints
from pyroblur_gui.jobs.spec import Spec

SPLITS = ("train", "val", "test")


def _check_confidences(value: dict[str, float]) -> dict[str, float]:
    for name, confidence in value.items():
        if not 0.0 < confidence < 1.0:
            of_what = "" if name == ANY_CLASS else f" of {name}"
            message = f"The confidence{of_what} must be over 0 and under 1, not {confidence}."
            raise ValueError(message)
    return value


def _one_of(what: str, known: tuple[str, ...]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in known:
            message = f"{value!r} is no {what}: choose {', '.join(known)}."
            raise ValueError(message)
        return value

    return check


def _check_models(value: tuple[str, ...]) -> tuple[str, ...]:
    doubles = sorted({model for model in value if value.count(model) > 1})
    if doubles:
        message = f"{', '.join(doubles)} is named twice."
        raise ValueError(message)
    return value


def _check_sizes(value: tuple[int, ...]) -> tuple[int, ...]:
    for size in value:
        if not 32 <= size <= 4096 or size % 32:
            message = f"An input size is a multiple of 32 between 32 and 4096, not {size}."
            raise ValueError(message)
    return value


def _check_batches(value: tuple[int, ...]) -> tuple[int, ...]:
    for batch in value:
        if not 1 <= batch <= 64:
            message = f"A batch is between 1 and 64 pictures, not {batch}."
            raise ValueError(message)
    return value


class BenchmarkOptions(BaseModel):
    """How it is measured; everything that has a good default."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    split: Annotated[str, AfterValidator(_one_of("split", SPLITS))] = Field(
        default="val",
        title="Split",
        description="Which part of the data set is measured on: train, val or test.",
        json_schema_extra=hints("accuracy", option="--split"),
    )
    confidence: Annotated[dict[str, float], AfterValidator(_check_confidences)] = Field(
        default_factory=dict,
        title="Confidence",
        description="Operating threshold by class, for precision, recall, leaks and the confusion matrix. Empty: each "
        "model's own values, with which it covers.",
        json_schema_extra=hints("accuracy", option="--conf"),
    )
    wanted_recall: float = Field(
        default=0.95,
        gt=0,
        le=1,
        title="Wanted recall",
        description="The share of objects that should be covered: the threshold that reaches it is looked for.",
        json_schema_extra=hints("accuracy", option="--recall", step=0.01),
    )
    resamples: int = Field(
        default=500,
        ge=0,
        le=10_000,
        title="Draws",
        description="How often pictures are drawn anew for the 95 % intervals. 0: no intervals.",
        json_schema_extra=hints("accuracy", option="--draws", advanced=True),
    )
    seed: int = Field(
        default=0,
        ge=0,
        title="Seed",
        description="Of the draws: the same seed gives the same intervals.",
        json_schema_extra=hints("accuracy", option="--seed", advanced=True),
    )
    engine: EngineChoice = Field(
        default=EngineChoice.AUTO,
        title="Engine",
        description="What runs the models: auto, openvino, onnxruntime or torch.",
        json_schema_extra=hints("run", option="--engine", advanced=True),
    )
    device: Annotated[str, BeforeValidator(check_device)] = Field(
        default="auto",
        title="Device",
        description="auto, cpu, cuda, cuda:1, mps, directml or coreml.",
        json_schema_extra=hints("run", option="--device", advanced=True),
    )
    precision: Precision = Field(
        default=Precision.F32,
        title="Precision",
        description="Number format for accuracy: f32, bf16 or auto.",
        json_schema_extra=hints("run", option="--precision", advanced=True),
    )
    sizes: Annotated[tuple[int, ...], AfterValidator(_check_sizes)] = Field(
        default=(),
        title="Input sizes",
        description="Longest sides for the speed, e.g. 416,640. Empty: each model's own.",
        json_schema_extra=hints("speed", option="--sizes", advanced=True),
    )
    batches: Annotated[tuple[int, ...], AfterValidator(_check_batches)] = Field(
        default=(1, 2, 4),
        title="Batches",
        description="How many pictures are handed in at once, for the speed.",
        json_schema_extra=hints("speed", option="--batches", advanced=True),
    )
    seconds: float = Field(
        default=2.0,
        gt=0,
        le=600,
        title="Seconds each",
        description="How long each way of running a model is timed, after its warm-up.",
        json_schema_extra=hints("speed", option="--seconds", unit="s", advanced=True),
    )

    def confidence_for(self, label: str) -> float | None:
        """The user's threshold for a class; None: the model's own."""
        return self.confidence.get(label, self.confidence.get(ANY_CLASS))


class BenchmarkSpec(Spec):
    """Measure models side by side, on a split of a data set, for speed, on clips, or all of these."""

    kind: ClassVar[str] = "benchmark"
    models: Annotated[tuple[str, ...], AfterValidator(_check_models)] = Field(
        min_length=1,
        title="Models",
        description="Names of models, .onnx files, or .pt files (read without running them).",
    )
    data: str | None = Field(
        default=None, title="Data set", description="Name of a data set of PyroBlur, or the path of a data.yaml."
    )
    options: BenchmarkOptions = BenchmarkOptions()
    speed: bool = Field(
        default=False,
        title="Speed",
        description="Measure latency and frames a second with every engine, device and precision that works here.",
    )
    clip: Path | None = Field(
        default=None,
        title="Clip",
        description="A clip: its blurring is timed from file to file; with labels, what is left bare in it is counted.",
        json_schema_extra=hints("clip", option="--clip"),
    )
    truth: Path | None = Field(
        default=None,
        title="Labels of the clip",
        description="A CSV file with the columns frame,class,x,y,w,h: pixels, frames from 0, class names or numbers.",
        json_schema_extra=hints("clip", option="--truth"),
    )
    report_dir: Path | None = Field(
        default=None, title="Report", description="Where the report is written. Empty: among PyroBlur's own files."
    )

    @model_validator(mode="after")
    def _measures_something(self) -> Self:
        if self.data is None and not self.speed and self.clip is None:
            message = "Say what to measure on: a data set, the speed, or a clip."
            raise ValueError(message)
        if self.truth is not None and self.clip is None:
            message = "Labels of a clip need the clip."
            raise ValueError(message)
        return self
