"""Ctrl-C in the terminal and a polite kill close the window as the stop button does: nothing is left running."""

import asyncio
import signal
from collections.abc import Callable


class Ending:
    """Listens from when it is made, on the running loop: also while there is nothing yet that could be closed."""

    def __init__(self) -> None:
        self._is_asked = False
        self._close: Callable[[], None] | None = None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self._ask)
            except (NotImplementedError, RuntimeError, ValueError):  # Windows
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._ask))

    def then(self, close: Callable[[], None]) -> None:
        """What is called once it is asked for; at once where it was already."""
        self._close = close
        if self._is_asked:
            close()

    def _ask(self) -> None:
        self._is_asked = True
        if self._close is not None:
            self._close()
