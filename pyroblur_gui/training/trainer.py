"""Ultralytics' trainer as a job: it tells what it learns, stops when it is asked, and its checkpoints are always whole.

Import it after models.offline.import_ultralytics, which keeps Ultralytics from the network.
"""

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
import ultralytics.engine.trainer
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils import RANK

from pyroblur_gui.core.errors import RunError
from pyroblur_gui.core.files import PartFile, writing
from pyroblur_gui.core.system import usable_cores
from pyroblur_gui.training.metrics import Batch, Epoch
from pyroblur_gui.training.validator import Validator


class WholeFile(type(Path())):  # type: ignore[misc]  # Path chooses its class by the system
    """A path whose file is replaced in one step: a kill leaves the old bytes or the new ones."""

    def write_bytes(self, data: bytes) -> int:
        target = Path(self)
        with PartFile(target) as part, writing(target):
            part.path.write_bytes(data)
            part.commit()
        return len(data)


@dataclass(frozen=True)
class Listener:
    """What is told while it trains. Raising in any of these stops the training; what was saved stays.

    epoch: gives True to end the training after this epoch, with all its processes. remark: for the user to read.
    look: called before each batch of validation pictures, of which nothing is told.
    """

    batch: Callable[[Batch], None]
    epoch: Callable[[Epoch], bool]
    remark: Callable[[str], None]
    look: Callable[[], None]


@dataclass(frozen=True)
class Ranks:
    """One of several processes that train together, a GPU each. store: the file by which they find each other."""

    count: int
    store: Path


class Trainer(DetectionTrainer):
    """overrides: Ultralytics' arguments. Its own plots and integrations are off: they keep and send pictures."""

    # What Ultralytics fills in while it sets up, without saying so in its types.
    model: Any
    validator: Any
    metrics: Any
    optimizer: Any
    tloss: Any
    loss: Any

    def __init__(self, overrides: dict[str, Any], listener: Listener, ranks: Ranks | None = None) -> None:
        super().__init__(overrides={**overrides, "plots": False, "verbose": False, "exist_ok": True})
        self._listener = listener
        self._ranks = ranks
        self._batches = 0
        self._begun = 0.0
        self._fitting_batch = 0
        if ranks is not None:
            self.world_size = ranks.count  # Ultralytics counts no processes on a CPU
        self.wdir = WholeFile(self.wdir)
        self.last, self.best = self.wdir / "last.pt", self.wdir / "best.pt"
        self.add_callback("on_train_start", lambda _: self._prepare())
        if RANK in {-1, 0}:  # the others train in step with the first, which alone measures, saves and tells
            self.add_callback("on_train_epoch_start", lambda _: self._epoch_begins())
            self.add_callback("on_train_batch_end", lambda _: self._tell_batch())
            self.add_callback("on_train_epoch_end", lambda _: self._check_loss())
            self.add_callback("on_val_batch_start", lambda _: self._listener.look())
            self.add_callback("on_fit_epoch_end", lambda _: self._tell_epoch())

    def train(self) -> None:
        """Ultralytics would start processes by itself for several GPUs, and delete the run's folder before."""
        if self.ddp:
            message = "Several devices are trained on by training/ranks.py."
            raise RuntimeError(message)
        super().train()  # type: ignore[no-untyped-call]

    def get_validator(self) -> Validator:
        """Called by Ultralytics when it sets up."""
        options = {"save_dir": self.save_dir, "args": copy(self.args), "_callbacks": self.callbacks}
        return Validator(self.test_loader, **options)

    def final_eval(self) -> None:
        """Nothing: training/measure.py measures the best checkpoint as it lies there.

        Ultralytics rewrites both checkpoints, without their optimizer and not in one step: a kill would leave a run
        with nothing.
        """

    def _setup_ddp(self) -> None:
        """As Ultralytics does it, but for a file by which the processes meet rather than a port open to all."""
        if self._ranks is None:
            message = "A process of several needs to know how to find the others."
            raise RuntimeError(message)
        store = distributed.FileStore(str(self._ranks.store), self._ranks.count)  # type: ignore[attr-defined]
        join = distributed.init_process_group
        if self.device.type == "cpu":
            engine: Any = ultralytics.engine.trainer
            engine.nn.parallel.DistributedDataParallel = _OnCpu
            join("gloo", rank=RANK, world_size=self.world_size, store=store)
            return
        distributed.init_process_group = partial(join, store=store)
        try:
            super()._setup_ddp()  # type: ignore[no-untyped-call]
        finally:
            distributed.init_process_group = join

    def _prepare(self) -> None:
        if self.device.type == "cpu":
            torch.set_num_threads(max(1, usable_cores() // max(self.world_size, 1)))  # Ultralytics leaves one idle
            if self.world_size <= 1:
                self.model.to(memory_format=torch.channels_last)
        if RANK in {-1, 0}:
            self._tell_left_out()

    def _tell_left_out(self) -> None:
        """Ultralytics leaves out pictures that it cannot read, and says so only in its own log."""
        for name, split, loader in (("training", "train", self.train_loader), ("validation", "val", self.test_loader)):
            source = Path(str(self.data[split]))
            if source.suffix != ".txt":
                continue
            listed = [line for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
            missing = len(listed) - len(loader.dataset)
            if missing:
                text = (
                    f"{missing} of {len(listed)} {name} pictures are left out: they, or their labels, cannot be read."
                )
                self._listener.remark(f"{text} Check the data set under Data sets.")

    def _epoch_begins(self) -> None:
        self._batches, self._begun = 0, time.monotonic()
        if self.batch_size < self._fitting_batch:  # the same epoch again, after the device's memory ran out
            text = f"A batch of {self._fitting_batch} does not fit into the device's memory: it goes on with"
            self._listener.remark(f"{text} {self.batch_size}.")
        self._fitting_batch = self.batch_size

    def _check_loss(self) -> None:
        """In the first epoch Ultralytics would go on, and save what can never recover; later it goes back by itself."""
        if self.epoch == self.start_epoch and self.loss is not None and not bool(torch.isfinite(self.loss).all()):
            message = "The training diverged: its loss is no number any more."
            rate = self.args.lr0 / 10
            raise RunError(message, hint=f"Choose a smaller learning rate: {rate:g} instead of {self.args.lr0:g}.")

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
        is_enough = self._listener.epoch(
            Epoch(
                number=self.epoch + 1,
                epochs=self.epochs,
                figures={**losses, **figures, "lr": max(rates)},
                is_best=self.best_fitness == self.fitness,
                seconds=float(self.epoch_time or 0.0),
                by_class=self.validator.by_class(),
                samples=tuple(self.validator.samples),
            )
        )
        self.stop = self.stop or is_enough


def use_bf16_on_cpu() -> None:
    """Mixed precision on a CPU, which Ultralytics refuses: about twice the pictures a second, the same loss."""
    trainer: Any = ultralytics.engine.trainer
    trainer.autocast = lambda *_, **__: torch.autocast("cpu", torch.bfloat16)


class _OnCpu(DistributedDataParallel):
    """Ultralytics names a GPU for each process, which a CPU has none of."""

    def __init__(self, module: torch.nn.Module, *, device_ids: object = None, **more: Any) -> None:  # noqa: ANN401, ARG002
        super().__init__(module, **more)
