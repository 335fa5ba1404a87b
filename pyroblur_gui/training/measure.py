"""Measures a checkpoint as `yolo val` does, so that anybody can check a run's figures with Ultralytics alone.

Ultralytics' own figures of an epoch are of other weights (in 32 bits, before they are saved in 16), of other batches
(which decide how pictures are padded), and rounded to five digits.

Import it after models.offline.import_ultralytics.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from ultralytics.models.yolo.detect import DetectionValidator

from pyroblur_gui.core.system import usable_cores

BATCH = 16  # what `yolo val` takes when it is told nothing


def measure(
    checkpoint: Path, *, data: Path, imgsz: int, device: str, folder: Path, on_batch: Callable[[int, int], None]
) -> dict[str, float]:
    """Figures of the validation pictures, by Ultralytics' names: those of `yolo val model=... data=... imgsz=...`.

    device: cpu, mps, or the number of a GPU. folder: which Ultralytics makes, and writes nothing into.
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
    validator: Any = DetectionValidator(save_dir=folder, args=arguments)
    validator.add_callback("on_val_batch_end", lambda running: on_batch(running.batch_i + 1, len(running.dataloader)))
    figures = validator(model=arguments["model"])
    return {name: float(value) for name, value in figures.items() if name != "fitness"}
