"""One line of the queue: a file, what is known of it and how far it is. Values only; the presenter replaces them."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.media.facts import IMAGE_SUFFIXES, Kind, MediaFacts

NOMINAL_RATE = 30  # frames a second of a clip that does not say, for weighing it against others
NOMINAL_CLIP_S = 10.0


class ItemState(StrEnum):
    """What the user sees. READY: listed, but not handed to the queue yet."""

    READY = "ready"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    LOOK = "look"  # done, but the check found something
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_finished(self) -> bool:
        return self in {ItemState.DONE, ItemState.LOOK}

    @property
    def is_over(self) -> bool:
        """Nothing more happens to it unless the user asks for it."""
        return self.is_finished or self in {ItemState.FAILED, ItemState.CANCELLED, ItemState.INTERRUPTED}

    @property
    def is_under_way(self) -> bool:
        return self in {ItemState.QUEUED, ItemState.RUNNING, ItemState.PAUSED}


STATES: dict[JobState, ItemState] = {
    JobState.QUEUED: ItemState.QUEUED,
    JobState.RUNNING: ItemState.RUNNING,
    JobState.PAUSED: ItemState.PAUSED,
    JobState.DONE: ItemState.DONE,
    JobState.FAILED: ItemState.FAILED,
    JobState.CANCELLED: ItemState.CANCELLED,
    JobState.INTERRUPTED: ItemState.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class Item:
    """place: where below an output folder its result goes. job: its number in the queue, once it is there.

    fraction: of the present stage, 0..1; None while not known. message, hint: what went wrong, or what to look at.
    """

    id: int
    source: Path
    place: Path = Path()
    size_bytes: int = 0
    state: ItemState = ItemState.READY
    job: int | None = None
    target: Path | None = None
    facts: MediaFacts | None = None
    stage: str = ""
    fraction: float | None = None
    rate: float | None = None
    unit: str = "frames"
    eta_s: float | None = None
    message: str = ""
    hint: str = ""
    detail: str = ""
    report: Path | None = None
    counts: dict[str, int] = field(default_factory=dict)
    look_at_s: float = 0.0  # where the check found something first

    @property
    def kind(self) -> Kind:
        if self.facts is not None:
            return self.facts.kind
        return Kind.IMAGE if self.source.suffix.lower() in IMAGE_SUFFIXES else Kind.VIDEO

    @property
    def weight(self) -> float:
        """Roughly how much work it is, in frames."""
        if self.kind is Kind.IMAGE:
            return float(self.facts.pages) if self.facts is not None else 1.0
        if self.facts is None or self.facts.video is None:
            return NOMINAL_CLIP_S * NOMINAL_RATE
        frames = self.facts.video.frames
        return float(frames) if frames else max(1.0, self.facts.duration_s * NOMINAL_RATE)

    @property
    def done_share(self) -> float:
        """0..1 of its work; the check after covering counts as done."""
        if self.state.is_over:
            return 1.0
        if self.state is ItemState.QUEUED or self.fraction is None:
            return 0.0
        return 1.0 if self.stage == "verify" else self.fraction


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole list in numbers, for the buttons and the status bar."""

    total: int = 0
    ready: int = 0
    waiting: int = 0
    running: int = 0
    paused: int = 0
    finished: int = 0
    look: int = 0
    failed: int = 0
    cancelled: int = 0
    interrupted: int = 0
    is_started: bool = False
    fraction: float = 0.0  # of all the work that was handed to the queue
    eta_s: float | None = None

    @property
    def is_busy(self) -> bool:
        return self.running > 0 or (self.is_started and self.waiting > 0)

    @property
    def under_way(self) -> int:
        """Files that were handed over and are not over."""
        return self.running + self.waiting + self.paused

    @property
    def handed_over(self) -> int:
        return self.total - self.ready
