"""Measures a checkpoint as `yolo val` does, so that anybody can check a run's figures with Ultralytics alone.

Ultralytics' own figures of an epoch are of other weights (in 32 bits, before they are saved in 16), of other batches
(which decide how pictures are padded), and rounded to five digits.

Import it after models.offline.import_ultralytics.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from ultralytics.models.yolo.detect import DetectionValidator

from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.system import usable_cores

CURVES_FILE = "curves.json"  # {class: [{"kind", "x", "y"}]}; kinds: pr (precision by recall), f1, p, r (by confidence)
CONFUSION_FILE = "confusion.json"  # {"names", "counts"}: counts[predicted][true], the last one the background
KINDS = ("pr", "f1", "p", "r")  # in Ultralytics' order
EVERY = 10  # of the 1,000 points of a curve
BATCH = 16  # what `yolo val` takes when it is told nothing


def measure(
    checkpoint: Path, *, data: Path, imgsz: int, device: str, folder: Path, on_batch: Callable[[int, int], None]
) -> dict[str, float]:
    """Figures of the validation pictures, by Ultralytics' names: those of `yolo val model=... data=... imgsz=...`.

    device: cpu, mps, or the number of a GPU. folder: where the curves and the confusion matrix are kept, as numbers.
    on_batch(done, total): in batches; may raise to stop. Raises what Ultralytics raises.
    """
    if device == "cpu":
        torch.set_num_threads(usable_cores())
    arguments: dict[str, Any] = {
        "model": str(checkpoint), "data": str(data), "imgsz": imgsz, "device": device, "batch": BATCH,
        "rect": True, "plots": False, "verbose": False, "mode": "val", "task": "detect",
    }  # fmt: skip
    while True:
        try:
            return _measured(arguments, folder, on_batch)
        except torch.OutOfMemoryError:
            if arguments["batch"] == 1:
                raise
            arguments["batch"] //= 2
            torch.cuda.empty_cache()


def _measured(arguments: dict[str, Any], folder: Path, on_batch: Callable[[int, int], None]) -> dict[str, float]:
    validator: Any = _Measuring(save_dir=folder, args=arguments)
    validator.add_callback("on_val_batch_end", lambda running: on_batch(running.batch_i + 1, len(running.dataloader)))
    figures = validator(model=arguments["model"])
    _keep(folder / CURVES_FILE, _curves(validator))
    _keep(folder / CONFUSION_FILE, _confusion(validator))
    return {name: float(value) for name, value in figures.items() if name != "fitness"}


class _Measuring(DetectionValidator):  # type: ignore[misc, unused-ignore]
    """Counts confusions, which Ultralytics does only where it may draw: its drawings show the pictures themselves."""

    def update_metrics(self, preds: Any, batch: Any) -> None:  # noqa: ANN401 - Ultralytics' own
        self.args.plots = True
        try:
            super().update_metrics(preds, batch)
        finally:
            self.args.plots = False


def _curves(validator: Any) -> dict[str, Any]:  # noqa: ANN401 - Ultralytics' own
    box, names = validator.metrics.box, validator.names
    found: dict[str, Any] = {}
    for kind, (x, y, *_) in zip(KINDS, box.curves_results, strict=False):
        for place, label in enumerate(box.ap_class_index):
            points = {"kind": kind, "x": _thin(x), "y": _thin(y[place])}
            found.setdefault(str(names[int(label)]), []).append(points)
    return found


def _confusion(validator: Any) -> dict[str, Any]:  # noqa: ANN401 - Ultralytics' own
    names = [str(name) for _, name in sorted(validator.names.items())]
    return {"names": [*names, "background"], "counts": validator.confusion_matrix.matrix.astype(int).tolist()}


def _thin(values: Any) -> list[float]:  # noqa: ANN401 - an array
    return [round(float(value), 5) for value in values[::EVERY]]


def _keep(path: Path, body: dict[str, Any]) -> None:
    with PartFile(path) as part:
        part.path.write_text(json.dumps(body) + "\n", encoding="utf-8")
        part.commit()
