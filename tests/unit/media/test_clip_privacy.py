"""What must not survive in the finished clip, and what may because it was named."""

from fractions import Fraction
from pathlib import Path

import av
import clips
import pytest
from clips import make_clip
from rendering import Render

SMALL = {"width": 96, "height": 64}


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.ts", "a.webm", "a.avi"])
def test_nothing_personal_survives(tmp_path: Path, render: Render, name: str) -> None:
    """Place and serial number are looked for in the very bytes of the output."""
    gps = name in {"a.mp4", "a.ts"}
    audio = {"a.webm": ("libopus",), "a.avi": ("libmp3lame",)}.get(name, ("aac",))
    more = {"codec": "mpeg4", "time_base": Fraction(1, 24)} if name == "a.avi" else {}
    source = make_clip(
        tmp_path / name, frames=12, gps=gps, cover=name not in {"a.ts", "a.webm"}, audio=audio, **SMALL, **more,
        metadata={"title": clips.SERIAL, "location": clips.GPS, "artist": clips.GPS, "date": "2024-05-01"},
    )  # fmt: skip
    planted = source.read_bytes()
    assert any(secret in planted for secret in clips.SECRETS) or name in {"a.ts", "a.mov"}
    done = render(source)
    written = done.path.read_bytes()
    for secret in (*clips.SECRETS, b"x264 - core", b"2024-05-01"):
        assert secret not in written
    assert b"Lavc" not in render(source, audio="drop").path.read_bytes()  # copied sound may name who encoded it
    assert done.facts.metadata == ()
    assert done.facts.other == ()
    if gps:
        assert "Left out: data" in " ".join(done.notes)


def test_metadata_stays_when_it_is_named(tmp_path: Path, render: Render) -> None:
    for name in ("a.mp4", "a.mkv"):
        source = make_clip(
            tmp_path / name, frames=3, metadata={"title": "My street", "artist": "Me", "location": clips.GPS}, **SMALL
        )
        done = render(source, keep_metadata=("TITLE",))
        with av.open(str(done.path)) as container:
            values = {key.lower(): value for key, value in container.metadata.items()}
        assert values["title"] == "My street"
        assert "artist" not in values
        assert not any("location" in key for key in values)
        assert clips.GPS.encode() not in done.path.read_bytes()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_chapters_stay_when_they_are_named_where_they_can_be_held(tmp_path: Path, render: Render, suffix: str) -> None:
    source = tmp_path / "a.mp4"
    titles = [(0, 200, "Gate"), (200, 500, "Street")]
    with av.open(make_clip(tmp_path / "plain.mp4", frames=12, **SMALL)) as plain, av.open(source, "w") as container:
        picture = plain.streams.video[0]
        copy = container.add_stream_from_template(picture)
        container.set_chapters([
            {"id": number, "start": start, "end": end, "time_base": Fraction(1, 1000),
             "metadata": {"title": title, "artist": clips.SERIAL}}
            for number, (start, end, title) in enumerate(titles)
        ])  # fmt: skip
        for packet in plain.demux(picture):
            if packet.size:
                packet.stream = copy
                container.mux(packet)
    done = render(source, suffix, keep_metadata=("chapters",))
    with av.open(done.path) as container:
        kept = [(round(each["start"] * each["time_base"], 3), each["metadata"]) for each in container.chapters()]
    assert kept == ([] if suffix == ".ts" else [(0, {"title": "Gate"}), (Fraction(1, 5), {"title": "Street"})])
    assert ("chapters" in " ".join(done.notes)) == (suffix == ".ts"), done.notes
    assert not any(secret in done.path.read_bytes() for secret in clips.SECRETS)


def test_index_stands_in_front(tmp_path: Path, render: Render) -> None:
    data = render(make_clip(tmp_path / "a.mp4", frames=12, **SMALL)).path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_same_input_gives_the_same_bytes(tmp_path: Path, render: Render) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=30, audio=("aac",), **SMALL)
    first = render(source).path.read_bytes()
    assert render(source).path.read_bytes() == first
