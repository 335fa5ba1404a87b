"""One of several processes that train together; operations/train.py starts them all (training/ranks.py)."""

from pydantic import JsonValue

from pyroblur_gui.jobs.context import Context
from pyroblur_gui.training.base import Base
from pyroblur_gui.training.devices import devices_of
from pyroblur_gui.training.fit import arguments, explained, sit
from pyroblur_gui.training.run import RunFolder
from pyroblur_gui.training.spec import RankSpec


def run(spec: RankSpec, context: Context) -> dict[str, JsonValue]:
    """{"first_epoch", "is_ended_early"}. Raises RunError, OutputError, JobCancelledError."""
    from torch import distributed

    from pyroblur_gui.models.offline import import_ultralytics

    import_ultralytics()
    from pyroblur_gui.training.trainer import Ranks

    training = spec.training
    folder = RunFolder(spec.folder)
    base = Base(spec.model, is_pretrained=spec.is_pretrained) if spec.model else None
    devices = devices_of(training.device)
    overrides = arguments(training, folder=folder.path, device=devices, base=base, data=spec.data)
    with explained(folder):
        sitting = sit(
            training,
            overrides,
            run=folder,
            context=context,
            ranks=Ranks(spec.count, spec.store),
        )
    if distributed.is_initialized():
        distributed.destroy_process_group()
    return {"first_epoch": sitting.first_epoch, "is_ended_early": sitting.is_ended_early}
