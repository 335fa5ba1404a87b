"""Photos and clips that are valid and not what one expects: each gives its result, with its face covered.

One command covers them all; `tests/unusual_media.py` makes them.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pillow_heif
import pytest
import unusual_media as made
from door import Answer, Door, Snapshot
from PIL import Image
from places import QUICK
from scenes import Scene, moving_face
from seeing import Pixels, assert_clear, assert_covered, frames, pages, psnr_db
from unusual_media import Unusual

ONE_PAGE = [
    "grey.jpg", "grey and clear.png", "inks.jpg", "inks.tif", "16 bits.png", "16 bits.tif", "16 bits grey.png",
    "16 bits grey.tif", "palette.png", "half clear.png", "progressive.jpg", "full colour.jpg",
    "lossless.webp", "plain.bmp", "phone.heic", "turned.jpg", "turned and mirrored.jpg", "upside down.png",
    "a PNG.jpg", "a JPEG.png", "a HEIC.jpg", "a WebP.jpg", "a JPEG.mp4", "LOUD.JPG", "turned.png",
    "turned.webp", "12 of 16 bits.tif",
]  # fmt: skip
ODD_SIZES = ["odd.jpg", "dot.png", "dot.jpg", "line.png", "column.jpg", "two colours.png", "wide.jpg"]
ANIMATIONS = ["moving.gif", "moving.webp", "moving.png", "scan.tif", "a GIF.jpg", "burst.heic"]
CLIPS = [
    "odd.mkv", "odd.webm", "grey.mkv", "stored as RGB.mkv", "ten bits.mkv", "single pictures.avi", "turned.mp4",
    "turned the other way.mov", "upside down.mp4", "uneven.mkv", "an MP4.mkv", "a Matroska.mp4", "an MP4.jpg",
    "bare stream.mp4", "broadcast.ts", "one frame.mp4", "dot.mkv",
]  # fmt: skip
CUT = ["cut.mkv", "cut.ts", "cut.avi", "cut.webm", "cut, index first.mp4", "cut, in fragments.mp4"]

LONG = "long " * 48 + "name" + ".jpg"  # 248 bytes; with _blurred it would be too long
NAMES = [
    "line\nbreak\r\n\ttab.jpg", "🎉👩‍👩‍👧 fête.jpg", LONG, "ملف\u202egpj.صورة.jpg", "שלום.jpg", "-o.jpg", "--json.jpg",
    "$(touch hacked) `touch hacked`; 'quoted' \"twice\".jpg", "[red]*?.jpg", "100%d.jpg", "a:b.jpg", "dots...jpg",
    " spaces .jpg", "back\\slash.jpg", "escape\x1b[31m.jpg", os.fsdecode(b"caf\xe9 \xff.jpg"),
]  # fmt: skip
CLIP_NAMES = [
    "line\nbreak.mp4", "🎬.mp4", "long " * 48 + "name.mp4", "ملف\u202e4pm.mp4", "-i.mp4", "%03d.mp4", "concat:a.mp4",
    "file:a.mp4", "http:a.mp4", "pipe:1.mp4", "[a]*?.mp4", os.fsdecode(b"caf\xe9 \xff.mp4"),
]  # fmt: skip


@dataclass(frozen=True)
class Batch:
    answer: Answer
    sources: Path
    before: Snapshot
    out: Path
    files: dict[str, Unusual]

    def covered(self, name: str) -> tuple[list[Pixels], list[Pixels]]:
        """The pages of a picture or frames of a clip, before and after; asserts that the face of each is covered."""
        unusual = self.files[name]
        before, after = _seen(unusual.path), _seen(self.answer.output(unusual.path))
        if before[0].shape != after[0].shape:  # 4:2:0 holds even sizes only: one row or column more, and said
            height, width = before[0].shape[:2]
            assert after[0].shape[:2] == (height + height % 2, width + width % 2)
            assert any("even sizes" in text for text in self.answer.finished(unusual.path)["warnings"])
            after = [pixels[:height, :width] for pixels in after]
        assert_covered(before, after, unusual.faces)
        return before, after


@pytest.fixture(scope="module", autouse=True)
def _heic() -> None:
    pillow_heif.register_heif_opener()


@pytest.fixture(scope="module")
def scene(pictures: dict[str, Path]) -> Scene:
    return moving_face(pictures["zidane"], frames=12)


@pytest.fixture(scope="module")
def batch(pictures: dict[str, Path], scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    root = tmp_path_factory.mktemp("unusual")
    sources, out = root / "sources", root / "out"
    sources.mkdir()
    odd = moving_face(pictures["zidane"], frames=12, width=321, height=241)
    long = moving_face(pictures["zidane"], frames=60)
    few = moving_face(pictures["zidane"], frames=5)
    files = (
        made.make_pictures(sources, scene)
        | made.make_odd_sizes(sources, odd, scene)
        | made.make_animations(sources, few)
        | made.make_clips(sources, scene, odd)
        | made.make_cut_clips(sources, long)
    )
    files["cut.jpg"] = made.make_cut_picture(sources / "cut.jpg", scene)
    files["damaged.mp4"] = made.make_damaged_clip(sources / "damaged.mp4", long)
    larger = moving_face(pictures["zidane"], frames=10, width=480, height=360)
    made.make_picture_with_another(sources / "phone.jpg", scene)
    made.make_clip_that_changes_size(sources / "changes size.ts", scene, larger)
    made.make_clip_with_two_pictures(sources / "two cameras.mkv", scene)
    before = Snapshot.of(sources)
    answer = Door(root / "door").run("blur", *sorted(sources.iterdir()), "-o", out, *QUICK)
    return Batch(answer, sources, before, out, files)


@pytest.mark.parametrize("name", [*ONE_PAGE, "odd.jpg", "wide.jpg", *ANIMATIONS])
def test_an_unusual_picture_is_covered(batch: Batch, name: str) -> None:
    before, after = batch.covered(name)
    far = (4, 200, 60, 236)  # below and left of the face
    assert psnr_db(before[0], after[0], far) > 28, "what is not covered must stay as it was"


@pytest.mark.parametrize("name", ["dot.png", "dot.jpg", "line.png", "column.jpg", "two colours.png"])
def test_a_picture_without_a_face_comes_back(batch: Batch, name: str) -> None:
    before, after = batch.covered(name)
    height, width = before[0].shape[:2]
    assert psnr_db(before[0], after[0], (0, 0, width, height)) > 30


@pytest.mark.parametrize(
    ("name", "mode"), [("grey.jpg", "L"), ("inks.jpg", "CMYK"), ("inks.tif", "CMYK"), ("half clear.png", "RGBA")]
)
def test_a_picture_keeps_its_kind_of_colours(batch: Batch, name: str, mode: str) -> None:
    with Image.open(batch.answer.output(batch.files[name].path)) as picture:
        assert picture.mode == mode


@pytest.mark.parametrize("name", ["16 bits.png", "16 bits.tif", "16 bits grey.png", "16 bits grey.tif"])
def test_sixteen_bits_stay_sixteen_bits(batch: Batch, name: str) -> None:
    path = batch.files[name].path
    before = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    after = cv2.imread(str(batch.answer.output(path)), cv2.IMREAD_UNCHANGED)
    assert before is not None
    assert after is not None
    assert after.dtype == np.uint16
    assert np.array_equal(after[200:236, 4:60], before[200:236, 4:60])


def test_transparency_stays_where_nothing_is_covered(batch: Batch) -> None:
    path = batch.files["half clear.png"].path
    with Image.open(path) as before, Image.open(batch.answer.output(path)) as after:
        box = (4, 200, 60, 236)
        assert np.array_equal(np.asarray(before.crop(box)), np.asarray(after.convert("RGBA").crop(box)))


def test_colours_under_clear_pixels_are_covered(batch: Batch) -> None:
    unusual = batch.files["face under clear pixels.png"]
    before, after = (
        np.asarray(Image.open(path).convert("RGBA"))[..., :3]
        for path in (unusual.path, batch.answer.output(unusual.path))
    )
    assert_covered([before], [after], unusual.faces)


def test_a_picture_behind_the_picture_is_left_out_or_covered(batch: Batch, scene: Scene) -> None:
    path = batch.sources / "phone.jpg"
    output = batch.answer.output(path)
    before, after = _seen(path), _seen(output)
    assert len(before) == 2
    assert_covered(before[: len(after)], after, [[face] for face in scene.faces[: len(after)]])
    assert output.read_bytes().count(b"\xff\xd8\xff") == len(after)


@pytest.mark.parametrize("name", ["moving.gif", "moving.webp", "moving.png"])
def test_an_animation_keeps_its_pace(batch: Batch, name: str) -> None:
    path = batch.files[name].path
    assert _durations(batch.answer.output(path)) == _durations(path)


@pytest.mark.parametrize("name", CLIPS)
def test_an_unusual_clip_is_covered_from_first_to_last_frame(batch: Batch, name: str) -> None:
    before, after = batch.covered(name)
    if batch.files[name].faces[0]:
        assert_clear(before[0], after[0], (240, 180, 316, 236))
    assert batch.answer.finished(batch.files[name].path)["frames"] == len(before)


def test_uneven_time_stamps_stay(batch: Batch) -> None:
    path = batch.files["uneven.mkv"].path
    before, after = ([shown.time_s for shown in frames(file)] for file in (path, batch.answer.output(path)))
    assert after == pytest.approx(before, abs=0.0015)


@pytest.mark.parametrize("name", CUT)
def test_a_clip_without_its_end_is_done_up_to_the_cut_and_marked(batch: Batch, name: str) -> None:
    unusual = batch.files[name]
    end = batch.answer.finished(unusual.path)
    before, after = _seen(unusual.path), _seen(batch.answer.output(unusual.path))
    whole = len(unusual.faces)
    assert 20 <= len(before) < whole - 10, "the clip itself must be cut off"
    assert len(before) - 1 <= len(after) < whole
    shared = min(len(before), len(after))
    assert_covered(before[:shared], after[:shared], unusual.faces[:shared])
    assert end["cut_off"], end
    assert end["needs_look"] is True, end
    assert end["cut_off"] in end["warnings"], end


def test_a_picture_without_its_end_is_covered_and_marked(batch: Batch) -> None:
    unusual = batch.files["cut.jpg"]
    end = batch.answer.finished(unusual.path)
    with Image.open(batch.answer.output(unusual.path)) as picture:
        picture.load()  # whole again
        assert picture.size == (320, 240)
    assert end["cut_off"], end
    assert end["needs_look"] is True, end


def test_a_damaged_clip_is_covered_and_says_so(batch: Batch) -> None:
    unusual = batch.files["damaged.mp4"]
    end = batch.answer.finished(unusual.path)
    before, after = _seen(unusual.path), _seen(batch.answer.output(unusual.path))
    assert len(before) == len(after) > 50
    assert_covered(before, after, unusual.faces[: len(before)])
    assert any("damaged" in text for text in end["warnings"]), end
    assert end["needs_look"] is True, end
    assert "damaged in" in end["reasons"][0], end


def test_a_clip_that_changes_size_is_never_left_clear(batch: Batch, scene: Scene, pictures: dict[str, Path]) -> None:
    path = batch.sources / "changes size.ts"
    end = batch.answer.last(path)
    if end["type"] == "failed":
        assert end["code"] in {"unsupported_media", "unreadable_media"}, end
        assert end["hint"]
        return
    before, after = _seen(path), _seen(batch.answer.output(path))
    change = len(scene.pictures)
    assert len(after) == len(before) == change + 10
    assert_covered(before[:change], after[:change], [[face] for face in scene.faces])
    height, width = after[change].shape[:2]
    as_shown = [cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in before[change:]]
    faces = moving_face(pictures["zidane"], frames=10, width=width, height=height).faces
    assert_covered([np.asarray(frame, np.uint8) for frame in as_shown], after[change:], [[face] for face in faces])


def test_no_picture_stream_passes_unseen(batch: Batch, scene: Scene) -> None:
    """A second camera's stream is covered as the first, or it is not in the result, and that is said."""
    path = batch.sources / "two cameras.mkv"
    end = batch.answer.finished(path)
    output = batch.answer.output(path)
    with av.open(output) as container:
        count = len(container.streams.video)
    for stream in range(count):
        before, after = ([shown.pixels for shown in frames(file, stream=stream)] for file in (path, output))
        assert_covered(before, after, [[face] for face in scene.faces])
    assert count == 2 or end["warnings"], end


