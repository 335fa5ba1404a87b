"""COCO files as COCO, Roboflow and others write them, and as they should not be."""

import json
import time
from pathlib import Path

import pytest
from labelled_files import NAMES, Original, as_coco, copied, furthest, labelled, made_ones, put, real_ones
from stage import Stage

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets.formats import catalogue, coco
from pyroblur_gui.datasets.formats.coco import CocoFormat
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.sample import FlawKind, Sample, Split


def read(folder: Path, stage: Stage | None = None) -> tuple[Recognised, list[Sample]]:
    found = catalogue.recognise(folder)
    assert found.format == "coco"
    return found, list(CocoFormat().read(found, stage or Stage(), {}))


@pytest.fixture
def originals(tmp_path: Path) -> list[Original]:
    return made_ones(tmp_path / "originals")


def with_annotation(folder: Path, one: Original, **annotation: object) -> Sample:
    """A data set of one picture with one annotation, whose values are a usable box's but for these."""
    copied(one, folder / "images")
    usable = {"id": 7, "image_id": 1, "category_id": 0, "bbox": [1, 2, 3, 4], "iscrowd": 0}
    content = {
        "images": [{"id": 1, "file_name": one.path.name}],
        "annotations": [{key: value for key, value in {**usable, **annotation}.items() if value is not ...}],
        "categories": [{"id": 0, "name": "face"}],
    }
    put(json.dumps(content), folder / "annotations.json")
    _, (sample,) = read(folder)
    return sample


@pytest.mark.parametrize(
    ("file", "images", "split"),
    [
        ("annotations/instances_train2017.json", "train2017", Split.TRAIN),
        ("annotations/instances_val2017.json", "images/val2017", Split.VAL),
        ("valid/_annotations.coco.json", "valid", Split.VAL),
        ("annotations/instances_test.json", "images/test", Split.TEST),
        ("annotations/instances_default.json", "images", None),
        ("result.json", "images", None),
        ("deep/er/set/coco.json", "deep/er/set/data", None),
        ("labels.json", "somewhere/else", None),
    ],
)
def test_real_pictures_wherever_they_lie(lab, tmp_path, file, images, split):
    originals = real_ones(lab, 8)
    found, samples = read(as_coco(tmp_path / "set", originals, file=file, images=images))
    assert (found.pictures, set(found.classes)) == (8, set(NAMES))
    assert [sample.picture.name for sample in samples] == [each.path.name for each in originals]
    for sample, original in zip(samples, originals, strict=True):
        assert furthest(sample, original) < 1e-6
        assert (sample.split, sample.labels, sample.flaws) == (split, set(NAMES), ())
        assert sample.picture.is_file()


def test_the_splits_of_one_set_are_read_together(originals, tmp_path):
    folder = tmp_path / "set"
    for split, original in zip(("train", "test"), originals, strict=True):
        as_coco(folder, [original], file=f"{split}/_annotations.coco.json", images=split)
    found, samples = read(folder)
    assert found.pictures == 2
    assert [(sample.name, sample.split) for sample in samples] == [
        ("test/made_1.jpg", Split.TEST),
        ("train/made_0.jpg", Split.TRAIN),
    ]


def test_key_points_and_captions_of_the_same_pictures_are_not_taken(originals, tmp_path):
    folder = as_coco(tmp_path / "set", originals, images="train2017")
    for other in ("person_keypoints_train2017", "captions_train2017"):
        put(
            '{"images": [{"id": 1, "file_name": "x.jpg"}], "annotations": []}', folder / "annotations" / f"{other}.json"
        )
    _, samples = read(folder)
    assert len(samples) == 2


def test_other_json_files_are_no_data_set(originals, tmp_path):
    copied(originals[0], tmp_path / "set")
    put('{"version": "5.0", "shapes": [], "imagePath": "made_0.jpg"}', tmp_path / "set" / "made_0.json")
    put("[1, 2, 3]", tmp_path / "set" / "list.json")
    assert catalogue.recognise(tmp_path / "set").format == "pictures"


