"""Every frame once, at its time, from any frame on; damage is told and stepped over."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clips import cut_off, make_clip, make_vfr_clip, samples_of

from pyroblur_gui.core.errors import MissingFileError, UnreadableMediaError
from pyroblur_gui.media.clock import Clock
from pyroblur_gui.media.reader import VideoReader

SMALL = {"width": 96, "height": 64}


def _all(reader: VideoReader, start: int = 0, times: list[int] | None = None) -> list[tuple[int, int, bytes]]:
    pts_of = times.__getitem__ if times is not None else None
    return [
        (frame.index, frame.pts, samples_of(frame.image)[0].tobytes()) for frame in reader.frames(start, pts_of=pts_of)
    ]


def test_frames_come_in_order_with_the_times_they_were_made_with(tmp_path: Path) -> None:
    times = [0, 512, 1024, 3000, 3001, 9000]
    path = make_clip(tmp_path / "a.mp4", times=times, **SMALL)
    with VideoReader(path) as reader:
        frames = list(reader.frames())
    assert [frame.pts for frame in frames] == times
    assert [frame.index for frame in frames] == list(range(6))
    assert {frame.time_base for frame in frames} == {Fraction(1, 12800)}
    assert {frame.image.pict_type for frame in frames} == {0}  # the encoder chooses
    assert reader.notes() == ()


KINDS = {
    "b-frames": ("a.mp4", {"options": {"preset": "medium", "bf": "3", "g": "12"}}),
    "open GOP": ("a.mp4", {"options": {"preset": "medium", "x264-params": "open-gop=1:keyint=10:min-keyint=10"}}),
    "h265 open GOP": ("a.mkv", {"codec": "libx265", "options": {"x265-params": "open-gop=1:keyint=10:min-keyint=10"}}),
    "vp9": ("a.webm", {"options": {"g": "10"}}),
    "transport stream": ("a.ts", {"start": 126_000, "options": {"preset": "medium", "g": "12"}}),
    "mpeg-4 in avi": ("a.avi", {"codec": "mpeg4", "time_base": Fraction(1, 24)}),
    "h264 in avi": ("a.avi", {"options": {"bf": "0"}, "time_base": Fraction(1, 24)}),
    "late start": ("a.mp4", {"start": 10_247, "options": {"g": "12"}}),
    "flv": ("a.flv", {}),
    "mpeg-2": ("a.mpg", {"rate": 25, "time_base": Fraction(1, 25)}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", [1, 30, 41, 71])
def test_decoding_from_any_frame_gives_what_decoding_from_the_beginning_gives(
    tmp_path: Path, kind: str, start: int
) -> None:
    name, more = KINDS[kind]
    path = make_clip(tmp_path / name, frames=72, **SMALL, **more)
    with VideoReader(path) as reader:
        everything = _all(reader)
        assert len(everything) == 72
        times = [pts for _, pts, _ in everything]
        assert times == sorted(set(times))
        assert _all(reader, start, times) == everything[start:]
        assert _all(reader, start) == everything[start:]  # without known times, by decoding from the beginning
        assert _all(reader) == everything


def test_decoding_from_any_frame_with_uneven_times(tmp_path: Path) -> None:
    path = make_vfr_clip(tmp_path / "a.mkv", frames=60, options={"g": "10"}, **SMALL)
    with VideoReader(path) as reader:
        everything = _all(reader)
        times = [pts for _, pts, _ in everything]
        for start in (59, 35, 20):
            assert _all(reader, start, times) == everything[start:]


def test_wrong_times_never_give_a_wrong_frame(tmp_path: Path) -> None:
    """A clip that was exchanged behind a job's back: the times do not match, so it is decoded from the beginning."""
    path = make_clip(tmp_path / "a.mp4", frames=60, options={"g": "10"}, **SMALL)
    with VideoReader(path) as reader:
        everything = _all(reader)
        assert _all(reader, 50, [number * 512 for number in range(60)]) == everything[50:]


def test_scrubbing_finds_the_frame_that_is_shown(tmp_path: Path) -> None:
    path = make_vfr_clip(tmp_path / "a.mp4", frames=72, options={"preset": "medium", "g": "20"}, **SMALL)
    with VideoReader(path) as reader:
        frames = [(frame.pts, samples_of(frame.image)[0].tobytes()) for frame in reader.frames()]
        tick = reader.video.time_base
        for number in (0, 71, 3, 4, 40, 5, 70, 33):
            pts, samples = frames[number]
            for time_s in (
                float(pts * tick) + 0.001,
                float((frames[number + 1][0] if number < 71 else pts + 100) * tick) - 0.001,
            ):
                found = reader.frame_at(time_s)
                assert (found.pts, samples_of(found.image)[0].tobytes()) == (pts, samples)
        assert reader.frame_at(-5).pts == frames[0][0]
        assert reader.frame_at(1e9).pts == frames[-1][0]


