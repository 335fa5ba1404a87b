"""What an operation sees of the world around it: a place for events, and the questions "cancelled?", "paused?"."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from pydantic import JsonValue
from typing_extensions import Buffer

from pyroblur_gui.jobs.events import Box, Event


class Context(Protocol):
    """Handed to every operation. Implementations: jobs/child.py in a worker, a list in tests."""

    def emit(self, event: Event) -> None: ...

    def check_cancelled(self) -> None:
        """Ask once a frame or batch: waits while the job is paused, raises JobCancelledError when it is cancelled."""
        ...

    def loading(self) -> AbstractContextManager[None]:
        """For a stretch in which libraries are loaded, which asks nothing for seconds and with which nothing is lost.

        A job that is cancelled meanwhile ends at once, and its process with it.
        """
        return nullcontext()

    def should_finish(self) -> bool:
        """True once the user asked the job to end early, in order and with a result: a training, after its epoch."""
        ...

    def wants_preview(self) -> bool:
        """True when somebody watches and the last preview is old enough (a few a second at most)."""
        ...

    def show(self, rgb: Buffer, *, width: int, height: int, frame: int, time_s: float, boxes: tuple[Box, ...]) -> None:
        """Shows a covered picture, height x width x 3 bytes RGB, by shared memory; it never touches the disk."""
        ...

    def next_request(self) -> tuple[int, dict[str, JsonValue]] | None:
        """Interactive lane only: waits for the next request (its number and body); None when there will be no more."""
        ...

    def answer(
        self,
        request: int,
        *,
        rgb: Buffer,
        covered: Buffer | None,
        width: int,
        height: int,
        frame: int,
        time_s: float,
        boxes: tuple[Box, ...],
    ) -> None:
        """Interactive lane only: shows the picture(s) that a request asked for, by shared memory."""
        ...
