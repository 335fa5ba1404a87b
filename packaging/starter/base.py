"""Makes the checkpoint that a training of the starter model starts from, from one of two things that can be kept.

    python packaging/starter/base.py COCO_WEIGHTS base.pt            # a plain state_dict of YOLO11n trained on COCO
    python packaging/starter/base.py STARTER.onnx base.pt --data DIR # the last sitting's model, to go on with it

An ONNX file holds every convolution with its normalisation folded in. To train it further, each normalisation is put
back: its statistics are measured on training pictures, and scale and shift are set so that the network computes what
it did before (checked at the end). Needs the extra `train`.
"""

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import torch
from onnx import numpy_helper

from pyroblur_gui.models.offline import import_ultralytics

SEED = 7
PICTURES = 96  # on which the statistics are measured
SIDE_PX = 640
LARGEST_CHANGE = 0.02  # of a class score, by putting the normalisation back
COCO_CLASSES = 80
NAMES = {0: "face", 1: "license_plate"}


def network(classes: int) -> Any:
    import_ultralytics()
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel("yolo11n.yaml", nc=classes, verbose=False)
    model.args = {}
    return model


def from_state_dict(path: Path) -> Any:
    values = torch.load(path, weights_only=True)
    model = network(COCO_CLASSES)
    model.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in values.items()}
    )
    return model


def from_onnx(path: Path, pictures: Path) -> Any:
    model = network(COCO_CLASSES)  # its head is as wide as COCO's was; only its last layers know of two classes
    head = model.model[-1]
    for branch in head.cv3:
        branch[-1] = torch.nn.Conv2d(branch[-1].in_channels, len(NAMES), 1)
    head.nc, head.no = len(NAMES), len(NAMES) + 4 * head.reg_max
    model.names, model.nc, model.yaml = NAMES, len(NAMES), {**model.yaml, "nc": len(NAMES)}
    folded = {
        tensor.name.removesuffix("_fp16"): torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
        for tensor in onnx.load(path).graph.initializer
        if tensor.name.startswith("model.")
    }
    shifts: dict[str, torch.Tensor] = {}
    state = model.state_dict()
    for name, value in folded.items():
        if name in state:
            state[name] = value
        else:  # the shift of a folded normalisation: model.N.conv.bias -> model.N.bn
            shifts[name.removesuffix("conv.bias") + "bn"] = value
    model.load_state_dict(state)
    unfold(model, shifts, inputs(pictures))
    return model


def unfold(model: Any, shifts: dict[str, torch.Tensor], batches: list[torch.Tensor]) -> None:
    """Measures what every normalisation sees while each merely adds its shift, then makes each do that by its rule."""
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, torch.nn.BatchNorm2d)}
    if missing := set(layers) - set(shifts):
        message = f"no shift for {sorted(missing)[:3]}"
        raise SystemExit(message)
    sums = {name: [torch.zeros_like(shift, dtype=torch.float64) for _ in range(3)] for name, shift in shifts.items()}

    def watch(name: str) -> Any:
        def hook(_layer: Any, given: Any, _result: Any) -> torch.Tensor:
            seen = given[0].double()
            total = sums[name]
            total[0] += seen.sum((0, 2, 3))
            total[1] += (seen**2).sum((0, 2, 3))
            total[2] += seen.shape[0] * seen.shape[2] * seen.shape[3]
            return given[0] + shifts[name][None, :, None, None]

        return hook

    hooks = [layer.register_forward_hook(watch(name)) for name, layer in layers.items()]
    model.eval()
    with torch.no_grad():
        before = [model(batch)[0] for batch in batches]
        for hook in hooks:
            hook.remove()
        for name, layer in layers.items():
            first, second, count = sums[name]
            mean = first / count
            variance = (second / count - mean**2).clamp_min(0)
            layer.running_mean.copy_(mean)
            layer.running_var.copy_(variance)
            layer.weight.copy_((variance + layer.eps).sqrt())
            layer.bias.copy_(mean + shifts[name].double())
        changes = [
            float((model(batch)[0] - old)[:, 4:].abs().max()) for batch, old in zip(batches, before, strict=True)
        ]
    print(f"largest change of a score: {max(changes):.4f}")
    if max(changes) > LARGEST_CHANGE:
        message = "the network does not compute what it did before"
        raise SystemExit(message)


def inputs(folder: Path) -> list[torch.Tensor]:
    paths = sorted(folder.iterdir())
    chosen = random.Random(SEED).sample(paths, min(PICTURES, len(paths)))
    return list(batched([letterboxed(cv2.imread(str(path))) for path in chosen], 8))


def batched(pictures: list[np.ndarray], count: int) -> Iterator[torch.Tensor]:
    for start in range(0, len(pictures), count):
        yield torch.from_numpy(np.stack(pictures[start : start + count]))


def letterboxed(bgr: np.ndarray) -> np.ndarray:
    scale = SIDE_PX / max(bgr.shape[:2])
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    canvas = np.full((SIDE_PX, SIDE_PX, 3), 114, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small[:SIDE_PX, :SIDE_PX]
    return canvas[:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / 255


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, help="a folder of training pictures, for an .onnx")
    arguments = parser.parse_args()
    if arguments.source.suffix == ".onnx":
        model = from_onnx(arguments.source, arguments.data)
    else:
        model = from_state_dict(arguments.source)
    whole = {"model": model.half(), "epoch": -1, "train_args": {}, "date": datetime.now(UTC).isoformat()}
    torch.save(whole, arguments.checkpoint)


if __name__ == "__main__":
    main()
