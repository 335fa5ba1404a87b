"""Pascal VOC as the standard and as exporters have it: pixels counted from 1, XML that is not to be trusted."""

import time
from pathlib import Path

import pytest
from defusedxml import ElementTree
from labelled_files import NAMES, Original, as_voc, copied, furthest, labelled, made_ones, put, real_ones, voc_xml
from stage import Stage

from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.formats.voc import VocFormat
from pyroblur_gui.datasets.sample import FlawKind, Sample, Split

OBJECT = "<object><name>face</name><bndbox>{}</bndbox></object>"
EDGES = "<xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax>"


def read(folder: Path, stage: Stage | None = None) -> tuple[Recognised, list[Sample]]:
    found = catalogue.recognise(folder)
    assert found.format == "voc"
    return found, list(VocFormat().read(found, stage or Stage(), {}))


@pytest.fixture
def originals(tmp_path: Path) -> list[Original]:
    return made_ones(tmp_path / "originals")


@pytest.fixture
def one(originals: list[Original]) -> Original:
    return originals[0]


def with_xml(folder: Path, originals: list[Original], xml: str | bytes) -> Sample:
    """A data set of two pictures; the first one's label file is this."""
    as_voc(folder, originals)
    put(xml, folder / "Annotations" / f"{originals[0].stem}.xml")
    _, samples = read(folder)
    return samples[0]


def test_real_pictures_in_the_standards_folders(lab, tmp_path):
    originals = real_ones(lab, 12)
    folder = as_voc(tmp_path / "VOC2012", originals)
    found, samples = read(folder)
    assert (found.pictures, set(found.classes)) == (12, set(NAMES))
    for sample, original in zip(samples, originals, strict=True):
        assert sample.name == f"JPEGImages/{original.path.name}"
        assert furthest(sample, original) <= 0.5  # the file has whole pixels
        assert (sample.labels, sample.flaws) == (set(NAMES), ())


def test_the_first_pixel_alone_is_one_pixel_large(originals, tmp_path):
    xml = voc_xml(originals[0], boxes=OBJECT.format(EDGES.format(1, 1, 1, 1)))
    (box,) = with_xml(tmp_path / "set", originals, xml).boxes
    assert (box.left, box.top, box.right, box.bottom) == (0, 0, 1, 1)


def test_the_whole_picture_is_read_as_such_also_when_pixels_were_counted_from_0(originals, tmp_path):
    one = originals[0]
    for first in (0, 1):
        xml = voc_xml(one, boxes=OBJECT.format(EDGES.format(first, first, one.width, one.height)))
        (box,) = with_xml(tmp_path / "set", originals, xml).boxes
        assert (box.left, box.top, box.right, box.bottom) == (0, 0, one.width, one.height)


def test_splits_come_from_the_lists_of_the_standard(originals, tmp_path):
    folder = as_voc(tmp_path / "set", originals)
    put("made_0\n", folder / "ImageSets" / "Main" / "train.txt")
    put("made_1  1\n", folder / "ImageSets" / "Main" / "val.txt")
    put("made_0\nmade_1\n", folder / "ImageSets" / "Main" / "trainval.txt")
    _, samples = read(folder)
    assert [sample.split for sample in samples] == [Split.TRAIN, Split.VAL]


def test_files_side_by_side_as_roboflow_exports_them(originals, tmp_path):
    for split, original in zip(("train", "valid"), originals, strict=True):
        copied(original, tmp_path / "set" / split)
        put(voc_xml(original), tmp_path / "set" / split / f"{original.stem}.xml")
    _, samples = read(tmp_path / "set")
    assert [(sample.name, sample.split) for sample in samples] == [
        ("train/made_0.jpg", Split.TRAIN),
        ("valid/made_1.jpg", Split.VAL),
    ]