def test_scrubbing_counts_from_a_late_start(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", start=12_800, frames=24, **SMALL)
    with VideoReader(path) as reader:
        assert reader.frame_at(0).pts == 12_800
        assert reader.frame_at(0.5).index == pytest.approx(12, abs=1)


def test_a_new_iteration_ends_the_last_one_and_so_does_closing(tmp_path: Path) -> None:
    """FFmpeg must never be asked to go on with a file that was closed: that ends the whole process."""
    path = make_clip(tmp_path / "a.mp4", frames=48, **SMALL)
    with VideoReader(path, threads=1) as reader:
        first = reader.frames()
        next(first)
        second = reader.frames()
        assert next(second).index == 0
        assert len(list(first)) < 48
        assert len(list(second)) == 47
        third = reader.frames()
        next(third)
    assert len(list(third)) < 48
    with pytest.raises(StopIteration):
        next(third)


# -- damage


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm", "a.avi", "a.mov"])
def test_a_cut_clip_is_read_up_to_the_cut_and_marked(tmp_path: Path, name: str) -> None:
    more = {"codec": "mpeg4", "time_base": Fraction(1, 24)} if name.endswith("avi") else {}
    whole = make_clip(tmp_path / name, frames=96, **SMALL, **more)
    path = cut_off(whole, tmp_path / f"cut_{name}", share=0.6)
    with VideoReader(whole) as reader:
        complete = _all(reader)
        assert reader.cut_off == ""
    with VideoReader(path) as reader:
        partial = _all(reader)
        assert "cut off after" in reader.cut_off
        assert reader.notes()[0] == reader.cut_off
    assert 20 < len(partial) < 96
    intact = len(partial) - 2  # the very last may be half a picture
    assert partial[:intact] == complete[:intact]


def test_sound_that_lasts_longer_is_no_cut(tmp_path: Path) -> None:
    for name in ("a.mkv", "a.mp4"):
        path = make_clip(
            tmp_path / name, frames=24, times=range(0, 24), time_base=Fraction(1, 24), audio=("aac",), **SMALL
        )
        with VideoReader(path) as reader:
            assert len(list(reader.frames())) == 24
            assert reader.cut_off == ""


def test_damage_in_the_middle_is_counted_and_the_rest_is_kept(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "a.mkv", frames=96, options={"g": "12"}, **SMALL)
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = np.random.default_rng(2).bytes(400)
    path = tmp_path / "damaged.mkv"
    path.write_bytes(data)
    with VideoReader(path) as reader:
        frames = list(reader.frames())
        assert len(frames) >= 80
        assert reader.damaged > 0
        assert "damaged" in " ".join(reader.notes())
        assert [frame.pts for frame in frames] == sorted({frame.pts for frame in frames})


def test_a_clip_that_vanishes_or_holds_nothing(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", frames=4, **SMALL)
    with VideoReader(path) as reader:
        path.unlink()
        with pytest.raises(MissingFileError):
            list(reader.frames())
    path.write_bytes(b"exchanged")
    with pytest.raises(UnreadableMediaError):
        VideoReader(path)


def test_a_picture_that_changes_its_size_is_made_like_the_first(tmp_path: Path) -> None:
    """Two recordings in one stream, as broadcasts and calls have them."""
    parts = [
        make_clip(tmp_path / f"{number}.ts", width=width, height=64, frames=5, start=126_000 + number * 18_750)
        for number, width in enumerate((96, 128))
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with VideoReader(path) as reader:
        frames = list(reader.frames())
        assert {(frame.image.width, frame.image.height) for frame in frames} == {(96, 64)}
        assert len(frames) == 10
        assert "changes" in " ".join(reader.notes())


# -- time stamps


def _stamped(told: list[int | None], *, duration: int = 40) -> tuple[list[int], int]:
    clock = Clock(time_base=Fraction(1, 1000), frame_rate=Fraction(25))
    return [clock.stamp(pts, duration)[0] for pts in told], clock.changed


@pytest.mark.parametrize(
    ("told", "expected", "changed"),
    [
        ([0, 40, 80], [0, 40, 80], 0),
        ([None, None, None], [0, 40, 80], 3),
        ([100, None, 180], [100, 140, 180], 1),
        ([0, 40, 40, 80], [0, 40, 41, 80], 1),
        ([0, 40, 30, 80], [0, 40, 41, 80], 1),
        ([5000, 5040, 0, 40], [5000, 5040, 5080, 5120], 2),
        ([-80, -40, 0], [-80, -40, 0], 0),
        ([0, 100_000, 100_040], [0, 100_000, 100_040], 0),
    ],
)
def test_times_rise_and_stay_what_they_are_where_they_can(
    told: list[int | None], expected: list[int], changed: int
) -> None:
    assert _stamped(told) == (expected, changed)


def test_equal_times_lose_no_frame(tmp_path: Path) -> None:
    """Some cameras write equal time stamps; Matroska takes them."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mjpeg", rate=25, width=64, height=48, time_base=Fraction(1, 1000))
        stream.pix_fmt = "yuvj420p"
        for number in range(6):
            frame = av.VideoFrame(64, 48, "yuvj420p")
            frame.pts, frame.time_base = number * 40, Fraction(1, 1000)
            for packet in stream.encode(frame):
                packet.pts = packet.dts = (packet.pts or 0) // 80 * 80
                output.mux(packet)
    with VideoReader(path) as reader:
        assert len(list(reader.frames())) == 6
        assert reader.retimed > 0
        assert "time stamp" in " ".join(reader.notes())
