"""Which jobs of the window's queue are work on data sets, and what the tab asks about them before it is ever shown."""

from collections.abc import Iterable
from typing import Protocol

from pyroblur_gui.datasets.spec import (
    CheckSpec,
    DownloadSpec,
    ExportSpec,
    FixSpec,
    ImportSpec,
    SplitSpec,
    SuggestSpec,
    UndoSpec,
)
from pyroblur_gui.jobs.job import Job, JobState

MAKES = frozenset({DownloadSpec.kind, ImportSpec.kind})
CHANGES = frozenset({CheckSpec.kind, FixSpec.kind, SplitSpec.kind, SuggestSpec.kind, UndoSpec.kind})
KINDS = MAKES | CHANGES | {ExportSpec.kind}
_AT_WORK = frozenset({JobState.RUNNING, JobState.QUEUED, JobState.PAUSED})


class Waiting(Protocol):
    """The queue (jobs.queue.Queue), as far as it is asked here."""

    def jobs(self) -> list[Job]: ...
    def pause(self, number: int | None = None) -> None: ...


def at_work(jobs: Iterable[Job]) -> list[Job]:
    """Those that run on data sets, or are about to."""
    return [job for job in jobs if job.kind in KINDS and job.state in _AT_WORK]


def hold_what_waits(queue: Waiting) -> None:
    """Of what an earlier window left waiting, nothing begins before the user says so."""
    for job in at_work(queue.jobs()):
        if job.state is JobState.QUEUED:
            queue.pause(job.id)