@pytest.mark.parametrize(("labels", "images"), [("annotations", "images"), ("labels/a", "images/a"), ("xml", "other")])
def test_other_names_of_folders(originals, tmp_path, labels, images):
    for original in originals:
        copied(original, tmp_path / "set" / images)
        put(voc_xml(original), tmp_path / "set" / labels / f"{original.stem}.xml")
    _, samples = read(tmp_path / "set")
    assert [sample.name for sample in samples] == [f"{images}/made_0.jpg", f"{images}/made_1.jpg"]


def test_a_label_file_of_another_name_finds_the_picture_that_it_names(one, tmp_path):
    copied(one, tmp_path / "set" / "images")
    put(voc_xml(one), tmp_path / "set" / "Annotations" / "000001.xml")
    _, (sample,) = read(tmp_path / "set")
    assert sample.picture.name == one.path.name
    assert len(sample.boxes) == 2


def test_difficult_boxes_are_boxes(originals, tmp_path):
    xml = voc_xml(originals[0]).replace("<difficult>0", "<difficult>1")
    assert len(with_xml(tmp_path / "set", originals, xml).boxes) == 2


def test_parts_of_an_object_are_not_taken_for_its_box(originals, tmp_path):
    part = f"<part><name>hand</name><bndbox>{EDGES.format(1, 1, 2, 2)}</bndbox></part>"
    box = f"<object><name>person</name>{part}<bndbox>{EDGES.format(5, 5, 20, 30)}</bndbox></object>"
    (read_box,) = with_xml(tmp_path / "set", originals, voc_xml(originals[0], boxes=box)).boxes
    assert (read_box.label, read_box.left, read_box.bottom) == ("person", 4, 30)


def test_pictures_without_a_label_file_are_told(originals, tmp_path):
    folder = as_voc(tmp_path / "set", originals)
    (folder / "Annotations" / "made_1.xml").unlink()
    _, samples = read(folder)
    assert [[flaw.kind for flaw in sample.flaws] for sample in samples] == [[], [FlawKind.NO_LABEL_FILE]]


def test_label_files_without_a_picture_are_counted(originals, tmp_path):
    folder = as_voc(tmp_path / "set", originals)
    (folder / "JPEGImages" / "made_1.jpg").unlink()
    stage = Stage()
    _, samples = read(folder, stage)
    assert len(samples) == 1
    assert "left out: 1." in stage.of_type("log")[0].text


@pytest.mark.parametrize(
    "box",
    [
        EDGES.format("a", 2, 3, 4),
        EDGES.format("nan", 2, 3, 4),
        EDGES.format(1, 2, "inf", 4),
        EDGES.format("", 2, 3, 4),
        "<xmin>1</xmin><ymin>1</ymin>",
        "",
    ],
)
def test_a_box_that_is_none_is_told_and_the_others_are_kept(originals, tmp_path, box):
    usable = OBJECT.format(EDGES.format(3, 3, 9, 9))
    sample = with_xml(tmp_path / "set", originals, voc_xml(originals[0], boxes=OBJECT.format(box) + usable))
    assert len(sample.boxes) == 1
    (flaw,) = sample.flaws
    assert flaw.kind is FlawKind.UNREADABLE_LABEL
    assert flaw.detail == "Object 1 (face) has no usable box."


