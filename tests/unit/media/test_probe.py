"""What a file is: told by its content, and one clear error for what is neither photo nor clip."""

from fractions import Fraction
from pathlib import Path

import clips
import cv2
import numpy as np
import pytest
from clips import make_clip, make_hdr_clip
from PIL import Image

from pyroblur_gui.core.errors import MissingFileError, PyroblurError, UnreadableMediaError, UnsupportedMediaError
from pyroblur_gui.media.facts import Kind
from pyroblur_gui.media.images import photo_suffix, read_photo, write_photo
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import VideoReader


def test_clip_facts(tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "a.mp4", width=320, height=180, frames=12, rate=Fraction(30000, 1001), rotation=90,
        aspect=Fraction(4, 3), audio=("aac", "aac"), subtitles=("mov_text",), gps=True, colour=clips.BT709,
        time_base=Fraction(1, 30000),
    )  # fmt: skip
    facts = probe(path)
    video = facts.video
    assert video is not None
    assert (facts.kind, facts.container, facts.width, facts.height) == (Kind.VIDEO, "mp4", 320, 180)
    assert (video.width, video.height, video.rotation, video.mirrored) == (180, 320, 90, False)
    assert (video.codec, video.pixel_format, video.bit_depth) == ("h264", "yuv420p", 8)
    assert (video.frame_rate, video.time_base, video.frames) == (Fraction(30000, 1001), Fraction(1, 30000), 12)
    assert video.duration_s == pytest.approx(12 * 1001 / 30000)
    assert video.sample_aspect_ratio == Fraction(4, 3)
    assert (video.color_range, video.color_primaries, video.color_trc, video.color_space) == ("tv", *["bt709"] * 3)
    assert [(sound.codec, sound.language, sound.channels) for sound in facts.audio] == [
        ("aac", "eng", 2),
        ("aac", "fra", 1),
    ]
    assert [(text.codec, text.language, text.is_text) for text in facts.subtitles] == [("mov_text", "eng", True)]
    assert facts.other == ("data: gpmd",)
    assert {"location", "comment", "com.example.serial"} <= set(facts.metadata)
    assert clips.SERIAL not in facts.model_dump_json()  # names, never values
    assert clips.GPS not in facts.model_dump_json()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_all_orientations(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    path = make_clip(tmp_path / "a.mov", width=64, height=48, frames=2, rotation=rotation, mirrored=mirrored)
    facts = probe(path)
    assert facts.video is not None
    assert (facts.video.rotation, facts.video.mirrored) == (rotation, mirrored)
    assert (facts.width, facts.height) == (64, 48)


def test_hdr_facts(tmp_path: Path) -> None:
    video = probe(make_hdr_clip(tmp_path / "a.mp4", width=64, height=48, frames=2)).video
    assert video is not None
    assert video.is_hdr
    assert (video.bit_depth, video.color_trc, video.color_space) == (10, "smpte2084", "bt2020nc")
    assert video.mastering_display is not None
    assert video.mastering_display.max_luminance == 1000
    assert video.mastering_display.red == (Fraction(17, 25), Fraction(8, 25))
    assert video.content_light is not None
    assert (video.content_light.max_cll, video.content_light.max_fall) == (1000, 400)


def test_kinds_of_clips(tmp_path: Path) -> None:
    small = {"width": 64, "height": 48, "frames": 3}
    interlaced = probe(make_clip(tmp_path / "i.mp4", interlaced=True, **small)).video
    alpha = probe(
        make_clip(tmp_path / "a.webm", pixel_format="yuva420p", alpha=True, options={"auto-alt-ref": "0"}, **small)
    )
    cover = probe(make_clip(tmp_path / "c.mp4", cover=True, **small))
    assert interlaced is not None
    assert interlaced.interlaced
    assert alpha.video is not None
    assert alpha.video.has_alpha
    assert cover.other == ("cover art",)


def test_content_counts_and_not_the_name(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", width=64, height=48, frames=2).rename(tmp_path / "clip.jpg")
    picture = tmp_path / "picture.mp4"
    Image.new("RGB", (8, 6)).save(picture, "PNG")
    assert probe(clip).kind is Kind.VIDEO
    assert "in spite of the name" in probe(clip).notes[0]
    assert (probe(picture).kind, probe(picture).container) == (Kind.IMAGE, "PNG")
    assert "in spite of the name" in probe(picture).notes[0]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".tif"])
def test_animations_and_documents_are_pictures_with_pages(tmp_path: Path, suffix: str) -> None:
    pages = [Image.new("RGB", (8, 6), (number * 60, 0, 0)) for number in range(3)]
    pages[0].save(tmp_path / f"a{suffix}", save_all=True, append_images=pages[1:])
    facts = probe(tmp_path / f"a{suffix}")
    assert (facts.kind, facts.pages) == (Kind.IMAGE, 3)


@pytest.mark.parametrize("name", ["a\nb.mp4", "🎬🙂.mp4", "é" * 120 + ".mp4", "a:b.mp4", "%d.mp4", "file:x.mp4"])
def test_strange_names(tmp_path: Path, name: str) -> None:
    path = make_clip(tmp_path / "plain.mp4", width=64, height=48, frames=2).rename(tmp_path / name)
    assert probe(path).path == path


# -- what cannot be processed


def _random_bytes(path: Path) -> None:
    path.write_bytes(np.random.default_rng(3).bytes(60_000))


