"""Trains the starter model (YOLO11n, 640 px, face + license_plate) on a CPU from COCO weights.

    python packaging/starter/train.py DATA_DIR WEIGHTS RUN_DIR --epochs 18

Resumes by itself when RUN_DIR holds an unfinished training. Needs the extra `train`.
"""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ultralytics import YOLO

# Before torch is imported: glibc otherwise returns the large buffers of every batch (7 -> 9 pictures a second).
MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456",
}
OFFLINE = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
SEED = 7
RECIPE = {
    "imgsz": 640,
    "batch": 8,
    "optimizer": "AdamW",
    "lr0": 0.0015,
    "lrf": 0.02,
    "cos_lr": True,
    "weight_decay": 0.0005,
    "warmup_epochs": 0.5,
    "scale": 0.7,
    "close_mosaic": 3,
    "amp": False,  # see use_bf16
    "seed": SEED,
}


def restart_with(environment: dict[str, str]) -> None:
    """glibc reads its settings at the start of a process only."""
    import sys

    if any(os.environ.get(name) != value for name, value in environment.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **environment})


def use_bf16(model: "YOLO") -> None:
    """bf16 on the CPU, which Ultralytics refuses: 9 -> 17 pictures a second on 2 cores with AVX512-BF16, same loss."""
    import torch
    import ultralytics.engine.trainer

    ultralytics.engine.trainer.autocast = lambda *_, **__: torch.autocast("cpu", torch.bfloat16)
    model.add_callback("on_train_start", lambda trainer: trainer.model.to(memory_format=torch.channels_last))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("weights", type=Path, help="a plain state_dict of YOLO11n trained on COCO")
    parser.add_argument("run", type=Path)
    parser.add_argument("--epochs", type=int, default=18)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    restart_with({**MALLOC, **OFFLINE, "YOLO_CONFIG_DIR": str(arguments.run.resolve() / "config")})

    fonts = arguments.run / "config" / "Ultralytics"
    fonts.mkdir(parents=True, exist_ok=True)
    import torch
    from ultralytics import YOLO
    from ultralytics.utils.torch_utils import intersect_dicts

    last = arguments.run / "fit" / "weights" / "last.pt"
    if last.is_file():
        model, resume = YOLO(last), True
    else:
        model, resume = YOLO("yolo11n.yaml"), False
        loaded = {
            name: value.float() if value.is_floating_point() else value
            for name, value in torch.load(arguments.weights, weights_only=True).items()
        }
        model.model.load_state_dict(intersect_dicts(loaded, model.model.state_dict()), strict=False)
        model.ckpt = {
            "model": model.model
        }  # so that the trainer keeps these weights when it changes the head to two classes
    model.add_callback("on_train_start", lambda _: torch.set_num_threads(arguments.threads))
    use_bf16(model)
    model.train(
        data=str(arguments.data / "data.yaml"),
        epochs=arguments.epochs,
        device="cpu",
        workers=0,
        val=False,
        plots=False,
        deterministic=False,
        cache="ram",
        project=str(arguments.run.resolve()),
        name="fit",
        exist_ok=True,
        resume=resume,
        **RECIPE,
    )


if __name__ == "__main__":
    main()
