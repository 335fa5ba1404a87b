"""A folder becomes a data set: whole and under its name, or not there at all."""

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from small_sets import picture, write_picture, yolo_folder
from stage import Stage

from pyroblur_gui.core.errors import DatasetError, DiskFullError, JobCancelledError, MissingFileError
from pyroblur_gui.datasets import layout, store
from pyroblur_gui.datasets.changes import Changes
from pyroblur_gui.datasets.dataset import Dataset, Picture
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.spec import ImportSpec, IntakeOptions, SplitOptions, SplitSpec
from pyroblur_gui.jobs.events import Event
from pyroblur_gui.operations import dataset_import, dataset_split

ALL = IntakeOptions(max_samples=0)


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    return yolo_folder(tmp_path / "faces", 30)


def _import(*paths: Path, name: str = "street", stage: Stage | None = None, **more: object) -> dict:
    return dataset_import.run(ImportSpec(paths=paths, name=name, **more), stage or Stage())


def _rows(name: str = "street") -> list[Picture]:
    with store.open_dataset(name) as dataset:
        return list(dataset.every_picture())


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("dataset.sqlite")
    }


def _stopping(when: Callable[[Event], bool], error: BaseException) -> Stage:
    """A context that lets a job end with an error at the first event that fits."""
    stage = Stage()
    keep = stage.events.append

    class Events(list):
        def append(self, event: Event) -> None:
            keep(event)
            if when(event):
                raise error

    stage.events = Events()
    return stage


def test_a_folder_becomes_a_data_set(faces: Path) -> None:
    before = _files(faces)
    stage = Stage()
    result = _import(faces, stage=stage)
    folder = store.folder_of("street")
    assert result == {
        "name": "street",
        "path": str(folder),
        "images": 30,
        "boxes": {"face": 12, "license_plate": 12},
        "problems": result["problems"],
        "fingerprint": result["fingerprint"],
    }
    lists = {split: (folder / f"{split}.txt").read_text().split() for split in Split}
    assert [len(lists[split]) for split in Split] == [21, 6, 3]
    assert all((folder / line).is_file() for listed in lists.values() for line in listed)
    assert len(list((folder / "labels").rglob("*.txt"))) == 30
    with store.open_dataset("street") as dataset:
        assert fingerprint(dataset) == result["fingerprint"]
        assert len(dataset.problems()) == result["problems"]
        (source,) = dataset.provenances()
        assert (source.source, source.title, source.address) == ("folder", "faces", str(faces))
        assert dataset.database.execute("SELECT count(*) FROM facts WHERE name LIKE 'intake%'").fetchone()[0] == 0
    assert _files(faces) == before, "nothing of the user's is touched"
    assert store.unfinished() == []
    stages = list(dict.fromkeys(event.stage for event in stage.of_type("progress")))
    assert stages == ["read", "split", "write", "check"]
    assert json.dumps(result)


def test_the_same_folder_gives_the_same_fingerprint(faces: Path, tmp_path: Path) -> None:
    first = _import(faces)["fingerprint"]
    moved = faces.rename(tmp_path / "moved")
    assert _import(moved, name="again")["fingerprint"] == first
    other = _import(moved, name="other seed", options=IntakeOptions(max_samples=0, seed=1))
    assert other["fingerprint"] != first


def test_pictures_are_copied_from_the_user_and_linked_from_what_was_extracted(faces: Path, tmp_path: Path) -> None:
    packed = tmp_path / "faces.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(faces.rglob("*")):
            archive.write(path, path.relative_to(faces))
    from_folder = _import(faces)
    from_zip = _import(packed, name="from zip")
    assert from_zip["fingerprint"] == from_folder["fingerprint"]
    shutil.rmtree(faces)
    for name in ("street", "from zip"):
        with store.open_dataset(name) as dataset:
            assert all(dataset.path(each).stat().st_nlink == 1 for each in dataset.every_picture())


