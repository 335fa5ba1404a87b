"""Which process something belongs to."""

import os
from dataclasses import dataclass
from typing import Self

import psutil

CLOCK_TOLERANCE_S = 2.0  # a process's start time moves a little when the system's clock is set


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, told apart from a later one that got the same number."""

    pid: int
    started: float

    @classmethod
    def this_process(cls) -> Self:
        return cls(os.getpid(), psutil.Process().create_time())

    def is_alive(self) -> bool:
        try:
            return abs(psutil.Process(self.pid).create_time() - self.started) < CLOCK_TOLERANCE_S
        except psutil.NoSuchProcess:
            return False
        except psutil.Error:  # it is there, but another user's
            return True
