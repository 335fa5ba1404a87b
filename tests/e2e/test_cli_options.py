"""What options do to pixels, sound and models, and what is said of those that make no sense."""

import re
import zipfile
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from door import Line
from places import Place, files, make_place
from scenes import Scene, moving_face
from seeing import assert_covered, frames, likeness, pages

from pyroblur_gui.core.paths import resource

MAGENTA = ("--style", "solid", "--color", "#FF00FF")


@pytest.fixture(scope="module")
def scene(pictures: dict[str, Path]) -> Scene:
    return moving_face(pictures["zidane"], frames=24)


@pytest.fixture
def place(tmp_path: Path, scene: Scene) -> Place:
    return make_place(tmp_path, scene, sound=("eng", "fra"))


def test_solid_boxes_have_their_colour_and_margin(place: Place) -> None:
    tight, wide = (_magenta(place, "--shape", "box", "--margin", percent) for percent in ("0", "100"))
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


@pytest.mark.parametrize(("style", "engine"), [("blur", "openvino"), ("pixelate", "onnxruntime")])
def test_each_style_covers_and_leaves_the_rest_as_it_was(place: Place, style: str, engine: str) -> None:
    answer = place.blur(place.photo, "-o", place.out, "--style", style, "--engine", engine)
    assert engine in answer.finished(place.photo)["engine"].lower().replace(" ", "")
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
    looked_at = place.door.run("detect", place.clip, "--every", "5", "--model", "fast", "--json")
    assert set(_boxes(looked_at.finished(place.clip))) <= {0, 5, 10, 15, 20}
    with av.open(output) as container:
        assert container.streams.video[0].codec_context.name == "hevc"


# -- sound and size


def test_sound_is_kept_muted_or_dropped(place: Place) -> None:
    kept, muted, dropped = (
        place.blur(
            *(place.clip, "-o", place.out / f"{audio}.mp4", "--audio", audio, "--crf", crf, "--preset", preset)
        ).output(place.clip)
        for audio, crf, preset in (("keep", "8", "ultrafast"), ("mute", "20", "medium"), ("drop", "45", "veryfast"))
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
    assert not files(place.out)
    assert not answer.strays
    assert "Traceback" not in answer.err
    if answer.status == 1:
        end = answer.failed(place.clip)
        assert end["code"] in codes, end
        assert end["hint"]
        assert re.search(named, end["message"]), end


def test_a_model_is_a_file_as_well(place: Place) -> None:
    model = place.folder / "mine.onnx"
    model.write_bytes(resource("starter", "starter.onnx").read_bytes())
    answer = place.door.run("blur", place.photo, "-o", place.out, "--verify", "off", "--json", "--model", model)
    assert_covered(pages(place.photo), pages(answer.output(place.photo)), [[place.scene.face]])


def test_a_model_that_would_run_a_program_is_refused(place: Place, tmp_path: Path) -> None:
    ran = tmp_path / "it ran"
    model = place.folder / "evil.pt"
    with zipfile.ZipFile(model, "w") as archive:  # PyTorch's form
        archive.writestr("evil/data.pkl", f"cos\nsystem\n(S'touch \"{ran}\"'\ntR.".encode())
        archive.writestr("evil/version", "3\n")
    answer = place.door.run("blur", place.photo, "-o", place.out, "--json", "--model", model)
    assert answer.failed(place.photo)["code"] in {"unsafe_model", "model", "missing_extra"}
    assert not ran.exists()
    assert not files(place.out)


def _boxes(finished: Line) -> dict[int, list[Line]]:
    """Boxes by frame, as detect lists them."""
    return {int(frame["frame"]): list(frame["boxes"]) for frame in finished["boxes"]}


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
