"""A context that keeps what it is told."""

from collections.abc import Callable

from pyroblur_gui.jobs.events import Event


class Listener:
    """Implements jobs.context.Context. on_check: called with how often a job asked whether it is cancelled."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.checks = 0
        self.watches = False
        self.shown: list[tuple[int, int, int, bytes]] = []  # frame, width, height, RGB
        self.on_check: Callable[[int], None] = lambda _count: None

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def check_cancelled(self) -> None:
        self.checks += 1
        self.on_check(self.checks)

    def wants_preview(self) -> bool:
        return self.watches

    def show(self, rgb, *, width, height, frame, **_more) -> None:
        self.shown.append((frame, width, height, bytes(rgb)))

    def of_type(self, name: str) -> list[Event]:
        return [event for event in self.events if event.type == name]
