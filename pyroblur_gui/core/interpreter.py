"""What is asked of Python itself before the window's modules are loaded.

Python 3.11 must be kept alive under Qt: without `hold_constants`, the window ends after some thousand calls with
"Fatal Python error: none_dealloc: deallocating None" (or "bool_dealloc"). PySide6 6.12's wheels are made for every
Python from 3.10 on, but with the headers of one in which None and True are immortal. So each method of Qt's that
returns nothing takes a reference to None away that it never gave, each signal that is emitted one to True: about one
for every callback of the event loop. From Python 3.12 on nobody counts them. Measured with PySide6 6.12.0 on Python
3.11.7; try without when the version of PySide6 changes.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 1 << 40  # at a million calls a second, enough for twelve days


def hold_constants() -> None:
    """Gives None, True and False more references than Qt can take away. Call it before the first call to Qt."""
    if sys.version_info >= (3, 12):
        return
    for constant in (None, True, False):
        count = ctypes.c_ssize_t.from_address(id(constant))  # the first member of every object
        if abs(count.value - sys.getrefcount(constant)) < 10 and count.value < _MANY:
            count.value += _MANY


def hold_garbage() -> None:
    """Stops looking for garbage until ui/garbage.py takes that over: modules and widgets that have just been made are
    all in use, and looking through them again and again takes a seventh of the start.
    """
    gc.disable()


@contextmanager
def loading_modules() -> Iterator[None]:
    """While modules are loaded, garbage is not looked for. Where it was before, it is again afterwards: only in what
    is made from then on, as what there is then is in use for good.
    """
    was_sought = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_sought:
            gc.freeze()
            gc.enable()
