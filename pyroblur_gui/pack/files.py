"""The files of a pack's packages: whether they are what they were, and how they get into the next pack.

A package's own list (RECORD) has a hash of every file. What is whole and of the wanted version is linked into the new
pack rather than fetched again: an update fetches what has changed, a repair what is damaged.
"""

import base64
import csv
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from pyroblur_gui.core.files import writing
from pyroblur_gui.pack.place import Installed

ENDING = ".dist-info"
_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True)
class Listed:
    """A line of RECORD. digest: urlsafe base64 of the SHA-256, without padding; empty where none is listed."""

    path: str
    digest: str
    size: int | None


def installed_in(site_packages: Path) -> list[Installed]:
    """What is installed there, by its dist-info folders."""
    found = []
    for folder in sorted(site_packages.glob(f"*{ENDING}")):
        name, _, version = folder.name.removesuffix(ENDING).partition("-")
        found.append(Installed(name=canonicalize_name(name), version=version, record=folder.name))
    return found


def problem_with(each: Installed, site_packages: Path, *, look: Callable[[], None]) -> str:
    """What is wrong with a package's files; empty when all are what they were. look: called for every file."""
    try:
        for line in _lines(each, site_packages):
            look()
            if trouble := _trouble(site_packages / line.path, line):
                return f"{each.name}: {line.path} {trouble}."
    except (OSError, ValueError, csv.Error):
        return f"{each.name}: its list of files cannot be read."
    return ""


def link_package(each: Installed, source: Path, target: Path, *, look: Callable[[], None]) -> None:
    """Gives a package's files a second name in the new pack; copies where that cannot be. Raises OutputError."""
    with writing(target):
        for line in _lines(each, source):
            look()
            new = target / line.path
            new.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source / line.path, new)
            except FileExistsError:  # of a namespace that two packages share
                continue
            except OSError:
                shutil.copy2(source / line.path, new)


def _lines(each: Installed, site_packages: Path) -> Iterator[Listed]:
    """Without compiled code, which Python makes anew, and without programs outside of the packages' folder."""
    with (site_packages / each.record / "RECORD").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            path, digest, size = (*row, "", "")[:3]
            place = Path(path)
            if not path or place.is_absolute() or ".." in place.parts or place.suffix == ".pyc":
                continue
            yield Listed(path, digest.removeprefix("sha256="), int(size) if size.isdecimal() else None)


def _trouble(path: Path, line: Listed) -> str:
    try:
        size = path.stat().st_size
    except OSError:
        return "is gone"
    if line.size is not None and size != line.size:
        return f"has {size:,} bytes instead of {line.size:,}"
    if line.digest and line.path.rpartition("/")[2] != "RECORD" and _digest(path) != line.digest:
        return "was changed"
    return ""


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
