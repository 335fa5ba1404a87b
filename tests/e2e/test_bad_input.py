"""What cannot be covered is named, with what to do; everything else of the same command is done, and nothing is harmed.

Every case is a real file given to the real command line; `tests/bad_files.py` makes them.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import disks
import numpy as np
import pytest
from bad_files import BadFile, make_bad_files, make_special_files
from door import Answer, Door, Snapshot
from PIL import Image
from places import QUICK, Place, make_place
from scenes import Scene, moving_face
from seeing import assert_covered, frames, pages
from unusual_media import write_clip


@dataclass(frozen=True)
class Batch:
    """One command over every bad file and, first and last, two good ones."""

    answer: Answer
    sources: Path
    before: Snapshot
    out: Path
    photo: Path
    clip: Path
    bad: dict[str, BadFile]
    gs_was_run: Path


BAD_NAMES = [
    "empty.jpg", "empty.mp4", "noise.jpg", "noise.mp4", "noise behind a JPEG start.jpg", "noise behind a PNG start.png",
    "noise behind an MP4 start.mp4", "text.jpg", "text.mp4", "list of another clip.mp4", "list on a server.mp4",
    "program in PostScript.jpg", "locked archive.jpg", "locked document.jpg", "locked.mp4", "sound.mp4", "sound.mkv",
    "sound with a cover.mp3", "without its index.mp4", "without frames.mkv", "without pixels.png",
    "first bytes only.jpg", "3.6 gigapixels.png", "link to nothing.jpg", "nowhere.mp4",
]  # fmt: skip


@pytest.fixture(scope="module")
def scene(pictures: dict[str, Path]) -> Scene:
    return moving_face(pictures["zidane"], frames=12)


@pytest.fixture(scope="module")
def batch(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    root = tmp_path_factory.mktemp("bad")
    sources, out, tools = root / "sources", root / "out", root / "tools"
    sources.mkdir()
    tools.mkdir()
    photo, clip = sources / "good.png", sources / "good.mp4"
    scene.image().save(photo)
    write_clip(clip, scene.pictures)
    bad = make_bad_files(sources)
    assert set(bad) == set(BAD_NAMES)
    gs_was_run = root / "gs was run"
    (tools / "gs").write_text(f"#!/bin/sh\ntouch '{gs_was_run}'\nexit 1\n")
    (tools / "gs").chmod(0o755)
    before = Snapshot.of(sources)
    files = [photo, *(file.path for file in bad.values()), clip]
    answer = Door(root / "door").run(
        "blur", *files, "-o", out, *QUICK, environment={"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    )
    return Batch(answer, sources, before, out, photo, clip, bad, gs_was_run)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_file_is_named_with_what_to_do(batch: Batch, name: str) -> None:
    bad = batch.bad[name]
    end = batch.answer.failed(bad.path)
    assert end["code"] in bad.codes, end
    assert name in end["message"], end
    assert len(end["hint"]) > 15, end
    assert re.search(bad.says, end["message"] + end["hint"], re.IGNORECASE), end
    assert "Traceback" not in end["message"] + end["hint"]
    assert "Errno" not in end["message"], "an error number is no explanation"


def test_the_good_files_of_the_same_command_are_done(batch: Batch, scene: Scene) -> None:
    assert_covered(pages(batch.photo), pages(batch.answer.output(batch.photo)), [scene.faces[:1]])
    shown = [frame.pixels for frame in frames(batch.answer.output(batch.clip))]
    assert_covered([frame.pixels for frame in frames(batch.clip)], shown, [[face] for face in scene.faces])


def test_the_exit_status_says_that_files_failed(batch: Batch) -> None:
    assert batch.answer.status == 1


def test_each_file_ends_once(batch: Batch) -> None:
    for path in [batch.photo, batch.clip, *(file.path for file in batch.bad.values())]:
        ends = [line["type"] for line in batch.answer.of(path) if line["type"] in {"finished", "failed", "cancelled"}]
        assert len(ends) == 1, (path, ends)


def test_only_finished_results_are_in_the_output_folder(batch: Batch) -> None:
    assert Snapshot.of(batch.out).names() == {"good_blurred.png", "good_blurred.mp4"}


def test_the_sources_are_what_they_were(batch: Batch) -> None:
    assert Snapshot.of(batch.sources) == batch.before


def test_nothing_is_left_running_or_lying_about(batch: Batch) -> None:
    assert not batch.answer.strays
    assert not batch.answer.litter
    assert "Traceback" not in batch.answer.err


def test_no_other_program_is_started_for_a_picture(batch: Batch) -> None:
    assert not batch.gs_was_run.exists()


# -- inputs that come to no file


@pytest.fixture
def place(tmp_path: Path, scene: Scene) -> Place:
    return make_place(tmp_path, scene)


def test_what_is_no_file_is_refused_at_once(place: Place, tmp_path: Path) -> None:
    """A pipe, a device and a socket under the names of clips, in a folder that is searched."""
    special, out = tmp_path / "special", tmp_path / "out"
    special.mkdir()
    files = make_special_files(special)
    (special / "good.png").write_bytes(place.photo.read_bytes())
    enough = ("sh", "-c", 'ulimit -v 16000000 && exec "$0" "$@"')  # kB; a device could fill the machine's memory
    answer = place.door.run(
        "blur", special, *(file.path for file in files.values()), "-o", out, *QUICK, wrapper=enough, limit_s=60
    )
    for file in files.values():
        end = answer.failed(file.path)
        assert end["code"] in file.codes, end
        assert end["hint"]
    assert answer.finished(special / "good.png")
    assert answer.status == 1
    assert not answer.strays


def test_folders_without_media_and_missing_paths_are_named(place: Place, tmp_path: Path) -> None:
    empty, letters, nowhere = tmp_path / "empty", tmp_path / "letters", tmp_path / "not there"
    empty.mkdir()
    letters.mkdir()
    (letters / "letter.txt").write_text("no picture")
    (letters / ".hidden.jpg").write_bytes(b"not to be found")
    out = tmp_path / "out"
    answer = place.blur(empty, letters, nowhere, place.photo, "-o", out)
    for path in (empty, letters, nowhere):
        end = answer.failed(path)
        assert end["code"] == "missing_file"
        assert path.name in end["message"]
        assert end["hint"]
    assert answer.finished(place.photo)
    assert answer.status == 1
    assert Snapshot.of(out).names() == {"photo_blurred.png"}


def test_only_an_empty_folder_is_a_failure_and_makes_nothing(place: Place, tmp_path: Path) -> None:
    empty, out = tmp_path / "empty", tmp_path / "out"
    empty.mkdir()
    answer = place.blur(empty, "-o", out)
    assert answer.status == 1
    assert answer.failed(empty)["code"] == "missing_file"
    assert not out.exists() or not any(out.iterdir())


# -- outputs that cannot be written


def test_an_output_below_a_file_is_named(place: Place, tmp_path: Path) -> None:
    wall = tmp_path / "a file"
    wall.write_text("in the way")
    before = Snapshot.of(place.folder)
    answer = place.blur(place.photo, place.clip, "-o", wall / "out")
    assert answer.status == 1
    for path in (place.photo, place.clip):
        end = answer.failed(path)
        assert end["code"] == "output"
        assert end["hint"]
    assert wall.read_text() == "in the way"
    assert Snapshot.of(place.folder) == before
    assert not answer.strays


def test_a_read_only_output_folder_is_named(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    before = Snapshot.of(place.folder)
    with disks.read_only(out) as wrapper:
        answer = place.blur(place.photo, place.clip, "-o", out, wrapper=wrapper)
    assert answer.status == 1
    for path in (place.photo, place.clip):
        end = answer.failed(path)
        assert end["code"] == "output"
        assert "read-only" in end["message"] or "permission" in end["message"].lower(), end
        assert end["hint"]
    assert not any(out.iterdir())
    assert Snapshot.of(place.folder) == before
    assert not answer.strays
    assert not answer.litter


def test_a_full_output_folder_is_named(place: Place, tmp_path: Path) -> None:
    out, listing = tmp_path / "out", tmp_path / "listing"
    out.mkdir()
    before = Snapshot.of(place.folder)
    wrapper = disks.small(out, 4096, listing=listing)
    answer = place.blur(place.photo, place.clip, "-o", out, wrapper=wrapper)
    assert answer.status == 1, answer.err
    for path in (place.photo, place.clip):
        end = answer.failed(path)
        assert end["code"] == "disk_full", end
        assert "full" in end["message"] or "left" in end["message"], end
        assert end["hint"]
    assert listing.read_text() == "", "something half-written was left"
    assert Snapshot.of(place.folder) == before
    assert not answer.strays


def test_a_full_disk_under_pyroblurs_own_folders_is_named(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "out"
    place.door.home.mkdir()
    wrapper = disks.small(place.door.home, 65536, listing=tmp_path / "listing")
    answer = place.blur(place.clip, "-o", out, wrapper=wrapper)
    end = answer.failed(place.clip)
    assert end["code"] == "disk_full", end
    assert end["hint"]
    assert not out.exists() or not any(out.iterdir())
    assert "Traceback" not in answer.err
    assert not answer.strays


def test_a_limit_on_file_sizes_is_named(place: Place, tmp_path: Path) -> None:
    """As on a FAT disk, where a file ends at 4 GB: some of it can be written, not all."""
    out = tmp_path / "out"
    large = place.folder / "large.png"
    noise = np.random.default_rng(3).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    Image.fromarray(noise).save(large)  # 1.4 MB in any format without loss
    wrapper = ("sh", "-c", 'ulimit -f 600 && exec "$0" "$@"')  # blocks of 512 bytes
    answer = place.blur(large, place.photo, "-o", out, wrapper=wrapper)
    end = answer.failed(large)
    assert end["code"] in {"output", "disk_full"}, end
    assert end["hint"]
    assert answer.finished(place.photo)
    assert Snapshot.of(out).names() == {"photo_blurred.png"}


# -- inputs in the way of their outputs


@pytest.mark.parametrize("name", ["photo.png", "clip.mp4"])
@pytest.mark.parametrize("way", ["itself", "by another spelling", "by a link", "by a hard link"])
def test_an_input_is_never_its_own_output(place: Place, tmp_path: Path, name: str, way: str) -> None:
    source = place.folder / name
    target = tmp_path / f"other{source.suffix}"
    match way:
        case "itself":
            target = source
        case "by another spelling":
            target = place.folder / ".." / place.folder.name / name
        case "by a link":
            target.symlink_to(source)
        case _:
            target.hardlink_to(source)
    before = Snapshot.of(tmp_path / "sources")
    answer = place.blur(source, "-o", target)
    assert answer.status == 1
    end = answer.failed(source)
    assert end["code"] == "output", end
    assert end["hint"]
    assert Snapshot.of(place.folder) == before
    assert target.samefile(source)


def test_a_failed_run_keeps_the_result_of_an_earlier_one(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"an earlier result")
    broken = place.folder / "broken.mp4"
    broken.write_bytes(b"no clip")
    answer = place.blur(broken, "-o", out)
    assert answer.status == 1
    assert out.read_bytes() == b"an earlier result"


def test_a_link_under_the_results_name_is_not_followed(place: Place, tmp_path: Path) -> None:
    """Else whoever can write to the output folder could have any file of the user's written over."""
    out, precious = tmp_path / "out", tmp_path / "precious.txt"
    precious.write_text("not to be written over")
    out.mkdir()
    (out / "photo_blurred.png").symlink_to(precious)
    answer = place.blur(place.photo, "-o", out)
    assert precious.read_text() == "not to be written over"
    assert answer.last(place.photo)["type"] == "failed" or not (out / "photo_blurred.png").is_symlink()


