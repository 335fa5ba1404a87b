"""The finished clip, opened again: every frame at its time, sound bit by bit, and nothing that was not asked for."""

import errno
from fractions import Fraction
from pathlib import Path

import av
import clips
import numpy as np
import pytest
from clips import make_clip, make_hdr_clip, make_vfr_clip, psnr, samples_of
from rendering import Render

from pyroblur_gui.core.errors import DiskFullError, JobCancelledError, MissingFileError, OutputError
from pyroblur_gui.media.encoder import EncoderPlan, plan_encoding
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import VideoReader
from pyroblur_gui.media.segments import SegmentEncoder, without_x264_message
from pyroblur_gui.media.writer import mux

SMALL = {"width": 96, "height": 64}

ROUND_TRIPS = {
    "mp4": ("a.mp4", {}),
    "mp4 medium": ("a.mp4", {"options": {"preset": "medium"}}),
    "mov": ("a.mov", {}),
    "mkv": ("a.mkv", {}),
    "ts": ("a.ts", {"start": 126_000}),
    "avi": ("a.avi", {"codec": "mpeg4", "time_base": Fraction(1, 24)}),
    "webm": ("a.webm", {}),
    "av1": ("a.webm", {"codec": "libsvtav1"}),
    "h265": ("a.mp4", {"codec": "libx265", "pixel_format": "yuv420p10le"}),
    "prores": ("a.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le"}),
    "late start": ("a.mp4", {"start": 10_247, "audio": ("aac",), "audio_start_s": 0.5}),
    "late start mkv": ("a.mkv", {"start": 823}),
    "ntsc": ("a.mp4", {"rate": Fraction(30000, 1001), "time_base": Fraction(1, 30000)}),
    "odd webm": ("a.webm", {"width": 97, "height": 65}),
    "4:2:2": ("a.mp4", {"pixel_format": "yuv422p"}),
    "full range": ("a.mp4", {"colour": clips.Colour(color_range=2)}),
    "one frame": ("a.mp4", {"frames": 1}),
}


@pytest.mark.parametrize("kind", ROUND_TRIPS)
def test_every_frame_at_its_time(tmp_path: Path, render: Render, kind: str) -> None:
    name, more = ROUND_TRIPS[kind]
    source = make_clip(tmp_path / name, **{"frames": 36, **SMALL, **more})
    done = render(source, segment=15)
    assert done.times == done.source_times
    before, after = probe(source).video, done.video
    assert before is not None
    assert after.duration_s == pytest.approx(before.duration_s, abs=0.002)
    assert (after.width, after.height, after.bit_depth) == (before.width, before.height, before.bit_depth)
    assert (after.color_range, after.frame_rate) == (before.color_range, before.frame_rate)
    for source_planes, planes in zip(done.source_samples, done.samples, strict=True):
        assert psnr(source_planes[0], planes[0], peak=float(2**before.bit_depth - 1)) > 34


@pytest.mark.parametrize("count", [10, 18, 24])
def test_the_last_frame_is_shown_also_behind_a_long_first_one(tmp_path: Path, render: Render, count: int) -> None:
    """An MP4's edit list once ended with the first tick of the last frame, and readers left the frame out."""
    first = 1536
    times = [0, *(first + 512 * number for number in range(count))]
    source = make_clip(
        tmp_path / "a.mp4", frames=len(times), times=times, rate=24, time_base=Fraction(1, 12288), **SMALL
    )
    done = render(source, preset="medium", segment=1000)
    assert done.times == done.source_times
    assert len(done.times) == count + 1


