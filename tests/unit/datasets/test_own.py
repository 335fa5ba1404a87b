"""A data set of PyroBlur's own as input keeps what other formats cannot say."""

from dataclasses import replace
from pathlib import Path

import pytest
from labelled_files import NAMES, made_ones
from stage import Stage

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets.dataset import FILE_NAME, Box, Dataset, Picture, Provenance
from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.formats.own import OwnReader
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Origin, Sample, Split
from pyroblur_gui.datasets.store import folder_of

FLAW = Flaw(FlawKind.UNREADABLE_LABEL, "Line 1 is not a box: 'x'.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sources that call a picture the same; the second one labels faces only. One picture is removed."""
    folder = tmp_path / "set"
    originals = made_ones(folder / "images" / "00", [(96, 64)] * 3)
    with Dataset.create(folder, name="set", classes=NAMES) as dataset:
        ours = dataset.add_provenance(Provenance("folder", "a", "Your own"))
        wider = dataset.add_provenance(Provenance("wider_face", "WIDER FACE", "research"))
        both = Box(0, 0.1, 0.2, 0.3, 0.4), Box(1, 0.5, 0.5, 0.9, 0.8, Origin.SUGGESTED, 0.7)
        first = Picture(
            id=0, file="images/00/made_0.jpg", name="a.jpg", source=ours, width=96, height=64, size_bytes=1,
            sha256="0" * 64, likeness=None, split=Split.TRAIN, labelled=frozenset((0, 1)), boxes=both, flaws=(FLAW,),
        )  # fmt: skip
        second = replace(first, file="images/00/made_1.jpg", source=wider, split=Split.VAL, labelled=frozenset((0,)))
        removed = replace(first, file="images/00/made_2.jpg", name="b.jpg", is_removed=True)
        dataset.add([first, replace(second, boxes=(), flaws=()), removed])
    assert len(originals) == 3
    return folder


def read(folder: Path) -> list[Sample]:
    found = catalogue.recognise(folder)
    assert found.format == "pyroblur"
    return list(OwnReader().read(found, Stage(), {}))


def test_it_is_recognised_before_the_label_files_beside_it(folder):
    (folder / "data.yaml").write_text("train: images\nnames: [face, license_plate]\n")
    (folder / "labels" / "00").mkdir(parents=True)
    (folder / "labels" / "00" / "made_0.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    found = catalogue.recognise(folder)
    assert (found.format, found.pictures, found.classes) == ("pyroblur", 2, NAMES)


def test_it_is_found_in_the_folder_that_an_archive_puts_around_it(folder, tmp_path):
    (tmp_path / "unpacked").mkdir()
    folder.rename(tmp_path / "unpacked" / "set")
    assert [sample.picture.name for sample in read(tmp_path / "unpacked")] == ["made_0.jpg", "made_1.jpg"]


def test_names_of_two_sources_stay_apart_and_removed_pictures_away(folder):
    assert [sample.name for sample in read(folder)] == ["1-folder/a.jpg", "2-wider_face/a.jpg"]


def test_splits_flaws_origins_and_what_was_looked_for_are_kept(folder):
    first, second = read(folder)
    assert [box.origin for box in first.boxes] == [Origin.LABELLED, Origin.SUGGESTED]
    assert [(box.label, box.score) for box in first.boxes] == [("face", None), ("license_plate", 0.7)]
    assert (first.split, first.labels, first.flaws) == (Split.TRAIN, set(NAMES), (FLAW,))
    assert (second.split, second.labels, second.boxes) == (Split.VAL, {"face"}, ())


def test_it_can_be_moved(folder):
    moved = folder_of("elsewhere")
    moved.parent.mkdir(parents=True, exist_ok=True)
    before = [sample.name for sample in read(folder)]
    folder.rename(moved)
    samples = read(moved)
    assert [sample.name for sample in samples] == before
    assert all(sample.picture.is_file() for sample in samples)


def test_a_damaged_one_says_so(folder):
    (folder / FILE_NAME).write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    for left in folder.glob(f"{FILE_NAME}-*"):
        left.unlink()
    with pytest.raises(DatasetError, match="cannot be read"):
        read(folder)
