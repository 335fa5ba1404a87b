"""The command line as it is promised: where results go, what options do to pixels and sound, what is printed."""

import contextlib
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from door import END_TYPES, Answer, Door, Line, Snapshot
from PIL import Image
from scenes import Scene, moving_face
from seeing import assert_covered, frames, likeness, pages
from unusual_media import ClipForm, write_clip

from pyroblur_gui.jobs.events import event_adapter

QUICK = ("--model", "fast", "--verify", "off", "--json")
MAGENTA = ("--style", "solid", "--color", "#FF00FF")


@dataclass(frozen=True)
class Place:
    """A door, and a folder with a photo and a clip."""

    door: Door
    scene: Scene
    folder: Path
    out: Path
    photo: Path
    clip: Path

    def blur(self, *arguments: str | Path) -> Answer:
        return self.door.run("blur", *arguments, *QUICK)


@pytest.fixture(scope="module")
def scene(pictures: dict[str, Path]) -> Scene:
    return moving_face(pictures["zidane"], frames=24)


@pytest.fixture
def place(tmp_path: Path, scene: Scene) -> Place:
    folder = tmp_path / "sources"
    folder.mkdir()
    photo, clip = folder / "photo.png", folder / "clip.mp4"
    scene.image().save(photo)
    write_clip(clip, scene.pictures, ClipForm(sound=("eng", "fra")))
    return Place(Door(tmp_path / "door"), scene, folder, tmp_path / "out", photo, clip)


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


def test_a_folder_is_mirrored(tree: Place) -> None:
    before = Snapshot.of(tree.folder)
    answer = tree.blur(tree.folder, "-o", tree.out / "new" / "place")
    assert answer.status == 0, answer.out
    assert _files(tree.out) == {
        "new/place/photo_blurred.png",
        "new/place/photo_blurred.jpg",
        "new/place/day 1/photo_blurred.png",
        "new/place/day 1/rear/clip_blurred.MP4",
    }
    assert Snapshot.of(tree.folder) == before
    assert not answer.litter
    assert not answer.strays


def test_without_an_output_results_lie_beside_their_sources_and_are_not_taken_again(tree: Place) -> None:
    before = _files(tree.folder)
    results = {"photo_blurred.png", "photo_blurred.jpg", "day 1/photo_blurred.png", "day 1/rear/clip_blurred.MP4"}
    assert tree.blur(tree.folder).status == 0
    assert _files(tree.folder) - before == results
    again = tree.blur(tree.folder)
    assert again.status == 0
    assert _files(tree.folder) - before == results
    assert len([line for line in again.lines if line["type"] == "finished"]) == len(results)


def test_a_file_is_taken_once_however_often_it_is_named(tree: Place) -> None:
    (tree.folder / "day 1" / "back").symlink_to(tree.folder)  # a loop
    answer = tree.blur(tree.photo, tree.folder, tree.folder / "day 1", tree.folder, "-o", tree.out)
    assert len([line for line in answer.lines if line["type"] == "finished"]) == 4
    assert answer.status == 0, [line for line in answer.lines if line["type"] == "failed"]
    assert len(_files(tree.out)) == 4


def test_an_output_folder_inside_the_input_is_not_searched(tree: Place) -> None:
    out = tree.folder / "results"
    assert tree.blur(tree.folder, "-o", out).status == 0
    first = _files(out)
    assert len(first) == 4
    assert tree.blur(tree.folder, "-o", out).status == 0
    assert _files(out) == first


def test_results_of_one_name_do_not_replace_each_other(tree: Place) -> None:
    answer = tree.blur(tree.photo, tree.folder / "day 1" / "photo.png", "-o", tree.out)
    assert answer.status == 0
    outputs = [answer.output(tree.photo), answer.output(tree.folder / "day 1" / "photo.png")]
    assert len(set(outputs)) == 2
    assert len(_files(tree.out)) == 2


def test_an_output_with_a_suffix_is_a_file(place: Place) -> None:
    target = place.out / "new" / "named.png"
    answer = place.blur(place.photo, "-o", target)
    assert answer.status == 0
    assert answer.output(place.photo) == target
    assert _files(place.out) == {"new/named.png"}


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


# -- what options do to pixels