def test_every_unusual_file_is_done(batch: Batch) -> None:
    failed = {line["input"]: line["message"] for line in batch.answer.lines if line["type"] == "failed"}
    failed.pop(str(batch.sources / "changes size.ts"), None)
    assert not failed
    assert not batch.answer.strays
    assert not batch.answer.litter
    assert "Traceback" not in batch.answer.err


def test_nothing_is_told_twice(batch: Batch) -> None:
    twice = {
        line["input"]: line["warnings"]
        for line in batch.answer.lines
        if line["type"] == "finished" and len(set(line["warnings"])) < len(line["warnings"])
    }
    assert not twice


def test_the_unusual_sources_are_what_they_were(batch: Batch) -> None:
    assert Snapshot.of(batch.sources) == batch.before


def test_only_results_are_in_the_output_folder(batch: Batch) -> None:
    outputs = {Path(line["output"]).name for line in batch.answer.lines if line["type"] == "finished"}
    assert Snapshot.of(batch.out).names() == outputs


# -- names


@dataclass(frozen=True)
class Named:
    answer: Answer
    sources: Path
    before: Snapshot
    out: Path
    scene: Scene


@pytest.fixture(scope="module")
def named(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Named:
    """Every strange name as a relative path, which is where a name could be taken for something else."""
    root = tmp_path_factory.mktemp("named")
    out = root / "out"
    door = Door(root / "door")
    first = Scene(scene.pictures[:3], scene.faces[:3])
    try:
        for name in NAMES:
            first.image().save(door.current / name, format="JPEG", quality=92)
        whole = root / "whole.mp4"
        made.write_clip(whole, first.pictures)
        for name in CLIP_NAMES:
            (door.current / name).write_bytes(whole.read_bytes())
    except OSError as error:
        pytest.skip(f"the file system refuses such names: {error}")
    before = Snapshot.of(door.current)
    answer = door.run("blur", "-o", out, *QUICK, "--", *NAMES, *CLIP_NAMES)
    return Named(answer, door.current, before, out, first)


@pytest.mark.parametrize("name", [*NAMES, *CLIP_NAMES], ids=lambda name: ascii(name[:24]))
def test_a_strange_name_gives_its_result(named: Named, name: str) -> None:
    output = Path(str(named.answer.finished(Path(name))["output"]))
    assert output.is_file()
    assert output.parent == named.out
    suffix = Path(name).suffix
    assert len(os.fsencode(output.name)) <= 255
    assert output.name == f"{Path(name).stem}_blurred{suffix}" or name in {LONG, CLIP_NAMES[2]}
    assert output.name.endswith(f"_blurred{suffix}")
    before, after = _seen(named.sources / name), _seen(output)
    assert_covered(before, after, [[face] for face in named.scene.faces[: len(before)]])


def test_each_event_is_one_line_of_ascii(named: Named) -> None:
    lines = named.answer.out.splitlines()
    assert len(lines) == len(named.answer.lines) == named.answer.out.count("\n")
    assert named.answer.out.isascii()


def test_strange_names_do_nothing_else(named: Named) -> None:
    assert named.answer.status == 0
    assert Snapshot.of(named.sources) == named.before  # also: nothing named "hacked"
    assert len(Snapshot.of(named.out).names()) == len(NAMES) + len(CLIP_NAMES)
    assert not named.answer.strays


def _seen(path: Path) -> list[Pixels]:
    """What a viewer shows of a picture or a clip, whatever it is called."""
    try:
        return pages(path)
    except OSError:
        return [shown.pixels for shown in frames(path)]


def _durations(path: Path) -> Sequence[float]:
    with Image.open(path) as picture:
        durations = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            picture.load()
            durations.append(float(picture.info["duration"]))
        return durations
