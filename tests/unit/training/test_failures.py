"""What torch says of itself when a training cannot go on is told in plain words, with what to do."""

from pathlib import Path

import pytest

from pyroblur_gui.core.errors import RunError
from pyroblur_gui.training.fit import explained
from pyroblur_gui.training.run import RunFolder


def test_a_single_picture_that_is_too_small_is_told_in_plain_words(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.BatchNorm2d(4).train()

    def pass_one_picture() -> None:
        layer(torch.zeros(1, 4, 1, 1))  # what is left of one picture of 32 px after five halvings

    def look_at_the_last_batch() -> None:
        message = "final batch=1 training at imgsz=32 gives BatchNorm a single value per channel; change batch"
        raise ValueError(message)  # as Ultralytics says it before it begins

    for fail in (pass_one_picture, look_at_the_last_batch):
        with pytest.raises(RunError) as caught, explained(RunFolder(tmp_path)):
            fail()
        assert "BatchNorm" not in caught.value.message
        assert "single small picture" in caught.value.message
        assert "64 px" in caught.value.hint