def _moov_missing(path: Path) -> None:
    clip = make_clip(path.with_suffix(".mov"), width=64, height=48, frames=4, faststart=False)
    path.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])


def _playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n")


def _script(path: Path) -> None:
    clip = make_clip(path.with_name("other.mp4"), width=64, height=48, frames=2)
    path.write_text(f"ffconcat version 1.0\nfile '{clip}'\n")


UNREADABLE = {
    "empty": lambda path: path.touch(),
    "random": _random_bytes,
    "zeros": lambda path: path.write_bytes(bytes(50_000)),
    "text": lambda path: path.write_text("not a clip\n" * 500),
    "web page": lambda path: path.write_text("<html><body>404</body></html>" * 50),
    "pdf": lambda path: path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40),
    "zip with password": clips.encrypted_zip,
    "index cut off": _moov_missing,
    "playlist": _playlist,
    "script": _script,
    "picture cut off in its header": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0"),
}
UNSUPPORTED = {
    "sound": lambda path: path.write_bytes(clips.make_sound_only(path.with_suffix(".m4a")).read_bytes()),
    "song with cover": lambda path: path.write_bytes(clips.make_song_with_cover(path.with_suffix(".m4a")).read_bytes()),
    "subtitles": lambda path: path.write_text("1\n00:00:01,000 --> 00:00:02,000\nhi\n"),
    "folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("suffix", [".mp4", ".jpg"])
@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable_files_are_named_with_a_hint(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"input{suffix}"
    UNREADABLE[kind](path)
    with pytest.raises(UnreadableMediaError) as caught:
        probe(path)
    _is_helpful(caught.value, path)


@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_files_without_a_picture_are_named_with_a_hint(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "input.mp4"
    UNSUPPORTED[kind](path)
    with pytest.raises(UnsupportedMediaError) as caught:
        probe(path)
    _is_helpful(caught.value, path)


def test_messages_say_what_it_is(tmp_path: Path) -> None:
    sound = clips.make_sound_only(tmp_path / "song.m4a")
    archive = clips.encrypted_zip(tmp_path / "photos.mp4")
    with pytest.raises(UnsupportedMediaError, match="sound but no picture"):
        probe(sound)
    with pytest.raises(UnreadableMediaError, match="ZIP archive with a password"):
        probe(archive)
    with pytest.raises(MissingFileError):
        probe(tmp_path / "gone.mp4")


def _is_helpful(error: PyroblurError, path: Path) -> None:
    assert path.name in error.message
    assert error.hint
    assert error.path == path


@pytest.mark.parametrize("name", ["a.ico", "a.cur", "a.icns", "a.dds", "a.tga", "icon without an ending"])
def test_pictures_that_are_only_read_are_pictures(tmp_path: Path, name: str) -> None:
    """FFmpeg takes an icon for a clip of one frame with many picture streams."""
    path = make_icon(tmp_path / name)
    facts = probe(path)
    assert (facts.kind, facts.pages) == (Kind.IMAGE, 1)
    assert (facts.width, facts.height) == ((1024, 1024) if path.suffix == ".icns" else (64, 64))  # Pillow enlarges


def test_an_icon_becomes_a_png_of_its_largest_picture(tmp_path: Path) -> None:
    photo = read_photo(make_icon(tmp_path / "a.ico"))
    assert photo_suffix(photo) == ".png"
    assert photo.pages[0].pixels.shape[:2] == (64, 64)
    assert any("2 pictures" in note and "largest" in note for note in photo.notes)
    notes = write_photo(photo, tmp_path / "out.png", format=".png", quality=95)
    assert any("PNG" in note and "ICO" in note for note in notes)
    with Image.open(tmp_path / "out.png") as written:
        assert (written.format, written.size) == ("PNG", (64, 64))


def test_a_document_is_no_clip_of_the_pictures_in_it(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    Image.fromarray(clips.moving_picture(320, 180, 0)).save(path)  # Pillow puts a JPEG picture into the document
    with pytest.raises(UnreadableMediaError, match=r"letter\.pdf is a PDF document"):
        probe(path)


def test_jpeg_pictures_somewhere_in_a_file_are_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "thumbnails.db"
    path.write_bytes(b"a data base" * 60 + jpeg_pictures(3))
    with pytest.raises(UnreadableMediaError, match=r"thumbnails\.db"):
        probe(path)


def test_a_stream_of_jpeg_pictures_is_a_clip_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "camera.mjpeg"
    path.write_bytes(jpeg_pictures(7))
    assert probe(path).kind is Kind.VIDEO
    with VideoReader(path) as reader:
        assert sum(1 for _ in reader.frames()) == 7


def make_icon(path: Path) -> Path:
    """64 x 64, in an .ico also a smaller one. A cursor is an icon but for one byte."""
    picture = Image.fromarray(np.ascontiguousarray(clips.moving_picture(64, 64, 0)))
    match path.suffix:
        case ".icns" | ".dds" | ".tga":
            picture.save(path)
        case suffix:
            picture.save(path, format="ICO", sizes=[(64, 64), (32, 32)], bitmap_format="bmp")
            if suffix == ".cur":
                path.write_bytes(b"\0\0\2" + path.read_bytes()[3:])
    return path


def jpeg_pictures(count: int) -> bytes:
    """One after another, as cheap cameras record."""
    found = [cv2.imencode(".jpg", clips.moving_picture(320, 180, number))[1].tobytes() for number in range(count)]
    return b"".join(found)
