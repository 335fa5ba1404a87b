"""Networks to test with: CenterFace from its package, YOLO11n as shipped, trained on COCO, and untrained."""

from importlib import import_module
from pathlib import Path

import pytest

from pyroblur_gui.core.paths import resource
from pyroblur_gui.models.detector import Picture
from tests.unit.models.samples import home_in, read, save

COCO_WEIGHTS = "weights/yolo11n_coco_recovered_state_dict_fp16.pt"


@pytest.fixture(scope="session")
def coco_checkpoint(ultralytics_package: object, lab: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """YOLO11n trained on COCO (80 classes), as a checkpoint that Ultralytics wrote."""
    torch = import_module("torch")
    model = import_module("ultralytics").YOLO("yolo11n.yaml", verbose=False)
    weights = torch.load(lab / COCO_WEIGHTS, weights_only=True)
    model.model.load_state_dict(
        {key: each.float() if each.is_floating_point() else each for key, each in weights.items()}
    )
    return save(model, tmp_path_factory.mktemp("coco") / "yolo11n-coco.pt")


@pytest.fixture(scope="session")
def untrained_checkpoint(ultralytics_package: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The structure of YOLO11n with weights that find nothing: for what does not depend on them."""
    import_module("torch").manual_seed(0)
    model = import_module("ultralytics").YOLO("yolo11n.yaml", verbose=False)
    return save(model, tmp_path_factory.mktemp("untrained") / "best.pt")


@pytest.fixture(scope="session")
def coco_onnx(coco_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(coco_checkpoint, tmp_path_factory)


@pytest.fixture(scope="session")
def untrained_onnx(untrained_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(untrained_checkpoint, tmp_path_factory)


def export(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    conversion = import_module("pyroblur_gui.models.conversion")
    with home_in(tmp_path_factory.mktemp("export-home")):
        exported: Path = conversion.export_checkpoint(checkpoint, tmp_path_factory.mktemp("onnx") / "exported.onnx")
    return exported


@pytest.fixture(scope="session")
def starter() -> Path:
    """The model that PyroBlur ships: the one place that skips where a checkout does not have it yet."""
    try:
        resource("starter", "starter.json")
        return resource("starter", "starter.onnx")
    except FileNotFoundError:
        pytest.skip("resources/starter holds no model yet")


@pytest.fixture(scope="session")
def zidane(pictures: dict[str, Path]) -> Picture:
    """1280 x 720, two faces."""
    return read(pictures["zidane"])


@pytest.fixture(scope="session")
def bus(pictures: dict[str, Path]) -> Picture:
    """810 x 1080, a bus and four people."""
    return read(pictures["bus"])
