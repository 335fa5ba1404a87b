from dataclasses import replace
from pathlib import Path

import pytest
from rows import box, make_dataset, row

from pyroblur_gui.datasets.changes import Changes
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Origin, Split


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        dataset.add([row(1, box()), row(2, box(1)), row(3)])
        yield dataset


def _labels(dataset: Dataset) -> dict[str, str]:
    """What the label files hold, by the name of the file."""
    return {
        path.name: path.read_text() for path in dataset.folder.rglob("*.txt") if path.parent.parent.name == "labels"
    }


def _lists(dataset: Dataset) -> dict[str, list[str]]:
    return {name: (dataset.folder / f"{name}.txt").read_text().split() for name in ("train", "val", "test")}


def _relabel(dataset: Dataset, number: int, label: int) -> None:
    picture = dataset.picture(number)
    Changes(dataset).apply(
        "Relabel a box", [replace(picture, boxes=tuple(replace(each, label=label) for each in picture.boxes))]
    )


def test_undo_and_redo_go_through_all_changes_in_order(dataset):
    changes = Changes(dataset)
    first = dataset.picture(1)
    changes.apply("Delete a box", [replace(first, boxes=())])
    changes.apply("Remove a picture", [replace(dataset.picture(1), is_removed=True)])
    assert (changes.undo_title, changes.redo_title) == ("Remove a picture", None)

    assert changes.undo() == "Remove a picture"
    assert not dataset.picture(1).is_removed
    assert dataset.picture(1).boxes == ()
    assert changes.undo() == "Delete a box"
    assert dataset.picture(1) == first
    assert changes.undo() is None

    assert changes.redo_title == "Delete a box"
    assert [changes.redo(), changes.redo(), changes.redo()] == ["Delete a box", "Remove a picture", None]
    assert dataset.picture(1) == replace(first, boxes=(), is_removed=True)


def test_everything_that_a_change_may_touch_comes_back(dataset):
    before = dataset.picture(2)
    after = replace(
        before,
        split=None,
        labelled=frozenset({1}),
        boxes=(box(0, 0.1, 0.2, 0.3, 0.4, origin=Origin.SUGGESTED, score=0.5),),
        flaws=(Flaw(FlawKind.UNREADABLE_LABEL, "Line 1 is not a box: 'é'."),),
        error="not a picture",
        is_removed=True,
    )
    changes = Changes(dataset)
    changes.apply("All of it", [after])
    assert dataset.picture(2) == after
    changes.undo()
    assert dataset.picture(2) == before
    changes.redo()
    assert dataset.picture(2) == after


def test_changes_can_be_undone_after_a_restart(dataset):
    _relabel(dataset, 1, 1)
    dataset.close()
    with Dataset.open(dataset.folder) as again:
        assert Changes(again).undo() == "Relabel a box"
        assert again.picture(1).boxes[0].label == 0


def test_a_change_after_an_undo_drops_what_was_undone(dataset):
    _relabel(dataset, 1, 1)
    changes = Changes(dataset)
    changes.undo()
    _relabel(dataset, 2, 0)
    assert changes.redo_title is None
    assert changes.undo() == "Relabel a box"
    assert changes.undo() is None
    assert [dataset.picture(number).boxes[0].label for number in (1, 2)] == [0, 1]


def test_a_change_that_changes_nothing_is_none(dataset):
    changes = Changes(dataset)
    changes.apply("Nothing", [dataset.picture(1), row(99, box())])
    assert changes.undo_title is None


def test_undo_of_a_box_leaves_a_later_split_as_it_is(dataset):
    _relabel(dataset, 1, 1)
    dataset.assign([(1, Split.VAL)])
    Changes(dataset).undo()
    assert (dataset.picture(1).split, dataset.picture(1).boxes[0].label) == (Split.VAL, 0)


def test_label_files_follow_a_change_and_its_undoing(dataset):
    changes = Changes(dataset)
    _relabel(dataset, 1, 1)
    assert _labels(dataset)["000001.txt"].startswith("1 ")
    changes.undo()
    assert _labels(dataset)["000001.txt"].startswith("0 ")


def test_label_files_are_left_alone_by_what_does_not_change_boxes(dataset):
    """A split of 100,000 pictures must not write 100,000 files."""
    written: list[int] = []
    changes = Changes(dataset, on_written=lambda _done, total: written.append(total))
    everything = [replace(picture, split=Split.VAL) for picture in dataset.every_picture()]
    changes.apply("Split", everything)
    changes.undo()
    assert _labels(dataset) == {}
    changes.apply("Delete a box", [*everything[:2], replace(everything[0], boxes=())])
    assert list(_labels(dataset)) == ["000001.txt"]
    changes.undo()
    assert written == [1, 1]


def test_lists_follow_pictures_that_move_or_go(dataset):
    changes = Changes(dataset)
    changes.apply("Move", [replace(dataset.picture(1), split=Split.VAL), replace(dataset.picture(2), is_removed=True)])
    assert _lists(dataset) == {"train": ["./images/00/000003.jpg"], "val": ["./images/00/000001.jpg"], "test": []}
    changes.undo()
    assert _lists(dataset)["train"] == [f"./images/00/00000{number}.jpg" for number in (1, 2, 3)]


def test_files_that_could_not_be_written_are_written_later(dataset, monkeypatch: pytest.MonkeyPatch):
    """As after a kill between the rows and the files: the rows are the truth, and the files follow."""

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("pyroblur_gui.datasets.layout.write_changed", full)
        with pytest.raises(OSError, match="No space"):
            _relabel(dataset, 1, 1)
    assert dataset.picture(1).boxes[0].label == 1
    assert "000001.txt" not in _labels(dataset)
    Changes(dataset).write_due_files()
    assert _labels(dataset)["000001.txt"].startswith("1 ")


def test_only_so_many_changes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pyroblur_gui.datasets.changes.MOST_KEPT", 3)
    with make_dataset(folder=tmp_path / "set") as dataset:
        dataset.add([row(1, box())])
        for label in (1, 0, 1, 0, 1):
            _relabel(dataset, 1, label)
        changes = Changes(dataset)
        titles = [changes.undo() for _ in range(4)]
        assert titles == ["Relabel a box"] * 3 + [None]
        kept = dataset.database.execute("SELECT count(*) FROM changed_pictures").fetchone()[0]
        assert kept == 3
