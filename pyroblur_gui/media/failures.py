"""Turns what FFmpeg, Pillow and the system report into errors that say what to do."""

import errno
from pathlib import Path

import av.error

from pyroblur_gui.core.errors import (
    DiskFullError,
    MissingFileError,
    OutputError,
    PyroblurError,
    UnreadableMediaError,
)

FFmpegError = av.error.FFmpegError
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}

# First bytes of what is often renamed by mistake, or is protected by a password.
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"{\\rtf", "a text document"),
    (b"<html", "a web page"),
    (b"<!DOCTYPE", "a web page"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"#EXTM3U", "a list of addresses and holds no picture itself"),
)


def missing(path: Path) -> MissingFileError:
    return MissingFileError(
        f"{shown(path)} is not there.",
        hint="Check its name, and whether it was moved or its disk unplugged.",
        path=path,
    )


def read_failure(path: Path, error: BaseException) -> PyroblurError:
    """The error to raise when a photo or clip cannot be opened or decoded."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return missing(path)
    if number in _FORBIDDEN and not readable(path):
        return UnreadableMediaError(
            f"{shown(path)} may not be read.", hint="Ask for permission to read it, or copy it to a folder of yours.",
            path=path,
        )  # fmt: skip
    what = disguise(path)
    if what:
        return UnreadableMediaError(
            f"{shown(path)} is {what}, not a photo or clip.", hint="Unpack or export the photo or clip from it first.",
            path=path,
        )  # fmt: skip
    return UnreadableMediaError(
        f"{shown(path)} cannot be decoded: it is damaged, incomplete, or no photo or clip at all.",
        hint="Copy it from the camera again, or convert it with the program that made it.",
        path=path,
    )


def write_failure(path: Path, error: BaseException) -> OutputError:
    """The error to raise when an output cannot be written."""
    number = getattr(error, "errno", None)
    if number in _FULL:
        return DiskFullError(
            f"No space is left for {shown(path)}.", hint="Free some space or choose another output folder, then retry.",
            path=path,
        )  # fmt: skip
    if number in _FORBIDDEN:
        return OutputError(
            f"{shown(path)} may not be written.", hint="Choose an output folder that you may write to.", path=path
        )
    if number in {errno.ENOENT, errno.ENOTDIR}:
        return OutputError(
            f"The folder of {shown(path)} is not there.", hint="Choose an output folder that exists.", path=path
        )
    if number == errno.ENAMETOOLONG:
        return OutputError(f"The name of {shown(path)} is too long.", hint="Choose a shorter name.", path=path)
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError(
        f"{shown(path)} could not be written: {reason}.",
        hint="Try another output folder or another encoder.",
        path=path,
    )


def disguise(path: Path) -> str:
    """What a file is that is no medium, e.g. "a ZIP archive with a password"; "" when that is not plain."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return ""
    if head.startswith(b"PK\x03\x04"):
        return "a ZIP archive with a password" if len(head) > 6 and head[6] & 1 else "a ZIP archive"
    return next((what for start, what in _SIGNATURES if head.lstrip()[: len(start)].lower() == start.lower()), "")


def readable(path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False


def shown(path: Path) -> str:
    """A file's name as one line of text, whatever bytes it is made of."""
    name = path.name.encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char.isprintable() else "�" for char in name)
