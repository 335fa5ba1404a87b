"""Runs one training from its spec to the end of the last epoch, or to wherever it was stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyroblur_gui.core.errors import JobCancelledError, RunError
from pyroblur_gui.core.system import processor
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.models.offline import import_ultralytics
from pyroblur_gui.training.base import Base
from pyroblur_gui.training.metrics import Batch, Epoch
from pyroblur_gui.training.run import RunFolder, RunRecord, RunState
from pyroblur_gui.training.spec import Cache, Hyperparameters, TrainSpec

if TYPE_CHECKING:
    from pyroblur_gui.training.trainer import Trainer

PACKAGES = ("torch", "ultralytics")
_LOADERS = 4  # processes that read pictures for a GPU


@dataclass(frozen=True)
class Fitted:
    """Epochs of this sitting, from 1."""

    first_epoch: int
    last_epoch: int
    best: dict[str, float]


def fit(spec: TrainSpec, *, run: RunFolder, base: Base | None, data: Path, context: Context) -> Fitted:
    """Trains, and keeps the run's record at every epoch. base: None to go on from the run's last checkpoint.

    data: a data.yaml that PyroBlur wrote. Raises RunError, DiskFullError, JobCancelledError; what was learnt until the
    end of an epoch is kept.
    """
    teller = _Teller(run, context)
    overrides = arguments(spec, folder=run.path, base=base, data=data)
    try:
        trainer = prepare(spec, overrides, batch=teller.batch, epoch=teller.epoch)
        trainer.train()  # type: ignore[no-untyped-call]
    except JobCancelledError:
        run.keep(run.record().model_copy(update={"state": RunState.STOPPED}))
        raise
    except FinishedEarlyError:
        pass
    except (RuntimeError, ValueError, AssertionError, FileNotFoundError, TypeError) as exc:
        failure = _failure(exc, run)
        run.keep(run.record().model_copy(update={"state": RunState.FAILED, "message": failure.message}))
        raise failure from exc
    state = RunState.STOPPED if teller.is_ended_early else RunState.DONE
    record = run.record().model_copy(update={"state": state})
    run.keep(record)
    return Fitted(teller.first_epoch, record.last_epoch, record.best)


def prepare(
    spec: TrainSpec, overrides: dict[str, Any], *, batch: Callable[[Batch], None], epoch: Callable[[Epoch], None]
) -> "Trainer":
    """The trainer for these arguments, made as fast as the device allows."""
    import_ultralytics()
    from pyroblur_gui.training.trainer import Listener, Trainer, use_bf16_on_cpu  # noqa: PLC0415 - torch

    on_cpu = overrides["device"] == "cpu"
    if on_cpu and spec.recipe.hyperparameters.amp and processor().has_bf16:
        use_bf16_on_cpu()
    return Trainer(overrides, Listener(batch=batch, epoch=epoch))


def versions() -> dict[str, str]:
    return {name: version(name) for name in PACKAGES}


class FinishedEarlyError(Exception):
    """The user asked for the end after an epoch; the run can still go on later."""


class _Teller:
    """Turns what the trainer tells into events and into the run's record."""

    def __init__(self, run: RunFolder, context: Context) -> None:
        self._run = run
        self._context = context
        self.first_epoch = run.record().last_epoch + 1
        self.is_ended_early = False

    def batch(self, batch: Batch) -> None:
        self._context.check_cancelled()
        for metric in batch.metrics():
            self._context.emit(metric)
        left = (batch.epochs - batch.epoch) * batch.count + batch.count - batch.number
        self._context.emit(
            Progress(
                stage="train",
                done=batch.epoch - 1 + batch.number / batch.count,
                total=batch.epochs,
                unit="epochs",
                rate=batch.pictures_s,
                eta_s=left * batch.seconds / batch.number,
            )
        )

    def epoch(self, epoch: Epoch) -> None:
        for metric in epoch.metrics():
            self._context.emit(metric)
        record = self._run.record()
        changes: dict[str, Any] = {"last_epoch": epoch.number}
        if epoch.is_best:
            changes |= {"best_epoch": epoch.number, "best": epoch.named}
        self._run.keep(record.model_copy(update=changes))
        self._context.check_cancelled()
        if self._context.should_finish() and epoch.number < epoch.epochs:
            self.is_ended_early = True
            raise FinishedEarlyError


def arguments(spec: TrainSpec, *, folder: Path, base: Base | None, data: Path) -> dict[str, Any]:
    """Ultralytics' arguments. A run that goes on takes all but a few from its checkpoint."""
    chosen = spec.recipe.hyperparameters
    device = _device(spec.device)
    common = {"data": str(data), "device": device, "save_dir": str(folder), "workers": _workers(chosen, device)}
    if base is None:
        last = str(RunFolder(folder).last)
        return {**common, "model": last, "resume": last}
    values = chosen.model_dump(mode="json", exclude={"amp", "cache", "freeze", "workers"})
    return {
        **values,
        **common,
        "model": base.model,
        "pretrained": base.is_pretrained,
        "cache": "ram" if chosen.cache is Cache.RAM else False,
        "freeze": chosen.freeze or None,
        "amp": chosen.amp and device not in {"cpu", "mps"} and "bf16",
        "project": str(folder.parent),
        "name": folder.name,
    }


def _device(wanted: str) -> str:
    import torch  # noqa: PLC0415 - heavy

    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "0"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _workers(chosen: Hyperparameters, device: str) -> int:
    if chosen.workers >= 0:
        return chosen.workers
    return 0 if device in {"cpu", "mps"} else _LOADERS


def _failure(exc: Exception, run: RunFolder) -> RunError:
    """What Ultralytics' or torch's own error means for the user."""
    text = str(exc)
    kept = " What was learnt until the last epoch is kept." if run.last.is_file() else ""
    answers: tuple[tuple[str, str, str], ...] = (
        ("out of memory", "The device ran out of memory.", "Choose a smaller batch, image size or model."),
        ("NaN", "The training diverged: its loss is no number any more.", "Choose a smaller learning rate."),
        ("nothing to resume", "This run has done all its epochs.", "Continue from its best weights with a new run."),
        ("Dataset", "The data set cannot be used.", "Check it under the tab Data sets."),
    )
    for sign, message, hint in answers:
        if sign in text:
            return RunError(f"{message}{kept}", hint=hint, path=run.path)
    message = f"The training broke off: {text.splitlines()[0] if text else type(exc).__name__}.{kept}"
    return RunError(message, hint="See the log; resuming goes on from the last epoch.", path=run.path)


def new_record(spec: TrainSpec, *, fingerprint: str) -> RunRecord:
    """The record of a run that begins now."""
    return RunRecord(
        name=spec.run,
        recipe=spec.recipe,
        data=spec.data,
        fingerprint=fingerprint,
        device=spec.device,
        unlabelled=spec.unlabelled,
        versions=versions(),
        created=datetime.now(UTC),
    )
