"""A job as the queue keeps it: what to do, how far it is, how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from pyroblur_gui.jobs.events import Cancelled, EndEvent, Failed, Finished, Progress


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # PyroBlur ended while it ran: it can be resumed

    @property
    def is_over(self) -> bool:
        """True when nothing more happens unless somebody asks for it."""
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED}


@dataclass(frozen=True, slots=True)
class Job:
    """A snapshot: the queue hands out a new one whenever something changes.

    spec: as JSON values; operations/catalogue.py knows the class for its `kind`.
    position: order within the queue, smallest first. result, failure: how the last run ended, if it did.
    """

    id: int
    kind: str
    spec: dict[str, JsonValue]
    lane: str
    state: JobState
    position: int
    created: datetime
    updated: datetime
    progress: Progress | None = None
    result: Finished | None = None
    failure: Failed | None = None


def state_after(end: EndEvent) -> JobState:
    match end:
        case Finished():
            return JobState.DONE
        case Failed():
            return JobState.FAILED
        case Cancelled():
            return JobState.CANCELLED
