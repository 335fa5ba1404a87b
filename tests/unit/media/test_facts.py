"""The folder search, and facts that the window reads without loading FFmpeg."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from pyroblur_gui.media.facts import Kind, MediaFacts, VideoFacts, find_media


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_folder_search_finds_media_below_in_a_stable_order(tmp_path: Path) -> None:
    wanted = [_touch(tmp_path / name) for name in ("B.JPG", "a.mp4", "🎬 x\ny.mov", "sub/deep/c.webm", "sub/b.heic")]
    for name in ("notes.txt", ".hidden.mp4", ".a.mp4.part", ".cache/d.mp4", "sub/.e.jpg", "noend"):
        _touch(tmp_path / name)
    found = list(find_media(tmp_path))
    assert sorted(found) == sorted(wanted)
    assert found == list(find_media(tmp_path))
    assert [path.name for path in found] == ["B.JPG", "a.mp4", "🎬 x\ny.mov", "b.heic", "c.webm"]


def test_folder_search_leaves_out_no_photo_that_could_be_covered_or_must_be_named(tmp_path: Path) -> None:
    wanted = [_touch(tmp_path / name) for name in ("a.jp2", "b.PSD", "c.dng", "d.CR3", "e.mjpeg", "f.tga")]
    _touch(tmp_path / "favicon.ico")
    assert list(find_media(tmp_path)) == wanted


def test_folder_search_follows_links_but_no_loop(tmp_path: Path) -> None:
    _touch(tmp_path / "in" / "a.jpg")
    elsewhere = _touch(tmp_path.parent / f"{tmp_path.name}-elsewhere" / "b.jpg").parent
    (tmp_path / "in" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "in" / "other").symlink_to(elsewhere, target_is_directory=True)
    assert [path.name for path in find_media(tmp_path)] == ["a.jpg", "b.jpg"]


def test_folder_search_tells_what_it_cannot_read_and_goes_on(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg")
    told: list[tuple[Path, OSError]] = []
    assert list(find_media(tmp_path / "gone", unreadable=lambda path, error: told.append((path, error)))) == []
    assert told[0][0] == tmp_path / "gone"
    assert isinstance(told[0][1], FileNotFoundError)


def test_facts_survive_json() -> None:
    video = VideoFacts(
        index=0, codec="h264", width=64, height=48, pixel_format="yuv420p", bit_depth=8,
        frame_rate=Fraction(30000, 1001), time_base=Fraction(1, 90000), display_matrix=(0, 1, 0, -1, 0, 0, 0, 0, 1),
    )  # fmt: skip
    facts = MediaFacts(
        path=Path("a.mp4"), kind=Kind.VIDEO, container="mp4", size_bytes=1, width=48, height=64, video=video
    )
    assert MediaFacts.model_validate_json(facts.model_dump_json()) == facts


def test_facts_load_no_heavy_library() -> None:
    code = "import sys, pyroblur_gui.media.facts; print([m for m in ('av', 'cv2', 'numpy', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("order", ["tt", "bb"])
def test_field_order_tells_interlaced(order: str) -> None:
    video = VideoFacts(
        index=0, codec="h264", width=2, height=2, pixel_format="yuv420p", bit_depth=8, frame_rate=None,
        time_base=Fraction(1, 25), field_order=order,
    )  # fmt: skip
    assert video.interlaced
