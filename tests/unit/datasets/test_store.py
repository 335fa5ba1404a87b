"""A data set has its name when it is whole, and keeps it; one job at a time works on it."""

import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rows import box, make_dataset, row

from pyroblur_gui.core.errors import DatasetError, OutputError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.dataset import FILE_NAME, Dataset
from pyroblur_gui.datasets.store import Building, Lock, datasets_folder, folder_of


def _build(building: Building, pictures: int) -> None:
    with make_dataset(folder=building.dataset) as dataset:
        dataset.add([row(number, box()) for number in range(1, pictures + 1)])


def _made(name: str, pictures: int) -> None:
    with Building(name) as building:
        _build(building, pictures)
        building.commit()


def _count(name: str) -> int:
    with store.open_dataset(name) as dataset:
        return len(dataset.ids())


def _left() -> list[str]:
    """Everything beside the data sets, but for the empty files that serve as locks."""
    return sorted(
        path.name for path in datasets_folder().iterdir() if path.name[0] == "." and not path.name.startswith(".lock-")
    )


def test_a_data_set_has_its_name_only_when_it_is_committed() -> None:
    with Building("street") as building:
        _build(building, 3)
        (building.work / "download.zip").write_bytes(b"data")
        assert store.names() == []
        assert store.unfinished() == ["street"]
        assert building.commit() == folder_of("street")
    assert store.names() == ["street"]
    assert store.unfinished() == []
    assert _left() == []
    assert _count("street") == 3


def test_what_was_not_committed_stays_for_the_same_job_and_can_be_discarded() -> None:
    with Building("street", made_of="spec", source="wider") as building:
        _build(building, 2)
        (building.work / "download.zip").write_bytes(b"data")
    with Building("street", made_of="spec", source="wider") as building:
        assert (building.work / "download.zip").read_bytes() == b"data"
        with Dataset.open(building.dataset) as dataset:
            assert len(dataset.ids()) == 2
    store.discard("street")
    assert store.unfinished() == []
    assert _left() == []


def test_another_choice_keeps_the_downloads_and_another_source_keeps_nothing() -> None:
    with Building("street", made_of="spec", source="wider") as building:
        _build(building, 2)
        (building.work / "download.zip").write_bytes(b"data")
    with Building("street", made_of="other spec", source="wider") as building:
        assert not building.dataset.exists()
        assert (building.work / "download.zip").exists()
    with Building("street", made_of="other spec", source="roboflow") as building:
        assert not any(building.work.iterdir())


def test_a_commit_takes_the_place_of_the_old_one() -> None:
    _made("street", 1)
    _made("street", 5)
    assert _count("street") == 5
    assert _left() == []


class _KilledError(BaseException):
    """As a kill, it is caught by nothing in the package."""


def _kill(*_arguments: object) -> None:
    raise _KilledError


def _killing(real: Callable[..., object], step: int, counter: Iterator[int]) -> Callable[..., object]:
    def counted(*arguments: object, **more: object) -> object:
        if next(counter) == step:
            raise _KilledError
        return real(*arguments, **more)

    return counted


