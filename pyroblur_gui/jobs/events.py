"""What a job tells: a closed union of frozen events, one JSON line each between processes."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Started(_Event):
    type: Literal["started"] = "started"
    kind: str
    detail: dict[str, JsonValue] = {}  # e.g. input, model, engine and why it was picked


class Progress(_Event):
    type: Literal["progress"] = "progress"
    stage: str  # "analyse", "render", "verify": what is being counted
    done: float
    total: float | None = None  # None: not known
    unit: str = "frames"
    rate: float | None = None  # units a second
    eta_s: float | None = None


class Metric(_Event):
    type: Literal["metric"] = "metric"
    step: int
    name: str
    value: float


class SharedImage(_Event):
    """A picture in shared memory: height x width x 3, RGB, 8 bits, rows without padding."""

    type: Literal["shared_image"] = "shared_image"
    name: str
    width: int
    height: int
    offset: int = 0  # bytes into the block


class Box(_Event):
    """One detection on a preview: fractions of the picture (0..1), upright as displayed."""

    type: Literal["box"] = "box"
    label: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


class Preview(_Event):
    """A picture to look at: `image` as it is or, from a running job, covered; `covered` beside it on request."""

    type: Literal["preview"] = "preview"
    image: SharedImage
    covered: SharedImage | None = None
    request: int | None = None  # which request of the interactive lane this answers
    frame: int = 0
    time_s: float = 0.0
    boxes: tuple[Box, ...] = ()


class Log(_Event):
    type: Literal["log"] = "log"
    level: Literal["debug", "info", "warning", "error"]
    text: str


class Artifact(_Event):
    type: Literal["artifact"] = "artifact"
    path: Path
    kind: str  # "output", "report", "model"


class FoundBox(_Event):
    """One thing that was found: pixels of the picture as it is displayed (upright), edges, from its top left corner."""

    type: Literal["found_box"] = "found_box"
    label: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


class Detected(_Event):
    """What was found in one frame or page of a file that is only looked at."""

    type: Literal["detected"] = "detected"
    frame: int
    time_s: float
    boxes: tuple[FoundBox, ...]


class Answer(_Event):
    """Ends one request of the interactive lane; `error` says why there is no result. The lane goes on."""

    type: Literal["answer"] = "answer"
    request: int
    result: dict[str, JsonValue] = {}
    error: "Failed | None" = None


class Finished(_Event):
    type: Literal["finished"] = "finished"
    result: dict[str, JsonValue] = {}


class Failed(_Event):
    type: Literal["failed"] = "failed"
    code: str
    message: str
    hint: str = ""
    detail: str = ""


class Cancelled(_Event):
    type: Literal["cancelled"] = "cancelled"


Event = Annotated[
    Started | Progress | Metric | Preview | Log | Artifact | Detected | Answer | Finished | Failed | Cancelled,
    Field(discriminator="type"),
]
EndEvent = Finished | Failed | Cancelled
event_adapter: TypeAdapter[Event] = TypeAdapter(Event, config=ConfigDict(defer_build=True))


def to_line(event: Event) -> str:
    """One line of JSON, without the line end.

    A name on a Linux disk may hold bytes that are no text; only Python's own JSON can carry them (as surrogates).
    """
    try:
        return event.model_dump_json()
    except PydanticSerializationError:
        return json.dumps(event.model_dump(mode="json"))


def from_line(line: str | bytes) -> Event:
    """Raises ValueError (pydantic.ValidationError is one) on anything that is no event."""
    try:
        return event_adapter.validate_json(line)
    except ValidationError:
        return event_adapter.validate_python(json.loads(line))
