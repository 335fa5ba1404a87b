"""YOLO data sets as programs really write them, and label files as nobody should."""

import itertools
import time
from pathlib import Path

import pytest
import yaml
from labelled_files import (
    NAMES,
    Original,
    as_yolo,
    copied,
    furthest,
    labelled,
    made_ones,
    put,
    real_ones,
    yolo_text,
)
from stage import Stage

from pyroblur_gui.core.errors import JobCancelledError
from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.formats.yolo import YoloFormat
from pyroblur_gui.datasets.formats.yolo_labels import Classes, parse
from pyroblur_gui.datasets.sample import FlawKind, Sample, Split

TWO = "names: [face, license_plate]\n"


def read(folder: Path) -> tuple[Recognised, list[Sample]]:
    found = catalogue.recognise(folder)
    assert found.format == "yolo"
    return found, list(YoloFormat().read(found, Stage(), {}))


@pytest.fixture
def originals(tmp_path: Path) -> list[Original]:
    return made_ones(tmp_path / "originals")


@pytest.fixture
def one(originals: list[Original]) -> Original:
    return originals[0]


def with_label(folder: Path, one: Original, label: str | bytes) -> Sample:
    """A data set of one picture whose label file is this, and of another one that is in order."""
    copied(one, folder / "images")
    put(label, folder / "labels" / f"{one.stem}.txt")
    put(TWO + "train: images\n", folder / "data.yaml")
    _, samples = read(folder)
    return samples[0]


def test_real_pictures_with_labels_and_no_names(lab, tmp_path):
    originals = real_ones(lab, 12)
    found, samples = read(as_yolo(tmp_path / "set", originals))
    assert (found.pictures, found.classes) == (12, ("0", "1"))
    assert any("numbers only" in note for note in found.notes)
    assert [sample.name for sample in samples] == [f"images/{each.path.name}" for each in originals]
    for sample, original in zip(samples, originals, strict=True):
        assert sample.labels == {"0", "1"}
        assert [box.label for box in sample.boxes] == [str(NAMES.index(label)) for label, *_ in original.boxes]
        assert not sample.flaws


def test_names_of_a_text_file_beside_the_labels_are_taken(originals, tmp_path):
    folder = as_yolo(tmp_path / "set", originals)
    put("\ufeffface\r\nlicense_plate\r\n", folder / "labels" / "classes.txt")
    found, samples = read(folder)
    assert found.classes == NAMES
    assert found.notes == ()
    assert max(furthest(*pair) for pair in zip(samples, originals, strict=True)) < 0.01


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("images/{}", "labels/{}"),
        ("{}/images", "{}/labels"),
        ("{}", "{}"),
        ("data/set/images/{}", "data/set/labels/{}"),
        ("JPEGImages/{}", "labels/{}"),
    ],
)
def test_layouts_without_a_description_tell_their_splits_by_their_folders(originals, tmp_path, images, labels):
    folder = tmp_path / "set"
    for split, original in zip(("train", "valid"), originals, strict=True):
        as_yolo(folder, [original], images=images.format(split), labels=labels.format(split))
    put("face\nlicense_plate\n", folder / "classes.txt")
    _, samples = read(folder)
    assert {sample.picture.stem: sample.split for sample in samples} == {
        "made_0": Split.TRAIN,
        "made_1": Split.VAL,
    }
    for sample in samples:
        assert furthest(sample, next(each for each in originals if each.stem == sample.picture.stem)) < 0.01


def test_pictures_and_texts_side_by_side(originals, tmp_path):
    folder = as_yolo(tmp_path / "flat", originals, images="", labels="")
    put("face\nlicense_plate\n", folder / "classes.txt")
    put("Made by hand.\n", folder / "README.txt")
    found, samples = read(folder)
    assert found.classes == NAMES
    assert [sample.name for sample in samples] == ["made_0.jpg", "made_1.jpg"]
    assert all(sample.split is None for sample in samples)


