"""Samples become rows with files: chosen, mapped, each once, and again after a kill."""

import math
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rows import make_dataset
from small_sets import MIDDLE, PROVENANCE, picture, samples, write_picture
from stage import Stage

from pyroblur_gui.core.errors import DiskFullError, JobCancelledError
from pyroblur_gui.datasets import intake
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture
from pyroblur_gui.datasets.intake import AT_ONCE, SamplesChangedError, finish_intake, take_in
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Origin, Sample, SampleBox, Scale, Split
from pyroblur_gui.datasets.spec import IntakeOptions

ALL = IntakeOptions(max_samples=0)


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with make_dataset(folder=tmp_path / "set") as dataset:
        yield dataset


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    return tmp_path / "theirs"


def _take(dataset: Dataset, taken: Sequence[Sample], **more: object) -> Stage:
    stage = Stage()
    facts = {"provenance": PROVENANCE, "options": ALL, "labels": None, **more}
    take_in(iter(taken), dataset=dataset, context=stage, **facts)
    return stage


def _rows(dataset: Dataset) -> list[Picture]:
    return list(dataset.every_picture())


def _said(stage: Stage) -> list[str]:
    return [event.text for event in stage.of_type("log")]


def test_a_sample_becomes_a_row_and_a_file(dataset: Dataset, theirs: Path) -> None:
    flaw = Flaw(FlawKind.NO_LABEL_FILE, "There is no label file.")
    source = write_picture(theirs / "a.jpg", 1)
    sample = Sample(
        source, "sub/a.jpg", (SampleBox("Human Face", *MIDDLE, Origin.SYNTHETIC),), split=Split.VAL, flaws=(flaw,)
    )
    _take(dataset, [sample])
    (row,) = _rows(dataset)
    assert dataset.path(row).read_bytes() == source.read_bytes()
    assert (row.name, row.width, row.height, row.split, row.flaws) == ("sub/a.jpg", 160, 120, Split.VAL, (flaw,))
    assert row.boxes == (Box(0, *MIDDLE, Origin.SYNTHETIC),)
    assert row.labelled == {0}
    assert dataset.provenances()[row.source - 1].title == PROVENANCE.title


def test_pixels_become_fractions_of_the_upright_picture(dataset: Dataset, theirs: Path) -> None:
    exif = picture(1).getexif()
    exif[274] = 6
    source = write_picture(theirs / "turned.jpg", 1, (160, 120), exif=exif)
    _take(dataset, [Sample(source, "a", (SampleBox("face", 12, 16, 60, 176),), Scale.PIXELS)])
    (row,) = _rows(dataset)
    assert (row.width, row.height) == (120, 160)
    assert row.boxes == (Box(0, 0.1, 0.1, 0.5, 1.1),), "labels as read may lie outside"


def test_classes_are_mapped_left_out_and_numbered(dataset: Dataset, theirs: Path) -> None:
    names = ["zebra", "head", "car", "Number-Plate", "background", "apple"]
    boxes = tuple(SampleBox(name, *MIDDLE) for name in names)
    options = IntakeOptions(max_samples=0, classes={"background": "", "car": "vehicle"})
    _take(dataset, [Sample(write_picture(theirs / "a.jpg", 1), "a", boxes)], options=options)
    assert dataset.classes == ("face", "license_plate", "apple", "vehicle", "zebra")
    (row,) = _rows(dataset)
    assert [dataset.classes[box.label] for box in row.boxes] == ["zebra", "face", "vehicle", "license_plate", "apple"]
    assert row.labelled == {0, 1, 2, 3, 4}


def test_which_classes_were_looked_for_is_kept_a_picture(dataset: Dataset, theirs: Path) -> None:
    taken = [
        Sample(write_picture(theirs / "0.jpg", 0), "0", labels=frozenset({"plate"})),
        Sample(write_picture(theirs / "1.jpg", 1), "1"),
        Sample(write_picture(theirs / "2.jpg", 2), "2", labels=frozenset()),
    ]
    _take(dataset, taken, labels=("Human face",))
    assert [row.labelled for row in _rows(dataset)] == [{1}, {0}, set()]
    assert dataset.classes == ("face", "license_plate")


