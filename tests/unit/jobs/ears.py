"""Ears for events, and patience for what other processes do."""

import asyncio
import time
from collections.abc import Callable

import psutil

from pyroblur_gui.jobs.events import Event

PATIENCE_S = 20.0


class Ear:
    """Keeps events, and waits for one of a type."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.also: Callable[[Event], object] = lambda _: None
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.also(event)
        self._news.set()

    def of_type(self, name: str) -> list[Event]:
        return [event for event in self.events if event.type == name]

    async def hear(self, name: str) -> Event:
        async with asyncio.timeout(PATIENCE_S):
            while not self.of_type(name):
                self._news.clear()
                await self._news.wait()
        return self.of_type(name)[-1]


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """For what other processes do; on the loop, use `eventually`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


async def eventually(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what other processes do sets no event
            await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
