"""Covers a clip: each frame is decoded once, looked at, held until its plan is settled, covered and encoded.

Where the frames that wait for their plan would fill the memory (large pictures at high rates), the clip is analysed
first and decoded a second time to be covered. Both ways give the same result, and both go on after a kill.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, cast

from pydantic import JsonValue

from pyroblur_gui.blurring.analyse import Analysis, Looker, Thresholds, View, covering_of
from pyroblur_gui.blurring.flow import Ahead
from pyroblur_gui.blurring.plan import UNKNOWN_RATE, Horizon, Region
from pyroblur_gui.blurring.progress import show
from pyroblur_gui.blurring.project import FrameRow, Project
from pyroblur_gui.blurring.redact import Covers
from pyroblur_gui.blurring.render import MOST_THREADS, Renderer, segment_frames
from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.blurring.tally import Tally
from pyroblur_gui.blurring.track import Plans, Tracker
from pyroblur_gui.core.errors import UnreadableMediaError
from pyroblur_gui.core.system import usable_cores
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.media.encoder import EncoderPlan
from pyroblur_gui.media.facts import MediaFacts, VideoFacts
from pyroblur_gui.media.reader import Frame, VideoReader
from pyroblur_gui.models.detector import Detector, Picture

MEMORY_BYTES = 640 << 20  # a clip that would need more in one pass is decoded twice
# About what things take, as measured with x264 and the shipped models: better a pass too many than memory used up.
PROGRAM_BYTES = 200 << 20
DETECTOR_BYTES_A_PIXEL = 190  # of the pictures that it looks at
CODEC_FRAMES = 76  # that decoder and encoder hold between them
QUEUED = 1  # frames between two threads
END = "ended"  # name of the fact in the project that tells how the clip ended

Planned = tuple[int, tuple[Region, ...]]


@dataclass(frozen=True, slots=True)
class ClipJob:
    """Everything that covering a clip needs. seed: of the noise of covers.

    release: called once the detector has looked at all frames and its memory is wanted for the encoder.
    """

    source: Path
    facts: MediaFacts
    video: VideoFacts
    options: BlurOptions
    plan: EncoderPlan
    detector: Detector
    seed: bytes
    release: Callable[[], None] = lambda: None
    memory_bytes: int = MEMORY_BYTES

    @property
    def view(self) -> View:
        return View.of(self.video)

    def looker(self) -> Looker:
        return Looker(self.detector, Thresholds.of(self.options, self.detector).weak, self.view)

    def plans(self) -> Plans:
        """Plans for the clip from its first frame on."""
        horizon = Horizon.of(self.options, self.video.frame_rate)
        tracker = Tracker(horizon, Thresholds.of(self.options, self.detector).sure)
        covering = covering_of(self.options, self.detector)
        return Plans(tracker, horizon=horizon, covering=covering, width=self.video.width, height=self.video.height)

    def covers(self) -> Covers:
        options = self.options
        hold = round(self.video.frame_rate or UNKNOWN_RATE)  # a second
        feather = options.feather / 100
        return Covers(style=options.style, color=options.color, feather=feather, seed=self.seed, hold=hold)

    @property
    def fits_in_memory(self) -> bool:
        """Whether the frames that wait for their plan find room beside the detector and the encoder."""
        settle = Horizon.of(self.options, self.video.frame_rate).settle
        frames = settle + self.detector.in_flight + 2 * QUEUED + CODEC_FRAMES
        width, height = self.detector.preferred_size(*self.view.size)
        detector = width * height * DETECTOR_BYTES_A_PIXEL
        return PROGRAM_BYTES + detector + frames * self._frame_bytes <= self.memory_bytes

    @property
    def _frame_bytes(self) -> int:
        """About what a decoded frame takes; rather more than less."""
        video, name = self.video, self.video.pixel_format
        planes = 1.5 if "420" in name or name in {"nv12", "p010le"} else 2.0 if "422" in name else 3.0
        samples = video.width * video.height * (planes + video.has_alpha)
        return max(1, round(samples * (2 if video.bit_depth > 8 else 1)))


@dataclass(frozen=True, slots=True)
class ClipDone:
    """What came of it. The segments are in the project."""

    tally: Tally
    frames: int
    resumed_at: int  # the first frame that no earlier run had encoded
    cut_off: str  # "" or why the clip ended before its announced end
    damaged: int  # packets and frames that could not be decoded cleanly
    notes: tuple[str, ...]


def cover_clip(job: ClipJob, project: Project, context: Context) -> ClipDone:
    """Analyses and encodes all that an earlier run did not. Raises what reading, looking and encoding raise."""
    tally = Tally()
    end = _End.of(project)
    if end is None and not job.fits_in_memory:
        end = _analyse(job, project, context)
    if not job.fits_in_memory:
        job.release()
    covers = job.covers()
    with ExitStack() as stack:
        renderer = stack.enter_context(
            Renderer(
                project, covers, plan=job.plan, facts=job.facts,
                length=segment_frames(job.video.frame_rate), most_waiting=QUEUED,
            )
        )  # fmt: skip
        start = renderer.next
        passing: _Pass = _FirstPass(job, project, start) if end is None else _SecondPass(job, project, start, end)
        meter = Meter(context, "blur", total=end.frames if end else _expected(job), start=start)
        for number, regions in planned(passing.rows(stack, context), job.plans()):
            tally.add(number, regions)
            if number >= start:
                frame = renderer.render(passing.frame(), regions)
                show(context, frame, job.view.size, frame=number, time_s=frame.time_s)
                meter.at(renderer.next)
        renderer.finish()
        meter.finish(renderer.next)
        end = passing.end()
    return ClipDone(tally, end.frames, start, end.cut_off, end.damaged, end.notes)


def planned(rows: Iterable[FrameRow], plans: Plans) -> Iterator[Planned]:
    """The plan of each frame, in order, as soon as it is settled."""
    latest = -1
    for row in rows:
        latest = row.number
        plans.add(latest, row.detections, has_failed=row.has_failed)
        yield from plans.settled(latest)
    yield from plans.rest(latest)


@dataclass(frozen=True, slots=True)
class _End:
    """How the clip ended: known once it was decoded to its end, and kept in the project."""

    frames: int
    cut_off: str
    damaged: int
    notes: tuple[str, ...]

    @classmethod
    def of(cls, project: Project) -> Self | None:
        kept = project.noted(END)
        if kept is None:
            return None
        frames, cut_off, damaged, notes = cast("tuple[int, str, int, list[str]]", kept)
        return cls(frames, cut_off, damaged, tuple(notes))

    @classmethod
    def reached(cls, project: Project, reader: VideoReader) -> Self:
        end = cls(project.recorded, reader.cut_off, reader.damaged, reader.notes())
        kept: list[JsonValue] = [end.frames, end.cut_off, end.damaged, list(end.notes)]
        project.commit()
        project.note(END, kept)
        return end


class _Pass(Protocol):
    """Where the frames and what is known of them come from."""

    def rows(self, stack: ExitStack, context: Context) -> Iterator[FrameRow]:
        """What is known of each frame, from the first on. What it opens, the stack closes."""
        ...

    def frame(self) -> Frame:
        """The next frame to cover, from the first that no earlier run encoded on."""
        ...

    def end(self) -> _End:
        """To be asked when all rows were taken."""
        ...


class _FirstPass:
    """Decodes and looks at each frame, and keeps it until it is asked for."""

    def __init__(self, job: ClipJob, project: Project, start: int) -> None:
        self._job = job
        self._project = project
        self._start = start
        self._waiting: deque[Frame] = deque()
        self._end: _End | None = None

    def rows(self, stack: ExitStack, context: Context) -> Iterator[FrameRow]:
        job, project = self._job, self._project
        reader = stack.enter_context(VideoReader(job.source, facts=job.facts, threads=decoding_threads()))
        analysis = Analysis(job.looker(), project, every=job.options.every, start=self._start)
        yield from project.frames(stop=self._start)
        frames = _looked_ahead(reader, analysis, project, self._start)
        seen = self._start
        for frame, picture in stack.enter_context(Ahead(frames, most=QUEUED, name="decode")):
            context.check_cancelled()
            self._waiting.append(frame)
            yield from analysis.add(frame, picture)
            seen = frame.index + 1
        yield from analysis.rest()
        if seen < project.recorded:
            raise _changed(job)
        self._end = _End.reached(project, reader)

    def frame(self) -> Frame:
        return self._waiting.popleft()

    def end(self) -> _End:
        if self._end is None:
            raise _changed(self._job)
        return self._end


class _SecondPass:
    """Decodes each frame when it is asked for; all is known of them."""

    def __init__(self, job: ClipJob, project: Project, start: int, end: _End) -> None:
        self._job = job
        self._project = project
        self._start = start
        self._end = end
        self._frames: Iterator[Frame] = iter(())

    def rows(self, stack: ExitStack, context: Context) -> Iterator[FrameRow]:
        job = self._job
        if self._start < self._end.frames:
            reader = stack.enter_context(VideoReader(job.source, facts=job.facts, threads=decoding_threads()))
            frames = reader.frames(self._start, pts_of=self._project.pts_of)
            self._frames = iter(stack.enter_context(Ahead(frames, most=QUEUED, name="decode")))
        for row in self._project.frames():
            context.check_cancelled()
            yield row

    def frame(self) -> Frame:
        frame = next(self._frames, None)
        if frame is None:
            raise _changed(self._job)
        return frame

    def end(self) -> _End:
        return self._end


def _analyse(job: ClipJob, project: Project, context: Context) -> _End:
    """Looks at all frames that no earlier run looked at, and holds none."""
    start = project.recorded
    meter = Meter(context, "analyse", total=_expected(job), start=start)
    with VideoReader(job.source, facts=job.facts, threads=decoding_threads()) as reader:
        analysis = Analysis(job.looker(), project, every=job.options.every, start=start)
        frames = _looked_ahead(reader, analysis, project, start)
        with Ahead(frames, most=QUEUED, name="decode") as ahead:
            for frame, picture in ahead:
                context.check_cancelled()
                for row in analysis.add(frame, picture):
                    meter.at(row.number + 1)
        for row in analysis.rest():
            meter.at(row.number + 1)
        meter.finish(project.recorded)
        return _End.reached(project, reader)


def _looked_ahead(
    reader: VideoReader, analysis: Analysis, project: Project, start: int
) -> Iterator[tuple[Frame, Picture | None]]:
    """Frames and the small pictures that the detector wants of them: the work of the thread that decodes."""
    # A clip can be entered at frames whose time stamp is known: where none but those before are, at the last of them.
    first = max(0, min(start, project.recorded - 1))
    for frame in reader.frames(first, pts_of=project.pts_of if first else None):
        if frame.index >= start:
            yield frame, analysis.picture(frame)


def decoding_threads() -> int:
    """FFmpeg's own choice is one more, or many: each holds frames, and encoder and detector compute beside it."""
    return min(usable_cores(), MOST_THREADS)


def _expected(job: ClipJob) -> int | None:
    """How many frames there will be, as far as the container tells."""
    video = job.video
    if video.frames:
        return video.frames
    return round(job.facts.duration_s * video.frame_rate) if video.frame_rate and job.facts.duration_s else None


def _changed(job: ClipJob) -> UnreadableMediaError:
    message = f"{job.source.name} changed while it was being worked on."
    return UnreadableMediaError(message, hint="Retry when nothing writes to it any more.", path=job.source)
