"""Another program that a job runs to its end: heard line by line, and ended with all that it started on a cancel.

It belongs to the worker's own group of processes, so that nothing is left of it when the worker is ended.
"""

import logging
import os
import subprocess  # noqa: TID251 - beside launch.py and process.py the one that may: what it starts is no worker
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from pyroblur_gui.core.errors import PackError
from pyroblur_gui.jobs.process_tree import TERMINATE_S, tree_of

LOOK_S = 0.1
KEPT_LINES = 400

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ended:
    """How it ended. out: all that it printed; err: the end of what it complained of."""

    status: int
    out: str
    err: str


def run_program(
    command: Sequence[str],
    *,
    environment: Mapping[str, str | None],
    look: Callable[[], None],
    limit_s: float | None = None,
) -> Ended:
    """Runs it to its end. environment: changes to this process's variables; None removes one.

    look: called ten times a second; what it raises ends the program. limit_s: after which it is ended.
    Raises PackError when it cannot be started, or took too long.
    """
    name = Path(command[0]).name
    whole: dict[str, str | None] = {**os.environ, **environment}
    try:
        process = subprocess.Popen(  # noqa: S603 - a program that PyroBlur brings along or has found
            list(command),
            env={name: value for name, value in whole.items() if value is not None},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            creationflags=_flags(),
        )
    except OSError as exc:
        message = f"{name} could not be started: {exc.strerror or exc}."
        raise PackError(message, hint="Install PyroBlur again.") from exc
    out, err = _Reader(process.stdout), _Reader(process.stderr)
    try:
        waited = 0.0
        while True:
            try:
                process.wait(LOOK_S)
                break
            except subprocess.TimeoutExpired:
                waited += LOOK_S
            look()
            if limit_s is not None and waited > limit_s:
                message = f"{name} did not end within {limit_s / 60:.0f} minutes."
                raise PackError(message, hint="Try again when the computer has less to do.")
    finally:
        if process.poll() is None:
            _end(process)
    return Ended(process.returncode, out.text(), err.text())


class _Reader:
    """Takes what comes through a pipe, so that the program never waits for it."""

    def __init__(self, pipe: IO[str] | None) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._pipe = pipe
        self._thread = threading.Thread(target=self._read, name="program", daemon=True)
        self._thread.start()

    def text(self) -> str:
        """A grandchild may hold the pipe open: then what came until now."""
        self._thread.join(TERMINATE_S)
        return "".join(self._lines)

    def _read(self) -> None:
        if self._pipe is None:
            return
        with self._pipe:
            self._lines.extend(self._pipe)


def _flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def _end(process: "subprocess.Popen[str]") -> None:
    """The program itself is waited for by subprocess alone: whoever else asks takes its exit status away."""
    tree = tree_of(process.pid)
    for one in tree:
        _quietly(one.terminate)
    try:
        process.wait(TERMINATE_S)
    except subprocess.TimeoutExpired:
        log.info("%d does not stop: killing it", process.pid)
    psutil.wait_procs(tree[1:], timeout=TERMINATE_S)
    for one in tree:
        _quietly(one.kill)
    process.wait()


def _quietly(do: Callable[[], None]) -> None:
    try:
        do()
    except psutil.Error:  # gone
        return
