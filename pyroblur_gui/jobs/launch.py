"""Starts a worker: what is started, in which environment, and a worker that is under way before its first job is known.

Light: the window starts the preview's worker from here before it loads its own modules.
"""

import asyncio
import os
import secrets
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyroblur_gui.jobs.pipes import Pipes

# opencv-python sets these for its own Qt; a child with another Qt would look for its plugins there.
_UNWANTED = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
AHEAD = "--ahead"


@dataclass(frozen=True, slots=True)
class Launched:
    """A worker on its way. prefix: of its shared pictures' names. Whoever takes it over closes it (jobs/process.py)."""

    prefix: str
    pipes: Pipes


async def launch(kind: str) -> Launched:
    """Starts a worker of PyroBlur's on the running loop. Raises OSError.

    kind: of the job that it will be given first; it makes ready for that by itself.
    """
    prefix, pipes = new_prefix(), Pipes()
    await spawn(pipes, [*worker_command(), prefix, AHEAD, kind], {}, is_apart=True)
    return Launched(prefix, pipes)


async def spawn(pipes: Pipes, command: Sequence[str], changes: Mapping[str, str | None], *, is_apart: bool) -> None:
    """changes: variables on top of this process's own; None removes one. Raises OSError."""
    loop = asyncio.get_running_loop()
    apart = apart_from_this_process() if is_apart or sys.platform == "win32" else {}
    await loop.subprocess_exec(lambda: pipes, *command, env=child_environment(changes), **apart)


def new_prefix() -> str:
    """A prefix that no other worker has; it names this process. macOS allows 31 bytes for a name with its number."""
    return f"pb{os.getpid():x}-{secrets.token_hex(4)}-"


def worker_command() -> list[str]:
    """How PyroBlur's worker is started from here: a packaged program starts itself.

    -P: a folder of pictures that PyroBlur was started in must not be able to bring Python code of its own.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "worker"]
    return [sys.executable, "-P", "-X", "utf8", "-m", "pyroblur_gui", "worker"]


def child_environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """changes: variables on top of this process's own; None removes one."""
    whole: dict[str, str | None] = {**_own(), **(changes or {})}
    return {name: value for name, value in whole.items() if value is not None}


def _own() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    environment["PYTHONUTF8"] = "1"
    # glibc gives each thread memory of its own to draw from, which threads that hand frames on never give back.
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    if getattr(sys, "frozen", False):
        return environment
    root = str(Path(__file__).resolve().parents[2])
    if root not in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:  # a checkout that is not installed
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([root, known] if known else [root])
    return environment


def apart_from_this_process() -> dict[str, Any]:
    """A group of its own: Ctrl-C in the terminal reaches only us, and the child's whole group can be ended."""
    if sys.platform == "win32":
        import subprocess  # noqa: TID251 - for its flags; this module is one of those that may

        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
