"""Looks for everything that is wrong with a data set, in its rows and on the disk, and keeps what it finds."""

from collections import Counter

from pydantic import JsonValue

from pyroblur_gui.datasets.changes import Changes
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.spec import CheckSpec
from pyroblur_gui.datasets.stats import summary
from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.datasets.validate import KINDS, ordered, problems_of, problems_on_disk
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress, Started


def run(spec: CheckSpec, context: Context) -> dict[str, JsonValue]:
    """stats.summary, and {"kinds": {kind: how many problems}}. Raises PyroblurError, JobCancelledError."""
    context.emit(Started(kind=spec.kind, detail={"name": spec.name}))
    with open_dataset(spec.name) as dataset:
        Changes(dataset).write_due_files()
        return checked(dataset, context)


def checked(dataset: Dataset, context: Context) -> dict[str, JsonValue]:
    """Finds the problems anew and keeps them; what `run` returns."""

    def tell(done: int, total: int) -> None:
        context.check_cancelled()
        context.emit(Progress(stage="check", done=done, total=total + 1, unit="checks"))

    problems = problems_of(dataset, tell=tell)
    problems = ordered([*problems, *problems_on_disk(dataset, check_cancelled=context.check_cancelled)])
    dataset.keep_problems(problems)
    counts = Counter(problem.kind for problem in problems)
    return {**summary(dataset), "kinds": {kind: counts[kind] for kind in KINDS if counts[kind]}}