def test_solid_boxes_have_their_colour_and_margin(place: Place) -> None:
    tight, wide = (
        _magenta(place, "--shape", "box", "--margin", margin) for margin in ("0", "100")
    )  # of the size of what was found, on each side
    for covered in (tight, wide):
        left, top, right, bottom = _bounds(covered)
        assert covered[top:bottom, left:right].all(), "a box has no holes"
    (one, two) = (_bounds(covered) for covered in (tight, wide))
    assert two[0] < one[0]
    assert two[2] > one[2]
    assert 2.4 < (two[2] - two[0]) / (one[2] - one[0]) < 3.3


def test_an_ellipse_leaves_the_corners(place: Place) -> None:
    covered = _magenta(place, "--shape", "ellipse", "--margin", "0")
    left, top, right, bottom = _bounds(covered)
    share = covered[top:bottom, left:right].mean()
    assert 0.70 < share < 0.90, "a full ellipse fills 0.785 of its box"
    assert not covered[top, left]
    assert not covered[bottom - 1, right - 1]


@pytest.mark.parametrize("style", ["blur", "pixelate"])
def test_each_style_covers_and_leaves_the_rest_as_it_was(place: Place, style: str) -> None:
    answer = place.blur(place.photo, "-o", place.out, "--style", style)
    before, after = pages(place.photo)[0], pages(answer.output(place.photo))[0]
    assert_covered([before], [after], [[place.scene.face]])
    assert np.array_equal(before[180:, 240:], after[180:, 240:])
    assert np.array_equal(before[:, :40], after[:, :40])


def test_only_the_classes_asked_for_are_covered(place: Place) -> None:
    answer = place.blur(place.photo, "-o", place.out, "--classes", "license_plate")
    before, after = pages(place.photo)[0], pages(answer.output(place.photo))[0]
    assert likeness(before, after, place.scene.face) > 0.99
    assert not answer.finished(place.photo)["detections"].get("face")


def test_a_confidence_for_one_class_leaves_the_other(place: Place) -> None:
    answer = place.blur(place.photo, "-o", place.out, "--conf", "face=1.0,license_plate=0.4")
    assert not answer.finished(place.photo)["detections"].get("face")
    low = place.blur(place.photo, "-o", place.out, "--conf", "0.05")
    assert low.finished(place.photo)["detections"]["face"] >= 1


def test_frames_that_are_not_looked_at_are_covered_all_the_same(place: Place) -> None:
    answer = place.blur(place.clip, "-o", place.out, "--every", "5", "--encoder", "libx265")
    output = answer.output(place.clip)
    before, after = ([frame.pixels for frame in frames(path)] for path in (place.clip, output))
    assert_covered(before, after, [[face] for face in place.scene.faces])
    assert answer.finished(place.clip)["detections"]["face"] <= 24 // 5 + 2
    with av.open(output) as container:
        assert container.streams.video[0].codec_context.name == "hevc"


# -- sound and size


def test_sound_is_kept_muted_or_dropped(place: Place) -> None:
    kept, muted, dropped = (
        place.blur(place.clip, "-o", place.out / f"{audio}.mp4", "--audio", audio, "--crf", crf).output(place.clip)
        for audio, crf in (("keep", "8"), ("mute", "20"), ("drop", "45"))
    )
    assert _sound_packets(kept) == _sound_packets(place.clip)
    assert len(_sound_packets(kept)) == 2
    languages, loudness, lengths = _sound(muted)
    assert languages == ["eng", "fra"]
    assert max(loudness) < 1e-4
    assert lengths == pytest.approx(_sound(place.clip)[2], abs=0.06)
    assert min(_sound(place.clip)[1]) > 0.1, "the source is heard"
    assert _sound_packets(dropped) == []
    assert _picture_bytes(kept) > 2 * _picture_bytes(dropped)
    for path in (kept, muted, dropped):
        assert len(frames(path)) == 24


# -- proof


def test_a_report_lies_beside_each_result_of_one_stem(tree: Place) -> None:
    photos = [tree.photo, tree.folder / "photo.jpg"]
    answer = tree.door.run("blur", *photos, "-o", tree.out, "--model", "fast", "--verify", "full", "--report", "--json")
    assert answer.status == 0
    reports = {name for name in _files(tree.out) if ".report." in name}
    assert len(reports) == 4, reports
    told = [Path(str(line["path"])).name for line in answer.lines if line["type"] == "artifact"]
    assert reports <= set(told)


def test_without_a_report_none_is_written(place: Place) -> None:
    place.blur(place.photo, "-o", place.out)
    assert _files(place.out) == {"photo_blurred.png"}


