"""Lists faces and plates without covering them.

Boxes are told as they are found (an event a frame that has any) and, for files that do not have too many, once more in
the result. Coordinates are pixels of the picture as it is displayed: upright, and wide as it is stored (pixels that are
not square stay so).
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pydantic import JsonValue

from pyroblur_gui.blurring.analyse import Looked, Looker, Thresholds, View
from pyroblur_gui.blurring.flow import Ahead
from pyroblur_gui.blurring.photo import looked_at
from pyroblur_gui.blurring.pipeline import is_tiled
from pyroblur_gui.blurring.spec import DetectSpec
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Detected, FoundBox, Log, Started
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.media.images import read_photo
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import Frame, VideoReader
from pyroblur_gui.models.detector import Detector, Picture
from pyroblur_gui.operations.warm import DETECTOR

MOST_LISTED = 50_000  # boxes; a result is one line of JSON
MOST_QUEUED = 4


def run(spec: DetectSpec, context: Context) -> dict[str, JsonValue]:
    """Raises PyroblurError, JobCancelledError."""
    began = time.monotonic()
    facts = probe(spec.source)
    detector = DETECTOR.open(spec.options, is_tiled(spec.options, facts))
    context.emit(
        Started(
            kind=spec.kind,
            detail={
                "input": str(spec.source),
                "media": facts.kind.value,
                "model": spec.options.model,
                "engine": detector.engine,
            },
        )
    )
    listing = _Listing(context, facts)
    warnings = list(facts.notes)
    if facts.video is None:
        _look_at_photo(spec, detector, listing, context, warnings)
    else:
        _look_at_clip(spec, detector, listing, context, warnings)
    if listing.failed:
        warnings.append(f"{listing.failed} frames could not be looked at.")
    for warning in warnings:
        context.emit(Log(level="warning", text=warning))
    return {
        "input": str(spec.source),
        "kind": facts.kind.value,
        "width": facts.width,
        "height": facts.height,
        "frames": listing.frames,
        "detections": {label: listing.counts.get(label, 0) for label in spec.options.classes},
        "boxes": list(listing.lines) if listing.lines is not None else None,
        "model": spec.options.model,
        "engine": detector.engine,
        "wall_s": round(time.monotonic() - began, 3),
        "warnings": [*warnings],
    }


class _Listing:
    """Tells boxes as they are found, and keeps them for the result while they are not too many."""

    def __init__(self, context: Context, facts: MediaFacts) -> None:
        self._context = context
        self.facts = facts
        self.frames = 0
        self.failed = 0  # frames that could not be looked at
        self.counts: Counter[str] = Counter()
        self.lines: list[JsonValue] | None = []

    def add(self, looked: Looked, *, time_s: float, view: View) -> None:
        self.failed += looked.has_failed
        boxes = view.seen(np.array([found.box for found in looked.detections], np.float32).reshape(-1, 4))
        width, height = view.orientation.upright_size(view.width, view.height)
        pixels = np.clip(boxes, 0, 1) * np.array((width, height, width, height), np.float32)
        found = tuple(
            FoundBox(
                label=each.label, score=round(each.score, 4),
                left=round(left, 2), top=round(top, 2), right=round(right, 2), bottom=round(bottom, 2),
            )
            for each, (left, top, right, bottom) in zip(looked.detections, pixels.tolist(), strict=True)
        )  # fmt: skip
        if not found:
            return
        self.counts.update(box.label for box in found)
        event = Detected(frame=looked.frame, time_s=round(time_s, 3), boxes=found)
        self._context.emit(event)
        if self.lines is not None:
            self.lines.append(event.model_dump(mode="json", exclude={"type": True, "boxes": {"__all__": {"type"}}}))
            if self.counts.total() > MOST_LISTED:
                self.lines = None


def _look_at_photo(
    spec: DetectSpec, detector: Detector, listing: _Listing, context: Context, warnings: list[str]
) -> None:
    photo = read_photo(spec.source)
    warnings += photo.notes
    for looked in looked_at(photo, spec.options, detector):
        context.check_cancelled()
        page = photo.pages[looked.frame]
        listing.add(looked, time_s=0.0, view=View(page.width, page.height))
        listing.frames += 1


@dataclass(frozen=True, slots=True)
class _Seen:
    frame: Frame
    picture: Picture | None


def _look_at_clip(
    spec: DetectSpec, detector: Detector, listing: _Listing, context: Context, warnings: list[str]
) -> None:
    with VideoReader(spec.source, facts=listing.facts) as reader:
        view = View.of(reader.video)
        looker = Looker(detector, Thresholds.of(spec.options, detector).sure, view)
        meter = Meter(context, "detect", total=reader.video.frames)
        times: dict[int, float] = {}
        first_s = 0.0

        def frames() -> Iterator[_Seen]:
            for frame in reader.frames():
                yield _Seen(frame, None if frame.index % spec.options.every else looker.picture(frame))

        with Ahead(frames(), most=MOST_QUEUED, name="decode") as ahead:
            for seen in ahead:
                context.check_cancelled()
                frame = seen.frame
                first_s = frame.time_s if frame.index == 0 else first_s
                listing.frames += 1
                meter.at(listing.frames)
                if seen.picture is not None:
                    times[frame.index] = frame.time_s - first_s
                    for looked in looker.look(frame.index, seen.picture):
                        listing.add(looked, time_s=times.pop(looked.frame), view=view)
        for looked in looker.rest():
            listing.add(looked, time_s=times.pop(looked.frame), view=view)
        meter.finish(listing.frames)
        warnings += reader.notes()
