"""Data sets on disks that are full or cannot be written to: said plainly, and nothing there that looks complete."""

from collections.abc import Sequence
from pathlib import Path

import disks
import numpy as np
import pytest
from door import Door, Line, Snapshot
from PIL import Image
from small_sets import yolo_folder

COUNT = 40


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "door")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return yolo_folder(tmp_path / "street", COUNT)


def _refused(door: Door, *arguments: str | Path, wrapper: Sequence[str] = ()) -> Line:
    answer = door.run("dataset", *arguments, "--json", wrapper=wrapper)
    assert answer.status == 1, answer.out + answer.err
    assert "Traceback" not in answer.err
    assert not answer.strays
    last = answer.lines[-1]
    assert last["type"] == "failed"
    assert last["hint"]
    return last


def _import(door: Door, folder: Path) -> Line:
    answer = door.run("dataset", "import", folder, "--name", "street", "--json")
    assert answer.status == 0, answer.out + answer.err
    return answer.lines[-1]


def test_a_disk_too_small_for_the_pictures_is_told_before_any_is_copied(
    door: Door, folder: Path, tmp_path: Path
) -> None:
    door.home.mkdir()
    before, listing = Snapshot.of(folder), tmp_path / "listing"
    wrapper = disks.small(door.home, 2_000_000, listing=listing)
    end = _refused(door, "import", folder, "--name", "street", wrapper=wrapper)
    assert end["code"] == "disk_full", end
    assert "MB" in end["message"]
    assert ".jpg" not in listing.read_text()
    assert "datasets/street" not in listing.read_text()
    assert Snapshot.of(folder) == before


def test_a_home_that_cannot_be_written_to_is_told(door: Door, folder: Path) -> None:
    door.home.mkdir()
    with disks.read_only(door.home) as wrapper:
        end = _refused(door, "import", folder, "--name", "street", wrapper=wrapper)
    assert end["code"] in {"output", "job"}, end
    assert not any(door.home.iterdir())


def test_a_limit_that_is_met_midway_is_told_and_without_it_the_import_goes_on(door: Door, folder: Path) -> None:
    """As on a FAT disk, where a file ends at 4 GB; here the last picture is too large, or the rows are."""
    noise = np.random.default_rng(3).integers(0, 256, (400, 600, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "images" / "zz.png")  # 720 kB
    wrapper = ("sh", "-c", 'ulimit -f 1200 && exec "$0" "$@"')  # blocks of 512 bytes
    end = _refused(door, "import", folder, "--name", "street", wrapper=wrapper)
    assert end["code"] in {"output", "disk_full"}, end
    assert not (door.home / "data" / "datasets" / "street").exists()
    assert _import(door, folder)["images"] == COUNT + 1


def test_an_export_to_a_full_or_closed_folder_leaves_nothing(door: Door, folder: Path, tmp_path: Path) -> None:
    _import(door, folder)
    place, listing = tmp_path / "place", tmp_path / "listing"
    place.mkdir()
    wrapper = disks.small(place, 200_000, listing=listing)
    end = _refused(door, "export", "street", "--format", "coco", "-o", place / "out", wrapper=wrapper)
    assert end["code"] == "disk_full", end
    assert listing.read_text() == ""
    with disks.read_only(place) as wrapper:
        end = _refused(door, "export", "street", "--format", "coco", "-o", place / "out", wrapper=wrapper)
    assert end["code"] in {"output", "disk_full"}, end
    assert not any(place.iterdir())
