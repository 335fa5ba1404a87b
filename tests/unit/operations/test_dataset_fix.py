import pytest
from rows import box, make_dataset, row
from stage import Stage

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.fixes import FIXES
from pyroblur_gui.datasets.spec import CheckSpec, FixSpec, UndoSpec
from pyroblur_gui.operations.dataset_check import run as check
from pyroblur_gui.operations.dataset_fix import run, undo


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        dataset.add([row(1, box(0, 0, 0, 2, 1)), row(2, box(0, 0, 0, 2, 1)), row(3, box())])
        layout.write_all(dataset)
        check(CheckSpec(name="set"), Stage())
        yield dataset


def _fix(fix: str, kind: str, *problems: int):
    return run(FixSpec(name="set", fix=fix, kind_of_problem=kind, problems=problems), Stage())


def _outside(dataset: Dataset) -> dict[int | None, int]:
    """Numbers of the problems "box_outside", by picture."""
    return {each.picture: each.id for each in dataset.problems() if each.kind == "box_outside"}


def test_a_fix_for_all_leaves_no_problem_of_its_kind(dataset: Dataset):
    assert len(_outside(dataset)) == 2
    result = _fix("clip_boxes", "box_outside")
    assert result["fixed"] == 2
    assert "box_outside" not in result["kinds"]
    assert _outside(dataset) == {}
    assert dataset.picture(2).boxes == (box(0, 0, 0, 1, 1),)


def test_a_fix_for_one_problem_leaves_the_others(dataset: Dataset):
    result = _fix("delete_boxes", "box_outside", _outside(dataset)[2])
    assert (result["fixed"], result["boxes"]) == (1, {"face": 2, "license_plate": 0})
    assert set(_outside(dataset)) == {1}


def test_a_number_of_another_kind_of_problem_is_not_followed(dataset: Dataset):
    assert _fix("delete_boxes", "tiny_box", *_outside(dataset).values())["fixed"] == 0
    assert len(_outside(dataset)) == 2


def test_undo_and_redo_find_the_problems_anew(dataset: Dataset):
    _fix("clip_boxes", "box_outside")
    result = undo(UndoSpec(name="set"), Stage())
    assert result["title"] == FIXES["clip_boxes"].title
    assert set(_outside(dataset)) == {1, 2}
    undo(UndoSpec(name="set", again=True), Stage())
    assert _outside(dataset) == {}


@pytest.mark.parametrize("again", [True, False])
def test_nothing_to_undo_is_told(dataset: Dataset, again: bool):
    with pytest.raises(DatasetError, match="no change"):
        undo(UndoSpec(name="set", again=again), Stage())


def test_label_files_are_written_over_what_another_program_wrote(dataset: Dataset):
    file = dataset.folder / layout.label_file(dataset.picture(3))
    right = file.read_text()
    file.write_text("0 0.1 0.1 0.1 0.1\n", encoding="utf-8")
    assert check(CheckSpec(name="set"), Stage())["kinds"]["changed_labels"] == 1
    result = _fix("write_labels", "changed_labels")
    assert "changed_labels" not in result["kinds"]
    assert file.read_text() == right


@pytest.mark.parametrize(
    ("fix", "kind", "there_are"),
    [
        ("clip_boxes", "box_inside", "box_outside"),
        ("clip_boxes", "tiny_box", "delete_boxes"),
        ("nothing", "leak", "move"),
    ],
)
def test_what_does_not_fit_is_told_with_what_does(dataset: Dataset, fix: str, kind: str, there_are: str):
    with pytest.raises(DatasetError) as failure:
        _fix(fix, kind)
    assert there_are in failure.value.hint
