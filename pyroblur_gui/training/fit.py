"""Runs one training from its spec to the end of the last epoch, or to wherever it was stopped."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pyroblur_gui.core.errors import DiskFullError, JobCancelledError, OutputError, PyroblurError, RunError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.core.system import checkout_commit, processor
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Artifact, Log, Progress
from pyroblur_gui.models.offline import import_ultralytics
from pyroblur_gui.training.base import Base
from pyroblur_gui.training.devices import CPU, Devices, devices_of
from pyroblur_gui.training.metrics import NAMES, Batch, Epoch
from pyroblur_gui.training.ranks import Sitting, sit_on_several
from pyroblur_gui.training.run import COMMIT, RunFolder, RunRecord, RunState
from pyroblur_gui.training.samples import KIND, SampledEpoch, keep
from pyroblur_gui.training.spec import Cache, Hyperparameters, TrainSpec

if TYPE_CHECKING:
    from pyroblur_gui.training.trainer import Ranks, Trainer

PACKAGES = ("torch", "ultralytics")
_FAILURES = (PyroblurError, RuntimeError, ValueError, AssertionError, OSError, TypeError, MemoryError)
_MEMORY = "Choose a smaller batch, image size or model."
_CHECK = "Check the data set under Data sets: it finds what is missing or damaged, and mends it."
_ANSWERS = (  # a sign in an error's text, what it means, and what to do
    ("out of memory", "The device ran out of memory.", _MEMORY),
    ("can't allocate memory", "The computer ran out of memory.", _MEMORY),
    ("bad_alloc", "The computer ran out of memory.", _MEMORY),
    ("MemoryError", "The computer ran out of memory.", _MEMORY),
    ("NaN", "The training diverged: its loss is no number any more.", "Choose a smaller learning rate."),
    (
        "value per channel",  # Ultralytics and torch, of a batch of one picture of 32 px
        "A batch of a single small picture leaves the network nothing to average over.",
        "Choose a larger image size, such as 64 px or more, or a larger batch.",
    ),
    ("Image Not Found", "A picture of the data set cannot be read.", _CHECK),
    ("No valid images found", "None of the pictures can be read.", _CHECK),
    ("Dataset", "The data set cannot be used.", _CHECK),
)
_LOADERS = 4  # processes that read pictures for a GPU


@dataclass(frozen=True)
class Fitted:
    """Epochs from 1; first_epoch: of this sitting, one more than the last where only the measuring was left to do.

    best: the figures of the best checkpoint, as `yolo val` measures it.
    """

    first_epoch: int
    last_epoch: int
    best: dict[str, float]
    is_ended_early: bool


def fit(spec: TrainSpec, *, run: RunFolder, base: Base | None, data: Path, context: Context) -> Fitted:
    """Trains, and keeps the run's record at every epoch. base: None to go on from the run's last checkpoint.

    data: a data.yaml that PyroBlur wrote. Raises RunError, DiskFullError, OutputError, JobCancelledError; what was
    learnt until the end of an epoch is kept. The record's state stays RUNNING: more is to come of a run than weights.
    """
    try:
        with explained(run):
            devices = devices_of(spec.device)
            sitting = _train(spec, devices, run=run, base=base, data=data, context=context)
            best = _measured(devices, run=run, data=data, context=context)
    except JobCancelledError:
        note(run, RunState.STOPPED)
        raise
    except PyroblurError as exc:
        note(run, RunState.FAILED, exc.message)
        raise
    record = run.record().model_copy(update={"best": best})
    run.keep(record)
    return Fitted(sitting.first_epoch or record.last_epoch + 1, record.last_epoch, best, sitting.is_ended_early)


@contextlib.contextmanager
def explained(run: RunFolder) -> Iterator[None]:
    """What Ultralytics or torch raises, as an error that says what to do."""
    try:
        yield
    except _FAILURES as exc:
        raise _failure(exc, run) from exc


def note(run: RunFolder, state: RunState, message: str = "") -> None:
    """How it stands with the run, in its record, where that can be written: a full disk must not hide what failed."""
    with contextlib.suppress(OutputError):
        run.keep(run.record().model_copy(update={"state": state, "message": message}))


def sit(
    spec: TrainSpec,
    overrides: dict[str, Any],
    *,
    run: RunFolder,
    context: Context,
    ranks: "Ranks | None" = None,
) -> Sitting:
    """Trains in this process, which may be one of several: the first of them tells and keeps.

    Raises what Ultralytics and torch do.
    """
    teller = _Teller(run, context)
    trainer = prepare(
        spec,
        overrides,
        batch=teller.batch,
        epoch=teller.epoch,
        remark=teller.remark,
        look=context.check_cancelled,
        ranks=ranks,
    )
    trainer.train()
    return Sitting(teller.first_epoch, teller.is_ended_early)


def prepare(
    spec: TrainSpec,
    overrides: dict[str, Any],
    *,
    batch: Callable[[Batch], None],
    epoch: Callable[[Epoch], bool],
    remark: Callable[[str], None],
    look: Callable[[], None],
    ranks: "Ranks | None" = None,
) -> "Trainer":
    """The trainer for these arguments, made as fast as the device allows."""
    import_ultralytics()
    from pyroblur_gui.training.trainer import Listener, Trainer, use_bf16_on_cpu  # noqa: PLC0415 - torch

    on_cpu = overrides["device"] == CPU
    if on_cpu and spec.recipe.hyperparameters.amp and processor().has_bf16:
        use_bf16_on_cpu()
    return Trainer(overrides, Listener(batch=batch, epoch=epoch, remark=remark, look=look), ranks)


def versions() -> dict[str, str]:
    """Of what a training is done with; of PyroBlur itself the commit, too, where it runs from a checkout."""
    commit = checkout_commit()
    return {name: version(name) for name in PACKAGES} | ({COMMIT: commit} if commit else {})


def _train(
    spec: TrainSpec, devices: Devices, *, run: RunFolder, base: Base | None, data: Path, context: Context
) -> Sitting:
    record = run.record()
    if base is None:
        from pyroblur_gui.training.resume import take_up  # noqa: PLC0415 - torch

        record = take_up(run, list(yaml.safe_load(data.read_text(encoding="utf-8"))["names"].values()))
        if record.last_epoch >= record.recipe.hyperparameters.epochs:
            return Sitting(first_epoch=0)
    run.keep(record.model_copy(update={"state": RunState.RUNNING, "message": ""}))
    if devices.count > 1:
        return sit_on_several(spec, devices, folder=run.path, base=base, data=data, context=context)
    overrides = arguments(spec, folder=run.path, device=devices, base=base, data=data)
    return sit(spec, overrides, run=run, context=context)


def _measured(devices: Devices, *, run: RunFolder, data: Path, context: Context) -> dict[str, float]:
    import_ultralytics()
    from pyroblur_gui.training.measure import measure  # noqa: PLC0415 - torch

    def tell(done: int, total: int) -> None:
        context.check_cancelled()
        context.emit(Progress(stage="measure", done=done, total=total, unit="batches"))

    size = run.record().recipe.hyperparameters.imgsz
    where = devices.first
    figures = measure(run.best, data=data, imgsz=size, device=where, folder=run.path, on_batch=tell)
    return {NAMES.get(name, name): value for name, value in figures.items()}


class _Teller:
    """Turns what the trainer tells into events and into the run's record."""

    def __init__(self, run: RunFolder, context: Context) -> None:
        self._run = run
        self._context = context
        self.first_epoch = 0  # until the first batch
        self.is_ended_early = False

    def remark(self, text: str) -> None:
        self._context.emit(Log(level="warning", text=text))

    def batch(self, batch: Batch) -> None:
        self._context.check_cancelled()
        self.first_epoch = self.first_epoch or batch.epoch
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

    def epoch(self, epoch: Epoch) -> bool:
        """True when it is enough: the user asked for the end after an epoch, and can go on later."""
        for metric in epoch.metrics():
            self._context.emit(metric)
        self._tell_samples(epoch)
        record = self._run.record()
        changes: dict[str, Any] = {"last_epoch": epoch.number}
        if epoch.is_best:
            changes |= {"best_epoch": epoch.number, "best": epoch.named}
        self._run.keep(record.model_copy(update=changes))
        self._context.check_cancelled()
        self.is_ended_early = self._context.should_finish() and epoch.number < epoch.epochs
        return self.is_ended_early

    def _tell_samples(self, epoch: Epoch) -> None:
        sampled = SampledEpoch(epoch=epoch.number, samples=epoch.samples)
        path = keep(self._run.path, sampled) if epoch.samples else None
        if path is not None:
            self._context.emit(Artifact(path=path, kind=KIND))