def test_a_folder_under_the_results_name_is_named(place: Place, tmp_path: Path) -> None:
    wall = tmp_path / "out" / "photo_blurred.png"
    wall.mkdir(parents=True)
    answer = place.blur(place.photo, place.clip, "-o", tmp_path / "out")
    assert answer.failed(place.photo)["code"] == "output"
    assert answer.finished(place.clip)
    assert Snapshot.of(tmp_path / "out").names() == {"photo_blurred.png", "clip_blurred.mp4"}
    assert not any(wall.iterdir())


def test_two_commands_on_one_clip_do_not_mix(place: Place, tmp_path: Path, scene: Scene) -> None:
    out = tmp_path / "out"
    processes = [place.door.start("blur", place.clip, "-o", out, *QUICK) for _ in range(2)]
    told = [process.communicate(timeout=120) for process in processes]
    answers = [place.door.answer(one.returncode, *texts) for one, texts in zip(processes, told, strict=True)]
    ends = [answer.last(place.clip) for answer in answers]
    assert any(end["type"] == "finished" for end in ends)
    assert all(end["type"] == "finished" or (end["code"] in {"job", "output"} and end["hint"]) for end in ends), ends
    assert Snapshot.of(out).names() == {"clip_blurred.mp4"}
    shown = [frame.pixels for frame in frames(out / "clip_blurred.mp4")]
    assert_covered([frame.pixels for frame in frames(place.clip)], shown, [[face] for face in scene.faces])


