"""A process with all that it started: who is in it, and how it is ended."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence

import psutil

TERMINATE_S = 2.0  # how long it may take after SIGTERM, before SIGKILL
_LOOK_S = 0.05


def tree_of(pid: int) -> list[psutil.Process]:
    """The process and its descendants; empty when it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def is_there(pid: int) -> bool:
    """Whether a process of that number does anything yet."""
    try:
        return _does_anything(psutil.Process(pid))
    except psutil.Error:
        return False


def terminate(tree: Sequence[psutil.Process]) -> None:
    """Asks each to end; who is gone, or no longer ours, is left alone."""
    for process in tree:
        _signal(process, psutil.Process.terminate)


def kill(tree: Sequence[psutil.Process]) -> None:
    for process in tree:
        _signal(process, psutil.Process.kill)


async def end_tree(tree: Sequence[psutil.Process]) -> None:
    """Terminates, then kills processes that are not followed otherwise."""
    terminate(tree)
    await comes_true(lambda: not any(_does_anything(process) for process in tree), TERMINATE_S)
    kill(tree)


def end_orphans(pid: int, status: int | None) -> None:
    """Ends what a dead child left running: its group where there are groups, else what still names it as parent."""
    if sys.platform == "win32":
        if status == 0:  # it ended in order; looking at every process takes a while there
            return
        for process in psutil.process_iter(["ppid"]):
            if process.info["ppid"] == pid:
                kill(tree_of(process.pid))
        return
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody left (macOS: only zombies left)
        return


async def comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it does within that time; for what another process does, which sets no event here."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        await asyncio.sleep(_LOOK_S)
    return True


def _does_anything(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _signal(process: psutil.Process, how: Callable[[psutil.Process], None]) -> None:
    try:
        how(process)
    except psutil.Error:  # gone, or no longer ours
        return
