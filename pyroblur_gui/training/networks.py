"""Networks to start from, by name, and where their trained weights lie. Light: the window lists them."""

from pyroblur_gui.models.bases import folder, weights_of

__all__ = ["ARCHITECTURES", "OFFERED", "folder", "weights_of"]

ARCHITECTURES = r"yolo(11|12|26)[nslmx]|yolov8[nslmx]"
OFFERED = tuple(f"{family}{size}" for family in ("yolo11", "yolo26") for size in "nsmlx")