def test_the_category_that_roboflow_adds_is_left_out(originals, tmp_path):
    folder = as_coco(tmp_path / "set", originals, file="train/_annotations.coco.json", images="train")
    path = folder / "train" / "_annotations.coco.json"
    content = json.loads(path.read_text())
    for category in content["categories"]:
        category["supercategory"] = "things"
    content["categories"].insert(0, {"id": 0, "name": "things", "supercategory": "none"})
    put(json.dumps(content), path)
    found, samples = read(folder)
    assert set(found.classes) == set(NAMES)
    assert samples[0].labels == set(NAMES)


def test_pictures_without_annotations_show_nothing_and_lists_without_any_are_not_labelled(originals, tmp_path):
    folder = as_coco(tmp_path / "set", originals, images="train2017")
    path = folder / "annotations" / "instances_train2017.json"
    content = json.loads(path.read_text())
    put(json.dumps({**content, "annotations": []}), path)
    _, samples = read(folder)
    assert [(sample.boxes, sample.labels) for sample in samples] == [((), set(NAMES))] * 2
    del content["annotations"]
    put(json.dumps(content), path)
    _, samples = read(folder)
    assert [(sample.boxes, sample.labels) for sample in samples] == [((), frozenset())] * 2


def test_crowds_are_left_out(originals, tmp_path):
    sample = with_annotation(tmp_path, originals[0], iscrowd=1)
    assert (sample.boxes, sample.flaws) == ((), ())


def test_an_outline_stands_in_for_a_missing_box(originals, tmp_path):
    outline = [[1, 2, 5, 2, 5, 8], [3, 1, 4, 1, 4, 2]]
    sample = with_annotation(tmp_path, originals[0], bbox=..., segmentation=outline)
    (box,) = sample.boxes
    assert (box.left, box.top, box.right, box.bottom) == (1, 1, 5, 8)


NO_BOXES = ["text", [], [1, 2, 3], [1, 2, 3, "4"], [1, 2, 3, None], None, {"x": 1}, [[1, 2, 3, 4]], 7]
NO_NUMBERS = [[1, 2, float("nan"), 4], [float("inf"), 2, 3, 4], [1.7e308, 0, 1.7e308, 1], [10**400, 0, 1, 1]]


@pytest.mark.parametrize("bbox", [*NO_BOXES, *NO_NUMBERS])
def test_what_is_no_box_is_told(originals, tmp_path, bbox):
    sample = with_annotation(tmp_path, originals[0], bbox=bbox)
    assert sample.boxes == ()
    (flaw,) = sample.flaws
    assert flaw.kind is FlawKind.UNREADABLE_LABEL
    assert "Annotation 7" in flaw.detail
    assert len(flaw.detail) < 200


@pytest.mark.parametrize("bbox", [[-5, -5, 10, 10], [1e9, 1, 5, 5], [1, 1, -4, 4], [1, 1, 0, 0]])
def test_numbers_out_of_range_are_kept_for_the_checks(originals, tmp_path, bbox):
    (box,) = with_annotation(tmp_path, originals[0], bbox=bbox).boxes
    assert (box.left, box.top, box.right - box.left, box.bottom - box.top) == tuple(bbox)


@pytest.mark.parametrize("category", [1, -1, "face", None, [], {}, 0.5, float("nan")])
def test_categories_that_are_not_named_are_told(originals, tmp_path, category):
    sample = with_annotation(tmp_path, originals[0], category_id=category)
    assert sample.boxes == ()
    assert [flaw.kind for flaw in sample.flaws] == [FlawKind.CLASS_OUT_OF_RANGE]


@pytest.mark.parametrize(
    "name", ["../secret.jpg", "../../secret.jpg", "{folder}/secret.jpg", "..\\secret.jpg", "C:\\secret.jpg"]
)
def test_paths_do_not_lead_out_of_the_chosen_folder(originals, tmp_path, name):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(originals[0].path.read_bytes())
    folder = as_coco(tmp_path / "set", originals, images="images", file="coco.json")
    content = json.loads((folder / "coco.json").read_text())
    content["images"][0]["file_name"] = name.format(folder=tmp_path)
    put(json.dumps(content), folder / "coco.json")
    stage = Stage()
    _, samples = read(folder, stage)
    assert [sample.name for sample in samples] == ["images/made_1.jpg"]
    assert "left out: 1." in stage.of_type("log")[0].text


