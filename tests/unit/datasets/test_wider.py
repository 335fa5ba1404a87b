"""WIDER text, with what is peculiar to the original files."""

from pathlib import Path

import pytest
from labelled_files import NAMES, Original, as_wider, copied, furthest, labelled, made_ones, put, real_ones, wider_text
from stage import Stage

from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.formats.wider import WiderFormat, parse
from pyroblur_gui.datasets.sample import FlawKind, Sample, Split


def read(folder: Path, **options: str) -> tuple[Recognised, list[Sample]]:
    found = catalogue.recognise(folder)
    assert found.format == "wider"
    return found, list(WiderFormat().read(found, Stage(), options))


def faces_of(original: Original) -> Original:
    boxes = tuple(box for box in original.boxes if box[0] == "face")
    return Original(original.path, original.width, original.height, boxes)


@pytest.fixture
def originals(tmp_path: Path) -> list[Original]:
    return made_ones(tmp_path / "originals")


def test_real_pictures_as_the_original_lays_them_out(lab, tmp_path):
    originals = [faces_of(each) for each in real_ones(lab, 20)]
    assert any(not each.boxes for each in originals), "the quirk of pictures without faces must be among them"
    folder = as_wider(tmp_path / "set", originals[:10])
    as_wider(folder, originals[10:], split="val")
    found, samples = read(folder)
    assert found.classes == ("face",)
    assert found.notes == ()
    assert {sample.picture.name: sample.split for sample in samples} == {
        each.path.name: Split.TRAIN if number < 10 else Split.VAL for number, each in enumerate(originals)
    }
    by_name = {sample.picture.name: sample for sample in samples}
    for original in originals:
        sample = by_name[original.path.name]
        assert furthest(sample, original) <= 0.5
        assert (sample.labels, sample.flaws) == ({"face"}, ())
        assert sample.picture.is_file()


def test_a_picture_without_faces_is_followed_by_a_line_of_zeros_or_by_none():
    for zeros in ("0 0 0 0 0 0 0 0 0 0 \n", ""):
        text = f"a/1.jpg\n0\n{zeros}a/2.jpg\n1\n10 20 30 40 0 0 0 0 0 0 \n"
        assert [(picture.path, picture.boxes) for picture in parse(text.splitlines())] == [
            ("a/1.jpg", ()),
            ("a/2.jpg", ((10, 20, 40, 60),)),
        ]


def test_boxes_that_are_marked_invalid_or_have_no_area_are_dropped():
    lines = ["a.jpg", "4", "1 1 5 5 0 0 0 1 0 0", "1 1 0 5 0 0 0 0 0 0", "1 1 5 -2 0 0 0 0 0 0", "2 2 5 5 0 0 0 0 0 0"]
    (picture,) = parse(lines)
    assert picture.boxes == ((2, 2, 7, 7),)
    assert picture.flaws == ()


def test_a_wrong_count_does_not_shift_the_rest():
    lines = [
        "a.jpg",
        "5",
        "1 1 5 5 0 0 0 0 0 0",
        "b.jpg",
        "0",
        "2 2 5 5 0 0 0 0 0 0",
        "3 3 5 5 0 0 0 0 0 0",
        "c.jpg",
        "0",
    ]
    assert [len(picture.boxes) for picture in parse(lines)] == [1, 2, 0]


