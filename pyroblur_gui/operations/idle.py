"""Times the engines while nobody waits, so that `auto` need not go by a rule for ever."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import psutil

from pyroblur_gui.core.errors import JobCancelledError, PyroblurError
from pyroblur_gui.models.measuring import is_worth_measuring, measure_engines
from pyroblur_gui.operations.warm import WarmDetector

IDLE_S = 20.0  # without a request
QUIET_PERCENT = 20.0  # of all processors: a job in another process would spoil the timing, and be slowed by it
LOOK_S = 1.0

log = logging.getLogger(__name__)


class IdleMeasuring:
    """A thread that measures once the lane and the machine are idle. A context manager: leaving it stops it."""

    def __init__(self, warm: WarmDetector, *, default: str, idle_s: float = IDLE_S) -> None:
        """default: the model to measure while none was opened."""
        self._warm = warm
        self._default = default
        self._idle_s = idle_s
        self._wanted = threading.Event()  # set while a request is worked on, and at the end
        self._over = threading.Event()
        self._working = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="measure", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._wanted.set()
        self._thread.join()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While a request is worked on: measuring stops."""
        self._wanted.set()
        with self._working:
            yield
            if not self._over.is_set():
                self._wanted.clear()

    def _run(self) -> None:
        measured: set[str] = set()
        while not self._over.is_set():
            if self._wanted.wait(self._idle_s):
                self._over.wait(LOOK_S)
                continue
            model = self._warm.model or self._default
            if model in measured or psutil.cpu_percent(LOOK_S) > QUIET_PERCENT:
                continue
            try:
                self._measure(model)
            except JobCancelledError:
                continue  # somebody came: once more when they are gone
            except PyroblurError as error:
                log.info("%s was not measured: %s", model, error)  # whoever asks for it is told
            measured.add(model)

    def _measure(self, model: str) -> None:
        if not is_worth_measuring(model):
            return
        measure_engines(model, check_cancelled=self._check)
        with self._working:
            self._warm.close()  # the next request opens the detector with what is known now

    def _check(self) -> None:
        if self._wanted.is_set():
            raise JobCancelledError
