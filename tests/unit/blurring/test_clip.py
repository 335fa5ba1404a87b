"""Clips from end to end: what is encoded is what was decoded, but for what is covered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from listening import Listener
from scenes import Scene
from unusual_media import ClipForm, write_clip

from pyroblur_gui.blurring import render
from pyroblur_gui.blurring.clip import ClipDone, ClipJob, cover_clip, planned
from pyroblur_gui.blurring.plan import Seen
from pyroblur_gui.blurring.project import Project, SourceIdentity, noise_seed
from pyroblur_gui.blurring.spec import BlurOptions, Style
from pyroblur_gui.core.errors import EngineError, JobCancelledError, UnreadableMediaError
from pyroblur_gui.media.encoder import plan_encoding
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import VideoReader
from pyroblur_gui.models.detector import Detector

Packet = tuple[int | None, int | None, bytes]


@dataclass(frozen=True)
class Work:
    """A clip to cover again and again."""

    path: Path
    detector: Detector
    target: Path

    def job(self, *, memory_bytes: int | None = None, detector: Detector | None = None, **options) -> ClipJob:
        chosen = BlurOptions(**{"model": "centerface", "classes": ("face",), **options})
        facts = probe(self.path)
        assert facts.video is not None
        plan = plan_encoding(facts, container_suffix=".mkv", crf=chosen.crf, preset="ultrafast")
        seed = noise_seed(SourceIdentity.of(self.path))
        job = ClipJob(self.path, facts, facts.video, chosen, plan, detector or self.detector, seed)
        return job if memory_bytes is None else replace(job, memory_bytes=memory_bytes)

    def project(self, job: ClipJob, name: str) -> Project:
        return Project.of_job(SourceIdentity.of(self.path), self.target.with_name(name), job.options, model="m")

    def cover(self, name: str, job: ClipJob, listener: Listener | None = None) -> tuple[ClipDone, list[list[Packet]]]:
        """What was done, and the packets of every segment."""
        with self.project(job, name) as project:
            done = cover_clip(job, project, listener or Listener())
            segments = [_packets(segment.path) for segment in project.segments()]
        return done, segments


@pytest.fixture
def work(scene: Scene, tmp_path: Path, detector: Detector) -> Work:
    path = tmp_path / "clip.mkv"
    write_clip(path, scene.pictures, ClipForm(options={"g": "12"}))
    return Work(path, detector, tmp_path / "out.mkv")


@pytest.fixture
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "SEGMENT_S", Fraction(1, 2))  # 12 frames


def _packets(path: Path) -> list[Packet]:
    """Time stamps and content; a NUT file itself also holds the time at which it was written."""
    with av.open(path) as container:
        return [(packet.pts, packet.dts, bytes(packet)) for packet in container.demux() if packet.size]


def _frames(paths: list[Path]) -> list[np.ndarray]:
    shown = []
    for path in paths:
        with VideoReader(path) as reader:
            shown += [np.concatenate([p.samples.reshape(-1).copy() for p in frame.writable_planes()])
                      for frame in reader.frames()]  # fmt: skip
    return shown


def test_what_is_not_covered_is_what_was_decoded(work: Work):
    """Encoded without loss, nothing but the cover differs from the source."""
    job = work.job(crf=0, style=Style.SOLID, color="#00ff00")
    with work.project(job, "a") as project:
        done = cover_clip(job, project, Listener())
        with VideoReader(project.segments()[0].path) as reader:
            output = list(reader.frames())
        plans = dict(planned(project.frames(), job.plans()))
    assert done.frames == len(output) == 48
    with VideoReader(work.path) as reader:
        for before, after in zip(reader.frames(), output, strict=True):
            assert plans[before.index], "the face is found"
            for one, other in zip(before.writable_planes(), after.writable_planes(), strict=True):
                outside = np.ones(one.samples.shape, bool)
                for region in plans[before.index]:
                    x1, y1, x2, y2 = region.box
                    outside[
                        int(max(0, y1 // one.step_y)) : int(y2 // one.step_y) + 1,
                        int(max(0, x1 // one.step_x)) : int(x2 // one.step_x) + 1,
                    ] = False
                assert np.array_equal(one.samples[outside], other.samples[outside])
                assert (one.samples[~outside] != other.samples[~outside]).mean() > 0.5


def test_one_pass_and_two_passes_give_the_same_packets(work: Work, short_segments: None):
    one, two = Listener(), Listener()
    in_one = work.cover("one", work.job(), one)
    in_two = work.cover("two", work.job(memory_bytes=0), two)
    assert in_one[1] == in_two[1]
    assert len(in_one[1]) == 4
    assert in_one[0].tally.spans == in_two[0].tally.spans
    assert {event.stage for event in one.of_type("progress")} == {"blur"}
    assert {event.stage for event in two.of_type("progress")} == {"analyse", "blur"}


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("memory_bytes", [None, 0], ids=["one pass", "two passes"])
@pytest.mark.parametrize("stop_at", [3, 20, 45, 70])
def test_a_job_that_was_stopped_goes_on_to_the_same_packets(
    work: Work, short_segments: None, every: int, memory_bytes: int | None, stop_at: int
):
    job = work.job(memory_bytes=memory_bytes, every=every)
    whole, undisturbed = work.cover("whole", job)

    def stop(count: int) -> None:
        if count == stop_at:
            raise JobCancelledError

    stopped = Listener()
    stopped.on_check = stop
    if memory_bytes is None and stop_at > 48:
        return
    with pytest.raises(JobCancelledError):
        work.cover("stopped", job, stopped)
    with work.project(job, "stopped") as project:
        committed = project.segments()[-1].stop if project.segments() else 0
    resumed, segments = work.cover("stopped", job)
    assert segments == undisturbed
    assert resumed.resumed_at == committed
    assert resumed.frames == whole.frames == 48
    assert resumed.tally.spans == whole.tally.spans
    again, segments = work.cover("stopped", job)
    assert again.resumed_at == 48
    assert segments == undisturbed


def test_a_resumed_job_looks_at_nothing_twice(work: Work, short_segments: None):
    class Counting:
        def __init__(self, detector: Detector) -> None:
            self.detector = detector
            self.count = 0

        def __getattr__(self, name: str):
            return getattr(self.detector, name)

        def submit(self, picture, *, confidence):
            self.count += 1
            return self.detector.submit(picture, confidence=confidence)

    def stop(count: int) -> None:
        if count == 40:
            raise JobCancelledError

    first, second, listener = Counting(work.detector), Counting(work.detector), Listener()
    listener.on_check = stop
    with pytest.raises(JobCancelledError):
        work.cover("a", work.job(detector=first), listener)
    work.cover("a", work.job(detector=second))
    assert second.count <= 48 - (first.count - work.detector.in_flight - 1)


def test_every_frame_has_its_own_time_stamp(scene: Scene, tmp_path: Path, detector: Detector):
    ticks = np.cumsum(np.random.default_rng(1).integers(7, 90, 48)).tolist()
    path = tmp_path / "uneven.mkv"
    write_clip(path, scene.pictures, ClipForm(ticks=ticks))
    job = Work(path, detector, tmp_path / "out.mkv").job()
    with Work(path, detector, tmp_path / "out.mkv").project(job, "a") as project:
        cover_clip(job, project, Listener())
        assert [row.pts for row in project.frames()] == ticks


def _shaky(detector: Detector, is_broken: Callable[[int], bool]) -> Detector:
    """Fails on the pictures that it is told to, whenever it is asked."""

    class Broken:
        def result(self):
            raise EngineError("the engine broke")

    class Shaky:
        def __init__(self) -> None:
            self.seen: dict[bytes, int] = {}

        def __getattr__(self, name: str):
            return getattr(detector, name)

        def submit(self, picture, *, confidence):
            number = self.seen.setdefault(picture.tobytes(), len(self.seen))
            return Broken() if is_broken(number) else detector.submit(picture, confidence=confidence)

    return Shaky()


def test_a_frame_that_cannot_be_looked_at_is_never_written_clear(work: Work):
    job = work.job(detector=_shaky(work.detector, lambda number: number == 20), crf=0)
    with work.project(job, "a") as project:
        done = cover_clip(job, project, Listener())
        shown = _frames([segment.path for segment in project.segments()])
        plans = dict(planned(project.frames(), job.plans()))
    assert done.tally.failed == 1
    assert [region.seen for region in plans[20]] == [Seen.UNKNOWN]
    assert len(np.unique(shown[20][: 320 * 240])) == 1
    assert len(np.unique(shown[19][: 320 * 240])) > 50


def test_an_engine_that_keeps_failing_fails_the_job(work: Work):
    job = work.job(detector=_shaky(work.detector, lambda number: number >= 20))
    with pytest.raises(EngineError, match="the engine broke"):
        work.cover("a", job)


def test_a_clip_that_lost_frames_since_it_was_begun_is_refused(work: Work, scene: Scene, short_segments: None):
    def stop(count: int) -> None:
        if count == 44:
            raise JobCancelledError

    listener = Listener()
    listener.on_check = stop
    job = work.job()
    with pytest.raises(JobCancelledError):
        work.cover("a", job, listener)
    project = work.project(job, "a")
    write_clip(work.path, scene.pictures[:30], ClipForm(options={"g": "12"}))
    with project, pytest.raises(UnreadableMediaError, match="changed"):
        cover_clip(job, project, Listener())


def test_who_watches_sees_covered_frames(work: Work, scene: Scene):
    listener = Listener()
    listener.watches = True
    work.cover("a", work.job(style=Style.SOLID, color="#00ff00"), listener)
    frame, width, height, rgb = listener.shown[10]
    assert (frame, width, height) == (10, 320, 240)
    left, top, right, bottom = scene.faces[10]
    middle = np.frombuffer(rgb, np.uint8).reshape(height, width, 3)[top:bottom, left:right].mean(axis=(0, 1))
    assert middle[1] > 200
    assert middle[0] < 60


def test_progress_ends_at_the_last_frame(work: Work, listener: Listener):
    work.cover("a", work.job(), listener)
    last = listener.of_type("progress")[-1]
    assert (last.done, last.total, last.unit) == (48, 48, "frames")
