"""Short jobs that somebody waits for: run beside the queue, which neither keeps nor delays them.

What a dialog asks before it can go on (what is in this folder?) must not wait behind a film that is being covered, and
there is nothing of it to resume.
"""

import asyncio
from collections.abc import Callable

from pydantic import JsonValue

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.jobs.events import Event, Failed, Finished
from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.operations.pack_workers import interpreter_of_spec

LANE = "errands"


class ErrandError(PyroblurError):
    """The worker's reason why there is no answer."""

    code = "errand"


class Errands:
    """Keeps a warm worker for a while after the last errand. Close it before the loop ends."""

    def __init__(self, pool: WorkerPool | None = None) -> None:
        self._pool = pool or WorkerPool()
        self._running: set[WorkerProcess] = set()

    async def run(self, spec: Spec, *, on_event: Callable[[Event], None] | None = None) -> dict[str, JsonValue]:
        """The job's result. on_event: hears what it tells.

        Raises ErrandError when it fails. Cancelling the waiting ends the job.
        """
        interpreter = interpreter_of_spec(spec)
        worker = self._pool.take(LANE, interpreter)
        self._running.add(worker)
        end = worker.run(spec.kind, spec.model_dump(mode="json"), on_event=on_event or _unheard)
        try:
            outcome = await asyncio.shield(end)
        except asyncio.CancelledError:
            await worker.cancel()
            raise
        finally:
            self._running.discard(worker)
            self._pool.give_back(worker, LANE, interpreter)
        if isinstance(outcome, Finished):
            return outcome.result
        if isinstance(outcome, Failed):
            raise ErrandError(outcome.message, hint=outcome.hint)
        raise asyncio.CancelledError

    async def close(self) -> None:
        """Ends what runs, whose waiters are cancelled; no process is left afterwards."""
        for worker in tuple(self._running):
            await worker.close()
        await asyncio.sleep(0)  # for the waiters to give their workers back
        await self._pool.close()


def _unheard(_event: Event) -> None:
    """Most errands show no progress."""
