"""Ultralytics' trainer as a job: it tells what it learns, stops when it is asked, and its checkpoints are always whole.

Import it after models.offline.import_ultralytics, which keeps Ultralytics from the network.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import ultralytics.engine.trainer
from ultralytics.models.yolo.detect import DetectionTrainer

from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.system import usable_cores
from pyroblur_gui.training.metrics import Batch, Epoch


class WholeFile(type(Path())):  # type: ignore[misc]  # Path chooses its class by the system
    """A path whose file is replaced in one step: a kill leaves the old bytes or the new ones."""

    def write_bytes(self, data: bytes) -> int:
        with PartFile(Path(self)) as part:
            part.path.write_bytes(data)
            part.commit()
        return len(data)


@dataclass(frozen=True)
class Listener:
    """What is told while it trains. Raising in any of these stops the training; what was saved stays."""

    batch: Callable[[Batch], None]
    epoch: Callable[[Epoch], None]


class Trainer(DetectionTrainer):
    """overrides: Ultralytics' arguments. Its own plots and integrations are off: they keep and send pictures."""

    # What Ultralytics fills in while it sets up, without saying so in its types.
    model: Any
    validator: Any
    metrics: Any
    optimizer: Any
    tloss: Any

    def __init__(self, overrides: dict[str, Any], listener: Listener) -> None:
        super().__init__(overrides={**overrides, "plots": False, "verbose": False, "exist_ok": True})
        self._listener = listener
        self._batches = 0
        self._begun = 0.0
        self.wdir = WholeFile(self.wdir)
        self.last, self.best = self.wdir / "last.pt", self.wdir / "best.pt"
        self.add_callback("on_train_start", lambda _: self._prepare())
        self.add_callback("on_train_epoch_start", lambda _: self._epoch_begins())
        self.add_callback("on_train_batch_end", lambda _: self._tell_batch())
        self.add_callback("on_fit_epoch_end", lambda _: self._tell_epoch())

    def final_eval(self) -> None:
        """Measures the best checkpoint as it lies there.

        Ultralytics rewrites both checkpoints first, without their optimizer and not in one step: a kill would leave
        a run with nothing.
        """
        if self.best.exists():
            self.metrics = self.validator(model=str(self.best))
            self.metrics.pop("fitness", None)

    def _prepare(self) -> None:
        if self.device.type == "cpu":
            torch.set_num_threads(usable_cores())  # Ultralytics leaves one idle
            self.model.to(memory_format=torch.channels_last)

    def _epoch_begins(self) -> None:
        self._batches, self._begun = 0, time.monotonic()

    def _tell_batch(self) -> None:
        self._batches += 1
        taken_s = max(time.monotonic() - self._begun, 1e-9)
        self._listener.batch(
            Batch(
                epoch=self.epoch + 1,
                epochs=self.epochs,
                number=self._batches,
                count=len(self.train_loader),
                losses={name: float(value) for name, value in self.loss_items.items()},
                pictures_s=self._batches * self.batch_size / taken_s,
                seconds=taken_s,
                memory_bytes=int(self._get_memory() * 2**30),  # type: ignore[no-untyped-call]
            )
        )

    def _tell_epoch(self) -> None:
        figures = {name: float(value) for name, value in self.metrics.items()}
        losses = {f"train/{name}": float(value) for name, value in (self.tloss or {}).items()}
        rates = [group["lr"] for group in self.optimizer.param_groups]
        self._listener.epoch(
            Epoch(
                number=self.epoch + 1,
                epochs=self.epochs,
                figures={**losses, **figures, "lr": max(rates)},
                is_best=self.best_fitness == self.fitness,
                seconds=float(self.epoch_time or 0.0),
            )
        )


def use_bf16_on_cpu() -> None:
    """Mixed precision on a CPU, which Ultralytics refuses: about twice the pictures a second, the same loss."""
    trainer: Any = ultralytics.engine.trainer
    trainer.autocast = lambda *_, **__: torch.autocast("cpu", torch.bfloat16)
