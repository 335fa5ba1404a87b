"""What to cover, how, and where to: declared once; the form, the command line, the checks and the help follow.

A field's title is its label, its description its help; json_schema_extra holds what a form needs besides:
group, unit, step, option (the command line's name), advanced.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pyroblur_gui.core.classes import ANY_CLASS, FACE, LICENSE_PLATE
from pyroblur_gui.core.devices import DEVICE, check_device
from pyroblur_gui.core.engines import EngineChoice, Precision
from pyroblur_gui.core.fields import hints
from pyroblur_gui.jobs.spec import Spec

COLOR = r"^#[0-9A-Fa-f]{6}$"


class Style(StrEnum):
    BLUR = "blur"
    PIXELATE = "pixelate"
    SOLID = "solid"


class Shape(StrEnum):
    BOX = "box"
    ELLIPSE = "ellipse"


class Verify(StrEnum):
    OFF = "off"
    SAMPLED = "sampled"
    FULL = "full"


class Audio(StrEnum):
    KEEP = "keep"
    MUTE = "mute"
    DROP = "drop"


class Preset(StrEnum):
    """x264's names; other encoders are set to their nearest speed."""

    ULTRAFAST = "ultrafast"
    SUPERFAST = "superfast"
    VERYFAST = "veryfast"
    FASTER = "faster"
    FAST = "fast"
    MEDIUM = "medium"
    SLOW = "slow"
    SLOWER = "slower"
    VERYSLOW = "veryslow"


class Tiling(StrEnum):
    AUTO = "auto"
    OFF = "off"
    ON = "on"


def _check_confidences(value: dict[str, float]) -> dict[str, float]:
    for name, confidence in value.items():
        if not 0.0 < confidence <= 1.0:
            of_what = "" if name == ANY_CLASS else f" of {name}"
            message = f"The confidence{of_what} must be over 0 and at most 1, not {confidence}."
            raise ValueError(message)
    return value


