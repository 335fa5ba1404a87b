"""The log file, and what goes to the terminal. File names appear in it by their last part only.

Several processes (the window, its workers) append to one file. So it is rotated when a process starts, never in the
middle: no process may pull the file from under another (on Windows it could not, and would say so at every line).
"""

import contextlib
import logging
import sys
from pathlib import Path

from pyroblur_gui.core.paths import folders

FILE_NAME = "pyroblur.log"
ROTATE_BYTES = 1 << 20
KEPT = 3

_FORMAT = "%(asctime)s %(process)d {role} %(levelname)s %(name)s: %(message)s"


def log_file() -> Path:
    return folders().logs / FILE_NAME


def set_up(role: str, *, terminal: int = logging.WARNING) -> None:
    """Sends log records and Python's warnings to the log file (info and up) and to stderr (`terminal` and up).

    role: "window", "command" or "worker". A log file that cannot be written is no reason not to work.
    """
    formatter = logging.Formatter(_FORMAT.format(role=role))
    root = logging.getLogger()
    root.setLevel(min(logging.INFO, terminal))
    if sys.stderr is not None:
        console = logging.StreamHandler()
        console.setLevel(terminal)
        console.setFormatter(formatter)
        root.addHandler(console)
    logging.captureWarnings(capture=True)
    try:
        path = log_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        _rotate(path)
        written = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError as exc:
        logging.getLogger(__name__).warning("there is no log file: %s", exc.strerror)
        return
    written.setLevel(logging.INFO)
    written.setFormatter(formatter)
    root.addHandler(written)


def _rotate(path: Path) -> None:
    """pyroblur.log > pyroblur.log.1 > .2 > .3, once it is large. Another process may do the same: either is right."""
    if not path.exists() or path.stat().st_size < ROTATE_BYTES:
        return
    with contextlib.suppress(OSError):
        for number in range(KEPT, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            newer = path if number == 1 else path.with_name(f"{path.name}.{number - 1}")
            if newer.exists():
                newer.replace(older)
