"""The file that knows every picture: what goes in comes out, also after a kill, an old version, or damage."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rows import box, make_dataset, row

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets import schema
from pyroblur_gui.datasets.dataset import FILE_NAME, Box, Dataset, Picture, Problem, Provenance
from pyroblur_gui.datasets.filter import Filter, Removed
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Origin, Split


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with make_dataset(folder=tmp_path / "set") as dataset:
        yield dataset


def _ids(dataset: Dataset, **wanted: object) -> list[int]:
    return list(dataset.ids(Filter(**wanted)))


def test_a_picture_comes_out_as_it_went_in(dataset: Dataset, tmp_path: Path) -> None:
    flaws = (Flaw(FlawKind.UNREADABLE_LABEL, "Line 3 is not a box: 'ä'."), Flaw(FlawKind.NO_LABEL_FILE, "None."))
    pictures = [
        row(1, box(0), Box(1, -0.5, 0.0, 1e9, 1.0, Origin.SUGGESTED, 0.25), flaws=flaws, labelled=frozenset({1})),
        row(2, split=None, labelled=frozenset()),
        row(3, error="The file is empty.", split=None),
        row(4, box(1, origin=Origin.ACCEPTED), is_removed=True, split=Split.TEST),
    ]
    dataset.add(pictures)
    dataset.close()
    with Dataset.open(tmp_path / "set") as again:
        assert again.pictures([4, 2, 1, 3]) == [pictures[3], pictures[1], pictures[0], pictures[2]]
        assert again.picture(1) == pictures[0]
        assert list(again.every_picture()) == pictures[:3]
        assert list(again.every_picture(Filter(removed=Removed.ONLY))) == pictures[3:]
        assert (again.name, again.classes) == ("set", ("face", "license_plate"))
        with pytest.raises(KeyError):
            again.picture(99)
        assert again.pictures([99, 2]) == [pictures[1]]


def test_more_pictures_than_one_statement_takes(dataset: Dataset) -> None:
    dataset.add([row(number, box()) for number in range(1, 1202)])
    backwards = list(range(1201, 0, -1))
    assert [each.id for each in dataset.pictures(backwards)] == backwards


def test_replacing_keeps_the_order_of_boxes_and_no_old_one(dataset: Dataset) -> None:
    dataset.add([row(1, box(0), box(1)), row(2, box(1))])
    changed = replace(dataset.picture(1), boxes=(box(1, 0, 0, 1, 1), box(0), box(1)), split=Split.VAL)
    dataset.replace([changed])
    assert dataset.picture(1) == changed
    assert dataset.picture(2).boxes == (box(1),)
    assert dataset.database.execute("SELECT count(*) FROM boxes").fetchone()[0] == 4


def test_a_batch_goes_in_whole_or_not_at_all(dataset: Dataset) -> None:
    dataset.add([row(1, box())])
    twice = replace(row(2), file=row(1).file)
    with pytest.raises(sqlite3.IntegrityError):
        dataset.add([row(3, box()), twice])
    assert _ids(dataset) == [1]
    assert dataset.database.execute("SELECT count(*) FROM boxes").fetchone()[0] == 1


def test_filters_hold_together_and_each_on_its_own(dataset: Dataset) -> None:
    tiny = box(0, 0.5, 0.5, 0.502, 0.9)  # 1.28 pixels wide
    dataset.add_provenance(Provenance("folder", "second", ""))
    dataset.add(
        [
            row(1, box(0), split=Split.TRAIN),
            row(2, box(1), tiny, split=Split.VAL),
            row(3, split=Split.VAL),
            replace(row(4, box(0, origin=Origin.SUGGESTED)), source=2, name="Street 100%_A.JPG"),
            row(5, box(0), is_removed=True),
        ]
    )
    dataset.keep_problems([Problem("leak", "", picture=1, other=3), Problem("tiny_box", "", picture=2, box=1)])
    assert _ids(dataset) == [1, 2, 3, 4]
    assert _ids(dataset, splits=(Split.VAL,)) == [2, 3]
    assert _ids(dataset, splits=(Split.VAL, Split.TRAIN)) == [1, 2, 3, 4]
    assert _ids(dataset, sources=(2,)) == [4]
    assert _ids(dataset, labels=(1,)) == [2]
    assert _ids(dataset, most_px=3) == [2]
    assert _ids(dataset, most_px=3, labels=(1,)) == [], "size and class are of the same box"
    assert _ids(dataset, least_px=3, labels=(1,)) == [2]
    assert _ids(dataset, problems=("leak",)) == [1, 3], "both of a pair"
    assert _ids(dataset, problems=("leak", "tiny_box"), splits=(Split.VAL,)) == [2, 3]
    assert _ids(dataset, text="street 100%_") == [4], "no wildcards, and case does not matter"
    assert _ids(dataset, text="'; DROP TABLE pictures") == []
    assert _ids(dataset, has_suggestions=True) == [4]
    assert _ids(dataset, has_boxes=False) == [3]
    assert _ids(dataset, has_boxes=True) == [1, 2, 4]
    assert _ids(dataset, removed=Removed.ONLY) == [5]


def test_classes_are_only_added_at_the_end(dataset: Dataset) -> None:
    dataset.add_classes(["zebra", "face", "apple", "zebra"])
    assert dataset.classes == ("face", "license_plate", "zebra", "apple")


def test_a_source_keeps_its_number(dataset: Dataset) -> None:
    first = Provenance("wider", "WIDER FACE", "research", "https://l", "@misc{}", "https://a", is_synthetic=True)
    number = dataset.add_provenance(first)
    assert dataset.add_provenance(replace(first, licence="other")) == number
    assert dataset.add_provenance(replace(first, title="other")) == number + 1
    assert dataset.provenances()[number - 1] == replace(first, id=number)


def test_names_are_kept_a_source_with_removed_ones(dataset: Dataset) -> None:
    dataset.add([row(1), row(2, is_removed=True)])
    assert dataset.names(1) == {"photo 1.jpg", "photo 2.jpg"}
    assert dataset.names(2) == set()


def test_problems_replace_those_that_were_kept(dataset: Dataset) -> None:
    dataset.add([row(1), row(2)])
    dataset.keep_problems([Problem("a", "x", picture=1, other=2, box=0), Problem("b", "y")])
    assert [replace(each, id=0) for each in dataset.problems()] == [
        Problem("a", "x", picture=1, other=2, box=0), Problem("b", "y"),
    ]  # fmt: skip
    dataset.keep_problems([])
    assert dataset.problems() == []


def test_two_processes_may_have_it_open_and_see_each_others_changes(dataset: Dataset) -> None:
    dataset.add([row(1, box())])
    with Dataset.open(dataset.folder) as other:
        dataset.replace([replace(dataset.picture(1), boxes=())])
        assert other.picture(1).boxes == ()
        other.assign([(1, Split.TEST)])
    assert dataset.picture(1).split is Split.TEST


def test_a_kill_in_mid_transaction_leaves_the_state_before(dataset: Dataset) -> None:
    dataset.add([row(1, box())])
    dataset.close()
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from pyroblur_gui.datasets.dataset import Dataset\n"
        "dataset = Dataset.open(Path(sys.argv[1]))\n"
        "with dataset.transaction():\n"
        "    dataset.database.execute('DELETE FROM boxes')\n"
        "    dataset.database.execute('DELETE FROM pictures')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(dataset.folder)], check=False, env=os.environ)
    assert done.returncode == -signal.SIGKILL
    with Dataset.open(dataset.folder) as again:
        assert again.picture(1) == row(1, box())


def test_another_program_that_writes_for_long_is_told(dataset: Dataset) -> None:
    with Dataset.open(dataset.folder) as other:
        other.database.execute("PRAGMA busy_timeout = 50")
        with dataset.transaction(), pytest.raises(DatasetError, match="Another program"):
            other.assign([(1, Split.VAL)])
        other.assign([(1, Split.VAL)])


def test_a_mistake_in_a_statement_is_no_full_disk(dataset: Dataset) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), dataset.transaction():
        dataset.database.execute("DELETE FROM nowhere")
    assert not dataset.database.in_transaction


def test_making_one_where_there_is_one_is_refused(dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="already"):
        Dataset.create(dataset.folder, name="again", classes=("face",))
    assert dataset.name == "set"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(DatasetError, match="cannot be made") as caught:
        Dataset.create(tmp_path / "file" / "set", name="set", classes=("face",))
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500, b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_file_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / FILE_NAME).write_bytes(content)
    with pytest.raises(DatasetError, match="cannot be read") as caught:
        Dataset.open(tmp_path / "set")
    assert caught.value.hint


def test_a_folder_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no data set"):
        Dataset.open(tmp_path)
    assert list(tmp_path.iterdir()) == [], "looking makes nothing"


def test_a_file_of_a_newer_version_is_left_alone(dataset: Dataset) -> None:
    dataset.add([row(1)])
    dataset.database.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    dataset.close()
    before = (dataset.folder / FILE_NAME).read_bytes()
    with pytest.raises(DatasetError, match="newer version"):
        Dataset.open(dataset.folder)
    assert (dataset.folder / FILE_NAME).read_bytes() == before


def test_opening_loads_no_codec_and_no_numpy() -> None:
    """The window reads galleries from here."""
    script = (
        "import sys\n"
        "from pyroblur_gui.datasets import changes, dataset, filter, layout, sample, spec, store\n"
        "print(sorted({'cv2', 'numpy', 'PIL', 'torch', 'httpx'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_picture_is_a_value() -> None:
    with pytest.raises(AttributeError):
        row(1).split = Split.VAL  # type: ignore[misc]
    assert isinstance(row(1), Picture)
