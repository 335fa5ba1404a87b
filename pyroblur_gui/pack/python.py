"""The Python that a training pack is made with: one of this computer where one fits, else one that uv fetches."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pyroblur_gui.core.errors import NetworkError, PackError
from pyroblur_gui.pack.spec import PYTHONS, Sources
from pyroblur_gui.pack.uv import Uv, explained

FITS = ">=3.11,<3.14"
FETCHED = "3.13"  # the one that is fetched
FETCHED_BYTES = 35_000_000  # about; nobody tells the size beforehand

_VERSION = re.compile(r"^3\.(11|12|13)(\.\d+)?$")


@dataclass(frozen=True)
class FoundPython:
    """path: None for one that is to be fetched."""

    version: str
    path: Path | None = None

    @property
    def minor(self) -> str:
        """E.g. 3.13."""
        return ".".join(self.version.split(".")[:2])


def find_python(uv: Uv, sources: Sources) -> FoundPython:
    """Nothing is fetched. Raises PackError for a Python that was named and cannot be used, JobCancelledError."""
    named = sources.python.strip()
    if named and not _VERSION.match(named):
        return _named(uv, Path(named).expanduser())
    wanted = named or FITS
    options = ("--no-python-downloads", "--system", "--no-project")
    for preference in (("--no-managed-python",), ("--managed-python",)):  # ours is the one that was fetched before
        ended = uv.ask("python", "find", wanted, *options, *preference)
        path = Path(ended.out.strip() or ".")
        if ended.status == 0 and path.is_file():
            return FoundPython(_version(uv, path), path)
    return FoundPython(named or FETCHED)


def python_host(sources: Sources) -> str:
    """Where one would be fetched from, as it is shown."""
    address = sources.python_mirror or PYTHONS
    return urlsplit(address).hostname or address


def fetch_python(uv: Uv, wanted: FoundPython, sources: Sources) -> FoundPython:
    """Fetches a Python into the pack's folder; which build, and its checksum, uv knows.

    Raises NetworkError, SourceError, DiskFullError, OutputError, PackError, JobCancelledError.
    """
    mirror = ("--mirror", sources.python_mirror) if sources.python_mirror else ()
    ended = uv.ask("python", "install", wanted.version, "--no-bin", "--no-registry", *mirror)
    if ended.status != 0:
        error = explained(ended)
        if isinstance(error, NetworkError | PackError):
            message = f"This computer has no Python that fits ({FITS}), and none could be fetched: {error.message}"
            hint = "Install Python 3.11, 3.12 or 3.13, or name a mirror or the place of a Python in the sources."
            raise type(error)(message, hint=hint) from error
        raise error
    found = find_python(uv, sources.model_copy(update={"python": wanted.version}))
    if found.path is None:
        message = f"Python {wanted.version} was fetched, but cannot be run on this computer."
        raise PackError(message, hint="Install Python 3.11, 3.12 or 3.13, or name its place in the sources.")
    return found


def _named(uv: Uv, path: Path) -> FoundPython:
    if not path.is_file():
        message = f"There is no Python at {path}."
        raise PackError(message, hint="Name the program itself, such as /usr/bin/python3.12, or leave it empty.")
    version = _version(uv, path)
    if not _VERSION.match(version):
        message = f"{path} is Python {version or 'of no version that it tells'}; 3.11, 3.12 or 3.13 is needed."
        raise PackError(message, hint="Name another one, or leave it empty: one that fits is found or fetched.")
    return FoundPython(version, path)


def _version(uv: Uv, path: Path) -> str:
    ended = uv.ask("python", "find", path, "--no-python-downloads", "--no-project", "--show-version")
    return ended.out.strip() if ended.status == 0 else ""
