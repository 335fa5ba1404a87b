"""Warm workers between jobs: the next job of a lane takes one that is there instead of paying for a start."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from pyroblur_gui.jobs.interpreter import Interpreter
from pyroblur_gui.jobs.process import GRACE_S, WorkerProcess

IDLE_S = 30.0

_Place = tuple[str, Interpreter | None]

log = logging.getLogger(__name__)


class WorkerPool:
    """Hands out workers by lane: a lane's next job often needs what its last one loaded."""

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        grace_s: float = GRACE_S,
        idle_s: float = IDLE_S,
        environments: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """idle_s: how long a worker without a job is kept. environments: variables for the workers of a lane."""
        self._environments = environments or {}
        self._command = command
        self._grace_s = grace_s
        self._idle_s = idle_s
        self._idle: defaultdict[_Place, list[WorkerProcess]] = defaultdict(list)
        self._timers: dict[WorkerProcess, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def take(self, lane: str, interpreter: Interpreter | None = None) -> WorkerProcess:
        """An idle worker of the lane or a new one, not yet started. Give it back, whatever becomes of it.

        interpreter: another Python than this program's own, whose workers are kept apart.
        """
        idle = self._idle[lane, interpreter]
        while idle:
            worker = idle.pop()
            self._timers.pop(worker).cancel()
            if worker.is_reusable:
                return worker
            self._close(worker)
        environment = self._environments.get(lane)
        if interpreter is None:
            return WorkerProcess(self._command, grace_s=self._grace_s, environment=environment)
        return WorkerProcess(
            interpreter.command, grace_s=self._grace_s, environment=interpreter.environment(environment)
        )

    def give_back(self, worker: WorkerProcess, lane: str, interpreter: Interpreter | None = None) -> None:
        if not worker.is_reusable:
            self._close(worker)
            return
        self._idle[lane, interpreter].append(worker)
        loop = asyncio.get_running_loop()
        self._timers[worker] = loop.call_later(self._idle_s, self._retire, worker, (lane, interpreter))

    async def close(self) -> None:
        """Closes the idle workers and waits for all that are closing."""
        for place, workers in self._idle.items():
            for worker in tuple(workers):
                self._retire(worker, place)
        while self._closing:
            await asyncio.wait(self._closing)

    def _retire(self, worker: WorkerProcess, place: "_Place") -> None:
        self._timers.pop(worker).cancel()
        self._idle[place].remove(worker)
        self._close(worker)

    def _close(self, worker: WorkerProcess) -> None:
        task = asyncio.create_task(worker.close())
        self._closing.add(task)
        task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and (exc := task.exception()) is not None:
            log.error("a worker could not be closed", exc_info=exc)
