"""A job within another job: a training as a step of something longer is found in its folder like any other."""

import secrets
from collections.abc import Callable
from typing import TypeVar

from pydantic import JsonValue
from typing_extensions import Buffer

from pyroblur_gui.core.errors import JobCancelledError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Box, Cancelled, Event, Finished
from pyroblur_gui.jobs.failure import failure_of
from pyroblur_gui.jobs.job_folder import Desk, JobFolder, Wish
from pyroblur_gui.jobs.spec import Spec

S = TypeVar("S", bound=Spec)
Result = dict[str, JsonValue]


def run_held(run: Callable[[S, Context], Result], spec: S, context: Context, folder: JobFolder) -> Result:
    """What `run` returns. Raises what it raises, and JobRunningError where another worker is at it.

    Who asks it to stop by its folder stops what it is a step of, too.
    """
    with folder.hold(secrets.token_hex(8)) as desk:
        try:
            result = run(spec, _HeldContext(context, desk))
        except JobCancelledError:
            desk.tell(Cancelled())
            raise
        except Exception as exc:
            desk.tell(failure_of(exc))
            raise
        desk.tell(Finished(result=result))
        return result


class _HeldContext(Context):
    """The outer job's, and the folder's."""

    def __init__(self, outer: Context, desk: Desk) -> None:
        self._outer = outer
        self._desk = desk

    def emit(self, event: Event) -> None:
        self._desk.tell(event)
        self._outer.emit(event)

    def check_cancelled(self) -> None:
        if self._desk.wish() is Wish.STOP:
            raise JobCancelledError
        self._outer.check_cancelled()

    def should_finish(self) -> bool:
        return self._desk.wish() is Wish.FINISH or self._outer.should_finish()

    def wants_preview(self) -> bool:
        return self._outer.wants_preview()

    def show(self, rgb: Buffer, *, width: int, height: int, frame: int, time_s: float, boxes: tuple[Box, ...]) -> None:
        self._outer.show(rgb, width=width, height=height, frame=frame, time_s=time_s, boxes=boxes)

    def next_request(self) -> tuple[int, dict[str, JsonValue]] | None:
        return self._outer.next_request()

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
        self._outer.answer(
            request, rgb=rgb, covered=covered, width=width, height=height, frame=frame, time_s=time_s, boxes=boxes
        )
