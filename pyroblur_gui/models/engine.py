"""What detectors know of an inference engine: a picture of the right size goes in, the network's arrays come out.

Engines take pictures as they lie in memory (8 bits, RGB, height x width x 3); the conversion to what the network wants
is theirs, because each has its own fastest way.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.core.errors import EngineError
from pyroblur_gui.core.system import processor, usable_cores
from pyroblur_gui.models.detector import Picture

Outputs = tuple[NDArray[np.float32], ...]


FEW_THREADS = 4


def inference_threads() -> int:
    """How many threads to compute with: one a core; on small machines one a hardware thread, where it still pays."""
    allowed = usable_cores()
    return allowed if allowed <= FEW_THREADS else min(allowed, processor().physical_cores or allowed)


@dataclass(frozen=True)
class Network:
    """How a model's graph is fed and which of its outputs are read.

    `scale` multiplies 0..255 samples; `outputs` counts the leading outputs that are wanted; `free_size` says that
    the graph works at any input size (multiples of the stride), whatever size was written into the file.
    """

    scale: float
    outputs: int
    free_size: bool = True


class PendingOutputs(Protocol):
    def result(self) -> Outputs:
        """Waits; each array belongs to the caller. Raises EngineError."""
        ...


class Engine(Protocol):
    """One loaded network. `submit` copies the picture before it returns."""

    @property
    def title(self) -> str:
        """Library, number format and device: "OpenVINO bf16 on the CPU"."""
        ...

    @property
    def in_flight(self) -> int: ...

    def prepare(self, width: int, height: int) -> None:
        """Gets ready for pictures of this size, where that takes time. Raises EngineError."""
        ...

    def prepare_any_size(self) -> None:
        """Gets ready for pictures whose size is not known yet, where that takes time. Raises EngineError."""
        ...

    def submit(self, picture: Picture) -> PendingOutputs: ...

    def close(self) -> None: ...


class BatchEngine(Engine, Protocol):
    """An engine that takes several pictures as one array, too: all of PyroBlur's do."""

    def submit_batch(self, pictures: Sequence[Picture]) -> PendingOutputs:
        """Pictures of one size, at least one; the arrays have a row a picture.

        Raises EngineError, at once or when the result is asked for, where the network takes one picture at a time.
        """
        ...


class ThreadedEngine:
    """Runs a blocking network in a thread of its own, one picture at a time."""

    in_flight = 2  # one at work and one waiting, so that the network never waits for the next picture

    def __init__(self, infer: Callable[[Picture], Outputs], *, title: str) -> None:
        self._infer = infer
        self._title = title
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inference")

    @property
    def title(self) -> str:
        return self._title

    def prepare(self, width: int, height: int) -> None:
        """Nothing: its network takes any size."""

    def prepare_any_size(self) -> None:
        """Nothing: its network is ready."""

    def submit(self, picture: Picture) -> PendingOutputs:
        return self.start(partial(self._infer, picture.copy()))

    def start(self, work: Callable[[], Outputs]) -> PendingOutputs:
        """In the thread, after what was started before."""
        return _FuturePending(self._thread.submit(work), self._title)

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class _FuturePending:
    future: Future[Outputs]
    title: str

    def result(self) -> Outputs:
        try:
            return self.future.result()
        except Exception as error:  # whatever a library raises means one thing here
            message = f"{self.title} failed on a picture: {error}"
            raise EngineError(message, hint="Choose another engine or device.") from error
