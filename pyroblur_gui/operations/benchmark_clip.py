"""Measures models on a clip: what stays bare after tracking and gap filling, and how fast it is blurred."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from pyroblur_gui.benchmark.clip_leaks import ClipLeaks
from pyroblur_gui.benchmark.clip_truth import read_truth
from pyroblur_gui.benchmark.covers import Mask
from pyroblur_gui.benchmark.result import ClipResult, ClipSpeed
from pyroblur_gui.benchmark.spec import BenchmarkSpec
from pyroblur_gui.blurring.analyse import Looked, Looker, Thresholds, View, covering_of
from pyroblur_gui.blurring.flow import Ahead
from pyroblur_gui.blurring.pipeline import cover, is_tiled
from pyroblur_gui.blurring.plan import Covering, Horizon, Region, Seen
from pyroblur_gui.blurring.redact import Covers, RgbPicture
from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec, Style, Verify
from pyroblur_gui.blurring.track import Plans, Tracker
from pyroblur_gui.core.errors import BenchmarkError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Event, Progress
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.media.facts import MediaFacts, VideoFacts
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import VideoReader
from pyroblur_gui.models.detector import Detector
from pyroblur_gui.models.loading import open_detector
from pyroblur_gui.operations.warm import DETECTOR

BARE, COVERED = "#000000", "#ffffff"
MOST_QUEUED = 4


def check_clip(spec: BenchmarkSpec) -> None:
    """Looks at the clip and its labels before anything is measured. Raises BenchmarkError, UnreadableMediaError ..."""
    if spec.clip is not None:
        _video_of(spec.clip)
    if spec.truth is not None:
        read_truth(spec.truth)


def clip_results(spec: BenchmarkSpec, context: Context) -> tuple[tuple[ClipResult, ...], tuple[ClipSpeed, ...]]:
    """Leaks where there are labels, and the speed. Raises BenchmarkError, UnreadableMediaError, ModelError ..."""
    if spec.clip is None:
        return (), ()
    facts, video = _video_of(spec.clip)
    leaks = [] if spec.truth is None else [_leaks(name, spec, facts, video, context) for name in spec.models]
    speeds = [_speed(name, spec, video, context) for name in spec.models]
    return tuple(leaks), tuple(speeds)


def _video_of(clip: Path) -> tuple[MediaFacts, VideoFacts]:
    facts = probe(clip)
    if facts.video is None:
        message = f"{clip.name} is no clip."
        raise BenchmarkError(message, hint="Choose a video.", path=clip)
    return facts, facts.video


def options_of(name: str, spec: BenchmarkSpec) -> BlurOptions:
    """As the model would blur: the operating thresholds are those of the benchmark. Raises ModelError."""
    detector = open_detector(name, precision="f32")
    try:
        classes = detector.classes
    finally:
        detector.close()
    return BlurOptions(
        model=name,
        classes=classes,
        confidence=spec.options.confidence,
        engine=spec.options.engine,
        device=spec.options.device,
        precision=spec.options.precision,
        verify=Verify.OFF,
    )


def _leaks(name: str, spec: BenchmarkSpec, facts: MediaFacts, video: VideoFacts, context: Context) -> ClipResult:
    options = options_of(name, spec)
    truth = read_truth(spec.truth) if spec.truth is not None else {}
    detector = open_detector(
        name,
        engine=options.engine.value,
        device=options.device,
        precision=options.precision.value,
        tiled=is_tiled(options, facts),
    )
    try:
        counted = ClipLeaks(truth, frozenset(detector.classes))
        for number, covered, detected in _masks(options, detector, facts, video, context):
            counted.add(number, covered, detected)
    finally:
        detector.close()
    result = counted.result(model=name, clip=facts.path.name, rate=video.frame_rate)
    if not result.object_frames:
        message = f"No label of {spec.truth} is of a class that {name} finds and of a frame of {facts.path.name}."
        raise BenchmarkError(message, hint=f"It finds {', '.join(detector.classes[:10])}.", path=spec.truth)
    return result


def _masks(
    options: BlurOptions, detector: Detector, facts: MediaFacts, video: VideoFacts, context: Context
) -> Iterator[tuple[int, Mask, Mask]]:
    """Of each frame in order: what the plan covers, and what the detections of that frame alone would cover."""
    horizon, thresholds = Horizon.of(options, video.frame_rate), Thresholds.of(options, detector)
    covering, view = covering_of(options, detector), View.of(video)
    plans = Plans(
        Tracker(horizon, thresholds.sure), horizon=horizon, covering=covering, width=video.width, height=video.height
    )
    alone: dict[int, tuple[Region, ...]] = {}
    painter = _Painter(view)

    def settled(looked: Looked) -> Iterator[tuple[int, Mask, Mask]]:
        plans.add(looked.frame, looked.detections, has_failed=looked.has_failed)
        alone[looked.frame] = _regions(looked, covering, thresholds.sure)
        for number, regions in plans.settled(looked.frame):
            yield number, painter.mask(regions), painter.mask(alone.pop(number, ()))

    latest = -1
    with VideoReader(facts.path, facts=facts) as reader:
        looker = Looker(detector, thresholds.weak, view)
        meter = Meter(context, "leaks", total=video.frames)
        pictures = ((frame.index, looker.picture(frame)) for frame in reader.frames())
        with Ahead(pictures, most=MOST_QUEUED, name="decode") as ahead:
            for index, picture in ahead:
                context.check_cancelled()
                latest = index
                meter.at(index + 1)
                for looked in looker.look(index, picture):
                    yield from settled(looked)
        for looked in looker.rest():
            yield from settled(looked)
        for number, regions in plans.rest(latest):
            yield number, painter.mask(regions), painter.mask(alone.pop(number, ()))
        meter.finish(latest + 1)


def _regions(looked: Looked, covering: Covering, sure: Mapping[str, float]) -> tuple[Region, ...]:
    found = [one for one in looked.detections if one.score >= sure[one.label]]
    return tuple(
        Region(number, one.label, *covering.cover(one.label, one.box), Seen.DETECTED, one.score)
        for number, one in enumerate(found)
    )


class _Painter:
    """Covers black pictures in white with the very covers of blurring, and turns them upright as labels are."""

    def __init__(self, view: View) -> None:
        self._view = view

    def mask(self, regions: tuple[Region, ...]) -> Mask:
        picture = RgbPicture(np.zeros((self._view.height, self._view.width, 3), np.uint8))
        covers = Covers(style=Style.SOLID, color=COVERED, feather=0.0, seed=bytes(32), hold=1)
        covers.paint(picture, 0, regions)
        covered = picture.pixels[..., 0] > 127
        orientation = self._view.orientation
        if orientation.mirrored:
            covered = covered[:, ::-1]
        return np.asarray(np.rot90(covered, -orientation.rotation // 90))


def _speed(name: str, spec: BenchmarkSpec, video: VideoFacts, context: Context) -> ClipSpeed:
    """From file to file, as the window and the command line do it, but for the check afterwards."""
    if spec.clip is None:
        message = "There is no clip to blur."
        raise BenchmarkError(message)
    options = options_of(name, spec)
    folders().cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=folders().cache) as folder:
        target = Path(folder) / f"covered{spec.clip.suffix}"
        began = time.perf_counter()
        result = cover(BlurSpec(source=spec.clip, target=target, options=options), _Behind(context), detectors=DETECTOR)
        wall_s = time.perf_counter() - began
    DETECTOR.close()
    frames = int(str(result.get("frames", video.frames or 0)))
    return ClipSpeed(
        model=name,
        clip=spec.clip.name,
        width=video.width,
        height=video.height,
        frames=frames,
        wall_s=round(wall_s, 3),
        frames_s=round(frames / wall_s, 3),
    )


class _Behind:
    """A job within a job: of what it tells, only its progress is passed on."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.check_cancelled = context.check_cancelled
        self.should_finish = context.should_finish
        self.next_request = context.next_request
        self.answer = context.answer
        self.show = context.show

    def emit(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._context.emit(event)

    def loading(self) -> AbstractContextManager[None]:
        return self._context.loading()

    def wants_preview(self) -> bool:
        return False
