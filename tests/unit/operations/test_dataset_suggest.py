from pathlib import Path

import pytest
from PIL import Image
from rows import box, make_dataset, row
from stage import Stage

from pyroblur_gui.core.errors import DatasetError, JobCancelledError, ModelError
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.sample import Origin
from pyroblur_gui.datasets.spec import SuggestSpec
from pyroblur_gui.operations.dataset_suggest import run

PLATES_ONLY = frozenset({1})


@pytest.fixture
def dataset(pictures: dict[str, Path]):
    """Two photos of people in which only plates were looked for, and one in which all was."""
    with make_dataset() as dataset:
        for number, name in enumerate(("zidane", "bus", "bus"), 1):
            with Image.open(pictures[name]) as photo:
                each = row(number, size=photo.size, labelled=PLATES_ONLY if number < 3 else frozenset({0, 1}))
                dataset.path(each).parent.mkdir(parents=True, exist_ok=True)
                photo.save(dataset.path(each))
            dataset.add([each])
        yield dataset


def test_real_faces_are_suggested_where_nobody_looked_for_them(dataset: Dataset):
    stage = Stage()
    result = run(SuggestSpec(name="set", model="fast"), stage)
    assert result["looked_at"] == 2
    assert result["suggested"]["face"] >= 3
    assert result["boxes"] == {"face": 0, "license_plate": 0}  # no truth before it is accepted
    faces = dataset.picture(1).boxes
    assert {(each.label, each.origin) for each in faces} == {(0, Origin.SUGGESTED)}
    assert any(each.left < 0.77 < each.right and each.top < 0.27 < each.bottom for each in faces)  # the man in front
    assert dataset.picture(3).boxes == ()
    assert result["kinds"]["suggestions"] == 1
    assert stage.of_type("progress")[-1].done > 0


def test_the_user_says_how_sure_the_model_must_be(dataset: Dataset):
    assert run(SuggestSpec(name="set", model="fast", confidence=1.0), Stage())["suggested"]["face"] == 0


def test_a_cancelled_run_goes_on_where_it_was(dataset: Dataset):
    stage = Stage()

    def cancel(_count: int) -> None:
        raise JobCancelledError

    stage.on_check = cancel
    with pytest.raises(JobCancelledError):
        run(SuggestSpec(name="set", model="fast"), stage)
    assert dataset.picture(1).boxes != ()
    assert run(SuggestSpec(name="set", model="fast"), Stage())["looked_at"] == 1
    assert dataset.picture(2).boxes != ()


def test_a_model_that_there_is_not_is_told(dataset: Dataset):
    with pytest.raises(ModelError):
        run(SuggestSpec(name="set", model="oracle"), Stage())


def test_a_model_that_finds_nothing_of_the_data_set_is_told(tmp_path: Path):
    with make_dataset("dogs", classes=("dog",)) as dataset:
        dataset.add([row(1, box(), labelled=frozenset())])
    with pytest.raises(DatasetError) as failure:
        run(SuggestSpec(name="dogs", model="fast"), Stage())
    assert "the data set has dog" in failure.value.hint