@pytest.mark.parametrize("step", range(1, 9))
@pytest.mark.parametrize("has_old", [False, True])
def test_a_kill_at_any_step_of_the_exchange_is_made_good(
    step: int, has_old: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change of a file or folder is one step; the kill comes just before it."""
    counter = itertools.count(1)
    if has_old:
        _made("street", 1)
    with Building("street", made_of="new") as building:
        _build(building, 5)
        (building.work / "download.zip").write_bytes(b"data")
        with monkeypatch.context() as patch:
            for owner, name in ((Path, "rename"), (Path, "touch"), (shutil, "rmtree")):
                patch.setattr(owner, name, _killing(getattr(owner, name), step, counter))
            try:
                building.commit()
                was_killed = False
            except _KilledError:
                was_killed = True
    names = store.names()
    if step == 1:
        assert names == (["street"] if has_old else []), "it was not said to be complete"
        assert store.unfinished() == ["street"]
        return
    assert names == ["street"]
    assert _count("street") == 5
    assert store.unfinished() == []
    assert _left() == []
    assert was_killed or step > 4


def test_an_exchange_that_lost_the_new_data_set_gives_the_old_one_its_name_back() -> None:
    _made("street", 2)
    folder_of("street").rename(datasets_folder() / ".old-street")
    assert store.names() == ["street"]
    assert _count("street") == 2
    folder_of("street").rename(datasets_folder() / ".old-street")
    assert _count("street") == 2, "opening makes it good, too"


def test_a_removal_that_was_killed_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    _made("street", 2)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", _kill)
        with pytest.raises(_KilledError):
            store.remove("street")
    assert store.names() == []
    _made("street", 3)
    store.remove("street")
    assert store.names() == []
    assert _left() == []


def test_names_are_in_alphabetical_order_and_leave_out_what_is_no_data_set() -> None:
    for name in ("b", "A", "c"):
        _made(name, 1)
    (datasets_folder() / "notes").mkdir()
    assert store.names() == ["A", "b", "c"]


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(DatasetError) as caught:
        store.open_dataset("street")
    assert "none yet" in caught.value.hint
    _made("road", 1)
    with pytest.raises(DatasetError, match="street") as caught:
        store.open_dataset("street")
    assert "road" in caught.value.hint
    with pytest.raises(DatasetError):
        store.remove("street")


def test_two_jobs_never_work_on_one_data_set() -> None:
    assert not store.is_busy("street")
    with Building("street"):
        assert store.is_busy("street")
        assert not store.is_busy("road")
        with pytest.raises(DatasetError, match="Another job"), Building("street"):
            pass
        with pytest.raises(DatasetError, match="Another job"):
            store.discard("street")
        with Building("road"):
            pass
    assert not store.is_busy("street")
    with Lock("street"), pytest.raises(DatasetError, match="Another job"), Building("street"):
        pass


def test_a_second_job_is_told_soon() -> None:
    ended = threading.Event()

    def hold() -> None:
        with Lock("street"):
            held.set()
            ended.wait(30)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        with pytest.raises(DatasetError, match="Another job"), Lock("street"):
            pass
    finally:
        ended.set()
        holder.join()
    with Lock("street"):
        pass


def test_the_lock_of_a_killed_process_is_gone() -> None:
    script = (
        "import sys\nfrom pyroblur_gui.datasets.store import Lock\n"
        "lock = Lock('street').__enter__()\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        assert store.is_busy("street")
        with pytest.raises(DatasetError), Lock("street"):
            pass
        child.kill()
        child.wait()
    assert not store.is_busy("street")
    with Lock("street"):
        pass


def test_names_does_not_disturb_an_exchange_that_is_under_way() -> None:
    """The window lists data sets while a job exchanges one."""
    _made("street", 1)
    with Lock("street"):
        folder_of("street").rename(datasets_folder() / ".old-street")
        assert store.names() == []
        assert (datasets_folder() / ".old-street").exists()
    assert store.names() == ["street"]


def test_a_place_that_cannot_be_written_to_is_told() -> None:
    datasets_folder().parent.mkdir(parents=True, exist_ok=True)
    datasets_folder().write_text("a file where the folder has to be")
    with pytest.raises(OutputError), Building("street"):
        pass


def test_a_damaged_data_set_is_listed_and_says_what_to_do() -> None:
    _made("street", 1)
    (folder_of("street") / FILE_NAME).write_bytes(b"no database" * 100)
    assert store.names() == ["street"]
    with pytest.raises(DatasetError, match="cannot be read") as caught:
        store.open_dataset("street")
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)
    store.remove("street")
    assert store.names() == []


@pytest.mark.parametrize(("fetched", "left"), [("", []), ("download.zip.part", ["street"])])
def test_what_ends_before_anything_was_made_or_fetched_leaves_nothing(fetched: str, left: list[str]) -> None:
    def fail() -> None:
        with Building("street") as building:
            (building.work / "wider_face").mkdir()
            if fetched:
                (building.work / "wider_face" / fetched).write_bytes(b"data")
            raise DatasetError("no such folder")

    with pytest.raises(DatasetError):
        fail()
    assert store.unfinished() == left


def test_a_data_set_whose_folder_was_renamed_by_hand_has_the_new_name() -> None:
    with make_dataset("street") as dataset:
        dataset.add([row(1, box())])
    folder_of("street").rename(folder_of("road"))
    with store.open_dataset("road") as dataset:
        assert dataset.name == "road"
        assert len(dataset.ids()) == 1
