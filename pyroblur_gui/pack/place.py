"""The training pack on the disk, and in which state it is.

The one that is used is named by a manifest, which is replaced in one step when a new one is complete and was tried:
what is half made never counts. Light: the window and the command line ask it before every job.
"""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pyroblur_gui.core.errors import PackError, PyroblurError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.training_part import can_make_pack, has_training, pack_folder
from pyroblur_gui.jobs.interpreter import Interpreter
from pyroblur_gui.pack.shipped import OWN_WHEEL, shipped

MANIFEST_FILE = "manifest.json"
WHEELS, CACHE, PYTHONS, LOCK_FILE = "wheels", "cache", "python", "lock"
ENVIRONMENT_PREFIX = "environment-"
DAMAGED_FILE = "damaged.txt"  # in the environment: what a check found


class State(StrEnum):
    NOT_NEEDED = "not_needed"  # this Python can train by itself
    UNAVAILABLE = "unavailable"  # neither that, nor is anything brought along to make a pack with
    ABSENT = "absent"
    UNFINISHED = "unfinished"  # something was fetched, and is used when it goes on
    READY = "ready"
    OUTDATED = "outdated"  # made by another version of PyroBlur
    BROKEN = "broken"


class Installed(BaseModel):
    """A distribution in the pack. record: its dist-info folder's name."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    version: str
    record: str


class Manifest(BaseModel):
    """What a complete pack is. environment: name of its folder. packages: relative to that, where packages lie."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    environment: str = Field(pattern=rf"^{ENVIRONMENT_PREFIX}[0-9a-f]+$")
    python: str  # relative to the environment
    packages: str
    python_version: str
    wheel_sha256: str
    constraints_sha256: str
    version: str
    torch: str
    devices: str = ""  # what torch can train on here
    size_bytes: int
    source: str  # hosts, or the folder of wheels
    made: datetime
    installed: tuple[Installed, ...]

    @property
    def folder(self) -> Path:
        return pack_folder() / self.environment

    @property
    def interpreter(self) -> Interpreter:
        return Interpreter(self.folder / self.python)

    @property
    def site_packages(self) -> Path:
        return self.folder / self.packages


@dataclass(frozen=True)
class Status:
    """reason: why it is outdated or broken. left_bytes: what an unfinished one has fetched already."""

    state: State
    manifest: Manifest | None = None
    reason: str = ""
    left_bytes: int = 0

    @property
    def is_usable(self) -> bool:
        """Whether a training can begin."""
        return self.state in {State.NOT_NEEDED, State.READY}


def status() -> Status:
    """By looking at names only, in some milliseconds; pack_check looks at every file."""
    if has_training():
        return Status(State.NOT_NEEDED)
    if not can_make_pack():
        return Status(State.UNAVAILABLE)
    try:
        manifest = read_manifest()
    except PackError as error:
        return Status(State.BROKEN, reason=error.message)
    if manifest is None:
        left = size_of(pack_folder() / WHEELS)
        return Status(State.UNFINISHED if left else State.ABSENT, left_bytes=left)
    return _judged(manifest)


def _judged(manifest: Manifest) -> Status:
    if reason := missing_of(manifest):
        return Status(State.BROKEN, manifest, reason)
    try:
        mine = shipped()
    except PyroblurError as error:
        return Status(State.BROKEN, manifest, error.message)
    if (manifest.wheel_sha256, manifest.constraints_sha256) != (mine.wheel_sha256, mine.constraints_sha256):
        if manifest.version == mine.version:
            return Status(State.OUTDATED, manifest, f"It was made by another build of PyroBlur {mine.version}.")
        return Status(State.OUTDATED, manifest, f"It was made by PyroBlur {manifest.version}, this is {mine.version}.")
    return Status(State.READY, manifest)


def usable_interpreter() -> Interpreter | None:
    """The pack's Python when there is need of it and it is whole; else None."""
    found = status()
    return found.manifest.interpreter if found.state is State.READY and found.manifest is not None else None


def read_manifest() -> Manifest | None:
    """None while there is no complete pack. Raises PackError when it cannot be read."""
    path = pack_folder() / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        message = "What the training pack says of itself cannot be read."
        raise PackError(message, hint="Have it mended: pyroblur pack install.", path=path) from error


def keep_manifest(manifest: Manifest) -> None:
    """From now on, this pack is the one that is used. Raises OutputError."""
    with PartFile(pack_folder() / MANIFEST_FILE) as part:
        part.path.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        part.commit()


def clear() -> None:
    """Removes what was fetched or put together for a pack that is complete now."""
    for name in (WHEELS, CACHE, OWN_WHEEL):
        remove_tree(pack_folder() / name)


def remove_tree(folder: Path) -> None:
    """What cannot be removed (a file in use on Windows) stays until the next time."""
    with suppress(OSError):
        shutil.rmtree(folder, ignore_errors=True)


def size_of_pack() -> int:
    """Bytes of everything in the pack's folder. Looks at every file: call it in a thread."""
    return size_of(pack_folder())


def size_of(folder: Path) -> int:
    """Bytes of all files below it; one of several names counts once."""
    seen: set[tuple[int, int]] = set()
    whole = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                facts = os.lstat(os.path.join(place, name))  # noqa: PTH118 - many thousands
                if facts.st_nlink == 1 or (facts.st_dev, facts.st_ino) not in seen:
                    seen.add((facts.st_dev, facts.st_ino))
                    whole += facts.st_size
    return whole


def missing_of(manifest: Manifest) -> str:
    """What is not there of a pack; empty when nothing is known to be missing."""
    python = manifest.interpreter.python
    if not manifest.folder.is_dir():
        return "Its folder is gone."
    if not python.exists():  # also a link to a Python that was removed
        return f"Its Python {manifest.python_version} is gone: it was removed from this computer, or replaced."
    for each in manifest.installed:
        if not (manifest.site_packages / each.record / "RECORD").is_file():
            return f"{each.name} is missing."
    with suppress(OSError):
        return (manifest.folder / DAMAGED_FILE).read_text(encoding="utf-8")
    return ""
