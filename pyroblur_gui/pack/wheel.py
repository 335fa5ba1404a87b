"""PyroBlur's own wheel, as the installed program carries it: without the files that the program has anyway.

packaging/thin_wheel.py takes them out (the starter model, the guide's pictures); the wheel's own list, RECORD, still
names each of them with its hash, and so tells what to put back.
"""

import base64
import csv
import hashlib
import shutil
import zipfile
import zlib
from pathlib import Path

from pyroblur_gui.core.errors import PackError
from pyroblur_gui.core.files import PartFile, writing
from pyroblur_gui.core.paths import resource

REINSTALL = "Install PyroBlur again."
RESOURCES = "pyroblur_gui/resources/"
_NEW = 1980, 1, 1, 0, 0, 0  # the oldest time that a zip file can tell: the same wheel is the same file
_MODE = 0o100644


def complete(thin: Path, target: Path) -> None:
    """Writes the whole wheel: that one, and behind its members those that it lacks, from the program's resources.

    Raises PackError where one of them is missing or is not what it was, OutputError, DiskFullError.
    """
    with PartFile(target) as part:
        with writing(target):
            shutil.copyfile(thin, part.path)
        try:
            members = _missing(part.path)
        except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, csv.Error) as error:
            raise damaged(thin) from error
        with writing(target), zipfile.ZipFile(part.path, "a") as wheel:
            for name, digest in members:
                info = zipfile.ZipInfo(name, _NEW)
                info.external_attr = _MODE << 16
                wheel.writestr(info, _read(name, digest))
        part.commit()


def _missing(wheel: Path) -> list[tuple[str, str]]:
    """Names in its list that it does not hold, with their hashes as the list writes them."""
    with zipfile.ZipFile(wheel) as archive:
        there = set(archive.namelist())
        (record,) = (name for name in there if name.endswith(".dist-info/RECORD"))
        rows = list(csv.reader(archive.read(record).decode().splitlines()))
    return [(row[0], row[1]) for row in rows if row and row[0] not in there]


def _read(member: str, digest: str) -> bytes:
    try:
        path = resource(*member.removeprefix(RESOURCES).split("/"))
        data = path.read_bytes()
    except OSError as error:
        name = member.rpartition("/")[2]
        message = f"{name}, which comes with PyroBlur, is missing."
        raise PackError(message, hint=REINSTALL) from error
    found = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    if digest != f"sha256={found}":
        raise damaged(path)
    return data


def damaged(path: Path) -> PackError:
    message = f"{path.name}, which came with PyroBlur, is damaged."
    return PackError(message, hint=REINSTALL, path=path)
