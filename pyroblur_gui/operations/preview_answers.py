"""Answers to what the window asks about files: a small picture of one, or one of its frames with what is found in it.

Frames go by shared memory and are never written down. What goes wrong with one request is its answer; the lane goes on.
"""

import numpy as np
from pydantic import JsonValue, TypeAdapter, ValidationError

from pyroblur_gui.blurring.analyse import Thresholds, covering_of
from pyroblur_gui.blurring.pipeline import is_tiled
from pyroblur_gui.blurring.plan import Region, Seen
from pyroblur_gui.blurring.project import noise_seed
from pyroblur_gui.blurring.redact import Covers, RgbPicture
from pyroblur_gui.blurring.spec import BlurOptions, FrameRequest, InteractiveRequest, ThumbnailRequest
from pyroblur_gui.core.errors import JobCancelledError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Answer, Box
from pyroblur_gui.jobs.failure import failure_of, failure_of_spec
from pyroblur_gui.models.detector import Detector
from pyroblur_gui.operations.scrub import Moment, OpenFile, Scrubber
from pyroblur_gui.operations.warm import DETECTOR

MOST_BOXES = 300
THUMBNAIL_AT_S = 1.0  # the very first frame of a clip is often black

_requests: TypeAdapter[ThumbnailRequest | FrameRequest] = TypeAdapter(InteractiveRequest)


def answer(number: int, body: dict[str, JsonValue], scrubber: Scrubber, context: Context) -> Answer:
    """One request's answer. Raises JobCancelledError."""
    try:
        request = _requests.validate_python(body)
        if isinstance(request, ThumbnailRequest):
            return Answer(request=number, result=_thumbnail(number, request, context))
        return Answer(request=number, result=_frame(number, request, scrubber, context))
    except JobCancelledError:
        raise
    except ValidationError as error:
        return Answer(request=number, error=failure_of_spec("preview", error))
    except Exception as error:  # noqa: BLE001 - one bad file must not end the lane: what failed is the answer
        return Answer(request=number, error=failure_of(error))


def _thumbnail(number: int, request: ThumbnailRequest, context: Context) -> dict[str, JsonValue]:
    with OpenFile(request.path) as file:
        time_s = min(THUMBNAIL_AT_S, file.facts.duration_s / 10)
        shown = file.at(time_s)
        rgb = shown.small(request.width, request.height)
    height, width = rgb.shape[:2]
    context.answer(
        number, rgb=rgb.data, covered=None, width=width, height=height, frame=shown.frame, time_s=time_s, boxes=()
    )
    return file.facts.model_dump(mode="json")


def _frame(number: int, request: FrameRequest, scrubber: Scrubber, context: Context) -> dict[str, JsonValue]:
    options = request.options
    file = scrubber.open(request.path)
    tiled = is_tiled(options, file.facts)
    detector = DETECTOR.open(options, tiled)
    moment = scrubber.moment(
        file, request.time_s, (request.width, request.height), detector, key=(detector.engine, options.model, tiled)
    )
    covered = RgbPicture(moment.rgb.copy())
    covers = Covers(
        style=options.style, color=options.color, feather=options.feather / 100, seed=noise_seed(file.identity), hold=1
    )
    covers.paint(covered, moment.frame, _regions(moment, options, detector))
    height, width = moment.rgb.shape[:2]
    context.answer(
        number, rgb=moment.rgb.data, covered=covered.pixels.data, width=width, height=height, frame=moment.frame,
        time_s=request.time_s, boxes=_boxes(moment, width, height),
    )  # fmt: skip
    return _facts(file, detector)


def _regions(moment: Moment, options: BlurOptions, detector: Detector) -> list[Region]:
    """What a job would cover in this frame, were it alone; in pixels of the small picture."""
    sure, covering = Thresholds.of(options, detector).sure, covering_of(options, detector)
    regions = []
    for number, found in enumerate(moment.detections):
        if found.label in sure and found.score >= sure[found.label]:
            box, shape = covering.cover(found.label, found.box)
            regions.append(Region(number, found.label, box, shape, Seen.DETECTED, found.score))
    return regions


def _boxes(moment: Moment, width: int, height: int) -> tuple[Box, ...]:
    size = np.array((width, height, width, height))
    shares = [(np.array(found.box) / size).tolist() for found in moment.detections[:MOST_BOXES]]
    return tuple(
        Box(label=found.label, score=found.score, left=left, top=top, right=right, bottom=bottom)
        for found, (left, top, right, bottom) in zip(moment.detections[:MOST_BOXES], shares, strict=True)
    )


def _facts(file: OpenFile, detector: Detector) -> dict[str, JsonValue]:
    return {
        "frames": file.frames,
        "duration_s": file.facts.duration_s,
        "engine": detector.engine,
        "thresholds": {label: detector.threshold(label) for label in detector.classes},
    }
