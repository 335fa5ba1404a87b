"""Run by the pack's own Python, to tell whether a training could begin: loads what one loads, and uses it once.

Prints one line of JSON: {"torch", "torchvision", "ultralytics", "devices"}. Nothing of PyroBlur imports this file.
"""

import json
import sys

import torch
import torchvision  # type: ignore[import-untyped, unused-ignore]

from pyroblur_gui.models.offline import import_ultralytics


def main() -> None:
    ultralytics = import_ultralytics()
    boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 2.1]])
    # Of another torch's build, this dies with "operator torchvision::nms does not exist".
    kept = torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8]), 0.5)
    if len(kept) != 1:
        message = "torchvision does not work with this torch"
        raise RuntimeError(message)
    devices = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append("MPS")
    facts = {
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "ultralytics": ultralytics.__version__,
        "devices": ", ".join([*devices, "CPU"]),
    }
    sys.stdout.write(f"\n{json.dumps(facts)}\n")
    sys.stdout.flush()  # a library may end the process in its own way


if __name__ == "__main__":
    main()
