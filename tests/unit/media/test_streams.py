"""Sound and subtitles of the finished clip: copied, silenced, converted or left out, and it is said which."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from clips import make_clip
from rendering import Render, packets_of

from pyroblur_gui.media.probe import probe

SMALL = {"width": 96, "height": 64}


def test_sound_is_copied_bit_by_bit(tmp_path: Path, render: Render) -> None:
    source = make_clip(
        tmp_path / "a.mkv", frames=48, audio=("aac", "libopus", "flac"), subtitles=("subrip", "ass"), **SMALL
    )
    done = render(source)
    assert [(s.codec, s.language) for s in done.facts.audio] == [("aac", "eng"), ("opus", "fra"), ("flac", "deu")]
    assert [(s.codec, s.language) for s in done.facts.subtitles] == [("subrip", "eng"), ("ass", "fra")]
    for number in range(3):
        assert packets_of(done.path, "audio", number) == packets_of(source, "audio", number)
        assert _times(done.path, "audio", number) == _times(source, "audio", number)
    for number in range(2):
        assert packets_of(done.path, "subtitle", number) == packets_of(source, "subtitle", number)
        assert _times(done.path, "subtitle", number) == _times(source, "subtitle", number)
    assert [sound.is_default for sound in done.facts.audio] == [True, False, False]


@pytest.mark.parametrize("chosen", [(0, 1, 0, 1), (1, 0, 0, 0), (0, 0, 0, 0)])
def test_which_tracks_a_player_chooses_by_itself_stays(tmp_path: Path, render: Render, chosen: tuple[int, ...]) -> None:
    """FFmpeg's muxer makes the first track of a kind the default where the source has none."""
    plain = make_clip(tmp_path / "plain.mkv", frames=6, audio=("aac", "aac"), subtitles=("subrip",), **SMALL)
    flags = [Disposition.default if each else Disposition(0) for each in chosen]
    flags[-1] |= Disposition.forced
    flags[2] |= Disposition.hearing_impaired
    source = tmp_path / "a.mkv"
    with (
        av.open(str(plain)) as reading,
        av.open(str(source), "w", container_options={"default_mode": "passthrough"}) as output,
    ):
        streams = {}
        for stream, flag in zip(reading.streams, flags, strict=True):
            streams[stream.index] = output.add_stream_from_template(stream, opaque=True)
            streams[stream.index].disposition = flag
        for packet in reading.demux():
            if packet.size:
                packet.stream = streams[packet.stream_index]
                output.mux(packet)
    assert _flags(source) == flags
    assert _flags(render(source).path) == flags


def _flags(path: Path) -> list[Disposition]:
    with av.open(str(path)) as container:
        return [stream.disposition for stream in container.streams]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.ts"])
def test_sound_stays_where_it_was_to_the_pictures(tmp_path: Path, render: Render, name: str) -> None:
    source = make_clip(tmp_path / name, frames=24, start=10_247, audio=("aac", "aac"), audio_start_s=0.5, **SMALL)
    done = render(source)
    before, after = probe(source), done.facts
    assert [sound.start_s for sound in after.audio] == pytest.approx(
        [sound.start_s for sound in before.audio], abs=0.001
    )
    assert packets_of(done.path, "audio", 1) == packets_of(source, "audio", 1)


def test_sound_that_begins_early_leaves_no_empty_frame_in_an_avi(tmp_path: Path, render: Render) -> None:
    """AAC is made with a packet before 0, which FFmpeg would make the clip's start."""
    source = make_clip(tmp_path / "a.mp4", frames=12, audio=("aac",), **SMALL)
    assert _times(source, "audio", 0)[0] < 0
    with av.open(str(render(source, ".avi").path)) as container:
        stream = container.streams.video[0]
        assert [packet.dts for packet in container.demux(stream) if packet.size] == list(range(12))
        assert stream.frames == 12


def _times(path: Path, kind: str, number: int) -> list[Fraction]:
    with av.open(str(path)) as container:
        stream = [found for found in container.streams if found.type == kind][number]
        return [packet.pts * packet.time_base for packet in container.demux(stream) if packet.size]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.webm", "a.avi"])
