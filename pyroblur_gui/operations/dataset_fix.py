"""Applies a fix to many problems at once, and takes the last change back: both leave the problems found anew."""

from collections.abc import Callable

from pydantic import JsonValue

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.changes import Changes
from pyroblur_gui.datasets.dataset import Dataset, Problem
from pyroblur_gui.datasets.fixes import FIXES, fixed
from pyroblur_gui.datasets.spec import FixSpec, UndoSpec
from pyroblur_gui.datasets.store import Lock, open_dataset
from pyroblur_gui.datasets.validate import KINDS
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress, Started
from pyroblur_gui.operations.dataset_check import checked


def run(spec: FixSpec, context: Context) -> dict[str, JsonValue]:
    """What dataset_check returns, and {"fixed": how many pictures}. Raises PyroblurError, JobCancelledError."""
    context.emit(Started(kind=spec.kind, detail={"name": spec.name, "fix": spec.fix}))
    _require_known(spec)
    with Lock(spec.name), open_dataset(spec.name) as dataset:
        problems = _asked_for(spec, dataset)
        pictures = fixed(spec.fix, dataset, problems, confidence=spec.confidence)
        context.check_cancelled()
        changes = Changes(dataset, on_written=_teller(context))
        if FIXES[spec.fix].change is None:
            layout.write_changed(dataset, pictures, lists=True)
        else:
            changes.apply(FIXES[spec.fix].title, pictures)
        return {**checked(dataset, context), "fixed": len(pictures)}


def undo(spec: UndoSpec, context: Context) -> dict[str, JsonValue]:
    """What dataset_check returns, and {"title": of the change}. Raises PyroblurError, JobCancelledError."""
    context.emit(Started(kind=spec.kind, detail={"name": spec.name}))
    with Lock(spec.name), open_dataset(spec.name) as dataset:
        changes = Changes(dataset, on_written=_teller(context))
        title = changes.redo() if spec.again else changes.undo()
        if title is None:
            message = f"There is no change of the data set {spec.name} to {'redo' if spec.again else 'undo'}."
            raise DatasetError(message, path=dataset.folder)
        return {**checked(dataset, context), "title": title}


def _teller(context: Context) -> Callable[[int, int], None]:
    """Tells how far the label files are. Here nothing can be cancelled any more: the change is made."""
    return lambda done, total: context.emit(Progress(stage="write", done=done, total=total, unit="pictures"))


def _require_known(spec: FixSpec) -> None:
    if spec.kind_of_problem not in KINDS:
        message = f"There is no kind of problem named {spec.kind_of_problem}."
        raise DatasetError(message, hint=f"There are: {', '.join(KINDS)}.")
    fitting = KINDS[spec.kind_of_problem].fixes
    if spec.fix not in fitting:
        message = f"{spec.fix} is no fix for {spec.kind_of_problem}."
        hint = f"There are: {', '.join(fitting)}." if fitting else KINDS[spec.kind_of_problem].explanation
        raise DatasetError(message, hint=hint)


def _asked_for(spec: FixSpec, dataset: Dataset) -> list[Problem]:
    """Those of the kept problems that are meant; a number that another problem has by now is not followed."""
    wanted = set(spec.problems)
    return [
        problem
        for problem in dataset.problems()
        if problem.kind == spec.kind_of_problem and (not wanted or problem.id in wanted)
    ]
