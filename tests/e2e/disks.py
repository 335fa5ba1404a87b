"""Folders that cannot be written to, for one command only: mounts of its own, which end with it.

Permission bits do not bind root, so a read-only folder is a read-only mount there; a full one is a small mount.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

_OWN_MOUNTS = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--mount")


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[tuple[str, ...]]:
    """A command to put in front of another, for which `folder` (it must exist) is empty and read-only."""
    if os.geteuid() == 0:
        yield _with_mount(folder, 'mount -t tmpfs none "$0" && mount -o remount,ro "$0" && exec "$@"')
        return
    folder.chmod(0o555)
    try:
        yield ()
    finally:
        folder.chmod(0o755)


def small(folder: Path, size_bytes: int, *, listing: Path) -> tuple[str, ...]:
    """A command to put in front of another, for which `folder` is empty and holds no more than this.

    listing: the file to write the names to that the folder holds at the end, because the mount goes with the command.
    """
    script = (
        f'mount -t tmpfs -o size={size_bytes} none "$0" && list="$1" && shift && {{ "$@"; status=$?; '
        'find "$0" -mindepth 1 > "$list"; exit $status; }'
    )
    return (*_with_mount(folder, script), str(listing))


def _with_mount(folder: Path, script: str) -> tuple[str, ...]:
    """Skips where a command may have no mounts of its own: root may, users on most desktops, few containers."""
    probe = (*_OWN_MOUNTS, "sh", "-c", 'mount -t tmpfs none "$0"', str(folder))
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        pytest.skip("a command may have no mounts of its own here (unshare --mount is refused)")
    return (*_OWN_MOUNTS, "sh", "-c", script, str(folder))