# -- inputs that change while they are worked on


def test_an_input_that_vanishes_before_its_turn_is_named(place: Place, tmp_path: Path, scene: Scene) -> None:
    out = tmp_path / "out"
    process = place.door.start("blur", place.clip, place.photo, "-o", out, *QUICK)
    assert process.stdout is not None
    first = process.stdout.readline()  # the clip is begun; the photo was seen
    place.photo.unlink()
    rest, err = process.communicate(timeout=120)
    answer = place.door.answer(process.returncode, first + rest, err)
    assert answer.status == 1
    end = answer.failed(place.photo)
    assert end["code"] == "missing_file", end
    assert end["hint"]
    assert answer.finished(place.clip)
    assert Snapshot.of(out).names() == {"clip_blurred.mp4"}


@pytest.mark.parametrize("what", ["is deleted", "is cut off"])
def test_a_clip_that_changes_while_it_is_worked_on(place: Place, tmp_path: Path, scene: Scene, what: str) -> None:
    """Either the whole of it is covered, or the failure is named: never a result that is half of it, unmarked."""
    out = tmp_path / "out"
    clip = place.folder / "long.mp4"
    write_clip(clip, scene.pictures * 12)
    count = len(scene.pictures) * 12
    process = place.door.start("blur", clip, place.photo, "-o", out, *QUICK)
    assert process.stdout is not None
    seen = b""
    for line in iter(process.stdout.readline, b""):
        seen += line
        if b'"progress"' in line:
            break
    if what == "is deleted":
        clip.unlink()
    else:
        os.truncate(clip, clip.stat().st_size // 2)
    rest, err = process.communicate(timeout=120)
    answer = place.door.answer(process.returncode, seen + rest, err)
    assert answer.finished(place.photo)
    end = answer.last(clip)
    if end["type"] == "finished":
        assert len(frames(Path(end["output"]))) == count or end.get("warnings") or end.get("needs_look"), end
    else:
        assert end["code"] in {"missing_file", "unreadable_media"}, end
        assert end["hint"]
        assert Snapshot.of(out).names() == {"photo_blurred.png"}
    assert not answer.strays