@pytest.mark.parametrize("edges", [(-20, -20, 5, 5), (1, 1, 1e9, 1e9), (50, 50, 10, 10)])
def test_numbers_out_of_range_are_kept_for_the_checks(originals, tmp_path, edges):
    xml = voc_xml(originals[0], boxes=OBJECT.format(EDGES.format(*edges)))
    (box,) = with_xml(tmp_path / "set", originals, xml).boxes
    assert (box.left, box.right) == (edges[0] - 1, edges[2])


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><object><name>&x;</name></object></annotation>',
        '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        + "".join(f'<!ENTITY {chr(99 + n)} "{("&" + chr(98 + n) + ";") * 10}">' for n in range(9))
        + "]><annotation><object><name>&k;</name></object></annotation>",
        '<?xml version="1.0"?><!DOCTYPE annotation SYSTEM "http://127.0.0.1:9/x.dtd"><annotation/>',
        "<annotation><object><name>face</name>",
        "<annotation>" + "<object>" * 100_000,
        b"<annotation>\x00\x01\xff\xfe</annotation>",
        b"<?xml version='1.0' encoding='no-such'?><annotation></annotation>",
        "<annotation>" + " " * (5 << 20) + "</annotation>",
    ],
    ids=["a file", "a billion laughs", "an address", "cut off", "deep", "binary", "unknown encoding", "5 MB"],
)
def test_hostile_xml_is_told_and_nothing_of_it_is_followed(originals, tmp_path, xml):
    start = time.process_time()  # the machine may be busy with something else
    sample = with_xml(tmp_path / "set", originals, xml)
    assert time.process_time() - start < 2
    assert sample.boxes == ()
    (flaw,) = sample.flaws
    assert flaw.kind is FlawKind.UNREADABLE_LABEL
    assert flaw.detail.startswith("The label file ")
    assert "root:" not in flaw.detail


def test_text_of_other_programs_is_read(originals, tmp_path):
    xml = '\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n' + voc_xml(originals[0]).replace("><", ">\r\n\t<")
    assert furthest(with_xml(tmp_path / "set", originals, xml), originals[0]) <= 0.5


def test_other_xml_is_no_data_set(one, tmp_path):
    copied(one, tmp_path / "set")
    put("<feed><entry/></feed>", tmp_path / "set" / "made_0.xml")
    assert catalogue.recognise(tmp_path / "set").format == "pictures"


def test_written_set_is_what_other_programs_read(lab, tmp_path):
    originals = real_ones(lab, 6)
    folder = tmp_path / "out"
    folder.mkdir()
    VocFormat().write(iter(labelled(originals)), classes=NAMES, folder=folder, context=Stage())
    first = originals[0]
    root = ElementTree.parse(folder / "Annotations" / f"{first.stem}.xml").getroot()
    assert root.findtext("filename") == first.path.name
    assert (root.findtext("size/width"), root.findtext("size/depth")) == (str(first.width), "3")
    assert float(root.findtext("object/bndbox/xmin")) == pytest.approx(first.boxes[0][1] + 1, abs=0.01)
    assert (folder / "ImageSets" / "Main" / "train.txt").read_text().split() == [each.stem for each in originals[::3]]
    _, samples = read(folder)
    assert {sample.picture.stem: sample.split for sample in samples} == {
        each.name.removesuffix(".jpg"): Split(each.split) for each in labelled(originals)
    }


def test_whole_pixels_are_written_as_such_and_come_back_exactly(one, tmp_path):
    boxes = (("face", 0.0, 0.0, 1.0, 1.0), ("face", 3.0, 4.0, float(one.width), float(one.height)))
    original = Original(one.path, one.width, one.height, boxes)
    folder = tmp_path / "out"
    folder.mkdir()
    VocFormat().write(iter(labelled([original])), classes=NAMES, folder=folder, context=Stage())
    text = (folder / "Annotations" / f"{one.stem}.xml").read_text()
    assert "<xmin>1</xmin>" in text
    assert "." not in text.partition("<bndbox>")[2]
    _, (sample,) = read(folder)
    assert furthest(sample, original) == 0


def test_names_that_xml_cannot_hold_do_not_break_it(one, tmp_path):
    original = Original(one.path, one.width, one.height, (("<a & b>\x00", 1.0, 1.0, 9.0, 9.0),))
    folder = tmp_path / "out"
    folder.mkdir()
    VocFormat().write(iter(labelled([original])), classes=["<a & b>\x00"], folder=folder, context=Stage())
    _, (sample,) = read(folder)
    assert [box.label for box in sample.boxes] == ["<a & b>_"]
