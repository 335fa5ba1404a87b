"""The command line as it is promised: where results go, what options do to pixels and sound, what is printed."""

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import av
import pytest
from door import END_TYPES, Line, Snapshot
from PIL import Image
from places import QUICK, Place, files, make_place
from scenes import Scene, moving_face
from seeing import assert_covered, frames, pages

from pyroblur_gui.jobs.events import event_adapter


@pytest.fixture(scope="module")
def scene(pictures: dict[str, Path]) -> Scene:
    return moving_face(pictures["zidane"], frames=24)


@pytest.fixture
def place(tmp_path: Path, scene: Scene) -> Place:
    return make_place(tmp_path, scene, sound=("eng", "fra"))


# -- where results go


@pytest.fixture
def tree(place: Place) -> Place:
    """photo.png and photo.jpg (one stem), and below them more, among files that are no media."""
    deep = place.folder / "day 1" / "rear"
    deep.mkdir(parents=True)
    place.scene.image().save(place.folder / "photo.jpg", quality=92)
    place.scene.image().save(place.folder / "day 1" / "photo.png")
    place.clip.rename(deep / "clip.MP4")
    (place.folder / "notes.txt").write_text("no media")
    (place.folder / ".hidden.png").write_bytes(place.photo.read_bytes())
    (place.folder / "._photo.jpg").write_bytes(b"what a Mac leaves on other disks")
    return place


def test_a_name_with_a_slash_at_its_end_is_a_folder(place: Place) -> None:
    answer = place.blur(place.photo, "-o", f"{place.out / 'v1.2'}/")
    assert answer.status == 0, answer.out
    assert files(place.out) == {"v1.2/photo_blurred.png"}


