"""Runs uv, which PyroBlur brings along, and says in the user's words what went wrong.

It reads no configuration of the user's own uv, keeps everything within the pack's folder, and builds no package from
source: nothing but wheels is taken, so that nothing runs while it is installed.
"""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from pyroblur_gui.core.errors import (
    AccessError,
    DiskFullError,
    NetworkError,
    OutputError,
    PackError,
    PyroblurError,
    SourceError,
)
from pyroblur_gui.core.training_part import pack_folder
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.interpreter import clean_environment
from pyroblur_gui.jobs.program import Ended, run_program
from pyroblur_gui.pack.place import CACHE, PYTHONS
from pyroblur_gui.pack.shipped import shipped

TIMEOUT_S = 20  # without a byte from a server
RETRIES = 1
_SHOWN_LINES = 6
_VARIABLES = {"--default-index": "UV_DEFAULT_INDEX", "--index": "UV_INDEX", "--mirror": "UV_PYTHON_INSTALL_MIRROR"}
_ADDRESS = re.compile(r"https?://[^\s`'\"()]+")
_LATER = "Check the internet connection and the sources of the training pack, then try again."


class Uv:
    """For one job; a cancel of the job ends it with all that it started."""

    def __init__(self, context: Context, *, is_offline: bool = False) -> None:
        self._context = context
        self._is_offline = is_offline
        self._program = shipped().uv

    def run(self, *arguments: str | Path, look: Callable[[], None] = lambda: None) -> str:
        """What it printed. look: called ten times a second. Raises what `explained` makes of it, JobCancelledError."""
        ended = self.ask(*arguments, look=look)
        if ended.status != 0:
            raise explained(ended)
        return ended.out

    def ask(self, *arguments: str | Path, look: Callable[[], None] = lambda: None) -> Ended:
        """As `run`, but a failure is an answer, too."""

        def watch() -> None:
            self._context.check_cancelled()
            look()

        told, addresses = apart(map(str, arguments))
        return run_program([str(self._program), *told], environment=self._environment() | addresses, look=watch)

    def _environment(self) -> dict[str, str | None]:
        folder = pack_folder()
        own: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith("UV_"))
        own |= clean_environment()
        own |= {
            "UV_CACHE_DIR": str(folder / CACHE),
            "UV_PYTHON_INSTALL_DIR": str(folder / PYTHONS),
            "UV_NO_CONFIG": "1",
            "UV_NO_ENV_FILE": "1",
            "UV_NO_PROGRESS": "1",
            "UV_SYSTEM_CERTS": "1",
            "UV_HTTP_TIMEOUT": str(TIMEOUT_S),
            "UV_HTTP_CONNECT_TIMEOUT": str(TIMEOUT_S // 2),
            "UV_HTTP_RETRIES": str(RETRIES),
            "NO_COLOR": "1",
        }
        return own | ({"UV_OFFLINE": "1"} if self._is_offline else {})


def apart(arguments: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Arguments for uv without the addresses of indexes, and those as variables of its environment.

    An address may hold a password, and everyone on the computer can read the arguments of a program that runs.
    """
    rest, addresses = [], {}
    left = iter(arguments)
    for argument in left:
        if argument in _VARIABLES:
            addresses[_VARIABLES[argument]] = next(left)
        else:
            rest.append(argument)
    return rest, addresses


def explained(ended: Ended) -> PyroblurError:
    """The error to raise for what uv complained of. Addresses are shown by their hosts only."""
    text = ended.err or ended.out
    low = text.lower()
    hosts = sorted({host for found in _ADDRESS.findall(text) if (host := urlsplit(found).hostname)})
    where = hosts[0] if hosts else "the package index"
    said = _said(text)
    rules: tuple[tuple[str, type[PyroblurError], str, str], ...] = (
        (r"no space left|os error 28|disk quota|os error 112", DiskFullError,
         "The disk is full: the training pack could not be made.",
         "Make room on the disk of PyroBlur's data folder, then try again: what was fetched is used again."),
        (r"permission denied|read-only file system|os error 13\b|os error 30\b|access is denied", OutputError,
         f"The training pack could not be written to {pack_folder()}.", "Make that folder writable."),
        (r"\b(401|403)\b|unauthorized|forbidden", AccessError, f"{where} refused access.",
         "Check the address, and the name and password in it, if it needs any."),
        (r"timed out|timeout|dns error|error sending request|connection (refused|reset|closed)|client error \(connect\)"
         r"|failed to fetch|tls|certificate|\b50\d\b|connect error|failed to download|could not connect", NetworkError,
         f"{where} could not be reached, or did not answer as it should.", _LATER),
        (r"no solution found|not found in the|no matching distribution|has no (usable )?wheels"
         r"|because there (is|are) no|network was disabled|requirements are unsatisfiable|404", SourceError,
         f"Not all that a training pack needs is there: {said}",
         "Choose another index or folder of wheels, or another build of PyTorch; a folder has to hold everything."),
    )  # fmt: skip
    for pattern, kind, message, hint in rules:
        if re.search(pattern, low):
            return kind(message, hint=hint)
    return PackError(f"The training pack could not be made: {said}", hint="Try again; if it happens again, report it.")


def _said(text: str) -> str:
    """The first lines of what it said, on one line, with addresses cut to their hosts."""
    lines = [re.sub(r"^[\s│├╰─▶×╭·]*(error:|cause:)?\s*", "", line).strip() for line in text.splitlines()]
    shown = " ".join(line for line in lines if line and not line.startswith(("hint:", "warning:")))
    shown = _ADDRESS.sub(lambda found: urlsplit(found.group()).hostname or "", shown)
    return " ".join(shown.split()[:60]).rstrip(".:") + "."
