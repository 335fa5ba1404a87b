"""A data set is written for other programs whole, or not at all; none of the user's files is written over."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import yaml
from rows import box, draw, make_dataset, row
from stage import Stage

from pyroblur_gui.core.errors import DatasetError, DiskFullError, JobCancelledError, OutputError
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.export import export
from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.sample import Origin, Scale, Split
from pyroblur_gui.datasets.spec import ExportSpec, FormatName
from pyroblur_gui.operations import dataset_export


@pytest.fixture
def dataset() -> Iterator[Dataset]:
    with make_dataset() as dataset:
        dataset.add(
            [
                row(1, box(0, 0.1, 0.2, 0.5, 0.6), split=Split.TRAIN),
                row(2, box(1), box(0, origin=Origin.SUGGESTED, score=0.9), split=Split.VAL),
                row(3, split=Split.TEST),
                row(4, box(0), is_removed=True),
                row(5, error="The file is empty."),
                row(6, box(1, 0.9, 0.9, 1.5, 1.5), split=None),
            ]
        )
        draw(dataset, [each for each in dataset.every_picture() if not each.error])
        yield dataset


@pytest.mark.parametrize("format_name", FormatName)
def test_what_is_written_reads_back_as_it_is_kept(format_name: FormatName, dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert export(dataset, format_name, folder, Stage()) == 4
    found = catalogue.recognise(folder)
    assert found.format == format_name.value
    boxes = {}
    for sample in catalogue.reader(found.format).read(found, Stage(), {}):
        height, width = cv2.imread(str(sample.picture)).shape[:2]
        assert (width, height) == (640, 480)
        across, down = (1, 1) if sample.scale is Scale.PIXELS else (width, height)
        boxes[sample.picture.stem.split("/")[-1]] = [
            (
                each.label,
                *(
                    round(edge)
                    for edge in (each.left * across, each.top * down, each.right * across, each.bottom * down)
                ),
            )
            for each in sample.boxes
        ]
    assert boxes == {
        "photo 1": [("face", 64, 96, 320, 288)],
        "photo 2": [("license_plate", 160, 120, 480, 360)],
        "photo 3": [],
        "photo 6": [("license_plate", 576, 432, 640, 480)],
    }


def test_yolo_is_written_with_its_splits(dataset: Dataset, tmp_path: Path) -> None:
    export(dataset, FormatName.YOLO, tmp_path / "out", Stage())
    content = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())
    assert content["names"] == {0: "face", 1: "license_plate"}
    assert sorted(path.parent.name for path in (tmp_path / "out" / "images").rglob("*.jpg")) == [
        "test", "train", "train", "val",
    ]  # fmt: skip


def test_an_empty_folder_is_filled_and_another_is_left_alone(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert export(dataset, FormatName.YOLO, tmp_path / "empty", Stage()) == 4
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(OutputError, match="not empty") as caught:
            export(dataset, FormatName.YOLO, tmp_path / name, Stage())
        assert caught.value.hint
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
    assert (tmp_path / "file").read_text() == "mine"


def _left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_cancelled_export_leaves_nothing(dataset: Dataset, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    stage = Stage()

    def cancel(checks: int) -> None:
        if checks > 3:
            raise JobCancelledError

    stage.on_check = cancel
    with pytest.raises(JobCancelledError):
        export(dataset, FormatName.COCO, place / "out", stage)
    assert _left(place) == []


def test_a_full_disk_is_told_before_and_leaves_nothing(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
    with pytest.raises(DiskFullError):
        export(dataset, FormatName.YOLO, place / "out", Stage())
    assert _left(place) == []


def test_a_disk_that_fills_up_leaves_nothing(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "place"
    place.mkdir()

    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DiskFullError, match="disk is full"):
        export(dataset, FormatName.VOC, place / "out", Stage())
    assert _left(place) == []


def test_a_place_that_cannot_be_written_to_is_told(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where a folder has to be")
    with pytest.raises(OutputError):
        export(dataset, FormatName.YOLO, tmp_path / "file" / "out", Stage())


def test_a_picture_that_is_gone_ends_the_export(dataset: Dataset, tmp_path: Path) -> None:
    dataset.path(dataset.picture(1)).unlink()
    with pytest.raises(DatasetError, match="photo 1") as caught:
        export(dataset, FormatName.YOLO, tmp_path / "out", Stage())
    assert "Check the data set" in caught.value.hint
    assert not (tmp_path / "out").exists()


def test_the_operation_says_what_it_wrote(dataset: Dataset, tmp_path: Path) -> None:
    dataset.close()
    stage = Stage()
    result = dataset_export.run(ExportSpec(name="set", folder=tmp_path / "out"), stage)
    assert result == {"name": "set", "path": str(tmp_path / "out"), "format": "yolo", "images": 4}
    assert [event.path for event in stage.of_type("artifact")] == [tmp_path / "out"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a/b/same.jpg", "same.jpg"),
        ("a\nb.jpg", "a_b.jpg"),
        ('q"?*.png', "q___.jpg"),
        ("...", "picture.jpg"),
        ("ä.jpg", "ä.jpg"),
    ],
)
def test_names_are_those_of_the_source_where_every_disk_takes_them(name: str, written: str, tmp_path: Path) -> None:
    with make_dataset("names") as dataset:
        dataset.add([replace(row(1, box()), name=name)])
        draw(dataset, list(dataset.every_picture()))
        export(dataset, FormatName.YOLO, tmp_path / "out", Stage())
    assert [path.name for path in (tmp_path / "out" / "images").rglob("*.jpg")] == [written]


def test_what_was_not_looked_for_is_not_said_to_be_missing_in_wider_and_told_otherwise(tmp_path: Path) -> None:
    with make_dataset() as dataset:
        dataset.add([row(1, box(0), labelled=frozenset({0})), row(2, box(1), labelled=frozenset({1})), row(3, box(0))])
        draw(dataset, list(dataset.every_picture()))
        for format_name in (FormatName.WIDER, FormatName.YOLO):
            stage = Stage()
            export(dataset, format_name, tmp_path / format_name, stage)
            told = [event.text for event in stage.of_type("log")]
            assert len(told) == (0 if format_name is FormatName.WIDER else 2)
    assert "license_plate was not looked for: 1." in told[1]
    found = catalogue.recognise(tmp_path / "wider")
    read = {each.picture.stem: each.labels for each in catalogue.reader("wider").read(found, Stage(), {})}
    assert read == {"photo 1": {"face"}, "photo 2": {"license_plate"}, "photo 3": {"face", "license_plate"}}
