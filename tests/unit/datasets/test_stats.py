import pytest
from rows import BOTH, box, make_dataset, row

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.datasets import stats
from pyroblur_gui.datasets.dataset import Dataset, Problem
from pyroblur_gui.datasets.sample import Origin, Split


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        yield dataset


def test_summary_counts_what_is_in_and_what_is_true(dataset: Dataset):
    dataset.add(
        [
            row(1, box(), box(1), box(1)),
            row(2, box(1, origin=Origin.SUGGESTED, score=0.9), split=Split.VAL),
            row(3, box(), is_removed=True),
            row(4, box(0, origin=Origin.ACCEPTED), split=None),
        ]
    )
    dataset.keep_problems([Problem("tiny_box", "It is small.", picture=1, box=0)])
    summary = stats.summary(dataset)
    assert summary.pop("fingerprint")
    assert summary == {
        "name": "set",
        "path": str(dataset.folder),
        "images": 3,
        "boxes": {"face": 2, "license_plate": 2},
        "problems": 1,
    }


def test_an_empty_data_set_can_be_counted(dataset: Dataset):
    assert stats.summary(dataset)["boxes"] == {"face": 0, "license_plate": 0}
    counted = stats.count(dataset)
    assert counted.images == {Split.TRAIN: 0, Split.VAL: 0, Split.TEST: 0}
    assert sum(counted.per_image.counts) == 0


def test_images_and_boxes_are_counted_by_class_and_split(dataset: Dataset):
    dataset.add(
        [
            row(1, box(0), box(0)),
            row(2, box(0), box(1)),
            row(3, box(1), split=Split.TEST),
            row(4, split=None),
            row(5, box(7)),
        ]
    )
    counted = stats.count(dataset)
    assert counted.images == {Split.TRAIN: 3, Split.VAL: 0, Split.TEST: 1, None: 1}
    found = {(each.label, each.split): (each.images, each.boxes) for each in counted.counts}
    assert found == {
        (0, Split.TRAIN): (2, 3),
        (0, Split.VAL): (0, 0),
        (0, Split.TEST): (0, 0),
        (1, Split.TRAIN): (1, 1),
        (1, Split.VAL): (0, 0),
        (1, Split.TEST): (1, 1),
    }
    assert dict(zip(counted.per_image.edges, counted.per_image.counts, strict=True)) | {0.0: 1, 1.0: 2, 2.0: 2} == dict(
        zip(counted.per_image.edges, counted.per_image.counts, strict=True)
    )


def test_shapes_fall_into_their_bars(dataset: Dataset):
    """A box of 64 x 24 pixels at the right edge, and one that has no area and counts in no histogram."""
    dataset.add([row(1, box(1, 0.9, 0.0, 1.0, 0.05), box(1, 0.5, 0.5, 0.5, 0.6), size=(640, 480))])
    _, plates = stats.count(dataset).by_class
    assert dict(zip(plates.sides.edges, plates.sides.counts, strict=True))[24.0] == 1
    assert sum(plates.sides.counts) == 1
    assert dict(zip(plates.aspects.edges, plates.aspects.counts, strict=True))[2.5] == 1
    assert plates.centres[0][30] == 1
    assert sum(map(sum, plates.centres)) == 1


def test_boxes_outside_the_picture_count_at_its_edge(dataset: Dataset):
    dataset.add([row(1, box(0, 1.5, -3.0, 1e9, -1.0))])
    faces, _ = stats.count(dataset).by_class
    assert faces.centres[0][-1] == 1
    assert faces.sides.counts[-1] == 1


def test_pictures_where_a_class_was_not_looked_for_are_left_out_of_a_training(dataset: Dataset):
    dataset.add(
        [
            row(1, labelled=BOTH),
            row(2, labelled=frozenset({0})),
            row(3, labelled=BOTH, split=Split.VAL),
            row(4, labelled=BOTH, error="not a picture"),
            row(5, labelled=BOTH, is_removed=True),
            row(6, labelled=BOTH, split=None),
        ]
    )
    assert stats.trainable(dataset, (0, 1)) == {
        Split.TRAIN: ["images/00/000001.jpg"],
        Split.VAL: ["images/00/000003.jpg"],
        Split.TEST: [],
    }
    assert stats.trainable(dataset, (0,))[Split.TRAIN] == ["images/00/000001.jpg", "images/00/000002.jpg"]
    background = stats.trainable(dataset, (0, 1), unlabelled=Unlabelled.TREAT_AS_BACKGROUND)
    assert background[Split.TRAIN] == ["images/00/000001.jpg", "images/00/000002.jpg"]