# -- options that make no sense


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--style", "sepia"), "--style"),
        (("--conf", "1.5"), "--conf"),
        (("--conf", "face=much"), "--conf"),
        (("--color", "magenta"), "--color"),
        (("--margin", "-3"), "--margin"),
        (("--every", "0"), "--every"),
        (("--crf", "99"), "--crf"),
        (("--audio", "loud"), "--audio"),
        (("--device", "toaster"), "--device"),
        (("--classes", ""), "--classes"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(place: Place, arguments: tuple[str, ...], named: str) -> None:
    answer = place.door.run("blur", place.photo, "-o", place.out, *arguments)
    assert answer.status == 2
    assert named in answer.err
    assert "Traceback" not in answer.err
    assert not place.out.exists()


@pytest.mark.parametrize(
    ("arguments", "codes", "named"),
    [
        (("--classes", "face,unicorn"), {"settings", "model"}, "unicorn"),
        (("--model", "no such model"), {"model", "missing_file"}, "no such model"),
        (("--model", "nowhere/model.onnx"), {"model", "missing_file"}, "model.onnx"),
        (("--encoder", "libnonsense"), {"missing_extra", "settings"}, "libnonsense"),
        (("--device", "cuda:7"), {"engine", "missing_extra"}, "(?i)cuda.*7"),
    ],
)
def test_what_is_not_to_be_had_is_named(place: Place, arguments: tuple[str, ...], codes: set[str], named: str) -> None:
    answer = place.door.run("blur", place.clip, "-o", place.out, "--json", "--verify", "off", *arguments)
    assert answer.status in {1, 2}
    assert not _files(place.out)
    assert not answer.strays
    assert "Traceback" not in answer.err
    if answer.status == 1:
        end = answer.failed(place.clip)
        assert end["code"] in codes, end
        assert end["hint"]
        assert re.search(named, end["message"]), end


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
    assert _files(place.out) == {"clip_blurred.mp4", "photo_blurred.png"}
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


def _magenta(place: Place, *arguments: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where the photo became magenta; everywhere else it must be what it was."""
    output = place.blur(place.photo, "-o", place.out / "magenta.png", *MAGENTA, *arguments).output(place.photo)
    before, after = pages(place.photo)[0], pages(output)[0]
    covered = np.all(after == (255, 0, 255), axis=2)
    assert covered[_middle(place.scene)], "the face is not covered"
    assert np.array_equal(before[~covered], after[~covered]), "pixels outside the cover were changed"
    return np.asarray(covered)


def _middle(scene: Scene) -> tuple[int, int]:
    left, top, right, bottom = scene.face
    return (top + bottom) // 2, (left + right) // 2


def _bounds(covered: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(covered.any(axis=1))[0], np.nonzero(covered.any(axis=0))[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _boxes(finished: Line) -> dict[int, list[Line]]:
    """Boxes by frame, as detect lists them."""
    return {int(frame["frame"]): list(frame["boxes"]) for frame in finished["boxes"]}


def _holds(box: Line, face: Sequence[int]) -> bool:
    left, top, right, bottom = face
    x, y = (left + right) / 2, (top + bottom) / 2
    return bool(box["label"] == "face" and box["left"] <= x <= box["right"] and box["top"] <= y <= box["bottom"])


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def _sound_packets(path: Path) -> list[list[bytes]]:
    with av.open(path) as container:
        packets: dict[int, list[bytes]] = {stream.index: [] for stream in container.streams.audio}
        for packet in container.demux():
            if packet.stream.index in packets and packet.size:
                packets[packet.stream.index].append(bytes(packet))
    return list(packets.values())


def _sound(path: Path) -> tuple[list[str | None], list[float], list[float]]:
    """Languages, loudness (mean square root) and length in seconds of each track."""
    languages, loudness, lengths = [], [], []
    with av.open(path) as container:
        count = len(container.streams.audio)
    for number in range(count):
        with av.open(path) as container:
            track = container.streams.audio[number]
            languages.append(track.language)
            heard = [frame.to_ndarray().astype(np.float64).ravel() for frame in container.decode(track)]
            samples = np.concatenate(heard)
            loudness.append(float(np.sqrt(np.mean(samples**2))))
            lengths.append(len(samples) / track.codec_context.sample_rate)
    return languages, loudness, lengths


def _picture_bytes(path: Path) -> int:
    with av.open(path) as container:
        return sum(packet.size for packet in container.demux(video=0))