def test_boxes_without_numbers_are_flaws_and_huge_ones_stay(dataset: Dataset, theirs: Path) -> None:
    boxes = (
        SampleBox("face", math.nan, 0, 1, 1),
        SampleBox("face", 0, 0, math.inf, 1),
        SampleBox("face", -1e9, 0, 1e9, 1),
    )
    _take(dataset, [Sample(write_picture(theirs / "a.jpg", 1), "a", boxes)])
    (row,) = _rows(dataset)
    assert [box.left for box in row.boxes] == [-1e9]
    assert [flaw.kind for flaw in row.flaws] == [FlawKind.UNREADABLE_LABEL] * 2


def test_at_most_so_many_a_class_are_taken_the_same_ones_each_time(
    dataset: Dataset, theirs: Path, tmp_path: Path
) -> None:
    taken = samples(theirs, 12) + samples(theirs, 12, label="plate", first=12)
    options = IntakeOptions(max_samples=4, seed=3)
    _take(dataset, taken, options=options)
    assert [sum(row.boxes[0].label == label for row in _rows(dataset)) for label in (0, 1)] == [4, 4]
    with make_dataset(folder=tmp_path / "other") as other:
        _take(other, taken[::-1], options=options)
        assert {row.name for row in _rows(other)} == {row.name for row in _rows(dataset)}


def test_unreadable_pictures_stay_as_rows_without_a_file(dataset: Dataset, theirs: Path) -> None:
    taken = samples(theirs, 3)
    taken[0].picture.write_bytes(b"no picture")
    taken[2].picture.unlink()
    stage = _take(dataset, taken)
    rows = _rows(dataset)
    assert [bool(row.error) for row in rows] == [True, False, True]
    assert len({row.file for row in rows}) == 3
    assert not dataset.path(rows[0]).exists()
    assert (rows[0].boxes, rows[0].split, rows[0].width) == ((), None, 0)
    assert ["cannot be read: 2." in text for text in _said(stage)] == [True]


def test_the_same_bytes_twice_are_kept_once(dataset: Dataset, theirs: Path) -> None:
    first, second = samples(theirs, 2)
    copy = theirs / "again" / "0.jpg"
    copy.parent.mkdir()
    shutil.copyfile(first.picture, copy)
    stage = _take(dataset, [first, second, replace(first, picture=copy, name="again/0.jpg")])
    assert [row.name for row in _rows(dataset)] == ["0.jpg", "1.jpg"]
    assert ["byte for byte: 1." in text for text in _said(stage)] == [True]
    finish_intake(dataset)
    assert len(list((dataset.folder / "images").rglob("*.jpg"))) == 2


def test_what_the_second_source_labels_is_added_to_the_same_picture(dataset: Dataset, theirs: Path) -> None:
    faces = samples(theirs, 3)
    plates = [
        replace(
            each, name=f"plates/{each.name}", boxes=(SampleBox("plate", 0, 0, 0.5, 0.5),), labels=frozenset({"plate"})
        )
        for each in faces[:2]
    ]
    _take(dataset, faces)
    _take(dataset, plates, provenance=replace(PROVENANCE, title="plates"))
    rows = _rows(dataset)
    assert [[box.label for box in row.boxes] for row in rows] == [[0, 1], [0, 1], [0]]
    assert [row.labelled for row in rows] == [{0, 1}, {0, 1}, {0}]
    _take(dataset, plates, provenance=replace(PROVENANCE, title="plates"))
    assert _rows(dataset) == rows, "taking it in again, after a kill, adds nothing"


