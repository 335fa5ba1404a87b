"""Runs a command that is killed when it, or anything it starts, asks the system for a socket that leaves the computer.

    python no_network.py COMMAND...

The kernel does it (seccomp), so that native code is held to it as well, and so that whoever merely tries is found.
Only sockets between processes of this computer are allowed (AF_UNIX).
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

SOCKET_CALL = {"x86_64": (41, 0xC000003E), "aarch64": (198, 0xC00000B7)}  # its number, and the kernel's architecture
AF_UNIX = 1
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
KILL_PROCESS, ALLOW = 0x80000000, 0x7FFF0000
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
NUMBER_AT, ARCHITECTURE_AT, FAMILY_AT = 0, 4, 16  # in the kernel's description of a call


def wrapper() -> tuple[str, ...]:
    """The command to put in front of another; skips where the kernel has no such filter."""
    if sys.platform != "linux" or platform.machine() not in SOCKET_CALL:
        pytest.skip("no seccomp filter for this system: attempts to reach the network cannot be caught in native code")
    return (sys.executable, str(Path(__file__).resolve()))


def deny() -> None:
    """Sets the filter for this process and all that it starts. Raises OSError."""
    number, architecture = SOCKET_CALL[platform.machine()]
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (JUMP_EQUAL, 0, 5, architecture),
        (LOAD, 0, 0, NUMBER_AT),
        (JUMP_EQUAL, 0, 3, number),
        (LOAD, 0, 0, FAMILY_AT),
        (JUMP_EQUAL, 1, 0, AF_UNIX),
        (RETURN, 0, 0, KILL_PROCESS),
        (RETURN, 0, 0, ALLOW),
    ]
    program = b"".join(struct.pack("HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    unused = (ctypes.c_ulong(0),) * 2
    for call in (
        (PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), ctypes.c_ulong(0), *unused),
        (PR_SET_SECCOMP, ctypes.c_ulong(MODE_FILTER), ctypes.c_void_p(ctypes.addressof(head)), *unused),
    ):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main(command: Sequence[str]) -> None:
    deny()
    os.execvp(command[0], list(command))  # noqa: S606 - what the caller names


if __name__ == "__main__":
    main(sys.argv[1:])
