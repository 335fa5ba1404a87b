"""What trainers read: it says what the rows say, wherever the data set lies."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from rows import box, draw, make_dataset, row

from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.sample import Origin, Split


@pytest.fixture
def dataset() -> Iterator[Dataset]:
    with make_dataset() as dataset:
        dataset.add(
            [
                row(1, box(0, 0.25, 0.5, 0.75, 1.0), split=Split.TRAIN),
                row(2, split=Split.TRAIN),
                row(3, box(1), box(0, origin=Origin.SUGGESTED, score=0.9), split=Split.VAL),
                row(4, box(1), split=Split.TEST),
                row(5, box(0), split=Split.VAL, is_removed=True),
                row(6, error="The file is empty.", split=None),
                row(7, box(0), split=None),
            ]
        )
        yield dataset


def _text(dataset: Dataset, name: str) -> str:
    return (dataset.folder / name).read_text()


def test_lists_and_labels_say_what_the_rows_say(dataset: Dataset) -> None:
    layout.write_all(dataset)
    assert _text(dataset, "train.txt") == "./images/00/000001.jpg\n./images/00/000002.jpg\n"
    assert _text(dataset, "val.txt") == "./images/00/000003.jpg\n"
    assert _text(dataset, "test.txt") == "./images/00/000004.jpg\n"
    assert _text(dataset, "labels/00/000001.txt") == "0 0.500000 0.750000 0.500000 0.500000\n"
    assert _text(dataset, "labels/00/000002.txt") == "", "a background has a label file, an empty one"
    assert _text(dataset, "labels/00/000003.txt").split()[0] == "1", "a suggestion is not trained on"
    assert len(_text(dataset, "labels/00/000003.txt").splitlines()) == 1
    assert not (dataset.folder / "labels/00/000006.txt").exists()


def test_data_yaml_names_the_classes_and_nothing_to_run(dataset: Dataset) -> None:
    layout.write_all(dataset)
    assert yaml.safe_load(_text(dataset, "data.yaml")) == {
        "train": "train.txt",
        "val": "val.txt",
        "test": "test.txt",
        "names": {0: "face", 1: "license_plate"},
    }


@pytest.mark.parametrize("name", ["yes", "12", 'with "quotes" & #', "a: b", "Nummernschild Ä 车牌", "- x", "\\n", "{}"])
def test_class_names_survive_yaml(name: str, tmp_path: Path) -> None:
    with make_dataset(classes=("face", name), folder=tmp_path / "set") as dataset:
        layout.write_all(dataset)
        text = (tmp_path / "set" / "data.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["names"] == {0: "face", 1: name}
    assert "test" not in yaml.safe_load(text), "there are no pictures to test with"


@pytest.mark.parametrize(
    ("edges", "line"),
    [
        ((-0.5, -1e9, 0.5, 1e9), "0 0.250000 0.500000 0.500000 1.000000\n"),
        ((0.9, 0.9, 1.2, 1.000001), "0 0.950000 0.950000 0.100000 0.100000\n"),
        ((1.2, 0.1, 1.4, 0.2), ""),
        ((0.5, 0.1, 0.5, 0.2), ""),
        ((0.6, 0.1, 0.5, 0.2), ""),
        ((0.5, 0.1, 0.5000001, 0.2), ""),
        ((-0.0, 0.0, 1.0, 1.0), "0 0.500000 0.500000 1.000000 1.000000\n"),
    ],
)
def test_boxes_are_cut_at_the_edges_of_the_picture(edges: tuple[float, ...], line: str) -> None:
    assert layout.label_lines([box(0, *edges)]) == line


def test_a_change_rewrites_only_its_own_files(dataset: Dataset) -> None:
    layout.write_all(dataset)
    before = {path: path.stat().st_ino for path in dataset.folder.rglob("*.txt")}
    changed = replace(dataset.picture(1), boxes=(box(1),))
    removed = replace(dataset.picture(4), is_removed=True)
    dataset.replace([changed, removed])
    layout.write_changed(dataset, [changed, removed], lists=False)
    assert _text(dataset, "labels/00/000001.txt").startswith("1 ")
    assert not (dataset.folder / "labels/00/000004.txt").exists()
    same = [path for path, inode in before.items() if path.exists() and path.stat().st_ino == inode]
    assert {path.name for path in before} - {path.name for path in same} == {"000001.txt", "000004.txt"}

    layout.write_changed(dataset, [], lists=True)
    assert _text(dataset, "test.txt") == ""
    assert "test" not in yaml.safe_load(_text(dataset, "data.yaml"))


def test_writing_all_deletes_labels_of_pictures_that_are_gone(dataset: Dataset) -> None:
    layout.write_all(dataset)
    dataset.replace([replace(dataset.picture(1), is_removed=True)])
    (dataset.folder / "labels/00/.000001.txt.99.part").write_text("left by a killed job")
    layout.write_all(dataset)
    assert not (dataset.folder / "labels/00/000001.txt").exists()
    assert sorted(path.name for path in (dataset.folder / "labels/00").iterdir()) == [
        "000002.txt", "000003.txt", "000004.txt", "000007.txt",
    ]  # fmt: skip


def test_writing_again_mends_what_was_torn_and_leaves_the_rest(dataset: Dataset) -> None:
    layout.write_all(dataset)
    torn, whole = dataset.folder / "labels/00/000001.txt", dataset.folder / "labels/00/000004.txt"
    before, inode = torn.read_text(), whole.stat().st_ino
    torn.write_text(before[:5])
    layout.write_all(dataset)
    assert torn.read_text() == before
    assert whole.stat().st_ino == inode
    assert not list(dataset.folder.rglob(".*"))


def test_a_folder_that_cannot_be_written_to_is_told(dataset: Dataset) -> None:
    (dataset.folder / "labels").write_text("a file where the folder has to be")
    with pytest.raises(OutputError, match=r"could not be written") as caught:
        layout.write_all(dataset)
    assert caught.value.hint
    assert not (dataset.folder / "data.yaml").exists()


@pytest.mark.usefixtures("ultralytics_package")
def test_ultralytics_reads_it_from_anywhere_also_after_it_was_moved(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ultralytics.data.utils import check_det_dataset

    draw(dataset, [each for each in dataset.every_picture() if not each.error])
    layout.write_all(dataset)
    moved = tmp_path / "images" / "moved here"
    moved.parent.mkdir()
    shutil.move(dataset.folder, moved)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for place in (moved / "data.yaml", Path(os.path.relpath(moved / "data.yaml"))):
        found = check_det_dataset(str(place), autodownload=False)
        assert found["names"] == {0: "face", 1: "license_plate"}
        assert _labels_seen(found, "train") == {"000001.jpg": [[0, 0.5, 0.75, 0.5, 0.5]], "000002.jpg": []}
        assert _labels_seen(found, "val") == {"000003.jpg": [[1, 0.5, 0.5, 0.5, 0.5]]}
        assert _labels_seen(found, "test") == {"000004.jpg": [[1, 0.5, 0.5, 0.5, 0.5]]}


def _labels_seen(found: dict, split: str) -> dict[str, list[list[float]]]:
    """Pictures and boxes as a training sees them."""
    from ultralytics.data.dataset import YOLODataset

    seen = YOLODataset(img_path=found[split], data=found, task="detect", augment=False, imgsz=64)
    return {
        Path(each["im_file"]).name: [
            [float(label), *(round(float(number), 6) for number in edges)]
            for (label,), edges in zip(each["cls"], each["bboxes"], strict=True)
        ]
        for each in seen.labels
    }
