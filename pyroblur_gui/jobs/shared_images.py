"""Pictures that go from a worker to the window through shared memory: never through JSON, never over the disk.

The worker writes every picture into a block of its own that nothing is ever written to again, and keeps the newest
RING blocks: a reader gets the whole picture or, when it comes too late, none; it can never see half of the next one.
Blocks are numbered under a prefix that the window chose, so it can remove those of a worker that was killed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import Buffer

from pyroblur_gui.jobs.events import SharedImage

if TYPE_CHECKING:
    from multiprocessing.shared_memory import SharedMemory

RING = 4
CHANNELS = 3
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - where Linux shows its shared memory; nothing is made there by name
_KEEP_FREE_BYTES = 4 << 20
_ABANDONED_S = 60.0
_NAME = re.compile(r"pb([0-9a-f]+)-[0-9a-f]{8}-\d+")


class SharedImages:
    """The worker's side: the newest pictures, each in its own block. Safe to use from several threads."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._serial = 0
        self._blocks: deque[SharedMemory] = deque()
        self._lock = threading.RLock()  # a signal may ask for `close` in the middle of `put`

    def put(self, *pictures: Buffer, width: int, height: int) -> tuple[SharedImage, ...]:
        """Shares pictures of height x width x 3 bytes side by side in one block.

        Raises ValueError for a picture of another size, OSError (ENOSPC) where shared memory is used up: writing
        into memory that the system does not have would end the process.
        """
        size = width * height * CHANNELS
        views = [_as_bytes(picture, size) for picture in pictures]
        _check_room(size * len(views))
        with self._lock:
            block = self._new_block(size * len(views))
            for index, view in enumerate(views):
                _memory_of(block)[index * size : (index + 1) * size] = view
            while len(self._blocks) > RING:
                _drop(self._blocks.popleft())
            return tuple(
                SharedImage(name=block.name, width=width, height=height, offset=index * size)
                for index in range(len(views))
            )

    def close(self) -> None:
        with self._lock:
            while self._blocks:
                _drop(self._blocks.popleft())

    def _new_block(self, size: int) -> SharedMemory:
        while True:
            name = f"{self._prefix}{self._serial}"
            self._serial += 1
            try:
                block = _open(name, size)
            except FileExistsError:  # left by a process of the same number that was killed with its window
                continue
            self._blocks.append(block)
            return block


def read(image: SharedImage) -> bytes | None:
    """A copy of the picture, height x width x 3 bytes RGB; None when newer ones have pushed it out."""
    size = image.width * image.height * CHANNELS
    try:
        block = _open(image.name)
    except (OSError, ValueError):  # ValueError: made, but its size is not yet set
        return None
    try:
        picture = bytes(_memory_of(block)[image.offset : image.offset + size])
    finally:
        block.close()
    return picture if len(picture) == size else None


def serial_of(image: SharedImage, prefix: str) -> int:
    """The number of the picture's block; -1 for one that is not under the prefix."""
    number = image.name.removeprefix(prefix)
    return int(number) if image.name.startswith(prefix) and number.isdecimal() else -1


def remove_leftovers(prefix: str, newest_serial: int) -> None:
    """Removes the blocks of a worker that was killed; `newest_serial` is the last one it told of, -1 for none.

    One more may have been made than was told of. Windows frees blocks by itself, and there this finds nothing.
    """
    for serial in range(max(0, newest_serial - RING), newest_serial + 2):
        try:
            block = _open(f"{prefix}{serial}")
        except (OSError, ValueError):
            continue
        _drop(block)


def remove_abandoned() -> None:
    """Removes blocks of a worker and a window that were killed together (at a forced logout, say).

    Only Linux lists its shared memory; elsewhere such blocks last until the next start of the system.
    """
    if not _MEMORY_FOLDER.is_dir():
        return
    for path in _MEMORY_FOLDER.iterdir():
        name = _NAME.fullmatch(path.name)
        if name is None or _exists(int(name[1], 16)):
            continue
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                path.unlink()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _as_bytes(picture: Buffer, size: int) -> memoryview | bytes:
    view = memoryview(picture)
    if view.nbytes != size:
        message = f"The picture has {view.nbytes} bytes where its size asks for {size}."
        raise ValueError(message)
    return view.cast("B") if view.c_contiguous else view.tobytes()


def _memory_of(block: SharedMemory) -> memoryview:
    if block.buf is None:
        message = "The block of shared memory is closed."
        raise ValueError(message)
    return block.buf


def _check_room(size: int) -> None:
    """Linux hands out shared memory that it does not have and ends the process (SIGBUS) when it is written to."""
    if _MEMORY_FOLDER.is_dir() and shutil.disk_usage(_MEMORY_FOLDER).free < size + _KEEP_FREE_BYTES:
        raise OSError(errno.ENOSPC, "no shared memory left")


def _drop(block: SharedMemory) -> None:
    block.close()
    _unlink(block)


if sys.version_info >= (3, 13):

    def _open(name: str, size: int = 0) -> SharedMemory:
        """Opens a block; makes it when a size is given."""
        from multiprocessing.shared_memory import SharedMemory

        return SharedMemory(name, create=size > 0, size=size, track=False)

    def _unlink(block: SharedMemory) -> None:
        with contextlib.suppress(FileNotFoundError):
            block.unlink()

else:
    # Before 3.13 every block is told to a tracker process, which is started for it, which removes blocks that are
    # still in use when any process that merely looked at them ends, and which prints warnings (bpo-38119).
    from collections.abc import Iterator
    from multiprocessing import resource_tracker

    _untracked_lock = threading.Lock()

    @contextlib.contextmanager
    def _untracked() -> Iterator[None]:
        with _untracked_lock:
            register, unregister = resource_tracker.register, resource_tracker.unregister
            resource_tracker.register = resource_tracker.unregister = lambda *_: None
            try:
                yield
            finally:
                resource_tracker.register, resource_tracker.unregister = register, unregister

    def _open(name: str, size: int = 0) -> SharedMemory:
        """Opens a block; makes it when a size is given."""
        from multiprocessing.shared_memory import SharedMemory

        with _untracked():
            return SharedMemory(name, create=size > 0, size=size)

    def _unlink(block: SharedMemory) -> None:
        with _untracked(), contextlib.suppress(FileNotFoundError):
            block.unlink()
