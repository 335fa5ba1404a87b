"""Two threads around a loop: one that works ahead of it (decoding), one that works behind it (encoding).

Both hold a bounded number of items, hand what goes wrong to the loop, and end with it.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

WAIT_S = 0.2  # how often a thread that waits asks whether it is still wanted


class Ahead(Generic[T]):
    """Iterates in a thread of its own, a few items ahead. A context manager: leaving it ends the thread."""

    def __init__(self, items: Iterator[T], *, most: int, name: str) -> None:
        """most: how many items may lie ready."""
        self._items = items
        self._ready: queue.Queue[_Item[T]] = queue.Queue(most)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def __iter__(self) -> Iterator[T]:
        """The items in order; raises what the iteration raised."""
        while True:
            item = self._ready.get()
            if item.error is not None:
                raise item.error
            if item.is_end:
                return
            yield from item.values

    def _run(self) -> None:
        last: _Item[T] = _Item(is_end=True)
        try:
            for value in self._items:
                if not self._put(_Item(values=(value,))):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the items are wanted
            last = _Item(error=error)
        self._put(last)

    def _put(self, item: "_Item[T]") -> bool:
        while not self._is_over.is_set():
            try:
                self._ready.put(item, timeout=WAIT_S)
            except queue.Full:
                continue
            return True
        return False


class Behind(Generic[T]):
    """Works items off in a thread of its own, in order. A context manager: leaving it waits, unless by an error."""

    def __init__(self, work: Callable[[T], None], *, most: int, name: str) -> None:
        """most: how many items may wait before `put` does."""
        self._work = work
        self._waiting: queue.Queue[_Item[T]] = queue.Queue(most)
        self._is_over = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._is_over.set()
            self._thread.join()
        else:
            self.finish()

    def put(self, value: T) -> None:
        """Waits while too many wait. Raises what the work raised."""
        self._put(_Item(values=(value,)))

    def finish(self) -> None:
        """Waits until all is worked off. Raises what the work raised."""
        self._put(_Item(is_end=True))
        self._thread.join()
        self._raise()

    def _put(self, item: "_Item[T]") -> None:
        while self._thread.is_alive():
            try:
                self._waiting.put(item, timeout=WAIT_S)
            except queue.Full:
                continue
            break
        self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _run(self) -> None:
        while not self._is_over.is_set():
            try:
                item = self._waiting.get(timeout=WAIT_S)
            except queue.Empty:
                continue
            if item.is_end:
                return
            try:
                for value in item.values:
                    self._work(value)
            except BaseException as error:  # noqa: BLE001 - raised again where the loop puts its next item
                self._error = error
                return


class _Item(Generic[T]):
    """One item, or the news that there are no more, or why."""

    __slots__ = ("error", "is_end", "values")

    def __init__(self, values: tuple[T, ...] = (), *, is_end: bool = False, error: BaseException | None = None) -> None:
        self.values = values
        self.is_end = is_end
        self.error = error
