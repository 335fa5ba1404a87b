"""What a folder holds is told by a quick look, and by what was looked for when there is nothing."""

import math
import os
import shutil
import time
from pathlib import Path
from random import Random

import pytest
from labelled_files import as_coco, as_voc, as_wider, as_yolo, copied, made_ones, put, real_ones
from stage import Stage

from pyroblur_gui.core.errors import ArchiveError, DatasetError, JobCancelledError, MissingFileError
from pyroblur_gui.datasets.formats import catalogue

MAKERS = {
    "yolo": as_yolo,
    "coco": lambda folder, originals: as_coco(folder, originals, images="train2017"),
    "voc": as_voc,
    "wider": as_wider,
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("below", ["", "data", "My Data/export 1/set"])
def test_each_format_is_found_also_in_folders_below(tmp_path, name, below):
    originals = made_ones(tmp_path / "originals")
    MAKERS[name](tmp_path / "set" / below, originals)
    found = catalogue.recognise(tmp_path / "set")
    assert (found.format, found.path) == (name, tmp_path / "set")
    samples = list(catalogue.reader(name).read(found, Stage(), {}))
    assert sorted(sample.picture.name for sample in samples) == ["made_0.jpg", "made_1.jpg"]
    assert all(sample.boxes for sample in samples)


@pytest.mark.parametrize("name", MAKERS)
def test_samples_come_in_the_same_order_and_under_the_same_names_wherever_the_set_lies(tmp_path, name):
    originals = made_ones(tmp_path / "originals", [(20, 20)] * 7)
    told = []
    for place in ("one", "other"):
        folder = MAKERS[name](tmp_path / place, originals if place == "one" else originals[::-1])
        found = catalogue.recognise(folder)
        told.append([sample.name for sample in catalogue.reader(name).read(found, Stage(), {})])
    assert sorted(told[0]) == sorted(told[1])
    if name != "coco":  # whose file has an order of its own
        assert told[0] == told[1]


def test_pictures_alone_are_said_to_have_no_labels(lab, tmp_path):
    for original in real_ones(lab, 4):
        copied(original, tmp_path / "holiday")
    found = catalogue.recognise(tmp_path / "holiday")
    assert (found.format, found.pictures, found.classes) == ("pictures", 4, ())
    assert "without labels" in found.notes[0]
    samples = list(catalogue.reader("pictures").read(found, Stage(), {}))
    assert [sample.labels for sample in samples] == [frozenset()] * 4


def test_labels_that_cannot_be_read_are_told_of(tmp_path):
    originals = made_ones(tmp_path / "originals")
    copied(originals[0], tmp_path / "set")
    put("filename,xmin,ymin\nmade_0.jpg,1,1\n", tmp_path / "set" / "labels.csv")
    found = catalogue.recognise(tmp_path / "set")
    assert found.format == "pictures"
    assert "labels.csv" in found.notes[1]


@pytest.mark.parametrize("name", MAKERS)
def test_damage_of_any_kind_is_a_flaw_or_an_error_to_show(tmp_path, name):
    originals = made_ones(tmp_path / "originals")
    random = Random(0)  # noqa: S311 - for damage, not for secrets
    for _ in range(60):
        folder = MAKERS[name](tmp_path / "set", originals)
        path = random.choice([path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".jpg"])
        path.write_bytes(damaged(path.read_bytes(), random))
        try:
            found = catalogue.recognise(folder)
            samples = list(catalogue.reader(found.format).read(found, Stage(), {}))
        except DatasetError:
            samples = []
        edges = [edge for each in samples for box in each.boxes for edge in (box.left, box.top, box.right, box.bottom)]
        assert all(math.isfinite(edge) for edge in edges)
        shutil.rmtree(folder)


def damaged(data: bytes, random: Random) -> bytes:
    """A few bytes changed, put in or taken out, or the end cut off."""
    for _ in range(random.randint(1, 5)):
        place, kind = random.randrange(len(data) + 1), random.random()
        if kind < 0.3:
            data = data[:place] + bytes([random.randrange(256)]) + data[place + 1 :]
        elif kind < 0.6:
            data = data[:place] + random.choice(_STRANGE) + data[place:]
        elif kind < 0.85:
            data = data[:place] + data[place + random.randint(1, 30) :]
        else:
            data = data[:place]
    return data


_STRANGE = (
    b"nan",
    b"-1e999",
    b"\0",
    b"[[[",
    b"{}",
    b'"',
    b"<a>",
    b"&x;",
    b"\xff\xfe",
    b"null",
    b"9" * 30,
    b"\n\n",
    b"../",
)


@pytest.mark.parametrize("part", ["images", "labels", "images/a.jpg"])
def test_a_part_of_a_set_stands_for_the_whole(tmp_path, part):
    originals = made_ones(tmp_path / "originals")
    folder = as_yolo(tmp_path / "set", originals)
    copied(originals[0], folder / "images").rename(folder / "images" / "a.jpg")
    found = catalogue.recognise(folder / part)
    assert (found.format, found.path) == ("yolo", folder)


@pytest.mark.parametrize("data", [b"", b"<html>Sign in</html>"], ids=["empty", "html"])
@pytest.mark.parametrize("name", ["set.zip", "set.TAR.GZ", "set.7z"])
def test_what_is_called_an_archive_and_is_none_does_not_stand_for_its_folder(tmp_path, name, data):
    as_yolo(tmp_path, made_ones(tmp_path / "originals"))
    with pytest.raises(ArchiveError, match="no zip and no tar"):
        catalogue.recognise(put(data, tmp_path / name))


def test_one_picture_does_not_stand_for_all_in_its_folder(tmp_path):
    original = made_ones(tmp_path / "originals")[0]
    with pytest.raises(DatasetError, match=r"is one file") as caught:
        catalogue.recognise(original.path)
    assert str(original.path.parent) in caught.value.hint


def test_labels_of_two_formats_are_told_and_one_is_taken(tmp_path):
    originals = made_ones(tmp_path / "originals")
    folder = as_yolo(tmp_path / "set", originals)
    as_coco(folder, originals, images="images", file="coco.json")
    found = catalogue.recognise(folder)
    assert found.format == "coco"
    assert "YOLO" in found.notes[-1]


def test_nothing_says_what_was_looked_for_and_what_is_there(tmp_path):
    put("x", tmp_path / "set" / "notes.md")
    put("x", tmp_path / "set" / "table.csv")
    put("x", tmp_path / "set" / "more" / "table.csv")
    with pytest.raises(DatasetError) as caught:
        catalogue.recognise(tmp_path / "set")
    assert "2 with .csv, 1 with .md" in caught.value.message
    for name in ("YOLO", "COCO", "VOC", "WIDER"):
        assert name in caught.value.hint


def test_an_empty_folder_says_so(tmp_path):
    (tmp_path / "set").mkdir()
    with pytest.raises(DatasetError, match="It is empty"):
        catalogue.recognise(tmp_path / "set")


def test_a_missing_folder_says_so(tmp_path):
    with pytest.raises(MissingFileError, match="is not there"):
        catalogue.recognise(tmp_path / "gone")


def test_hidden_files_and_what_a_mac_leaves_are_not_looked_at(tmp_path):
    originals = made_ones(tmp_path / "originals")
    folder = as_yolo(tmp_path / "set", originals)
    copied(originals[0], folder / "__MACOSX" / "images")
    put(b"\0", folder / "images" / "._made_0.jpg")
    copied(originals[0], folder / ".cache")
    assert catalogue.recognise(folder).pictures == 2


def test_a_circle_of_links_ends(tmp_path):
    folder = as_yolo(tmp_path / "set", made_ones(tmp_path / "originals"))
    try:
        (folder / "images" / "round").symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("no links can be made here")
    assert catalogue.recognise(folder).pictures == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_pipes_and_dead_links_among_the_files_are_not_waited_for(tmp_path):
    folder = as_yolo(tmp_path / "set", made_ones(tmp_path / "originals"))
    os.mkfifo(folder / "data.yaml")
    os.mkfifo(folder / "labels" / "classes.txt")
    (folder / "images" / "dead.jpg").symlink_to(tmp_path / "nowhere.jpg")
    found = catalogue.recognise(folder)
    assert (found.format, found.pictures, found.classes) == ("yolo", 2, ("0", "1"))
    assert len(list(catalogue.reader("yolo").read(found, Stage(), {}))) == 2


def test_a_folder_that_may_not_be_read_is_told(tmp_path):
    folder = as_yolo(tmp_path / "set", made_ones(tmp_path / "originals"))
    if os.name != "posix" or os.geteuid() == 0:
        pytest.skip("whoever runs this may read everything")
    folder.chmod(0)
    try:
        with pytest.raises(DatasetError, match="cannot be read"):
            catalogue.recognise(folder)
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("name", ["yolo", "voc"])
def test_ten_thousand_files_are_looked_at_at_once(tmp_path, name):
    folder = tmp_path / "set"
    _many_files(folder, name)
    spent = []
    for _ in range(3):
        start = time.process_time()
        found = catalogue.recognise(folder)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.3, "reading them all takes seconds"
    assert found.format == name
    assert found.pictures == 5_000


def _many_files(folder: Path, name: str) -> None:
    """5,000 pictures and as many label files, all but empty."""
    pictures, labels, text = {
        "yolo": ("images/{}.jpg", "labels/{}.txt", b""),
        "voc": ("JPEGImages/{}.jpg", "Annotations/{}.xml", b"<annotation></annotation>"),
    }[name]
    for each in (pictures, labels):
        (folder / each).parent.mkdir(parents=True)
    for number in range(5_000):
        (folder / pictures.format(number)).touch()
        (folder / labels.format(number)).write_bytes(text)


def test_cancelling_ends_the_look(tmp_path):
    def cancel() -> None:
        raise JobCancelledError

    folder = as_yolo(tmp_path / "set", made_ones(tmp_path / "originals"))
    with pytest.raises(JobCancelledError):
        catalogue.recognise(folder, cancel)