def test_near_duplicates_are_in_one_split(tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    for scene in range(20):
        for take, quality in enumerate((95, 80, 60)):
            write_picture(folder / f"{scene:02}-{take}.jpg", scene, quality=quality)
    _import(folder)
    splits: dict[str, set[Split | None]] = {}
    for row in _rows():
        splits.setdefault(row.name.partition("-")[0], set()).add(row.split)
    assert {len(each) for each in splits.values()} == {1}
    assert {split for each in splits.values() for split in each} == set(Split)


def test_the_sources_split_is_kept_when_asked_for(tmp_path: Path) -> None:
    for number in range(30):
        split = ("train", "valid", "test")[number % 3]
        write_picture(tmp_path / "set" / split / "images" / f"{number}.jpg", number)
        label = tmp_path / "set" / split / "labels" / f"{number}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text("0 0.5 0.5 0.5 0.5\n")
    (tmp_path / "set" / "data.yaml").write_text(
        "train: train/images\nval: valid/images\ntest: test/images\nnames: [face]\n"
    )
    _import(tmp_path / "set", options=IntakeOptions(max_samples=0, keep_split=True))
    for row in _rows():
        number = int(Path(row.name).stem)
        assert row.split is (Split.TRAIN, Split.VAL, Split.TEST)[number % 3]


def test_a_download_entry_is_told_and_not_run(faces: Path, tmp_path: Path) -> None:
    target = tmp_path / "made by the entry"
    with (faces / "data.yaml").open("a") as file:
        file.write(f"download: |\n  open({str(target)!r}, 'w')\n")
    stage = Stage()
    _import(faces, stage=stage)
    assert any("download" in event.text for event in stage.of_type("log") if event.level == "warning")
    assert not target.exists()
    assert "download" not in (store.folder_of("street") / "data.yaml").read_text()


def test_several_folders_become_one_data_set(faces: Path, tmp_path: Path) -> None:
    plates = yolo_folder(tmp_path / "plates", 20, names=("plate",), first=100)
    result = _import(faces, plates)
    assert result["images"] == 50
    assert result["boxes"] == {"face": 12, "license_plate": 12 + 16}
    with store.open_dataset("street") as dataset:
        assert [each.title for each in dataset.provenances()] == ["faces", "plates"]
        labelled = {row.labelled for row in dataset.every_picture() if row.source == 2}
    assert labelled == {frozenset({1})}, "nobody looked for faces in the plates"


def test_the_user_says_which_classes_were_looked_for(faces: Path) -> None:
    _import(faces, labelled=("face",))
    assert {row.labelled for row in _rows()} == {frozenset({0})}


def test_data_sets_are_joined_with_all_that_is_known_of_them(faces: Path, tmp_path: Path) -> None:
    plates = yolo_folder(tmp_path / "plates", 20, names=("plate",), first=100)
    _import(faces, name="faces")
    _import(plates, name="plates")
    with store.open_dataset("plates") as dataset:
        picked = dataset.picture(1)
        Changes(dataset).apply("Remove a picture", [replace(picked, is_removed=True)])
    result = _import(Path("faces"), Path("plates"), name="both")
    assert result["images"] == 49
    with store.open_dataset("both") as dataset:
        assert [(each.title, each.address) for each in dataset.provenances()] == [
            ("faces", str(faces)), ("plates", str(plates)),
        ]  # fmt: skip
        rows = list(dataset.every_picture())
        assert {row.labelled for row in rows if row.source == 2} == {frozenset({1})}
        assert picked.name not in {row.name for row in rows if row.source == 2}
        assert all(dataset.path(row).stat().st_nlink == 2 for row in rows), "pictures are shared, not copied"
    store.remove("faces")
    store.remove("plates")
    with store.open_dataset("both") as dataset:
        for row in dataset.every_picture():
            Image.open(dataset.path(row)).load()


def test_pictures_are_added_to_a_data_set_that_keeps_its_own(faces: Path, tmp_path: Path) -> None:
    _import(faces)
    with store.open_dataset("street") as dataset:
        changes = Changes(dataset)
        changes.apply("Delete boxes", [replace(dataset.picture(1), boxes=())])
        changes.apply("Remove a picture", [replace(dataset.picture(2), is_removed=True)])
        before = {row.name: row for row in dataset.every_picture()}
    more = yolo_folder(tmp_path / "more", 12, names=("bicycle", "face"), first=200)
    result = _import(more, adds=True)
    assert result["images"] == 29 + 12
    with store.open_dataset("street") as dataset:
        assert dataset.classes == ("face", "license_plate", "bicycle")
        rows = {row.name: row for row in dataset.every_picture()}
        for name, row in before.items():
            assert replace(rows[name], split=None) == replace(row, split=None)
        assert Changes(dataset).undo_title == "Remove a picture", "what was done can still be undone"
        assert Changes(dataset).undo() == "Remove a picture"
        assert all(dataset.path(row).is_file() for row in dataset.every_picture())
        assert (dataset.folder / layout.label_file(dataset.picture(2))).exists()


@pytest.mark.parametrize("place", ["read", "write"])
def test_adding_that_ends_early_leaves_the_data_set_as_it_was(place: str, faces: Path, tmp_path: Path) -> None:
    before = _import(faces)
    files = _files(store.folder_of("street"))
    more = yolo_folder(tmp_path / "more", 12, first=200)
    stage = _stopping(lambda event: event.type == "progress" and event.stage == place, JobCancelledError())
    with pytest.raises(JobCancelledError):
        _import(more, adds=True, stage=stage)
    with store.open_dataset("street") as dataset:
        assert fingerprint(dataset) == before["fingerprint"]
    assert _files(store.folder_of("street")) == files
    assert _import(more, adds=True)["images"] == 42
    assert _import(faces, more, name="at once")["boxes"] == {"face": 17, "license_plate": 17}
    assert store.unfinished() == []


def test_adding_the_same_folder_again_takes_what_is_new(faces: Path) -> None:
    _import(faces)
    yolo_folder(faces, 3, first=300)
    assert _import(faces, adds=True)["images"] == 33


def test_adding_keeps_the_split_of_what_was_there_when_asked_for(faces: Path, tmp_path: Path) -> None:
    _import(faces)
    before = {row.name: row.split for row in _rows()}
    more = yolo_folder(tmp_path / "more", 30, first=200)
    _import(more, adds=True, options=IntakeOptions(max_samples=0, keep_split=True, seed=9))
    after = {row.name: row.split for row in _rows()}
    assert {name: after[name] for name in before} == before


def test_a_name_that_is_taken_is_refused_and_left_alone(faces: Path) -> None:
    first = _import(faces)
    with pytest.raises(DatasetError, match="already"):
        _import(faces)
    with store.open_dataset("street") as dataset:
        assert fingerprint(dataset) == first["fingerprint"]
    with pytest.raises(DatasetError, match="no data set named road"):
        _import(faces, name="road", adds=True)
    assert store.names() == ["street"]


def test_bad_input_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.jpg").write_bytes(b"no picture")
    cases = {
        tmp_path / "missing": MissingFileError,
        tmp_path / "empty": DatasetError,
        tmp_path / "broken": DatasetError,
    }
    for path, error in cases.items():
        with pytest.raises(error) as caught:
            _import(path)
        assert caught.value.hint
        assert store.names() == []


@pytest.mark.parametrize("place", ["read", "split", "write", "check"])
@pytest.mark.parametrize("error", [JobCancelledError(), DiskFullError("The disk is full.")])
def test_what_ends_early_is_no_data_set_and_goes_on_to_the_same(place: str, error: BaseException, faces: Path) -> None:
    whole = _import(faces, name="whole")
    stage = _stopping(lambda event: event.type == "progress" and event.stage == place, error)
    with pytest.raises(type(error)):
        _import(faces, stage=stage)
    assert store.names() == ["whole"]
    assert store.unfinished() == ["street"]
    again = _import(faces)
    assert again["fingerprint"] == whole["fingerprint"]
    assert _files(store.folder_of("street")) == _files(store.folder_of("whole"))
    assert store.unfinished() == []


def test_a_folder_that_changes_between_two_runs_is_taken_as_it_is_now(faces: Path) -> None:
    stage = _stopping(lambda event: event.type == "progress" and event.stage == "split", JobCancelledError())
    with pytest.raises(JobCancelledError):
        _import(faces, stage=stage)
    (faces / "labels" / "0000.txt").write_text("0 0.25 0.25 0.1 0.1\n0 0.75 0.75 0.1 0.1\n")
    assert _import(faces)["boxes"]["face"] == 13


def test_a_data_set_that_is_edited_while_pictures_are_added_loses_nothing(faces: Path, tmp_path: Path) -> None:
    _import(faces)
    more = yolo_folder(tmp_path / "more", 12, first=200)

    stage = Stage()

    def edit(_checks: int) -> None:
        stage.on_check = lambda _count: None
        with store.open_dataset("street") as dataset:
            Changes(dataset).apply("Delete boxes", [replace(dataset.picture(1), boxes=())])

    stage.on_check = edit
    with pytest.raises(DatasetError, match="was changed while"):
        _import(more, adds=True, stage=stage)
    with store.open_dataset("street") as dataset:
        assert dataset.picture(1).boxes == ()
        assert len(dataset.ids()) == 30
    assert _import(more, adds=True)["images"] == 42
    with store.open_dataset("street") as dataset:
        assert dataset.picture(1).boxes == ()


def test_a_second_job_on_the_same_name_fails_at_once(faces: Path) -> None:
    with store.Lock("street"), pytest.raises(DatasetError, match="Another job"):
        _import(faces)
    assert _import(faces)["images"] == 30
    with store.Lock("street"), pytest.raises(DatasetError, match="Another job"):
        dataset_split.run(SplitSpec(name="street"), Stage())


def test_odd_pictures_and_names_all_arrive(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    write_picture(folder / "a.png", 1)
    picture(2).quantize(200).save(folder / "b.png")
    write_picture(folder / "umlaut ä\u2028.jpg", 3)
    write_picture(folder / ("x" * 200 + ".jpg"), 4)
    assert _import(folder)["images"] == 4
    lines = "".join((store.folder_of("street") / f"{split}.txt").read_text(encoding="utf-8") for split in Split)
    assert len(lines.splitlines()) == 4


def test_splitting_anew_can_be_undone(faces: Path) -> None:
    first = _import(faces)
    before = {row.id: row.split for row in _rows()}
    options = SplitOptions(ratios=(50, 30, 20), seed=5)
    again = dataset_split.run(SplitSpec(name="street", options=options), Stage())
    assert again["fingerprint"] != first["fingerprint"]
    folder = store.folder_of("street")
    assert [len((folder / f"{split}.txt").read_text().split()) for split in Split] == [15, 9, 6]
    with store.open_dataset("street") as dataset:
        assert Changes(dataset).undo() == "Split 50/30/20"
        assert fingerprint(dataset) == first["fingerprint"]
    assert {row.id: row.split for row in _rows()} == before
    assert [len((folder / f"{split}.txt").read_text().split()) for split in Split] == [21, 6, 3]


def test_splitting_as_it_is_split_changes_nothing(faces: Path) -> None:
    first = _import(faces)
    assert dataset_split.run(SplitSpec(name="street"), Stage())["fingerprint"] == first["fingerprint"]
    with store.open_dataset("street") as dataset:
        assert Changes(dataset).undo_title is None


def test_a_data_set_opened_elsewhere_can_be_read_while_it_is_split(faces: Path) -> None:
    _import(faces)
    with Dataset.open(store.folder_of("street")) as watching:
        dataset_split.run(SplitSpec(name="street", options=SplitOptions(seed=4)), Stage())
        assert len(list(watching.every_picture())) == 30
