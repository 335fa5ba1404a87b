"""Looks whether a training would work before it takes a night: a few real steps on the device, then plain words.

The steps are those of the training itself, from the same trainer, in a folder that is deleted afterwards. They run at
the full learning rate, without warm-up, so that a rate that is too high shows at once.
"""

import contextlib
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from pydantic import JsonValue

from pyroblur_gui.core.errors import RunError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.training.base import Base
from pyroblur_gui.training.devices import CPU, Devices, devices_of
from pyroblur_gui.training.forecast import Advice, Forecast
from pyroblur_gui.training.metrics import Batch, Epoch
from pyroblur_gui.training.ranks import check_batch
from pyroblur_gui.training.spec import Hyperparameters, TrainSpec

if TYPE_CHECKING:
    from pyroblur_gui.training.trainer import Trainer

# At the full learning rate from the first step on, and every batch changes the weights.
TRIAL: dict[str, JsonValue] = {"warmup_epochs": 0.0, "nbs": 1}
STEPS = 8
FIRST = 2  # steps that are slower than all that follow
DIVERGED = 3.0  # times the first loss
CHECKPOINT_BYTES_A_PARAMETER = 10  # half precision for the weights, two full moments for the optimizer
TIGHT = 0.8  # of the computer's memory: more than that, and the system may end the training
VALIDATION_SHARE = 0.35  # of a training step's time, a validation picture takes: forward only
_FAILURES = (RuntimeError, ValueError, AssertionError, FileNotFoundError, TypeError, MemoryError)
_FULL = ("out of memory", "allocate memory", "bad_alloc", "memoryerror")  # signs of it in an error


class _EnoughError(Exception):
    """The steps that were wanted are done."""


@dataclass
class _Trial:
    context: Context
    steps: list[Batch] = field(default_factory=list)
    memory_bytes: int = 0
    remarks: list[str] = field(default_factory=list)

    def batch(self, batch: Batch) -> None:
        self.context.check_cancelled()
        self.steps.append(batch)
        used = batch.memory_bytes or psutil.Process().memory_info().rss  # a CPU tells none of its own
        self.memory_bytes = max(self.memory_bytes, used)
        self.context.emit(Progress(stage="try", done=len(self.steps), total=STEPS, unit="steps"))
        if len(self.steps) >= STEPS:
            raise _EnoughError

    def epoch(self, _epoch: Epoch) -> bool:
        raise _EnoughError

    def remark(self, text: str) -> None:
        self.remarks.append(text)

    def step_s(self) -> float:
        """What a step takes once it runs evenly."""
        if len(self.steps) > FIRST:
            return (self.steps[-1].seconds - self.steps[FIRST - 1].seconds) / (len(self.steps) - FIRST)
        return self.steps[-1].seconds / len(self.steps)

    def losses(self) -> list[float]:
        return [sum(step.losses.values()) for step in self.steps]


def forecast(
    spec: TrainSpec, *, base: Base, data: Path, validation_pictures: int, folder: Path, context: Context
) -> Forecast:
    """folder: for what the trial writes; whoever made it deletes it.

    A batch that does not fit is halved until it does, and advice says so. Raises RunError when not even a step works.
    """
    chosen = spec.recipe.hyperparameters
    devices = devices_of(spec.device)
    check_batch(spec, devices)
    batch = chosen.batch // devices.count if chosen.batch > 0 else chosen.batch
    trial, trainer = _Trial(context), None
    while trainer is None:
        trial = _Trial(context)
        trainer = _tried(spec, trial, Devices(devices.first), batch=batch, base=base, data=data, folder=folder)
        batch //= 2
    parameters = sum(weight.numel() for weight in trainer.model.parameters())
    name = str(trainer.device) if devices.count == 1 else f"{devices.count} of {trainer.device.type}"
    return _made(trial, chosen, Devices(name, devices.count), parameters, validation_pictures)


def _tried(
    spec: TrainSpec, trial: _Trial, device: Devices, *, batch: int, base: Base, data: Path, folder: Path
) -> "Trainer | None":
    """The trainer, after its steps; None where the device's memory ran out, and half the batch may still fit."""
    from pyroblur_gui.training.fit import arguments, prepare  # noqa: PLC0415 - torch

    overrides = arguments(spec, folder=folder / "trial", device=device, base=base, data=data) | TRIAL | {"batch": batch}
    try:
        look = trial.context.check_cancelled
        trainer = prepare(spec, overrides, batch=trial.batch, epoch=trial.epoch, remark=trial.remark, look=look)
        with contextlib.suppress(_EnoughError):
            trainer.train()
    except _FAILURES as exc:
        text = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        if not any(sign in f"{text} {type(exc).__name__}".lower() for sign in _FULL):
            message = f"Not even a first step works: {text}."
            raise RunError(message, hint="Check the data set, and choose another device or model.") from exc
        if batch > 1:
            return None
        message = "Not even a single picture at a time fits into the device's memory."
        raise RunError(message, hint="Choose a smaller model or image size, or another device.") from exc
    return trainer


def _made(
    trial: _Trial, chosen: Hyperparameters, devices: Devices, parameters: int, validation_pictures: int
) -> Forecast:
    """What one device did is taken for each of several: what they tell each other takes little beside it."""
    last = trial.steps[-1]
    step_s = trial.step_s()
    batch = round(last.pictures_s * last.seconds / last.number) * devices.count
    batches = math.ceil(last.count / devices.count)
    validation_s = validation_pictures / max(batch, 1) * step_s * VALIDATION_SHARE
    epoch_s = batches * step_s + validation_s
    kept = 2 + (chosen.epochs // chosen.save_period if chosen.save_period > 0 else 0)
    return Forecast(
        device=devices.name,
        batch=batch,
        batches=batches,
        pictures_s=batch / step_s,
        epoch_s=epoch_s,
        total_s=epoch_s * chosen.epochs,
        memory_bytes=trial.memory_bytes,
        disk_bytes=kept * parameters * CHECKPOINT_BYTES_A_PARAMETER,
        advice=tuple(_advice(trial, chosen, devices.name, batch=batch)),
    )


def _advice(trial: _Trial, chosen: Hyperparameters, device: str, *, batch: int) -> list[Advice]:
    found = [Advice(text=text) for text in trial.remarks]
    losses = trial.losses()
    if not all(math.isfinite(loss) for loss in losses) or max(losses) > DIVERGED * losses[0]:
        rate = chosen.lr0 / 10
        text = f"A trial diverged at a learning rate of {chosen.lr0:g}: the loss rose instead of falling."
        found.append(Advice(text=f"{text} {rate:g} is safer.", change={"lr0": rate}))
    if 0 < batch < chosen.batch:
        text = f"A batch of {chosen.batch} does not fit into the device's memory; {batch} does."
        found.append(Advice(text=text, change={"batch": batch}))
    elif device == CPU and batch > 1 and trial.memory_bytes > TIGHT * (room := psutil.virtual_memory().total):
        text = f"It takes {trial.memory_bytes / 1e9:.1f} GB of this computer's {room / 1e9:.1f} GB of memory, and may "
        text = f"{text}be ended by the system. A batch of {batch // 2} takes less."
        found.append(Advice(text=text, change={"batch": batch // 2}))
    return found
