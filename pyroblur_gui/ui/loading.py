"""Loads modules ahead, one a turn of the loop.

On the window's own thread: PySide makes each of its classes when it is first asked for, and not safely so from two
threads. A module that a thread loaded while a tab was built ended the window now and then.
"""

import asyncio
from collections.abc import Iterable
from importlib import import_module

BREATH_S = 0.03  # between two pieces of work, for what the user and the jobs want of the window meanwhile


async def load_ahead(package: str, modules: Iterable[str], *, below: Iterable[str] = ()) -> None:
    """modules: in that package; the small ones first, each then brings little that is new.

    below: modules of ours outside of ui/, which know nothing of Qt: a thread loads them.
    """
    for module in below:
        await asyncio.to_thread(import_module, f"pyroblur_gui.{module}")
    for module in modules:
        await asyncio.sleep(BREATH_S)
        import_module(f"{package}.{module}")