def test_paths_of_another_machine_are_followed_by_their_last_part(originals, tmp_path):
    folder = as_coco(tmp_path / "set", originals, images="images", file="coco.json")
    content = json.loads((folder / "coco.json").read_text())
    content["images"][0]["file_name"] = "D:\\labelling\\images\\made_0.jpg"
    content["images"][1]["file_name"] = "/home/me/images/made_1.jpg"
    put(json.dumps(content), folder / "coco.json")
    _, samples = read(folder)
    assert [sample.name for sample in samples] == ["images/made_0.jpg", "images/made_1.jpg"]


def test_a_picture_that_two_files_name_is_taken_once(originals, tmp_path):
    folder = as_coco(tmp_path / "set", originals, images="images", file="a.json")
    as_coco(folder, originals, images="images", file="b.json")
    stage = Stage()
    _, samples = read(folder, stage)
    assert len(samples) == 2
    assert "Pictures of b.json that were named before, and are taken once: 2." in stage.of_type("log")[0].text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"images": [{"id": 1, "file_na', "in line 1, column"),
        ('{"annotations": [' + "[" * 100_000, "nested too deeply|in line 1"),
        ('[{"images": []}]', "it is a list"),
    ],
)
def test_a_damaged_file_is_named_with_the_place_of_the_damage(tmp_path, text, says):
    put(text, tmp_path / "annotations" / "instances_train.json")
    with pytest.raises(DatasetError, match=says) as caught:
        read(tmp_path)
    assert "instances_train.json" in caught.value.message
    assert caught.value.hint


def test_a_file_that_is_too_large_says_so(originals, tmp_path, monkeypatch):
    folder = as_coco(tmp_path / "set", originals, images="images", file="coco.json")
    found = catalogue.recognise(folder)
    monkeypatch.setattr(coco, "LARGEST_BYTES", 100)
    with pytest.raises(DatasetError, match="too large"):
        list(CocoFormat().read(found, Stage(), {}))


@pytest.mark.parametrize("order", [("categories", "images", "annotations"), ("images", "annotations", "categories")])
def test_a_large_file_is_recognised_without_reading_it_whole(originals, tmp_path, order):
    folder = as_coco(tmp_path / "set", originals, images="images", file="coco.json")
    content = json.loads((folder / "coco.json").read_text())
    annotations = [dict(content["annotations"][0], id=number) for number in range(300_000)]
    put(json.dumps({key: {**content, "annotations": annotations}[key] for key in order}), folder / "coco.json")
    assert (folder / "coco.json").stat().st_size > 24 * 2**20
    start = time.process_time()  # the machine may be busy with something else
    found = catalogue.recognise(folder)
    assert time.process_time() - start < 1
    assert (found.pictures, set(found.classes)) == (None, set(NAMES))


@pytest.mark.parametrize(
    "broken",
    [
        {"images": "x", "annotations": [], "categories": []},
        {"images": [1, None, {"id": 1}, {"file_name": 5}, {"id": [], "file_name": "a.jpg"}], "annotations": [3, {}]},
        {"images": [], "annotations": [], "categories": {"0": "face"}},
        {"images": [], "annotations": [], "categories": [1, {"id": 3}, {"name": "x"}]},
    ],
)
def test_malformed_entries_are_passed_over(tmp_path, broken):
    put(json.dumps(broken), tmp_path / "coco.json")
    _, samples = read(tmp_path)
    assert samples == []


def test_written_set_is_what_other_programs_read(lab, tmp_path):
    originals = real_ones(lab, 6)
    folder = tmp_path / "out"
    folder.mkdir()
    CocoFormat().write(iter(labelled(originals)), classes=NAMES, folder=folder, context=Stage())
    content = json.loads((folder / "annotations" / "instances_train.json").read_text())
    assert [(each["id"], each["name"]) for each in content["categories"]] == [(1, "face"), (2, "license_plate")]
    assert [each["file_name"] for each in content["images"]] == [each.path.name for each in originals[::3]]
    assert {each["image_id"] for each in content["annotations"]} == {1, 2}
    for each in content["annotations"]:
        assert each["area"] == pytest.approx(each["bbox"][2] * each["bbox"][3], abs=1e-3)
        assert each["iscrowd"] == 0
    _, samples = read(folder)
    for original in originals:
        sample = next(each for each in samples if each.picture.name == original.path.name)
        assert furthest(sample, original) <= 0.001
