"""Takes a run up again where its last checkpoint left it, whenever it was stopped or killed.

The checkpoint is what was learnt; the record may be an epoch behind it, and so may the best checkpoint, which is
written after the last.
"""

from collections.abc import Sequence

from pyroblur_gui.core.errors import RunError
from pyroblur_gui.core.files import PartFile, remove_abandoned, writing
from pyroblur_gui.models.checkpoint import Checkpoint, load_module
from pyroblur_gui.training.run import RunFolder, RunRecord


def take_up(run: RunFolder, classes: Sequence[str]) -> RunRecord:
    """Brings the run's folder into line with its last checkpoint; gives its record. classes: of its data set now.

    Raises RunError when the run learnt other classes, ModelError when its checkpoint cannot be read, OutputError.
    """
    for folder in (run.path, run.last.parent):
        remove_abandoned(folder)
    last = load_module(run.last)
    _check_classes(run, last, classes)
    _complete_best(run, last)
    record = run.record().model_copy(update={"last_epoch": last.epochs, "best_epoch": load_module(run.best).epochs})
    run.keep(record)
    return record


def _check_classes(run: RunFolder, last: Checkpoint, classes: Sequence[str]) -> None:
    if last.names == tuple(classes):
        return
    message = f"This run learnt the classes {', '.join(last.names)}; its data set has {', '.join(classes)} now."
    hint = "Give the data set its classes back, or begin a new run from the best weights of this one."
    raise RunError(message, hint=hint, path=run.last)


def _complete_best(run: RunFolder, last: Checkpoint) -> None:
    """Killed between the two, a run has a last checkpoint that is better than its best, or no best at all."""
    if run.best.is_file() and not (last.is_best and load_module(run.best).epochs != last.epochs):
        return
    with PartFile(run.best) as part, writing(run.best):
        part.path.write_bytes(run.last.read_bytes())
        part.commit()
