"""Folders, archives and data sets as input, by one door."""

import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from labelled_files import NAMES, as_coco, as_voc, as_wider, as_yolo, made_ones, put, real_ones
from stage import Stage

from pyroblur_gui.core.errors import ArchiveError, DatasetError, SourceError
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.sources import catalogue, folder
from pyroblur_gui.datasets.store import folder_of

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz")


def packed(source: Path, archive: Path) -> Path:
    """An archive as people make it: with the folder itself around what is in it."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(source.rglob("*")):
                file.write(path, path.relative_to(source.parent))
        return archive
    mode = {".tar": "w", ".gz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}[archive.suffix]
    with tarfile.open(archive, mode) as tar:
        tar.add(source, source.name)
    return archive


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_archives_of_real_pictures_are_looked_into_and_read(lab, tmp_path, suffix):
    originals = real_ones(lab, 5)
    source = as_yolo(tmp_path / "my set", originals)
    put("train: images\nnames: [face, license_plate]\n", source / "data.yaml")
    archive = packed(source, tmp_path / f"set{suffix}")
    known = folder.look(archive)
    assert (known.format, known.pictures, known.classes, known.path) == ("yolo", 5, NAMES, archive)
    found = folder.unpack(archive, work=tmp_path / "work", context=Stage())
    samples = list(folder.samples(found, Stage()))
    assert [sample.name for sample in samples] == [f"my set/images/{each.path.name}" for each in originals]
    for sample, original in zip(samples, originals, strict=True):
        assert sample.picture.read_bytes() == original.path.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"my set", archive.name, "work"}


@pytest.mark.parametrize("make", [as_voc, as_wider, lambda place, of: as_coco(place, of, images="train2017")])
@pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
def test_every_format_is_recognised_within_an_archive(tmp_path, make, suffix):
    source = make(tmp_path / "set", made_ones(tmp_path / "originals"))
    archive = packed(source, tmp_path / f"packed{suffix}")
    known = folder.look(archive)
    assert known.format == folder.look(source).format
    assert set(known.classes) == set(folder.look(source).classes)


def test_looking_into_an_archive_writes_nothing(tmp_path):
    archive = packed(as_yolo(tmp_path / "set", made_ones(tmp_path / "originals")), tmp_path / "set.zip")
    before = sorted(tmp_path.rglob("*"))
    folder.look(archive)
    assert sorted(tmp_path.rglob("*")) == before


def test_unpacking_again_takes_what_is_there(tmp_path):
    archive = packed(as_yolo(tmp_path / "set", made_ones(tmp_path / "originals")), tmp_path / "set.zip")
    first = folder.unpack(archive, work=tmp_path / "work", context=Stage())
    (picture, *_) = sorted(first.path.rglob("*.jpg"))
    before = picture.stat().st_ino
    time.sleep(0.01)
    assert folder.unpack(archive, work=tmp_path / "work", context=Stage()) == first
    assert picture.stat().st_ino == before


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar"])
def test_a_cut_off_archive_is_told(tmp_path, suffix):
    archive = packed(as_yolo(tmp_path / "set", made_ones(tmp_path / "originals")), tmp_path / f"set{suffix}")
    data = archive.read_bytes()
    archive.write_bytes(data[: len(data) // 2])
    with pytest.raises(ArchiveError):
        folder.unpack(archive, work=tmp_path / "work", context=Stage())


def test_an_archive_of_something_else_is_named_and_not_kept_unpacked(tmp_path):
    archive = packed(put("x", tmp_path / "notes" / "a.md").parent, tmp_path / "notes.zip")
    with pytest.raises(DatasetError, match=r"in .*notes\.zip that PyroBlur can import"):
        folder.unpack(archive, work=tmp_path / "work", context=Stage())
    assert not (tmp_path / "work").exists()


def test_names_in_an_archive_that_lead_out_of_it_are_not_looked_at(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as file:
        file.writestr("../evil.jpg", b"x")
        file.writestr("/etc/evil.jpg", b"x")
    with pytest.raises(DatasetError, match="empty"):
        folder.look(tmp_path / "bad.zip")


def test_the_name_of_a_data_set_stands_for_it():
    with Dataset.create(folder_of("Old cars"), name="Old cars", classes=NAMES):
        pass
    found = folder.look(Path("Old cars"))
    assert (found.format, found.path) == ("pyroblur", folder_of("Old cars"))


def test_what_boxes_are_is_said_for_formats_without_classes(tmp_path):
    source = as_wider(tmp_path / "set", made_ones(tmp_path / "originals"))
    found = folder.unpack(source, work=tmp_path / "work", context=Stage())
    samples = list(folder.samples(found, Stage(), only_class="license_plate"))
    assert {box.label for sample in samples for box in sample.boxes} == {"license_plate"}


def test_every_source_declares_what_a_user_must_know():
    assert set(catalogue.SOURCES) >= {"folder"}
    for name, facts in catalogue.SOURCES.items():
        assert facts.name == name
        assert facts.title
        assert facts.summary.endswith(".")
        assert facts.licence.name
        assert catalogue.open_source(name).facts is facts


def test_an_unknown_source_names_those_that_there_are():
    with pytest.raises(SourceError) as caught:
        catalogue.open_source("nowhere")
    assert "folder" in caught.value.hint