def test_roboflow_export_whose_paths_lead_one_folder_too_high(originals, tmp_path):
    folder = tmp_path / "License Plates.v11i.yolov11"
    for split, original in zip(("train", "test"), originals, strict=True):
        as_yolo(folder, [original], images=f"{split}/images", labels=f"{split}/labels")
    paths = "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 2\n"
    rest = "names: ['face', 'license_plate']\n\nroboflow:\n  workspace: x\n  version: 11\n"
    put(paths + rest, folder / "data.yaml")
    found, samples = read(folder)
    assert found.classes == NAMES
    assert any("../valid/images" in note for note in found.notes)
    assert [(sample.name, sample.split) for sample in samples] == [
        ("test/images/made_1.jpg", Split.TEST),
        ("train/images/made_0.jpg", Split.TRAIN),
    ]


@pytest.mark.parametrize(
    "names", ["[face, license_plate]", "{0: face, 1: license_plate}", "\n  1: license_plate\n  0: face"]
)
@pytest.mark.parametrize("path", ["", "path: .\n", "path: ../set\n", "path: /content/drive/set\n"])
def test_description_names_the_classes_and_says_where_pictures_lie(originals, tmp_path, names, path):
    folder = tmp_path / "set"
    as_yolo(folder, originals[:1], images="images/one", labels="labels/one")
    as_yolo(folder, originals[1:], images="images/two", labels="labels/two")
    put(f"{path}train: images/one\nval: images/two\nnames: {names}\n", folder / "coco8.yaml")
    found, samples = read(folder)
    assert (found.classes, found.pictures) == (NAMES, 2)
    assert [sample.split for sample in samples] == [Split.TRAIN, Split.VAL]


def test_pictures_that_the_description_does_not_name_are_left_out(originals, tmp_path):
    folder = tmp_path / "set"
    as_yolo(folder, originals[:1], images="images/train", labels="labels/train")
    as_yolo(folder, originals[1:], images="images/rejected", labels="labels/rejected")
    put(f"train: images/train\nval: images/train\n{TWO}", folder / "data.yaml")
    _, samples = read(folder)
    assert [sample.name for sample in samples] == ["images/train/made_0.jpg"]


@pytest.mark.parametrize(
    "line", ["./images/{}", "images/{}", "data/obj_train_data/images/{}", "/home/me/set/images/{}"]
)
def test_lists_of_pictures_say_what_is_in_which_split(originals, tmp_path, line):
    folder = as_yolo(tmp_path / "set", [*originals, *made_ones(tmp_path / "more", [(50, 50)] * 3)[2:]])
    put(line.format("made_0.jpg") + "\r\n", folder / "train.txt")
    put(line.format("made_1.jpg") + "\n" + line.format("gone.jpg") + "\n", folder / "val.txt")
    put(f"train: train.txt\nval: val.txt\n{TWO}", folder / "data.yaml")
    expected = [("images/made_0.jpg", Split.TRAIN), ("images/made_1.jpg", Split.VAL)]
    assert [(sample.name, sample.split) for sample in read(folder)[1]] == expected
    (folder / "data.yaml").unlink()
    assert [(sample.name, sample.split) for sample in read(folder)[1]] == expected


def test_download_entry_is_not_run_but_told(originals, tmp_path):
    folder = as_yolo(tmp_path / "set", originals)
    trap = tmp_path / "trap"
    put(
        f"train: images\n{TWO}download: |\n  import pathlib; pathlib.Path({str(trap)!r}).touch()\n",
        folder / "data.yaml",
    )
    found, samples = read(folder)
    assert len(samples) == 2
    assert any("download" in note and "ignored" in note for note in found.notes)
    assert not trap.exists()


def test_objects_of_python_in_a_description_are_not_made(originals, tmp_path):
    folder = as_yolo(tmp_path / "set", originals)
    trap = tmp_path / "trap"
    put(f"train: images\nnames: !!python/object/apply:os.mkdir ['{trap}']\n", folder / "data.yaml")
    found, _ = read(folder)
    assert found.classes == ("0", "1")
    assert not trap.exists()


@pytest.mark.parametrize(
    "description",
    [
        "a: &a [x, x, x, x]\n"
        + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in itertools.pairwise("abcdefghijklmnop"))
        + "names: *p\ntrain: images\n",
        "train: images\nnames: " + "[" * 5000 + "]" * 5000,
        "train: images\nnames: [" + "face, " * 100_000 + "]",
        "train: images\nnames: [face, license_plate\n",
        "\x00\x01\x02",
        "- train\n- val\n",
    ],
    ids=["a billion laughs", "a deep nest", "a megabyte", "an open bracket", "binary", "a list"],
)  # fmt: skip
def test_hostile_descriptions_are_passed_over_quickly(originals, tmp_path, description):
    folder = as_yolo(tmp_path / "set", originals)
    put(description, folder / "data.yaml")
    start = time.process_time()  # the machine may be busy with something else
    found, samples = read(folder)
    assert time.process_time() - start < 2
    assert found.classes == ("0", "1")
    assert any("data.yaml" in note for note in found.notes)
    assert len(samples) == 2