def test_a_folders_rarer_photos_are_covered_or_named(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "rare"
    folder.mkdir()
    place.scene.image().save(folder / "scan.jp2")
    place.scene.image().save(folder / "camera.dng", format="TIFF", tiffinfo={50706: b"\x01\x04\x00\x00"})
    answer = place.blur(folder, "-o", place.out)
    assert answer.status == 1
    assert files(place.out) == {"scan_blurred.png"}
    assert_covered(pages(folder / "scan.jp2"), pages(place.out / "scan_blurred.png"), [place.scene.faces[:1]])
    failure = answer.failed(folder / "camera.dng")
    assert failure["code"] == "unsupported_media"
    assert "raw file" in failure["message"]
    assert "Export" in failure["hint"]


def test_a_folder_is_mirrored(tree: Place) -> None:
    before = Snapshot.of(tree.folder)
    answer = tree.blur(tree.folder, "-o", tree.out / "new" / "place")
    assert answer.status == 0, answer.out
    assert files(tree.out) == {
        "new/place/photo_blurred.png",
        "new/place/photo_blurred.jpg",
        "new/place/day 1/photo_blurred.png",
        "new/place/day 1/rear/clip_blurred.MP4",
    }
    assert Snapshot.of(tree.folder) == before
    assert not answer.litter
    assert not answer.strays


def test_without_an_output_results_lie_beside_their_sources_and_are_not_taken_again(tree: Place) -> None:
    before = files(tree.folder)
    results = {"photo_blurred.png", "photo_blurred.jpg", "day 1/photo_blurred.png", "day 1/rear/clip_blurred.MP4"}
    assert tree.blur(tree.folder).status == 0
    assert files(tree.folder) - before == results
    again = tree.blur(tree.folder)
    assert again.status == 0
    assert files(tree.folder) - before == results
    assert len([line for line in again.lines if line["type"] == "finished"]) == len(results)


def test_a_file_is_taken_once_however_often_it_is_named(tree: Place) -> None:
    (tree.folder / "day 1" / "back").symlink_to(tree.folder)  # a loop
    answer = tree.blur(tree.photo, tree.folder, tree.folder, "-o", tree.out)
    assert len([line for line in answer.lines if line["type"] == "finished"]) == 4
    assert answer.status == 0, [line for line in answer.lines if line["type"] == "failed"]
    assert len(files(tree.out)) == 4


def test_an_output_folder_inside_the_input_is_not_searched(tree: Place) -> None:
    out = tree.folder / "results"
    assert tree.blur(tree.folder, "-o", out).status == 0
    first = files(out)
    assert len(first) == 4
    assert tree.blur(tree.folder, "-o", out).status == 0
    assert files(out) == first


def test_results_of_one_name_do_not_replace_each_other(tree: Place) -> None:
    answer = tree.blur(tree.photo, tree.folder / "day 1" / "photo.png", "-o", tree.out)
    assert answer.status == 0
    outputs = [answer.output(tree.photo), answer.output(tree.folder / "day 1" / "photo.png")]
    assert len(set(outputs)) == 2
    assert len(files(tree.out)) == 2


def test_an_output_with_a_suffix_is_a_file(place: Place) -> None:
    target = place.out / "new" / "named.png"
    answer = place.blur(place.photo, "-o", target)
    assert answer.status == 0
    assert answer.output(place.photo) == target
    assert files(place.out) == {"new/named.png"}


def test_a_clip_becomes_what_the_named_file_asks_for(place: Place) -> None:
    target = place.out / "named.webm"
    answer = place.blur(place.clip, "-o", target)
    with av.open(answer.output(place.clip)) as container:
        assert "webm" in container.format.name
        assert container.streams.video[0].codec_context.name in {"vp9", "libvpx-vp9", "av1", "libdav1d"}
        assert len(container.streams.audio) == 2
    shown = [frame.pixels for frame in frames(target)]
    assert_covered([frame.pixels for frame in frames(place.clip)], shown, [[face] for face in place.scene.faces])


def test_a_photo_becomes_what_the_named_file_asks_for(place: Place) -> None:
    target = place.out / "named.jpg"
    answer = place.blur(place.photo, "-o", target)
    with Image.open(answer.output(place.photo)) as picture:
        assert picture.format == "JPEG"


def test_an_output_that_is_a_file_cannot_hold_several_results(place: Place) -> None:
    place.out.write_text("in the way")
    answer = place.blur(place.photo, place.clip, "-o", place.out)
    assert answer.status == 2
    assert "folder" in answer.err
    assert place.out.read_text() == "in the way"


# -- lines of JSON


def test_every_line_is_an_event_and_the_last_of_a_file_is_its_result(place: Place) -> None:
    broken = place.folder / "broken.mp4"
    broken.write_bytes(b"no clip")
    answer = place.blur(place.photo, broken, place.clip, "-o", place.out)
    assert answer.status == 1
    for line in answer.lines:
        assert isinstance(line["input"], str)
        if line["type"] not in END_TYPES:
            event_adapter.validate_python({name: value for name, value in line.items() if name != "input"})
    for path, count in ((place.photo, 1), (place.clip, 24)):
        lines = answer.of(path)
        assert lines[0]["type"] == "started"
        assert [line["type"] for line in lines if line["type"] in END_TYPES] == ["finished"]
        end = lines[-1]
        assert end["type"] == "finished"
        assert Path(end["output"]).is_file()
        assert end["frames"] == count
        assert end["detections"]["face"] >= count
        assert end["wall_s"] > 0
    end = answer.of(broken)[-1]
    assert end["type"] == "failed"
    assert end["code"]
    assert end["message"]
    assert end["hint"]
    assert answer.lines[-1]["type"] == "finished"
    assert answer.out.endswith("\n")


# -- proof


def test_a_report_lies_beside_each_result_of_one_stem(tree: Place) -> None:
    photos = [tree.photo, tree.folder / "photo.jpg"]
    answer = tree.door.run("blur", *photos, "-o", tree.out, "--model", "fast", "--verify", "full", "--report", "--json")
    assert answer.status == 0
    reports = {name for name in files(tree.out) if ".report." in name}
    assert len(reports) == 4, reports
    told = [Path(str(line["path"])).name for line in answer.lines if line["type"] == "artifact"]
    assert reports <= set(told)


def test_without_a_report_none_is_written(place: Place) -> None:
    place.blur(place.photo, "-o", place.out)
    assert files(place.out) == {"photo_blurred.png"}


# -- other commands


def test_detect_lists_boxes_and_writes_nothing(place: Place) -> None:
    before = Snapshot.of(place.folder)
    answer = place.door.run("detect", place.photo, place.clip, "--model", "fast", "--json")
    assert answer.status == 0, answer.out + answer.err
    assert Snapshot.of(place.folder) == before
    assert not answer.litter
    for path, faces in ((place.photo, place.scene.faces[:1]), (place.clip, place.scene.faces)):
        found = _boxes(answer.finished(path))
        assert set(found) == set(range(len(faces)))
        for number, face in enumerate(faces):
            assert any(_holds(box, face) for box in found[number]), (number, face, found[number])


def test_detect_names_what_cannot_be_read(place: Place) -> None:
    broken = place.folder / "broken.mp4"
    broken.write_bytes(b"no clip")
    answer = place.door.run("detect", broken, place.photo, "--model", "fast", "--json")
    assert answer.status == 1
    assert answer.failed(broken)["code"] == "unreadable_media"
    assert answer.finished(place.photo)


def test_the_model_is_thorough_and_the_result_checked_unless_told_otherwise(place: Place) -> None:
    answer = place.door.run("blur", place.photo, place.clip, "-o", place.out, "--json")
    for path, faces in ((place.photo, place.scene.faces[:1]), (place.clip, place.scene.faces)):
        end = answer.finished(path)
        assert end["model"] == "thorough"
        assert end["verification"]["mode"] == "sampled"
        assert end["verification"]["frames_checked"] > 0
        output = answer.output(path)
        before, after = (
            pages(file) if path == place.photo else [frame.pixels for frame in frames(file)] for file in (path, output)
        )
        assert_covered(before, after, [[face] for face in faces])
    assert answer.status == 0


def test_doctor_tells_what_a_report_of_a_bug_needs(place: Place) -> None:
    answer = place.door.run("doctor")
    assert answer.status == 0, answer.err
    for word in ("PyroBlur", "Python", "FFmpeg", "OpenVINO", str(place.door.home)):
        assert word.lower() in answer.out.lower(), f"{word} is not in:\n{answer.out}"
    assert not answer.litter


def test_home_moves_every_folder(place: Place, tmp_path: Path) -> None:
    home = tmp_path / "another home"
    answer = place.door.run("--home", home, "blur", place.photo, "-o", place.out, *QUICK)
    assert answer.status == 0, answer.err
    assert any(home.rglob("*"))
    assert not place.door.home.exists() or not any(place.door.home.iterdir())
    assert not answer.litter


def test_no_command_is_answered_with_help(place: Place) -> None:
    for arguments in (("--help",), ("blur", "--help"), ("--version",)):
        answer = place.door.run(*arguments)
        assert answer.status == 0
        assert answer.out
    assert not place.door.home.exists() or not any(place.door.home.rglob("*.sqlite"))


def test_without_json_people_read_lines(place: Place) -> None:
    broken = place.folder / "broken \x1b[31m.mp4"
    broken.write_bytes(b"no clip")
    answer = place.door.run("blur", place.photo, broken, "-o", place.out, "--model", "fast", "--verify", "off")
    assert answer.status == 1
    assert "photo_blurred.png" in answer.out
    assert "broken" in answer.err
    assert "\x1b[31m" not in answer.out + answer.err
    assert "{" not in answer.out
    assert "Traceback" not in answer.err


def test_a_terminal_shows_a_bar(place: Place) -> None:
    own, terminal = pytest.importorskip("pty").openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pyroblur_gui", "blur", str(place.clip), "-o", str(place.out), *QUICK[:-1]],
        cwd=place.door.current,
        env=place.door.environment() | {"TERM": "xterm-256color", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = _read_terminal(own)
    assert process.wait(timeout=60) == 0
    assert "clip_blurred.mp4" in shown
    assert "\x1b[" in shown
    assert "Traceback" not in shown


def test_a_reader_that_leaves_does_not_stop_the_work(place: Place) -> None:
    process = place.door.start("blur", place.clip, place.photo, "-o", place.out, *QUICK)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=90) == 0
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert files(place.out) == {"clip_blurred.mp4", "photo_blurred.png"}
    assert not place.door.strays()


def _read_terminal(own: int) -> str:
    content, deadline = b"", time.monotonic() + 90
    with contextlib.suppress(OSError):  # Linux: the other end was closed
        while time.monotonic() < deadline:
            if select.select([own], [], [], 1.0)[0]:
                content += (part := os.read(own, 65536))
                if not part:
                    break
    os.close(own)
    return content.decode(errors="replace")


def _boxes(finished: Line) -> dict[int, list[Line]]:
    """Boxes by frame, as detect lists them."""
    return {int(frame["frame"]): list(frame["boxes"]) for frame in finished["boxes"]}


def _holds(box: Line, face: Sequence[int]) -> bool:
    left, top, right, bottom = face
    x, y = (left + right) / 2, (top + bottom) / 2
    return bool(box["label"] == "face" and box["left"] <= x <= box["right"] and box["top"] <= y <= box["bottom"])
