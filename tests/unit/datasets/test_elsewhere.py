"""A data.yaml of somebody else is read as data, and nothing is written beside the pictures that it describes."""

import hashlib
from pathlib import Path

import pytest
import yaml
from listening import Listener
from PIL import Image

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets.elsewhere import is_described, lay_out
from pyroblur_gui.datasets.sample import Split


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Six pictures in images/train and images/val, with labels beside; gives the folder."""
    root = tmp_path / "their set"
    for number in range(6):
        split = "train" if number < 4 else "val"
        picture = root / "images" / split / f"{number}.jpg"
        label = root / "labels" / split / f"{number}.txt"
        for path in (picture, label):
            path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48), (40 * number, 90, 90)).save(picture)
        if number:
            label.write_text(f"{number % 2} 0.5 0.5 0.25 0.5\n")
    return root


def _yaml(root: Path, **content: object) -> Path:
    path = root / "data.yaml"
    path.write_text(yaml.safe_dump({"names": ["face", "plate"], **content}))
    return path


def _state(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_pictures_are_linked_and_labels_written_anew(outside: Path, tmp_path: Path) -> None:
    path = _yaml(outside, path=".", train="images/train", val=["images/val"], download=f"touch {tmp_path / 'ran'}")
    before = _state(outside)
    laid = lay_out(path, tmp_path / "run", Listener())
    assert (laid.pictures[Split.TRAIN], laid.pictures[Split.VAL]) == (4, 2)
    assert (laid.classes, laid.shown, laid.asks_for_download) == (("face", "plate"), {0: 1, 1: 2}, True)
    written = yaml.safe_load(laid.path.read_text())
    assert written == {"train": "train.txt", "val": "val.txt", "names": {0: "face", 1: "plate"}}
    listed = [Path(line) for line in (tmp_path / "run" / "train.txt").read_text().splitlines()]
    assert [each.resolve().parent for each in listed] == [outside / "images" / "train"] * 4
    labels = [Path(str(each).replace("/images/", "/labels/")).with_suffix(".txt").read_text() for each in listed]
    assert labels[0] == ""
    assert labels[1].split()[0] == "1"
    assert _state(outside) == before
    assert not (tmp_path / "ran").exists()
    again = lay_out(path, tmp_path / "run", Listener())  # as when a run goes on
    assert again.fingerprint == laid.fingerprint


def test_lists_of_pictures_and_names_by_number_are_followed(outside: Path, tmp_path: Path) -> None:
    (outside / "train.txt").write_text("./images/train/1.jpg\n./images/train/2.jpg\n")
    (outside / "val.txt").write_text(f"{outside / 'images' / 'val' / '4.jpg'}\n")
    path = _yaml(outside, path=str(outside), train="train.txt", val="val.txt", names={0: "face", 1: "plate"})
    laid = lay_out(path, tmp_path / "run", Listener())
    assert (laid.pictures[Split.TRAIN], laid.pictures[Split.VAL]) == (2, 1)


def test_damaged_pictures_and_labels_are_left_out_and_counted(outside: Path, tmp_path: Path) -> None:
    """Ultralytics would write a JPEG that ends early anew, in the user's own folder."""
    cut = outside / "images" / "train" / "1.jpg"
    cut.write_bytes(cut.read_bytes()[:-40])
    (outside / "labels" / "train" / "2.txt").write_text("9 0.5 0.5 0.2 0.2\n")
    laid = lay_out(_yaml(outside, train="images/train", val="images/val"), tmp_path / "run", Listener())
    assert (laid.pictures[Split.TRAIN], laid.left_out) == (2, 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"train": "images/train"}, "names no pictures for val"),
        ({"val": "images/val"}, "names no pictures for train"),
        ({"train": "images/gone", "val": "images/val"}, "cannot be read"),
        ({"train": "images/train", "val": "labels"}, "no val pictures"),
        ({"train": "images/train", "val": "images/val", "names": None}, "describes no data set"),
    ],
)
def test_what_cannot_be_trained_on_is_told_why(
    content: dict[str, object], said: str, outside: Path, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match=said) as failure:
        lay_out(_yaml(outside, **content), tmp_path / "run", Listener())
    assert failure.value.hint


def test_a_path_of_a_yaml_is_told_from_a_name() -> None:
    assert is_described("sets/data.yaml")
    assert is_described("DATA.YML")
    assert not is_described("street")