@pytest.mark.parametrize("encoder", ["libx264", "libx265", "libvpx-vp9", "libsvtav1"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_uneven_times_through_several_encoder_instances(
    tmp_path: Path, render: Render, encoder: str, suffix: str
) -> None:
    """Decoding times must rise across the seams, with B-frames, and seeking must find each frame."""
    source = make_vfr_clip(tmp_path / f"a{suffix}", frames=40, **SMALL)
    done = render(source, suffix, encoder=encoder, preset="medium" if encoder == "libx264" else "ultrafast", segment=14)
    assert done.times == done.source_times
    assert done.video.codec == {"libx264": "h264", "libx265": "hevc", "libvpx-vp9": "vp9", "libsvtav1": "av1"}[encoder]
    with av.open(str(done.path)) as container:
        packets = [packet for packet in container.demux(container.streams.video[0]) if packet.size]
    decoding = [packet.dts for packet in packets]
    if suffix == ".mp4":  # Matroska stores none
        assert decoding == sorted(set(decoding))
        assert all(packet.dts <= packet.pts for packet in packets)
    assert [number for number, packet in enumerate(packets) if packet.is_keyframe][:1] == [0]
    assert {14, 28} <= {number for number, packet in enumerate(packets) if packet.is_keyframe}
    with VideoReader(done.path) as reader:
        for number in (39, 14, 13, 27, 28, 0):
            found = reader.frame_at(float(done.times[number] - done.times[0]) + 0.001)
            assert found.pts * found.time_base == done.times[number]


def test_the_last_frame_is_shown_as_long_as_in_the_source(tmp_path: Path, render: Render) -> None:
    source = make_clip(tmp_path / "a.mp4", times=[0, 512, 1024, 20_000], **SMALL)
    before = probe(source).video
    assert before is not None
    assert render(source).video.duration_s == before.duration_s
    assert render(source, preset="medium").video.duration_s == before.duration_s


# -- quality


def test_what_goes_into_the_encoder_is_what_the_decoder_gave(tmp_path: Path, render: Render) -> None:
    """Lossless encoding gives the decoder's samples back: nothing else between them changes any."""
    for name, encoder, more in (
        ("a.mp4", "libx264", {}),
        ("b.mp4", "libx264", {"pixel_format": "yuv422p"}),
        ("c.mkv", "libx265", {"codec": "libx265", "pixel_format": "yuv420p10le"}),
        ("d.webm", "libvpx-vp9", {"width": 65, "height": 47}),
        ("e.mkv", "auto", {"codec": "ffv1", "pixel_format": "bgr0"}),
        ("f.mov", "libx264", {"codec": "mjpeg", "pixel_format": "yuvj420p"}),
        ("g.mkv", "libx264", {"codec": "ffv1", "pixel_format": "gray"}),
    ):
        source = make_clip(tmp_path / name, **{"frames": 5, **SMALL, **more})
        done = render(source, encoder=encoder, crf=0, segment=3)
        for before, after in zip(done.source_samples, done.samples, strict=True):
            for first, second in zip(before, after, strict=False):  # grey has got colour planes
                np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "hdr.mp4"])
def test_encoding_loss_is_bounded(tmp_path: Path, render: Render, name: str) -> None:
    more = {"codec": "libx265", "pixel_format": "yuv420p10le"} if name.startswith("hdr") else {}
    source = make_clip(tmp_path / name, width=640, height=360, frames=12, **more)
    done = render(source, crf=20)
    peak = float(2**done.video.bit_depth - 1)
    values = [psnr(a[0], b[0], peak=peak) for a, b in zip(done.source_samples, done.samples, strict=True)]
    assert min(values) >= 40


def test_encoding_loss_is_bounded_on_a_real_clip(tmp_path: Path, lab: Path, render: Render) -> None:
    """The first second of the lab's portrait clip at the default quality."""
    source = lab / "media" / "portrait_608x1080.mp4"
    facts = probe(source)
    plan = plan_encoding(facts, container_suffix=".mp4")
    segment, originals = tmp_path / "segment.nut", []
    encoder = SegmentEncoder(plan, facts, segment)
    with VideoReader(source, facts=facts) as reader:
        for frame in reader.frames():
            if frame.index == 30:
                break
            originals.append(samples_of(frame.image))
            encoder.encode(frame.image)
    encoder.close()
    with av.open(str(segment)) as container:
        decoded = [samples_of(image) for image in container.decode(video=0)]
    planes = [[psnr(a[plane], b[plane]) for a, b in zip(originals, decoded, strict=True)] for plane in range(3)]
    assert min(np.mean(values) for values in planes) >= 40


def test_odd_size_is_padded_by_its_own_edge(tmp_path: Path, render: Render) -> None:
    source = make_clip(tmp_path / "a.webm", width=65, height=47, frames=3)
    done = render(source, ".mp4", crf=0)
    assert (done.video.width, done.video.height) == (66, 48)
    for before, after in zip(done.source_samples, done.samples, strict=True):
        np.testing.assert_array_equal(after[0][:47, :65], before[0])
        np.testing.assert_array_equal(after[0][:47, 65], before[0][:, 64])
        np.testing.assert_array_equal(after[1], before[1])


