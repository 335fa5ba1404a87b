"""Looks whether a training would work before it takes a night: a few real steps on the device, then plain words.

The steps are those of the training itself, from the same trainer, in a folder that is deleted afterwards. They run at
the full learning rate, without warm-up, so that a rate that is too high shows at once.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from pydantic import JsonValue

from pyroblur_gui.core.errors import RunError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.training.base import Base
from pyroblur_gui.training.forecast import Advice, Forecast
from pyroblur_gui.training.metrics import Batch, Epoch
from pyroblur_gui.training.spec import Hyperparameters, TrainSpec

# At the full learning rate from the first step on, and every batch changes the weights.
TRIAL: dict[str, JsonValue] = {"warmup_epochs": 0.0, "nbs": 1}
STEPS = 8
FIRST = 2  # steps that are slower than all that follow
DIVERGED = 3.0  # times the first loss
CHECKPOINT_BYTES_A_PARAMETER = 10  # half precision for the weights, two full moments for the optimizer
VALIDATION_SHARE = 0.35  # of a training step's time, a validation picture takes: forward only


class _EnoughError(Exception):
    """The steps that were wanted are done."""


@dataclass
class _Trial:
    context: Context
    steps: list[Batch] = field(default_factory=list)
    memory_bytes: int = 0

    def batch(self, batch: Batch) -> None:
        self.context.check_cancelled()
        self.steps.append(batch)
        self.memory_bytes = max(self.memory_bytes, batch.memory_bytes, psutil.Process().memory_info().rss)
        self.context.emit(Progress(stage="try", done=len(self.steps), total=STEPS, unit="steps"))
        if len(self.steps) >= STEPS:
            raise _EnoughError

    def epoch(self, _epoch: Epoch) -> None:
        raise _EnoughError

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

    Raises RunError when not even a step works; running out of memory gives advice, not an error.
    """
    from pyroblur_gui.training.fit import arguments, prepare  # noqa: PLC0415 - torch

    chosen = spec.recipe.hyperparameters
    trial = _Trial(context)
    try:
        overrides = arguments(spec, folder=folder / "trial", base=base, data=data) | TRIAL
        trainer = prepare(spec, overrides, batch=trial.batch, epoch=trial.epoch)
        trainer.train()  # type: ignore[no-untyped-call]
    except _EnoughError:
        pass
    except (RuntimeError, ValueError, AssertionError, FileNotFoundError, TypeError) as exc:
        if "out of memory" not in str(exc).lower() or not trial.steps:
            message = f"Not even a first step works: {str(exc).splitlines()[0] if str(exc) else type(exc).__name__}."
            raise RunError(message, hint="Check the data set, and choose another device or model.") from exc
    parameters = sum(weight.numel() for weight in trainer.model.parameters())
    return _made(trial, chosen, str(trainer.device), parameters, validation_pictures)


def _made(trial: _Trial, chosen: Hyperparameters, device: str, parameters: int, validation_pictures: int) -> Forecast:
    last = trial.steps[-1]
    step_s = trial.step_s()
    batch = round(last.pictures_s * last.seconds / last.number)
    validation_s = validation_pictures / max(batch, 1) * step_s * VALIDATION_SHARE
    epoch_s = last.count * step_s + validation_s
    kept = 2 + (chosen.epochs // chosen.save_period if chosen.save_period > 0 else 0)
    return Forecast(
        device=device,
        batch=batch,
        batches=last.count,
        pictures_s=batch / step_s,
        epoch_s=epoch_s,
        total_s=epoch_s * chosen.epochs,
        memory_bytes=trial.memory_bytes,
        disk_bytes=kept * parameters * CHECKPOINT_BYTES_A_PARAMETER,
        advice=tuple(_advice(trial, chosen, batch=batch)),
    )


def _advice(trial: _Trial, chosen: Hyperparameters, *, batch: int) -> list[Advice]:
    found: list[Advice] = []
    losses = trial.losses()
    if not all(math.isfinite(loss) for loss in losses) or max(losses) > DIVERGED * losses[0]:
        rate = chosen.lr0 / 10
        text = f"A trial diverged at a learning rate of {chosen.lr0:g}: the loss rose instead of falling."
        found.append(Advice(text=f"{text} {rate:g} is safer.", change={"lr0": rate}))
    if 0 < batch < chosen.batch:
        text = f"A batch of {chosen.batch} does not fit into the device's memory; {batch} does."
        found.append(Advice(text=text, change={"batch": batch}))
    return found
