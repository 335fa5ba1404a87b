import io

import pytest
from PIL import Image
from rows import draw, make_dataset, row
from stage import Stage

from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.spec import ThumbnailsSpec
from pyroblur_gui.datasets.thumbnails import Thumbnails
from pyroblur_gui.operations.dataset_thumbnails import run


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        rows = [row(1), row(2, size=(300, 900)), row(3)]
        dataset.add(rows)
        draw(dataset, rows[:2])
        yield dataset


def _answers(*requests) -> tuple[Stage, list]:
    stage = Stage(requests)
    assert run(ThumbnailsSpec(), stage) == {"answered": len(requests)}
    return stage, stage.of_type("answer")


def test_thumbnails_are_made_and_kept_and_failures_are_named(dataset: Dataset):
    _, (answer,) = _answers({"name": "set", "pictures": [1, 2, 3, 99]})
    assert answer.error is None
    assert answer.result == {"made": [1, 2], "failed": [3, 99]}
    with Thumbnails("set") as kept:
        small = Image.open(io.BytesIO(kept.get(dataset.picture(2).sha256) or b""))
    assert small.size == (64, 192)


def test_one_picture_is_shown_as_large_as_it_fits(dataset: Dataset):
    stage, (answer,) = _answers({"name": "set", "picture": 2, "width": 600, "height": 600})
    assert answer.result == {"width": 300, "height": 900}
    (shown,) = stage.shown
    assert (shown.request, shown.rgb.shape) == (1, (600, 200, 3))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"name": "set", "picture": 3}, "unreadable_media"),
        ({"name": "set", "picture": 99}, "dataset"),
        ({"name": "other", "picture": 1}, "dataset"),
        ({"name": "../set", "picture": 1}, "settings"),
        ({"nonsense": True}, "settings"),
    ],
)
def test_what_goes_wrong_is_the_answer_and_the_lane_goes_on(dataset: Dataset, request_, code: str):
    _, (failed, good) = _answers(request_, {"name": "set", "pictures": [1]})
    assert failed.error is not None
    assert failed.error.code == code
    assert good.result == {"made": [1], "failed": []}