def test_muted_sound_is_as_long_and_silent(tmp_path: Path, render: Render, name: str) -> None:
    codecs = {"a.webm": ("libopus",), "a.avi": ("libmp3lame",), "a.mov": ("pcm_s16le",)}.get(name, ("aac", "ac3"))
    more = {"codec": "mpeg4", "time_base": Fraction(1, 24)} if name == "a.avi" else {}
    source = make_clip(tmp_path / name, frames=36, audio=codecs, **SMALL, **more)
    done = render(source, audio="mute")
    before = probe(source)
    assert [(s.codec, s.channels) for s in done.facts.audio] == [(s.codec, s.channels) for s in before.audio]
    for number in range(len(codecs)):
        (loud, length), (loudest, muted_length) = _loudness(source, number), _loudness(done.path, number)
        assert loud > 0.1
        assert loudest < 1e-4
        assert muted_length == pytest.approx(length, abs=0.06)


def _loudness(path: Path, number: int) -> tuple[float, float]:
    """(largest sample, seconds) of a sound stream."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[number]
        resampler = av.AudioResampler(format="flt", layout=stream.layout.name, rate=stream.rate)
        parts = [part.to_ndarray() for frame in container.decode(stream) for part in resampler.resample(frame)]
    joined = np.concatenate([part.ravel() for part in parts])
    return float(np.abs(joined).max()), len(joined) / stream.channels / stream.rate


def test_dropped_sound_is_gone(tmp_path: Path, render: Render) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=12, audio=("aac", "aac"), subtitles=("mov_text",), **SMALL)
    done = render(source, audio="drop")
    assert done.facts.audio == ()
    assert len(done.facts.subtitles) == 1


@pytest.mark.parametrize(
    "case",
    [
        ("a.mkv", "libopus", ".mov", "aac"), ("a.mkv", "flac", ".webm", "opus"), ("a.mp4", "aac", ".webm", "opus"),
        ("a.mkv", "pcm_s16le", ".mp4", "aac"), ("a.mkv", "libopus", ".avi", "mp3"), ("a.mkv", "flac", ".ts", "aac"),
    ],
)  # fmt: skip
def test_sound_that_the_container_cannot_hold_is_encoded_anew_and_said(
    tmp_path: Path, render: Render, case: tuple[str, str, str, str]
) -> None:
    name, codec, suffix, expected = case
    source = make_clip(tmp_path / name, frames=36, audio=(codec,), **SMALL)
    done = render(source, suffix)
    assert [sound.codec for sound in done.facts.audio] == [expected]
    assert done.facts.audio[0].language == ("eng" if suffix != ".avi" else "")
    assert "cannot hold the sound" in " ".join(done.notes)
    (_, before), (loudest, after) = _loudness(source, 0), _loudness(done.path, 0)
    assert after == pytest.approx(before, abs=0.08)
    assert 0.2 < loudest < 0.5


@pytest.mark.parametrize(
    "case",
    [
        ("a.mkv", "subrip", ".mp4", "mov_text"), ("a.mp4", "mov_text", ".mkv", "subrip"),
        ("a.mkv", "ass", ".webm", "webvtt"),
        ("a.webm", "webvtt", ".mov", "mov_text"), ("a.mkv", "subrip", ".ts", None), ("a.mkv", "ass", ".avi", None),
    ],
)  # fmt: skip
def test_subtitles_are_converted_or_left_out_and_it_is_said(
    tmp_path: Path, render: Render, case: tuple[str, str, str, str | None]
) -> None:
    name, codec, suffix, expected = case
    source = make_clip(tmp_path / name, frames=48, subtitles=(codec,), **SMALL)
    done = render(source, suffix)
    assert [text.codec for text in done.facts.subtitles] == ([expected] if expected else [])
    assert "subtitles" in " ".join(done.notes).lower()
    if expected:
        assert _lines(done.path) == _lines(source) == ["Line 0", "Line 1", "Line 2", "Line 3", "Line 4"]
        assert _starts(done.path) == pytest.approx([0.1, 0.5, 0.9, 1.3, 1.7], abs=0.002)


def _shown(path: Path) -> list[tuple[float, str]]:
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        found = []
        for packet in container.demux(stream):
            decoded = stream.codec_context.decode2(packet) if packet.size > 2 else None  # MP4 fills gaps with nothing
            for rect in decoded or ():
                found.append((float(packet.pts * packet.time_base), rect.dialogue.decode().strip()))
    return found


def _lines(path: Path) -> list[str]:
    return [text for _, text in _shown(path)]


def _starts(path: Path) -> list[float]:
    return [start_s for start_s, _ in _shown(path)]


def test_fonts_stay_with_their_subtitles_only(tmp_path: Path, render: Render) -> None:
    with_text = make_clip(tmp_path / "a.mkv", frames=24, subtitles=("ass",), font=True, **SMALL)
    without = make_clip(tmp_path / "b.mkv", frames=3, font=True, **SMALL)
    assert render(with_text).facts.other == ("font",)
    assert render(without).facts.other == ()