def test_transparency(tmp_path: Path, render: Render) -> None:
    source = make_clip(
        tmp_path / "a.mov", codec="prores_ks", pixel_format="yuva444p10le", alpha=True, frames=3, **SMALL
    )
    for suffix, peak in ((".mov", 1023.0), (".webm", 255.0)):
        done = render(source, suffix)
        assert done.video.has_alpha
        alpha = done.samples[0][3].astype(float) / peak
        assert np.abs(alpha[30] - np.linspace(0, 1, 96)).max() < 0.06
    flat = render(source, ".mp4")
    assert not flat.video.has_alpha
    black, white = flat.samples[0][0][:, 0].mean(), flat.samples[0][0][:, -1].mean()
    assert black < 1.1 * (16 << (flat.video.bit_depth - 8))
    assert white > black


# -- how it is shown


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
@pytest.mark.parametrize(("rotation", "mirrored"), [(90, False), (180, False), (270, True)])
def test_orientation_stays_a_note_to_the_player(
    tmp_path: Path, render: Render, suffix: str, rotation: int, mirrored: bool
) -> None:
    source = make_clip(tmp_path / f"a{suffix}", frames=3, rotation=rotation, mirrored=mirrored, **SMALL)
    done = render(source)
    assert (done.video.rotation, done.video.mirrored) == (rotation, mirrored)
    assert (done.facts.width, done.facts.height) == (96, 64)


def test_orientation_is_done_where_the_container_cannot_note_it(tmp_path: Path, render: Render) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=3, rotation=90, mirrored=True, **SMALL)
    done = render(source, ".avi", crf=0)
    assert (done.video.width, done.video.height, done.video.rotation) == (96, 64, 0)
    assert "turned" in " ".join(done.notes)
    with VideoReader(source) as before, VideoReader(done.path) as after:
        first, second = next(before.frames()).rgb(96, 64), next(after.frames()).rgb(96, 64)
    assert np.abs(first.astype(int) - second).max() <= 4


def test_hdr_stays_hdr(tmp_path: Path, render: Render) -> None:
    source = make_hdr_clip(tmp_path / "a.mp4", frames=4, aspect=Fraction(4, 3), **SMALL)
    before = probe(source).video
    assert before is not None
    for suffix in (".mp4", ".mkv", ".mov", ".webm"):
        after = render(source, suffix).video
        assert after.is_hdr
        assert (after.color_range, after.color_primaries, after.color_trc, after.color_space) == (
            before.color_range, before.color_primaries, before.color_trc, before.color_space,
        )  # fmt: skip
        if suffix == ".webm":
            assert (after.width, after.height, after.sample_aspect_ratio) == (128, 64, None)
        else:
            assert after.sample_aspect_ratio == Fraction(4, 3)
        assert after.content_light == before.content_light
        assert after.mastering_display is not None
        assert before.mastering_display is not None
        for name in ("red", "green", "blue", "white"):
            expected = [float(value) for value in getattr(before.mastering_display, name)]
            assert [float(value) for value in getattr(after.mastering_display, name)] == pytest.approx(
                expected, abs=1e-4
            )
        assert float(after.mastering_display.max_luminance) == pytest.approx(1000)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".webm"])
def test_colour_description_stays(tmp_path: Path, render: Render, suffix: str) -> None:
    source = make_clip(tmp_path / f"a{suffix}", frames=3, colour=clips.BT709, aspect=Fraction(16, 11), **SMALL)
    done = render(source)
    video = done.video
    assert (video.color_range, video.color_primaries, video.color_trc, video.color_space) == ("tv", *["bt709"] * 3)
    if suffix != ".webm":  # which nothing here writes with pixels that are not square
        assert video.sample_aspect_ratio == Fraction(16, 11)


def test_pixels_that_are_not_square_become_square_where_that_cannot_be_noted(tmp_path: Path, render: Render) -> None:
    done = render(make_clip(tmp_path / "a.mp4", frames=3, aspect=Fraction(16, 11), **SMALL), ".webm")
    assert (done.video.width, done.video.height, done.video.sample_aspect_ratio) == (140, 64, None)
    assert any("square" in note for note in done.notes)


@pytest.mark.parametrize("encoder", ["libvpx-vp9", "libsvtav1"])
def test_mp4_notes_pixels_that_are_not_square_for_any_codec(tmp_path: Path, render: Render, encoder: str) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=3, aspect=Fraction(16, 11), **SMALL)
    assert render(source, encoder=encoder).video.sample_aspect_ratio == Fraction(16, 11)