def test_descriptions_do_not_lead_out_of_the_chosen_folder(originals, tmp_path):
    secret = as_yolo(tmp_path / "secret", originals[:1])
    folder = as_yolo(tmp_path / "set", originals[1:])
    put(f"path: ..\ntrain: [../secret/images, {secret}/images, images]\nval: {secret}\n{TWO}", folder / "data.yaml")
    found, samples = read(folder)
    assert [sample.name for sample in samples] == ["images/made_1.jpg"]
    assert any(str(secret) in note for note in found.notes)


def test_two_data_sets_below_one_folder_keep_their_own_names(originals, tmp_path):
    folder = tmp_path / "both"
    as_yolo(folder / "cars", originals[:1])
    put("train: images\nnames: [car, plate]\n", folder / "cars" / "data.yaml")
    as_yolo(folder / "people", originals[1:])
    put("train: images\nnames: [head, person]\n", folder / "people" / "data.yaml")
    found, samples = read(folder)
    assert set(found.classes) == {"car", "plate", "head", "person"}
    assert [sample.labels for sample in samples] == [{"car", "plate"}, {"head", "person"}]
    assert [box.label for box in samples[1].boxes] == ["head", "person"]


def test_an_empty_label_file_is_a_picture_that_shows_nothing(one, tmp_path):
    sample = with_label(tmp_path, one, "")
    assert (sample.boxes, sample.flaws) == ((), ())
    assert sample.labels == set(NAMES)


def test_a_missing_label_file_is_told(originals, tmp_path):
    folder = as_yolo(tmp_path / "set", originals)
    (folder / "labels" / "made_1.txt").unlink()
    _, samples = read(folder)
    assert [[flaw.kind for flaw in sample.flaws] for sample in samples] == [[], [FlawKind.NO_LABEL_FILE]]


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf0 0.5 0.5 0.2 0.2\n",
        b"0 0.5 0.5 0.2 0.2\r\n\r\n",
        b"0\t0.5\t0.5\t0.2\t0.2",
        b"  0   0.5 0.5  0.2 0.2  \n\n\n",
        b"0.0 0.5 0.5 0.2 0.2\n",
        b"0 5e-1 .5 0.2 +0.2\n",
        b"0 0.5 0.5 0.2 0.2 0.87\n",
        b"0 0.4 0.5 0.5 0.4 0.6 0.5 0.5 0.6\n",
        b"0 0.4 0.4 0.6 0.4 0.6 0.6 0.5 0.6 0.4 0.6\n",
        "0 0.5 0.5 0.2 0.2\n".encode("utf-16"),
        b"face 0.5 0.5 0.2 0.2\n",
        b"0 0.5 0.5 0.2 0.2" + b" 0.45 0.45 2" * 5,
    ],
    ids=[
        "BOM", "CRLF", "tabs", "spaces", "class as a decimal", "exponents", "confidence", "4 corners", "5 points",
        "UTF-16", "class by name", "key points",
    ],
)  # fmt: skip
def test_the_same_box_however_it_is_written(one, tmp_path, text):
    sample = with_label(tmp_path, one, text)
    assert sample.flaws == ()
    (box,) = sample.boxes
    assert box.label == "face"
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.4, 0.4, 0.6, 0.6))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("hello", FlawKind.UNREADABLE_LABEL),
        ("0 a b c d", FlawKind.UNREADABLE_LABEL),
        ("0 nan 0.5 0.2 0.2", FlawKind.UNREADABLE_LABEL),
        ("0 0.5 inf 0.2 0.2", FlawKind.UNREADABLE_LABEL),
        ("0 0.5 0.5 0.2 -inf", FlawKind.UNREADABLE_LABEL),
        ("0 1e999 0.5 0.2 0.2", FlawKind.UNREADABLE_LABEL),
        ("0 1.7e308 0.5 1.7e308 0.2", FlawKind.UNREADABLE_LABEL),
        ("0 0.5 0.5 0.2", FlawKind.UNREADABLE_LABEL),
        ("0", FlawKind.UNREADABLE_LABEL),
        ("0,0.5,0.5,0.2,0.2", FlawKind.UNREADABLE_LABEL),
        ("0.5 0.5 0.5 0.2 0.2", FlawKind.UNREADABLE_LABEL),
        ("nan 0.5 0.5 0.2 0.2", FlawKind.UNREADABLE_LABEL),
        ("0 1_0 0.5 0.2 0.2", FlawKind.UNREADABLE_LABEL),
        ("2 0.5 0.5 0.2 0.2", FlawKind.CLASS_OUT_OF_RANGE),
        ("-1 0.5 0.5 0.2 0.2", FlawKind.CLASS_OUT_OF_RANGE),
        ("1e30 0.5 0.5 0.2 0.2", FlawKind.CLASS_OUT_OF_RANGE),
    ],
)
def test_a_line_that_is_no_box_is_told_and_the_others_are_kept(one, tmp_path, line, kind):
    sample = with_label(tmp_path, one, f"1 0.5 0.5 0.2 0.2\n{line}\n0 0.1 0.1 0.1 0.1\n")
    assert [box.label for box in sample.boxes] == ["license_plate", "face"]
    (flaw,) = sample.flaws
    assert flaw.kind is kind
    assert flaw.detail.startswith("Line 2 is ")


