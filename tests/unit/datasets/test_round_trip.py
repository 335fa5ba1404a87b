"""YOLO to COCO to VOC to YOLO: through each writer and reader, boxes come back where they were."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from labelled_files import NAMES, Original, furthest, labelled, made_ones, real_ones
from PIL import Image
from stage import Stage

from pyroblur_gui.core.errors import JobCancelledError, OutputError
from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.formats.catalogue import FORMATS
from pyroblur_gui.datasets.formats.format import Labelled
from pyroblur_gui.datasets.sample import Sample, Scale
from pyroblur_gui.datasets.spec import FormatName

CHAIN = (FormatName.YOLO, FormatName.COCO, FormatName.VOC, FormatName.YOLO)
ODD_SIZES = ((97, 61), (1, 1), (3, 1001), (641, 479), (33, 33), (1999, 7))
LARGEST_LOSS_PX = 0.5


def through(pictures: Iterator[Labelled], name: FormatName, folder: Path) -> list[Sample]:
    """Written in that format, recognised, and read again."""
    folder.mkdir()
    FORMATS[name].write(pictures, classes=NAMES, folder=folder, context=Stage())
    found = catalogue.recognise(folder)
    assert found.format == name
    return list(catalogue.reader(found.format).read(found, Stage(), {}))


def again(sample: Sample) -> Labelled:
    """A sample that was read, as a writer takes it."""
    with Image.open(sample.picture) as image:
        width, height = image.size
    across, down = (1, 1) if sample.scale is Scale.PIXELS else (width, height)
    boxes = [
        (box.label, box.left * across, box.top * down, box.right * across, box.bottom * down) for box in sample.boxes
    ]
    assert sample.split is not None
    return Labelled(sample.picture, sample.picture.name, width, height, sample.split, boxes)


def round_trip(originals: list[Original], folder: Path) -> list[Sample]:
    pictures = labelled(originals)
    for number, name in enumerate(CHAIN):
        samples = through(iter(pictures), name, folder / f"{number} {name}")
        pictures = [again(sample) for sample in samples]
    return samples


@pytest.mark.parametrize("of", ["both/openimages_street", "faces/maskdet853", "plates/kaggle433"])
def test_real_labelled_pictures_lose_less_than_half_a_pixel(lab, tmp_path, of):
    originals = real_ones(lab, 25, of=of)
    by_name = {sample.picture.name: sample for sample in round_trip(originals, tmp_path)}
    assert len(by_name) == 25
    assert max(furthest(by_name[each.path.name], each) for each in originals) < LARGEST_LOSS_PX
    for picture, original in zip(labelled(originals), originals, strict=True):
        sample = by_name[picture.name]
        assert sample.split == picture.split
        assert sample.picture.read_bytes() == original.path.read_bytes()


def test_pictures_of_odd_sizes_lose_less_than_half_a_pixel(tmp_path):
    originals = made_ones(tmp_path / "originals", ODD_SIZES)
    by_name = {sample.picture.name: sample for sample in round_trip(originals, tmp_path)}
    assert max(furthest(by_name[each.path.name], each) for each in originals) < LARGEST_LOSS_PX


@pytest.mark.parametrize("name", [FormatName.COCO, FormatName.VOC])
def test_edges_on_whole_pixels_come_back_exactly(tmp_path, name):
    (one, *_) = made_ones(tmp_path / "originals", [(101, 77)])
    boxes = (("face", 0.0, 0.0, 101.0, 77.0), ("face", 1.0, 1.0, 2.0, 2.0), ("license_plate", 100.0, 76.0, 101.0, 77.0))
    original = Original(one.path, one.width, one.height, boxes)
    (sample,) = through(iter(labelled([original])), name, tmp_path / "set")
    assert furthest(sample, original) == 0


@pytest.mark.parametrize("name", [FormatName.YOLO, FormatName.COCO, FormatName.VOC, FormatName.WIDER])
def test_pictures_without_boxes_stay_in_the_set(tmp_path, name):
    made = made_ones(tmp_path / "originals", [(40, 30)] * 3)
    originals = [made[0], *(Original(each.path, 40, 30, ()) for each in made[1:])]
    samples = through(iter(labelled(originals)), name, tmp_path / "set")
    assert sorted(len(sample.boxes) for sample in samples) == [0, 0, 2]
    assert all(not sample.flaws for sample in samples)
    assert all(sample.labels is not None and "face" in sample.labels for sample in samples)


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_that_cannot_be_written_to_is_told(tmp_path, name):
    originals = made_ones(tmp_path / "originals")
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError, match="taken"):
        FORMATS[name].write(iter(labelled(originals)), classes=NAMES, folder=tmp_path / "taken", context=Stage())


@pytest.mark.parametrize("name", FORMATS)
def test_writing_can_be_cancelled(tmp_path, name):
    stage = Stage()

    def cancel(count: int) -> None:
        if count == 2:
            raise JobCancelledError

    stage.on_check = cancel
    originals = made_ones(tmp_path / "originals", [(30, 30)] * 4)
    (tmp_path / "out").mkdir()
    with pytest.raises(JobCancelledError):
        FORMATS[name].write(iter(labelled(originals)), classes=NAMES, folder=tmp_path / "out", context=stage)
    assert len(list((tmp_path / "out").rglob("*.jpg"))) == 1