@pytest.mark.parametrize("line", ["hello", "1 2 3", "nan 1 2 3 0 0 0 0 0 0", "1 2 inf 4", "1;2;3;4"])
def test_a_line_that_is_no_box_is_told_and_the_others_are_kept(originals, tmp_path, line):
    copied(originals[0], tmp_path / "images")
    put(
        f"{originals[0].path.name}\n2\n{line}\n4 5 6 7 0 0 0 0 0 0\n",
        tmp_path / "split" / "wider_face_train_bbx_gt.txt",
    )
    _, (sample,) = read(tmp_path)
    assert [(box.left, box.bottom) for box in sample.boxes] == [(4, 12)]
    assert [flaw.kind for flaw in sample.flaws] == [FlawKind.UNREADABLE_LABEL]
    assert sample.flaws[0].detail.startswith("Line 3 is not a box: ")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_byte_order_marks_and_line_ends_do_not_matter(originals, tmp_path, end):
    faces = [faces_of(each) for each in originals]
    folder = as_wider(tmp_path / "set", faces)
    text = "\ufeff" + wider_text(faces).replace("\n", end)
    put(text, folder / "wider_face_split" / "wider_face_train_bbx_gt.txt")
    _, samples = read(folder)
    assert [furthest(*pair) <= 0.5 for pair in zip(samples, faces, strict=True)] == [True, True]


def test_the_user_says_what_the_boxes_are(originals, tmp_path):
    folder = as_wider(tmp_path / "set", originals)
    _, samples = read(folder, **{"class": "license_plate"})
    assert {(box.label) for sample in samples for box in sample.boxes} == {"license_plate"}
    assert {label for sample in samples for label in sample.labels} == {"license_plate"}


def test_a_text_of_another_name_is_recognised_by_what_it_holds(originals, tmp_path):
    for original in originals:
        copied(original, tmp_path / "set" / "pictures")
    put(wider_text(originals, below="pictures"), tmp_path / "set" / "my labels.txt")
    found, samples = read(tmp_path / "set")
    assert any("faces unless you say otherwise" in note for note in found.notes)
    assert [sample.name for sample in samples] == ["pictures/made_0.jpg", "pictures/made_1.jpg"]


def test_the_text_file_itself_can_be_chosen(originals, tmp_path):
    folder = as_wider(tmp_path / "set", originals)
    found = catalogue.recognise(folder / "wider_face_split" / "wider_face_train_bbx_gt.txt")
    samples = list(WiderFormat().read(found, Stage(), {}))
    assert len(samples) == 2
    assert all(sample.picture.is_file() for sample in samples)


def test_paths_do_not_lead_out_of_the_chosen_folder(originals, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(originals[0].path.read_bytes())
    folder = as_wider(tmp_path / "set", originals)
    text = f"../../../secret.jpg\n0\n{tmp_path}/secret.jpg\n0\n..\\..\\secret.jpg\n0\n"
    put(text, folder / "wider_face_split" / "wider_face_val_bbx_gt.txt")
    stage = Stage()
    samples = list(WiderFormat().read(catalogue.recognise(folder), stage, {}))
    assert sorted(sample.picture.name for sample in samples) == ["made_0.jpg", "made_1.jpg"]
    assert "left out: 3." in stage.of_type("log")[0].text


def test_written_set_has_one_file_a_class_and_comes_back_whole(lab, tmp_path):
    originals = real_ones(lab, 9)
    assert {label for each in originals for label, *_ in each.boxes} == set(NAMES)
    folder = tmp_path / "out"
    folder.mkdir()
    WiderFormat().write(iter(labelled(originals)), classes=NAMES, folder=folder, context=Stage())
    for label in NAMES:
        assert {path.name for path in (folder / f"wider_{label}_split").iterdir()} == {
            f"wider_{label}_{split}_bbx_gt.txt" for split in ("train", "val", "test")
        }
    text = (folder / "wider_face_split" / "wider_face_train_bbx_gt.txt").read_text()
    first = faces_of(originals[0])
    lines = wider_text([first], below="").lstrip("/").splitlines()
    assert text.splitlines()[:2] == lines[:2]
    found, samples = read(folder)
    assert (set(found.classes), found.notes) == (set(NAMES), ())
    by_name = {sample.picture.name: sample for sample in samples}
    for picture, original in zip(labelled(originals), originals, strict=True):
        sample = by_name[picture.name]
        assert furthest(sample, original) <= 1  # whole pixels, and at least one
        assert (sample.labels, sample.split) == (set(NAMES), Split(picture.split))