def test_boxes_that_differ_the_second_time_are_told_and_the_first_are_kept(dataset: Dataset, theirs: Path) -> None:
    (first,) = samples(theirs, 1)
    other = replace(first, name="other", boxes=(SampleBox("face", 0, 0, 0.1, 0.1),))
    stage = _take(dataset, [first, other])
    assert [row.boxes for row in _rows(dataset)] == [(Box(0, *MIDDLE),)]
    assert any("different boxes: 1." in text for text in _said(stage))


def test_names_may_be_anything_that_a_disk_takes(dataset: Dataset, theirs: Path) -> None:
    names = ["a\nb", "x" * 250, "caf\udce9", "\ud83d", "ä/ö", "CON", ""]
    taken = [Sample(write_picture(theirs / f"{number}.jpg", number), name) for number, name in enumerate(names)]
    _take(dataset, taken)
    rows = _rows(dataset)
    assert len({row.name for row in rows}) == len(names)
    assert rows[0].name == "a\nb"
    _take(dataset, taken)
    assert _rows(dataset) == rows


def test_two_samples_of_one_name_are_one(dataset: Dataset, theirs: Path) -> None:
    first, second = samples(theirs, 2)
    _take(dataset, [first, replace(second, name=first.name)])
    assert [row.sha256 for row in _rows(dataset)] == [_rows(dataset)[0].sha256]


class _KilledError(BaseException):
    """Nothing in the package catches it, as nothing catches a kill."""


@pytest.mark.parametrize("at", [1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 3, 2 * AT_ONCE + 10])
def test_a_killed_intake_goes_on_and_gives_the_same(at: int, tmp_path: Path, theirs: Path) -> None:
    taken = _small(theirs, 2 * AT_ONCE + 20)
    with make_dataset(folder=tmp_path / "whole") as whole, make_dataset(folder=tmp_path / "killed") as killed:
        _take(whole, taken)
        stage = Stage()

        def kill(checks: int) -> None:
            if checks == len(taken) + at:  # it also asks once a sample while it lists them
                raise _KilledError

        stage.on_check = kill
        with pytest.raises(_KilledError):
            take_in(iter(taken), dataset=killed, provenance=PROVENANCE, options=ALL, labels=None, context=stage)
        assert len(_rows(killed)) == (at - 1) // AT_ONCE * AT_ONCE, "rows come in whole transactions"
        resumed = _take(killed, taken)
        finish_intake(killed)
        finish_intake(whole)
        assert _rows(killed) == _rows(whole)
        assert _files(killed) == _files(whole)
        starts = [event.done for event in resumed.of_type("progress")]
        assert min(starts) >= (at - 1) // AT_ONCE * AT_ONCE
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("read")]


def _small(folder: Path, count: int) -> list[Sample]:
    return [Sample(write_picture(folder / f"{n}.png", n, (12, 12)), f"{n}.png") for n in range(count)]


def _files(dataset: Dataset) -> dict[str, bytes]:
    return {
        path.relative_to(dataset.folder).as_posix(): path.read_bytes()
        for path in (dataset.folder / "images").rglob("*")
        if path.is_file()
    }


def test_a_row_whose_file_was_lost_is_read_again(dataset: Dataset, theirs: Path) -> None:
    taken = samples(theirs, 3)
    _take(dataset, taken)
    before = _files(dataset)
    paths = [dataset.path(row) for row in _rows(dataset)]
    paths[0].unlink()
    paths[1].write_bytes(b"torn")
    _take(dataset, taken)
    assert _files(dataset) == before
    assert {row.name for row in _rows(dataset)} == {"0.jpg", "1.jpg", "2.jpg"}


def test_a_picture_that_was_mended_since_is_read_when_it_comes_again(dataset: Dataset, theirs: Path) -> None:
    taken = samples(theirs, 3)
    whole = taken[1].picture.read_bytes()
    taken[1].picture.write_bytes(whole[:500])
    _take(dataset, taken)
    assert [bool(row.error) for row in _rows(dataset)] == [False, True, False]
    finish_intake(dataset)
    taken[1].picture.write_bytes(whole)
    _take(dataset, taken)
    assert [(row.name, row.error) for row in _rows(dataset)] == [("0.jpg", ""), ("2.jpg", ""), ("1.jpg", "")]