def _check_color(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(COLOR, value):
        message = f"{value!r} is no colour: write it as #RRGGBB, e.g. #000000 for black."
        raise ValueError(message)
    return value


def _check_classes(value: object) -> object:
    if isinstance(value, list | tuple) and not value:
        message = "Name at least one class to cover."
        raise ValueError(message)
    return value


class BlurOptions(BaseModel):
    """Everything about covering that a user may choose, the same for photos and videos."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    # -- what to find
    model: str = Field(
        default="thorough",
        title="Model",
        description="thorough: most faces and plates found; fast: about twice the speed, misses small faces; "
        "or the name of an imported model, or an .onnx file. A model that was promoted is the default.",
        json_schema_extra=hints("find", option="--model"),
    )
    classes: Annotated[tuple[str, ...], BeforeValidator(_check_classes)] = Field(
        default=(FACE, LICENSE_PLATE),
        title="Cover",
        min_length=1,
        description="Which kinds of things are covered.",
        json_schema_extra=hints("find", option="--classes"),
    )
    confidence: Annotated[dict[str, float], AfterValidator(_check_confidences)] = Field(
        default_factory=dict,
        title="Confidence",
        description="How sure the model must be, by class. Lower finds more and covers more in vain. "
        "Empty: the model's own values, tuned to miss as little as possible.",
        json_schema_extra=hints("find", option="--conf"),
    )
    every: int = Field(
        default=1,
        ge=1,
        le=60,
        title="Detect every",
        description="Look for faces and plates in every n-th frame; frames between are filled. 1 is safest.",
        json_schema_extra=hints("find", unit="frames", option="--every", advanced=True),
    )
    tiling: Tiling = Field(
        default=Tiling.AUTO,
        title="Tiles",
        description="Look at large pictures in overlapping tiles, so that small faces are found. Auto: photos only.",
        json_schema_extra=hints("find", option="--tiling", advanced=True),
    )
    engine: EngineChoice = Field(
        default=EngineChoice.AUTO,
        title="Engine",
        description="What runs the model. Auto picks the fastest that works here.",
        json_schema_extra=hints("find", option="--engine", advanced=True),
    )
    device: Annotated[str, BeforeValidator(check_device)] = Field(
        default="auto",
        title="Device",
        description="auto, cpu, cuda, cuda:1, mps, directml or coreml.",
        pattern=DEVICE,
        json_schema_extra=hints("find", option="--device", advanced=True),
    )
    precision: Precision = Field(
        default=Precision.AUTO,
        title="Precision",
        description="Number format of the engine. Auto: bf16 where the processor has it, else f32.",
        json_schema_extra=hints("find", option="--precision", advanced=True),
    )

    # -- how tracks are completed
    fill_gap_s: float = Field(
        default=0.8,
        ge=0,
        le=5,
        title="Fill gaps up to",
        description="A face lost and found again within this time is covered in between.",
        json_schema_extra=hints("track", unit="s", step=0.1, option="--fill-gap", advanced=True),
    )
    extend_s: float = Field(
        default=0.2,
        ge=0,
        le=2,
        title="Extend by",
        description="Cover this long before a face is first found and after it is last found.",
        json_schema_extra=hints("track", unit="s", step=0.1, option="--extend", advanced=True),
    )

    # -- how to cover
    style: Style = Field(
        default=Style.BLUR,
        title="Style",
        description="All three are strong enough that they cannot be undone.",
        json_schema_extra=hints("cover", option="--style"),
    )
    color: Annotated[str, BeforeValidator(_check_color)] = Field(
        default="#000000",
        title="Colour",
        pattern=COLOR,
        description="Colour of the solid style.",
        json_schema_extra=hints("cover", option="--color", widget="color", only_if={"style": "solid"}),
    )
    shape: Shape = Field(
        default=Shape.ELLIPSE,
        title="Shape",
        description="Ellipse follows a head; plates are always covered as a box.",
        json_schema_extra=hints("cover", option="--shape"),
    )
    margin: float | None = Field(
        default=None,
        ge=0,
        le=200,
        title="Margin",
        description="How much wider the cover is than what was found, on each side, in percent of its size. "
        "Empty: the model's own value for each class.",
        json_schema_extra=hints("cover", unit="%", step=5, option="--margin"),
    )
    feather: float = Field(
        default=0.0,
        ge=0,
        le=100,
        title="Feather",
        description="Width of the soft edge around the cover, in percent of its "
        "size. The edge lies outside the cover: what is covered stays fully covered.",
        json_schema_extra=hints("cover", unit="%", step=5, option="--feather", advanced=True),
    )

    # -- how to write
    preset: Preset = Field(
        default=Preset.VERYFAST,
        title="Encoder speed",
        description="Slower makes smaller files of the same quality.",
        json_schema_extra=hints("write", option="--preset"),
    )
    crf: int = Field(
        default=20,
        ge=0,
        le=51,
        title="Quality (CRF)",
        description="Constant quality: 0 is lossless where the encoder can, 20 is good, 28 is small.",
        json_schema_extra=hints("write", option="--crf"),
    )
    encoder: str = Field(
        default="auto",
        title="Encoder",
        description="auto keeps to the container: libx264 for MP4, MOV, MKV and AVI, VP9 for WebM; or the name of "
        "an encoder of FFmpeg, such as libx265, libsvtav1, h264_nvenc.",
        json_schema_extra=hints("write", option="--encoder", advanced=True),
    )
    image_quality: int = Field(
        default=95,
        ge=1,
        le=100,
        title="Photo quality",
        description="Quality of JPEG, WebP and HEIC photos.",
        json_schema_extra=hints("write", option="--image-quality", advanced=True),
    )
    audio: Audio = Field(
        default=Audio.KEEP,
        title="Sound",
        description="Keep it as it is, keep silent tracks, or drop it.",
        json_schema_extra=hints("write", option="--audio"),
    )
    keep_metadata: tuple[str, ...] = Field(
        default=(),
        title="Keep metadata",
        description="Metadata that may stay, by name: e.g. creation_time, title, DateTimeOriginal. Everything else, "
        "GPS and thumbnails among it, is removed.",
        json_schema_extra=hints("write", option="--keep-metadata", advanced=True),
    )

    # -- what to prove
    verify: Verify = Field(
        default=Verify.SAMPLED,
        title="Check the result",
        description="Opens the result again and looks for faces and plates in it: in some frames or in all.",
        json_schema_extra=hints("check", option="--verify"),
    )
    report: bool = Field(
        default=False,
        title="Report",
        description="Writes a report beside the output (HTML and JSON): hashes, settings, counts, time spans.",
        json_schema_extra=hints("check", option="--report"),
    )

    def confidence_for(self, label: str) -> float | None:
        """The user's threshold for a class; None: the model's own."""
        return self.confidence.get(label, self.confidence.get(ANY_CLASS))


class BlurSpec(Spec):
    """Cover one photo or video. A killed job goes on from its project file when the same spec is run again."""

    kind: ClassVar[str] = "blur"
    source: Path
    target: Path
    options: BlurOptions = BlurOptions()


class DetectSpec(Spec):
    """List what would be covered, without covering."""

    kind: ClassVar[str] = "detect"
    source: Path
    options: BlurOptions = BlurOptions()


class PreviewSpec(Spec):
    """The warm interactive lane: answers requests until its input ends."""

    kind: ClassVar[str] = "preview"


class ThumbnailRequest(BaseModel):
    """Interactive lane: a small picture and the facts of a file. Answer.result: media.probe.MediaFacts as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    verb: Literal["thumbnail"] = "thumbnail"
    path: Path
    width: int = 160
    height: int = 120


class FrameRequest(BaseModel):
    """Interactive lane: one frame as it is and covered, with its detections down to a low score.

    Detections of a frame are remembered, so asking again with another confidence or style costs no inference.
    Answer.result: {"frames": int | None, "duration_s": float, "engine": str}.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    verb: Literal["frame"] = "frame"
    path: Path
    time_s: float = 0.0
    width: int = 960
    height: int = 720
    options: BlurOptions = BlurOptions()


InteractiveRequest = Annotated[ThumbnailRequest | FrameRequest, Field(discriminator="verb")]
