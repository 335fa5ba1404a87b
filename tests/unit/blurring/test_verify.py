"""An output is held against what it should be."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from listening import Listener
from scenes import Scene
from unusual_media import ClipForm, write_clip

from pyroblur_gui.blurring.analyse import Looked, Looker, View
from pyroblur_gui.blurring.plan import Region, Seen
from pyroblur_gui.blurring.project import Detection
from pyroblur_gui.blurring.spec import Shape, Verify
from pyroblur_gui.blurring.tally import Tally
from pyroblur_gui.blurring.verify import ClipCheck, Samples, Verified, bare_share, check_clip
from pyroblur_gui.core.classes import FACE
from pyroblur_gui.core.errors import JobCancelledError, OutputError
from pyroblur_gui.media.orientation import Orientation
from pyroblur_gui.media.reader import VideoReader
from pyroblur_gui.models.detector import Detector

RATE = 24
Plans = Iterable[tuple[int, tuple[Region, ...]]]


def _region(box: tuple[float, float, float, float], shape: Shape = Shape.BOX) -> Region:
    return Region(0, FACE, box, shape, Seen.DETECTED, 0.9)


@pytest.fixture(scope="module")
def clip(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("output") / "output.mkv"
    write_clip(path, scene.pictures, ClipForm(rate=RATE))
    return path


def _check(
    clip: Path,
    detector: Detector,
    *,
    frames: int = 48,
    regions: tuple[Region, ...] = (),
    verify: Verify = Verify.FULL,
    late_s: float = 0.0,
    listener: Listener | None = None,
) -> Verified:
    with VideoReader(clip) as reader:
        view = View.of(reader.video)
        times = [number / RATE + (late_s if number > 10 else 0) for number in range(frames)]
        check = ClipCheck(view, ((number, regions) for number in range(frames)), times, frames)
        looker = Looker(detector, {FACE: 0.3}, view)
        samples = Samples(verify, Tally(), duration_s=2.0)
        return check_clip(reader, check, samples, looker, listener or Listener())


def test_a_face_that_was_left_clear_is_listed_where_a_person_sees_it(clip: Path, detector: Detector, scene: Scene):
    verified = _check(clip, detector)
    assert verified.checked == 48
    assert {finding.frame for finding in verified.findings} == set(range(48))
    assert verified.needs_look
    finding = verified.findings[24]
    left, top, right, bottom = scene.faces[24]
    assert finding.box[0] < left < right < finding.box[2]
    assert finding.box[1] < top < bottom < finding.box[3]
    assert finding.time_s == pytest.approx(24 / RATE)


def test_what_is_found_on_a_cover_is_counted_and_no_leak(clip: Path, detector: Detector):
    verified = _check(clip, detector, regions=(_region((0, 0, 320, 240)),))
    assert verified.findings == []
    assert verified.again >= 48
    assert not verified.needs_look


def test_only_some_frames_are_looked_at_when_sampled(clip: Path, detector: Detector):
    assert _check(clip, detector, verify=Verify.SAMPLED).checked == 2


@pytest.mark.parametrize(("frames", "why"), [(47, "more than the 47 frames"), (49, "48 of the source's 49 frames")])
def test_frames_that_are_missing_or_too_many_are_refused(clip: Path, detector: Detector, frames: int, why: str):
    with pytest.raises(OutputError, match=why):
        _check(clip, detector, frames=frames)


def test_frames_that_are_shown_at_another_time_are_refused(clip: Path, detector: Detector):
    with pytest.raises(OutputError, match="frame 11 is shown at"):
        _check(clip, detector, late_s=0.02)


def test_a_check_can_be_cancelled(clip: Path, detector: Detector):
    def cancel(count: int) -> None:
        if count == 5:
            raise JobCancelledError

    listener = Listener()
    listener.on_check = cancel
    with pytest.raises(JobCancelledError):
        _check(clip, detector, listener=listener)


def test_frames_around_the_ends_of_tracks_are_looked_at():
    tally = Tally()
    for frame in range(100):
        tally.add(frame, (_region((0, 0, 9, 9)),) if 40 <= frame < 47 else ())
    samples = Samples(Verify.SAMPLED, tally, duration_s=4)
    assert [frame for frame in range(100) if samples.wants(frame, frame / 25)] == [0, 25, 39, 40, 46, 47, 50, 75]


def test_many_tracks_do_not_make_a_full_check_of_a_sampled_one():
    tally = Tally()
    for frame in range(1000):
        tally.add(frame, (Region(frame, FACE, (0, 0, 9, 9), Shape.BOX, Seen.DETECTED, 1.0),))
    samples = Samples(Verify.SAMPLED, tally, duration_s=40)
    assert sum(samples.wants(frame, frame / 25) for frame in range(1000)) < 150


@pytest.mark.parametrize(
    ("shape", "box", "share"),
    [
        (Shape.BOX, (0, 0, 10, 10), 0.0),
        (Shape.BOX, (5, 0, 15, 10), 0.5),
        (Shape.BOX, (20, 20, 30, 30), 1.0),
        (Shape.ELLIPSE, (0, 0, 10, 10), 1 - 3.14159 / 4),
    ],
)
def test_what_lies_outside_of_covers(shape: Shape, box: tuple[float, float, float, float], share: float):
    assert bare_share((0, 0, 10, 10), [(shape, box)]) == pytest.approx(share, abs=0.03)


def test_an_output_that_is_stored_upright_is_compared_with_a_source_that_is_not():
    """Some containers cannot say how a clip is turned: its frames are turned themselves."""
    verified = Verified()
    stored = View(40, 20, Orientation(90))
    upright = View(20, 40)
    region = _region((0, 0, 10, 10))  # top left as stored, top right once it is turned clockwise
    looked = Looked(0, (Detection(FACE, (10, 0, 20, 10), 0.9), Detection(FACE, (0, 30, 10, 40), 0.9)))
    verified.add(looked, (region,), source=stored, output=upright, time_s=0)
    assert verified.again == 1
    assert [finding.box for finding in verified.findings] == [(0, 30, 10, 40)]
