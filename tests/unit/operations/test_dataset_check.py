from dataclasses import replace

import pytest
from rows import box, draw, make_dataset, row
from stage import Stage

from pyroblur_gui.core.errors import DatasetError, JobCancelledError
from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Dataset, Problem
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.spec import CheckSpec
from pyroblur_gui.operations.dataset_check import run


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        rows = [row(number, box(), box(1), split=split) for number, split in enumerate(Split, 1)]
        draw(dataset, rows)
        dataset.add([replace(each, size_bytes=dataset.path(each).stat().st_size) for each in rows])
        layout.write_all(dataset)
        yield dataset


def test_a_sound_data_set_ends_with_its_numbers(dataset: Dataset):
    stage = Stage()
    result = run(CheckSpec(name="set"), stage)
    assert (result["images"], result["boxes"], result["problems"], result["kinds"]) == (
        3,
        {"face": 3, "license_plate": 3},
        0,
        {},
    )
    assert [event.stage for event in stage.of_type("progress")] == ["check"] * 11


def test_problems_of_rows_and_disk_are_found_and_kept_in_place_of_old_ones(dataset: Dataset):
    dataset.keep_problems([Problem("leak", "It was one.", picture=1, other=2)])
    dataset.replace([replace(dataset.picture(1), boxes=(box(0, 0, 0, 2, 1), box(1)))])
    layout.write_all(dataset)
    dataset.path(dataset.picture(2)).unlink()
    result = run(CheckSpec(name="set"), Stage())
    assert result["kinds"] == {"missing_file": 1, "box_outside": 1}
    assert [(each.kind, each.picture) for each in dataset.problems()] == [("missing_file", 2), ("box_outside", 1)]


def test_a_cancelled_check_leaves_the_problems_that_were_known(dataset: Dataset):
    known = Problem("leak", "It was one.", picture=1, other=2)
    dataset.keep_problems([known])
    stage = Stage()

    def cancel(count: int) -> None:
        if count == 5:
            raise JobCancelledError

    stage.on_check = cancel
    with pytest.raises(JobCancelledError):
        run(CheckSpec(name="set"), stage)
    assert [each.kind for each in dataset.problems()] == ["leak"]


def test_an_unknown_data_set_is_told_with_those_that_there_are(dataset: Dataset):
    with pytest.raises(DatasetError) as failure:
        run(CheckSpec(name="other"), Stage())
    assert "other" in failure.value.message
    assert "set" in failure.value.hint