@pytest.mark.parametrize("line", ["0 -0.5 0.5 0.2 0.2", "0 1e9 0.5 0.2 0.2", "0 320 240 50 60", "0 0.5 0.5 -0.2 0.2"])
def test_numbers_out_of_range_are_kept_for_the_checks(one, tmp_path, line):
    sample = with_label(tmp_path, one, line)
    assert sample.flaws == ()
    _, x, y, width, height = (float(word) for word in line.split())
    (box,) = sample.boxes
    assert (box.left, box.bottom) == pytest.approx((x - width / 2, y + height / 2))


def test_a_file_of_noise_gives_few_flaws_and_no_boxes(one, tmp_path):
    noise = bytes(range(256)) * 4000
    sample = with_label(tmp_path, one, noise)
    assert sample.boxes == ()
    assert 1 <= len(sample.flaws) <= 21
    assert all(len(flaw.detail) < 300 for flaw in sample.flaws)


def test_a_label_file_of_gigabytes_is_not_read(one, tmp_path):
    copied(one, tmp_path / "images")
    label = put("0 0.5 0.5 0.2 0.2\n", tmp_path / "labels" / f"{one.stem}.txt")
    with label.open("r+b") as file:
        file.truncate(3 << 30)  # a hole: it takes no room on the disk
    put(TWO + "train: images\n", tmp_path / "data.yaml")
    start = time.process_time()  # the machine may be busy with something else
    _, (sample,) = read(tmp_path)
    assert time.process_time() - start < 2
    assert "too large" in sample.flaws[0].detail


def test_edges_that_rounding_moved_over_the_picture_are_moved_back():
    boxes, _ = parse(b"0 0.120192 0.5 0.240385 1.000001\n", Classes(NAMES))
    assert (boxes[0].left, boxes[0].top, boxes[0].bottom) == (0, 0, 1)


def test_key_points_that_the_description_tells_of_are_passed_over(one, tmp_path):
    copied(one, tmp_path / "images")
    put("0 0.5 0.5 0.2 0.2 0.1 0.1 0.9 0.9\n", tmp_path / "labels" / f"{one.stem}.txt")
    put(f"train: images\n{TWO}kpt_shape: [2, 2]\n", tmp_path / "data.yaml")
    _, (sample,) = read(tmp_path)
    assert sample.boxes[0].left == pytest.approx(0.4)


def test_texts_beside_pictures_that_hold_no_boxes_are_not_taken_for_labels(one, tmp_path):
    copied(one, tmp_path)
    put("A street in Lisbon.\n", tmp_path / f"{one.stem}.txt")
    assert catalogue.recognise(tmp_path).format == "pictures"


def test_reading_leaves_the_folder_as_it_was(originals, tmp_path):
    folder = as_yolo(tmp_path / "set", originals)
    put(f"train: images\n{TWO}", folder / "data.yaml")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}
    read(folder)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")} == before