def arguments(spec: TrainSpec, *, folder: Path, device: Devices, base: Base | None, data: Path) -> dict[str, Any]:
    """Ultralytics' arguments. A run that goes on takes all but a few from its checkpoint."""
    chosen = spec.recipe.hyperparameters
    workers = _workers(chosen, device)
    common = {"data": str(data), "device": device.name, "save_dir": str(folder), "workers": workers}
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
        "amp": chosen.amp and device.has_loaders and "bf16",
        "project": str(folder.parent),
        "name": folder.name,
    }


def _workers(chosen: Hyperparameters, device: Devices) -> int:
    if chosen.workers >= 0:
        return chosen.workers
    return _LOADERS if device.has_loaders else 0


def _failure(exc: Exception, run: RunFolder) -> PyroblurError:
    """What Ultralytics' or torch's own error means for the user."""
    text = str(exc) if not isinstance(exc, MemoryError) else type(exc).__name__
    kept = " What was learnt until the last epoch is kept." if run.last.is_file() else ""
    if isinstance(exc, RunError):
        return RunError(exc.message.removesuffix(kept) + kept, hint=exc.hint, path=exc.path)
    if isinstance(exc, OSError) and exc.errno is not None and not isinstance(exc, FileNotFoundError):
        exc = as_output_error(exc, run.path)
    if isinstance(exc, DiskFullError):  # a run's folder is not chosen as that of covered files is
        return DiskFullError(f"{exc.message}{kept}", hint="Make room there, then resume the training.", path=exc.path)
    if isinstance(exc, PyroblurError):
        return exc
    for sign, message, hint in _ANSWERS:
        if sign.lower() in text.lower():
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