def test_place_of_chroma_samples_stays(tmp_path: Path, render: Render) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=3, options={"chroma_sample_location": "topleft"}, **SMALL)
    assert render(source).video.chroma_location == "topleft"


def test_interlaced_stays_interlaced(tmp_path: Path, render: Render) -> None:
    done = render(make_clip(tmp_path / "a.mp4", frames=4, interlaced=True, **SMALL))
    assert done.video.field_order == "tt"
    with av.open(str(done.path)) as container:
        assert all(frame.interlaced_frame for frame in container.decode(video=0))


# -- failures


def test_a_cancelled_join_leaves_nothing(tmp_path: Path, render: Render) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=12, **SMALL)
    before = source.read_bytes()
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) > 5:
            raise JobCancelledError

    with pytest.raises(JobCancelledError):
        render(source, check=check)
    assert not (tmp_path / ".a.part").exists()
    assert source.read_bytes() == before


def test_a_full_disk_is_told_and_nothing_half_written_stays(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    facts = probe(make_clip(tmp_path / "a.mp4", frames=60, width=320, height=180))
    plan = plan_encoding(facts, container_suffix=".mp4")
    link = tmp_path / "segment.nut"
    link.symlink_to(full)
    with pytest.raises(DiskFullError) as caught:
        _encode(facts, plan, link)
    assert caught.value.hint
    assert caught.value.errno is None or caught.value.errno == errno.ENOSPC
    assert not link.is_symlink()
    segment = _segment(tmp_path, facts, plan)
    target = tmp_path / ".out.part"
    target.symlink_to(full)
    with pytest.raises(DiskFullError):
        mux(segments=[segment], source=facts.path, facts=facts, plan=plan, target=target, container_suffix=".mp4")
    assert not target.is_symlink()


def _segment(tmp_path: Path, facts: MediaFacts, plan: EncoderPlan) -> Path:
    path = tmp_path / "whole.nut"
    _encode(facts, plan, path)
    return path


def _encode(facts: MediaFacts, plan: EncoderPlan, path: Path) -> None:
    encoder = SegmentEncoder(plan, facts, path)
    with VideoReader(facts.path, facts=facts) as reader:
        for frame in reader.frames():
            encoder.encode(frame.image)
    encoder.close()


def test_outputs_that_cannot_be_made_are_told(tmp_path: Path) -> None:
    facts = probe(make_clip(tmp_path / "a.mp4", frames=6, **SMALL))
    plan = plan_encoding(facts, container_suffix=".mp4")
    with pytest.raises(OutputError, match="not there"):
        SegmentEncoder(plan, facts, tmp_path / "gone" / "a.nut")
    segment = _segment(tmp_path, facts, plan)
    join = {"facts": facts, "plan": plan, "container_suffix": ".mp4"}
    with pytest.raises(OutputError):
        mux(segments=[segment], source=facts.path, target=tmp_path / "gone" / "a.part", **join)
    with pytest.raises(MissingFileError):
        mux(segments=[segment], source=tmp_path / "gone.mp4", target=tmp_path / "b.part", **join)
    with pytest.raises(OutputError, match="overlap"):
        mux(segments=[segment, segment], source=facts.path, target=tmp_path / "c.part", **join)
    assert not list(tmp_path.glob("*.part"))


def test_abort_removes_the_segment(tmp_path: Path) -> None:
    facts = probe(make_clip(tmp_path / "a.mp4", frames=6, **SMALL))
    encoder = SegmentEncoder(plan_encoding(facts, container_suffix=".mp4"), facts, tmp_path / "a.nut")
    encoder.abort()
    encoder.abort()
    assert not (tmp_path / "a.nut").exists()


def test_only_x264s_own_message_is_taken_out() -> None:
    mark = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef")
    message = b"\x00\x00\x00\x01\x06\x05\x30" + mark + b"x264 - core 165 - options: cabac=1\x80"
    caption = b"\x00\x00\x01\x06\x04\x05\xb5\x00\x31GA94\x80"
    picture = b"\x00\x00\x00\x01\x65\x88\x84\x00\x10"
    assert without_x264_message(message + picture) == picture
    assert without_x264_message(caption + message + picture) == caption + picture
    assert without_x264_message(message[1:] + caption + picture) == caption + picture
