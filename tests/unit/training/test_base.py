"""What a training starts from is what the recipe says, or nothing."""

from pathlib import Path

import pytest

from pyroblur_gui.core.errors import ModelError, UnsafeModelError
from pyroblur_gui.training import base
from pyroblur_gui.training.recipes import recipe
from pyroblur_gui.training.spec import Recipe


def _recipe(model: str, *, is_pretrained: bool = True) -> Recipe:
    return recipe("quick").model_copy(update={"model": model, "is_pretrained": is_pretrained})


def test_random_weights_need_no_file() -> None:
    assert base.base_of(_recipe("yolo11n", is_pretrained=False)) == base.Base("yolo11n.yaml", is_pretrained=False)
    assert base.base_of(_recipe("yolo26s", is_pretrained=False)).model == "yolo26s.yaml"


def test_weights_that_are_not_there_are_an_error_and_not_another_model() -> None:
    with pytest.raises(ModelError, match="yolo11l are not on this computer") as caught:
        base.base_of(_recipe("yolo11l"))
    assert "random weights" in caught.value.hint


@pytest.mark.parametrize("name", ["yolo11q", "resnet18", "../yolo11n", "yolo11n.yaml", ""])
def test_a_network_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ModelError):
        base.base_of(_recipe(name, is_pretrained=False))


def test_trained_weights_are_not_thrown_away_in_silence(tmp_path: Path) -> None:
    weights = tmp_path / "own.pt"
    weights.write_bytes(b"weights")
    with pytest.raises(ModelError, match="asks for random ones"):
        base.base_of(_recipe(str(weights), is_pretrained=False))


@pytest.mark.usefixtures("training_part")
def test_a_checkpoint_that_could_run_code_is_refused_before_ultralytics_opens_it(tmp_path: Path) -> None:
    import pickle
    import zipfile

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (Path(mark),))  # type: ignore[return-value]

    source, mark = tmp_path / "evil.pt", str(tmp_path / "ran")
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("evil/data.pkl", pickle.dumps(Evil(), protocol=2))
        archive.writestr("evil/version", "3\n")
        archive.writestr("evil/byteorder", "little")
    with pytest.raises(UnsafeModelError, match="was refused"):
        base.base_of(_recipe(str(source)))
    assert not Path(mark).exists()
