"""Contexts for operations: they keep what they are told, and hand out requests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import JsonValue

from pyroblur_gui.jobs.events import Box, Event


@dataclass(frozen=True)
class Shown:
    """One answer with pictures: height x width x 3 RGB."""

    request: int
    rgb: np.ndarray
    covered: np.ndarray | None
    frame: int
    boxes: tuple[Box, ...]


class Stage:
    """Implements jobs.context.Context. on_check: called with how often a job asked whether it is cancelled."""

    def __init__(self, requests: Sequence[dict[str, JsonValue]] = ()) -> None:
        self.events: list[Event] = []
        self.shown: list[Shown] = []
        self.checks = 0
        self.on_check: Callable[[int], None] = lambda _count: None
        self._requests = list(enumerate(requests, start=1))

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def check_cancelled(self) -> None:
        self.checks += 1
        self.on_check(self.checks)

    def wants_preview(self) -> bool:
        return False

    def show(self, _rgb, **_facts) -> None:
        raise AssertionError("nobody watches")

    def next_request(self) -> tuple[int, dict[str, JsonValue]] | None:
        return self._requests.pop(0) if self._requests else None

    def answer(self, request: int, *, rgb, covered, width: int, height: int, frame: int, boxes, **_time) -> None:
        def picture(data) -> np.ndarray:
            return np.frombuffer(bytes(data), np.uint8).reshape(height, width, 3)

        self.shown.append(
            Shown(request, picture(rgb), None if covered is None else picture(covered), frame, tuple(boxes))
        )

    def of_type(self, name: str) -> list[Event]:
        return [event for event in self.events if event.type == name]
