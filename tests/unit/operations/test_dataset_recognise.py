"""Looking at what could be imported tells what it is and changes nothing."""

import json
from pathlib import Path

import pytest
from small_sets import write_picture, yolo_folder
from stage import Stage

from pyroblur_gui.core.errors import DatasetError, MissingFileError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.spec import ImportSpec, RecogniseSpec
from pyroblur_gui.operations import dataset_import, dataset_recognise
from pyroblur_gui.operations.catalogue import OPERATIONS, Lane


def _found(*paths: Path) -> list[dict]:
    result = dataset_recognise.run(RecogniseSpec(paths=paths), Stage())
    assert json.loads(json.dumps(result)) == result
    return result["found"]


def test_each_path_is_told_with_its_format_pictures_and_classes(tmp_path: Path) -> None:
    labelled = yolo_folder(tmp_path / "street", 7, names=("car", "plate"))
    plain = tmp_path / "plain"
    write_picture(plain / "a.jpg", 1)
    before = sorted(tmp_path.rglob("*"))
    first, second = _found(labelled, plain)
    assert (first["format"], first["pictures"], first["classes"]) == ("yolo", 7, ["car", "plate"])
    assert first["path"] == str(labelled)
    assert (second["pictures"], second["classes"]) == (1, [])
    assert sorted(tmp_path.rglob("*")) == before
    assert store.names() == []
    assert store.unfinished() == []


def test_a_data_set_is_known_by_its_name(tmp_path: Path) -> None:
    dataset_import.run(ImportSpec(paths=(yolo_folder(tmp_path / "street", 7),), name="street"), Stage())
    (found,) = _found(Path("street"))
    assert (found["pictures"], found["classes"]) == (7, ["face", "license_plate"])


def test_what_cannot_be_imported_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError):
        _found(tmp_path / "empty")
    with pytest.raises(MissingFileError):
        _found(tmp_path / "missing")


@pytest.mark.parametrize("kind", [kind for kind in OPERATIONS if kind.startswith("dataset_")])
def test_every_operation_on_data_sets_can_be_loaded(kind: str) -> None:
    assert callable(OPERATIONS[kind].load())


def test_a_download_waits_in_the_lane_of_the_network_and_no_data_set_for_a_film() -> None:
    lanes = {kind: operation.lane for kind, operation in OPERATIONS.items() if kind.startswith("dataset_")}
    assert lanes["dataset_download"] is Lane.NET
    assert lanes["dataset_thumbnails"] is Lane.INTERACTIVE
    assert lanes["dataset_import"] is not Lane.CPU
