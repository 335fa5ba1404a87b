"""What an operation sees of the world around it: a place for events, and the questions "cancelled?", "paused?"."""

from typing_extensions import Buffer
from typing import Protocol

from pyroblur_gui.jobs.events import Box, Event


class Context(Protocol):
    """Handed to every operation. Implementations: jobs/child.py in a worker, a list in tests."""

    def emit(self, event: Event) -> None: ...

    def check_cancelled(self) -> None:
        """Ask once a frame or batch: waits while the job is paused, raises JobCancelledError when it is cancelled."""
        ...

    def wants_preview(self) -> bool:
        """True when somebody watches and the last preview is old enough (a few a second at most)."""
        ...

    def show(self, rgb: Buffer, *, width: int, height: int, frame: int, time_s: float, boxes: tuple[Box, ...]) -> None:
        """Shows a covered picture, height x width x 3 bytes RGB, by shared memory; it never touches the disk."""
        ...
