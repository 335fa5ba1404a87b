"""Coroutines that the window starts: kept until they end, their mistakes told, none left when the window closes."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Tasks:
    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._begun: set[Callable[[], Coroutine[Any, Any, Any]]] = set()

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """Starts it on the running loop; what it raises goes to the loop's exception handler."""
        self.keep(asyncio.get_running_loop().create_task(work))

    def run_once(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Starts it when it is asked for the first time."""
        if work not in self._begun:
            self._begun.add(work)
            self.run(work())

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Looks after a task that somebody else began and may cancel."""
        self._running.add(task)
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """Cancels what runs, for those that cannot wait for it: a dialog that is closed."""
        for task in tuple(self._running):
            task.cancel()

    async def close(self) -> None:
        """Cancels what runs and waits for it."""
        self.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            context = {"message": f"a task of the window failed: {error}", "exception": error, "task": task}
            task.get_loop().call_exception_handler(context)