def test_cancelling_ends_the_reading(originals, tmp_path):
    stage = Stage()

    def cancel(_count: int) -> None:
        raise JobCancelledError

    stage.on_check = cancel
    found = catalogue.recognise(as_yolo(tmp_path / "set", originals))
    with pytest.raises(JobCancelledError):
        list(YoloFormat().read(found, stage, {}))


def test_written_set_is_what_other_programs_read(lab, tmp_path):
    originals = real_ones(lab, 6)
    folder = tmp_path / "out"
    folder.mkdir()
    YoloFormat().write(iter(labelled(originals)), classes=NAMES, folder=folder, context=Stage())
    description = yaml.safe_load((folder / "data.yaml").read_text())
    assert description == {
        "train": "images/train",
        "val": "images/val",
        "test": "images/test",
        "names": {0: "face", 1: "license_plate"},
    }
    first = originals[0]
    assert (folder / "images" / "train" / first.path.name).read_bytes() == first.path.read_bytes()
    assert (folder / "labels" / "train" / f"{first.stem}.txt").read_text() == yolo_text(first)
    _, samples = read(folder)
    assert {sample.picture.stem: sample.split for sample in samples} == {
        each.name.removesuffix(".jpg"): Split(each.split) for each in labelled(originals)
    }


def test_written_names_stay_apart_and_within_the_folder(one, tmp_path):
    names = ["a.jpg", "a.png", "A.jpg", "../../a.jpg", "b" * 250 + ".jpg"]
    pictures = [
        labelled([one])[0].__class__(one.path, name, one.width, one.height, "train", one.boxes) for name in names
    ]
    folder = tmp_path / "out"
    folder.mkdir()
    YoloFormat().write(iter(pictures), classes=NAMES, folder=folder, context=Stage())
    written = sorted((folder / "images" / "train").iterdir())
    assert len({path.stem.casefold() for path in written}) == len(names)
    assert {path.stem for path in (folder / "labels" / "train").iterdir()} == {path.stem for path in written}
    assert {path.name for path in tmp_path.iterdir()} == {"originals", "out"}


def test_boxes_are_cut_at_the_pictures_edges_when_written(one, tmp_path):
    boxes = (("face", -10.0, -10.0, 20.0, 20.0), ("face", 1e9, 0.0, 2e9, 10.0), ("face", 5.0, 5.0, 5.0, 9.0))
    folder = tmp_path / "out"
    folder.mkdir()
    picture = labelled([Original(one.path, one.width, one.height, boxes)])
    YoloFormat().write(iter(picture), classes=NAMES, folder=folder, context=Stage())
    _, (sample,) = read(folder)
    (box,) = sample.boxes
    assert (box.left, box.top, box.right * one.width) == pytest.approx((0, 0, 20), abs=1e-3)


def test_export_of_cvat_with_names_and_a_list_above_the_pictures(originals, tmp_path):
    folder = as_yolo(tmp_path / "set", originals, images="obj_train_data", labels="obj_train_data")
    put("face\nlicense_plate\n", folder / "obj.names")
    put("classes = 2\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n", folder / "obj.data")
    lines = "".join(f"data/obj_train_data/{each.path.name}\n" for each in originals)
    put(lines, folder / "train.txt")
    found, samples = read(folder)
    assert found.classes == NAMES
    assert [(sample.name, sample.split) for sample in samples] == [
        ("obj_train_data/made_0.jpg", Split.TRAIN),
        ("obj_train_data/made_1.jpg", Split.TRAIN),
    ]


def test_darknet_export_of_roboflow_with_names_in_each_folder(originals, tmp_path):
    for split, original in zip(("train", "valid"), originals, strict=True):
        folder = as_yolo(tmp_path / "set", [original], images=split, labels=split)
        put("face\nlicense_plate\n", folder / split / "_darknet.labels")
    found, samples = read(tmp_path / "set")
    assert found.classes == NAMES
    assert [sample.split for sample in samples] == [Split.TRAIN, Split.VAL]


def test_real_pictures_of_coco_without_names_keep_their_numbers(lab):
    found, samples = read(lab / "train" / "coco" / "coco128")
    assert found.pictures == len(samples) == 128
    assert sum(len(sample.boxes) for sample in samples) == 929
    assert {box.label for sample in samples for box in sample.boxes} <= {str(number) for number in range(80)}
