"""torch: runs the checkpoint that a model was imported from, on CUDA or Apple's GPU (or the CPU, for comparison)."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pyroblur_gui.core.errors import EngineError
from pyroblur_gui.models.catalogue import ModelFile
from pyroblur_gui.models.checkpoint import load_module
from pyroblur_gui.models.choice import Candidate
from pyroblur_gui.models.detector import Picture
from pyroblur_gui.models.engine import (
    BatchEngine,
    Network,
    Outputs,
    PendingOutputs,
    ThreadedEngine,
    inference_threads,
)


def open_engine(model: ModelFile, network: Network, candidate: Candidate) -> BatchEngine:
    """Raises EngineError for a model without a checkpoint or a device that is not there."""
    if model.checkpoint is None:
        message = "torch runs only models that were imported from a checkpoint (.pt)."
        raise EngineError(message, hint="Choose the engine auto, or import the model's checkpoint.")
    return TorchEngine(model.checkpoint, network, device=candidate.device, precision=candidate.precision)


class TorchEngine(ThreadedEngine):
    """`device`: cpu, cuda, cuda:1 or mps; `precision`: "f32", or "bf16" by autocast (coordinates stay f32).

    Raises EngineError when the device is not there, UnsafeModelError or ModelError from reading the checkpoint.
    """

    def __init__(self, checkpoint: Path, network: Network, *, device: str, precision: str) -> None:
        self._device = _device(device)
        self._network = network
        self._is_bf16 = precision == "bf16"
        if self._device.type == "cpu":
            torch.set_num_threads(inference_threads())
        module = load_module(checkpoint).module
        self._module: Callable[[torch.Tensor], torch.Tensor] = module.to(self._device).to(
            memory_format=torch.channels_last
        )
        super().__init__(self._run, title=f"torch {precision} on {device}")

    def submit_batch(self, pictures: Sequence[Picture]) -> PendingOutputs:
        return self.start(partial(self._run_batch, np.stack(pictures)))

    def _run(self, picture: Picture) -> Outputs:
        return self._run_batch(picture[None])

    def _run_batch(self, pictures: NDArray[np.uint8]) -> Outputs:
        """pictures: (n, height, width, 3)."""
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=self._is_bf16):
            images = torch.from_numpy(pictures).to(self._device).permute(0, 3, 1, 2)
            output = self._module(images.to(torch.float32) * self._network.scale)
        return (np.asarray(output.float().cpu().numpy()),)


def _device(name: str) -> torch.device:
    kind, _, index = name.partition(":")
    checks: dict[str, Callable[[], bool]] = {
        "cpu": lambda: True,
        "cuda": lambda: torch.cuda.is_available() and int(index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available,
    }
    if kind not in checks or not checks[kind]():
        message = f"torch cannot use the device {name} on this machine."
        raise EngineError(message, hint="Choose the device auto.")
    return torch.device(name)
