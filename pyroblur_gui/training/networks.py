"""Networks to start from, by name, and where their trained weights lie. Light: the window lists them."""

from pathlib import Path

from pyroblur_gui.core.paths import folders

ARCHITECTURES = r"yolo(11|12|26)[nslmx]|yolov8[nslmx]"
OFFERED = tuple(f"{family}{size}" for family in ("yolo11", "yolo26") for size in "nsmlx")


def folder() -> Path:
    """Where weights to start from are kept, as NAME.pt."""
    return folders().models / "base"


def weights_of(model: str) -> Path:
    """The file of trained weights that a network's name or a path of a .pt file stands for, there or not."""
    path = Path(model)
    return path if path.suffix == ".pt" else folder() / f"{model}.pt"
