"""How far the whole list is and how long it will still take, from what was done since it last began."""

import time
from collections import Counter
from collections.abc import Callable, Iterable

from pyroblur_gui.ui.tabs.blur.items import Item, ItemState, Summary

MEASURED_S = 2.0  # an estimate from less says nothing


class Pace:
    """Remembers when work began and how much was done then."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: float | None = None
        self._done_then = 0.0

    def summary(self, items: Iterable[Item], *, is_started: bool) -> Summary:
        """The list in numbers."""
        listed = list(items)
        states = Counter(item.state for item in listed)
        work = [item for item in listed if item.state is not ItemState.READY]
        total = sum(item.weight for item in work)
        done = sum(item.weight * item.done_share for item in work)
        running = states[ItemState.RUNNING]
        return Summary(
            total=len(listed),
            ready=states[ItemState.READY],
            waiting=states[ItemState.QUEUED],
            running=running,
            paused=states[ItemState.PAUSED],
            finished=states[ItemState.DONE] + states[ItemState.LOOK],
            look=states[ItemState.LOOK],
            failed=states[ItemState.FAILED],
            cancelled=states[ItemState.CANCELLED],
            interrupted=states[ItemState.INTERRUPTED],
            is_started=is_started,
            fraction=done / total if total else 0.0,
            eta_s=self._eta(total, done, is_working=running > 0),
        )

    def _eta(self, total: float, done: float, *, is_working: bool) -> float | None:
        now = self._clock()
        if not is_working:
            self._begun = None
            return None
        if self._begun is None or done < self._done_then:
            self._begun, self._done_then = now, done
        elapsed, gained = now - self._begun, done - self._done_then
        if elapsed < MEASURED_S or gained <= 0:
            return None
        return (total - done) * elapsed / gained
