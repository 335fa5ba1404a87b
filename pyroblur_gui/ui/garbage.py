"""Collects Python's cyclic garbage on the window's thread only, between two events.

Python collects in whichever thread happens to allocate. In a thread that searches a folder it would destroy widgets
and timers that lie in a cycle, which Qt answers with "Timers cannot be stopped from another thread" and, now and then,
with a crash. (Seen in the tests of this window; the same remedy as in other large Qt programs.)
"""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500


def keep_what_is_loaded() -> None:
    """Counts what a large library or a new tab has just brought as permanent, too, until the collector is stopped.

    Without it the next whole collection looks through numpy and pyqtgraph, for 50 to 80 ms and in a training.
    """
    if not gc.isenabled():  # else Python collects by itself, and no Collector would give it back
        gc.freeze()


class Collector(QObject):
    """Takes the collector over until `stop`. What there is at the start counts as permanent: it need not be looked at
    again, so a collection takes a millisecond rather than thirty.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)
        self._was_enabled = True

    def start(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Gives it back, with nothing of Qt's left to collect."""
        self._timer.stop()
        gc.unfreeze()
        gc.collect()
        if self._was_enabled:
            gc.enable()

    def _collect(self) -> None:
        """The oldest generation that is due by Python's own thresholds."""
        for generation in (2, 1, 0):
            threshold = gc.get_threshold()[generation]
            if threshold and gc.get_count()[generation] > threshold:
                gc.collect(generation)
                return