def test_samples_that_changed_since_it_was_begun_are_noticed(dataset: Dataset, theirs: Path) -> None:
    taken = samples(theirs, 3)
    _take(dataset, taken)
    with pytest.raises(SamplesChangedError):
        _take(dataset, [*taken[:2], replace(taken[2], boxes=())])
    write_picture(theirs / "1.jpg", 77)
    with pytest.raises(SamplesChangedError):
        _take(dataset, taken)
    finish_intake(dataset)
    _take(dataset, taken)  # a finished one may be added to


def test_it_stops_when_cancelled_and_leaves_no_thread(dataset: Dataset, theirs: Path) -> None:
    stage = Stage()

    def cancel(checks: int) -> None:
        if checks > 25:
            raise JobCancelledError

    stage.on_check = cancel
    with pytest.raises(JobCancelledError):
        take_in(
            iter(_small(theirs, 20)), dataset=dataset, provenance=PROVENANCE, options=ALL, labels=None, context=stage
        )
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("read")]


def test_a_disk_without_room_is_told_before_anything_is_copied(
    dataset: Dataset, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = samples(theirs, 3)
    usage = shutil.disk_usage(theirs)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
    with pytest.raises(DiskFullError):
        _take(dataset, taken)
    assert _files(dataset) == {}
    assert _rows(dataset) == []


def test_a_disk_that_fills_up_ends_it_and_it_goes_on_later(
    dataset: Dataset, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = _small(theirs, AT_ONCE + 30)
    put = intake.read_into

    def full(folder: Path, path: Path, **more: object) -> object:
        if path.name == f"{AT_ONCE + 10}.png":
            message = "The disk is full."
            raise DiskFullError(message, path=path)
        return put(folder, path, **more)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "read_into", full)
        with pytest.raises(DiskFullError):
            _take(dataset, taken)
    assert len(_rows(dataset)) == AT_ONCE
    _take(dataset, taken)
    assert len(_rows(dataset)) == len(taken)


def test_a_disk_without_room_for_rows_is_told_as_such(dataset: Dataset, theirs: Path) -> None:
    pages = dataset.database.execute("PRAGMA page_count").fetchone()[0]
    taken = _small(theirs, 300)
    dataset.database.execute(f"PRAGMA max_page_count = {pages + 8}")
    with pytest.raises(DiskFullError, match="disk is full"):
        _take(dataset, taken)
    assert len(_rows(dataset)) in {0, AT_ONCE}, "rows come in whole transactions"
    dataset.database.execute("PRAGMA max_page_count = 100000")
    _take(dataset, taken)
    assert len(_rows(dataset)) == 300


def test_progress_counts_the_pictures(dataset: Dataset, theirs: Path) -> None:
    stage = _take(dataset, samples(theirs, 5))
    last = stage.of_type("progress")[-1]
    assert (last.stage, last.done, last.total, last.unit) == ("read", 5, 5, "pictures")


def test_pictures_do_not_pile_up_in_memory(dataset: Dataset, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the rows are written, only a few pictures are read ahead."""
    read, written = [], []
    put = intake.read_into

    def counting(folder: Path, path: Path, **more: object) -> object:
        read.append(path)
        return put(folder, path, **more)

    stage = Stage()

    def look(_checks: int) -> None:
        if read:
            written.append(None)
            assert len(read) - len(written) < 40

    monkeypatch.setattr(intake, "read_into", counting)
    stage.on_check = look
    take_in(iter(_small(theirs, 120)), dataset=dataset, provenance=PROVENANCE, options=ALL, labels=None, context=stage)
    assert len(written) == 120
