"""Files as PyroBlur writes them: beside their place, whole, and only then under their name. And their hashes."""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from pyroblur_gui.core.errors import (
    DiskFullError,
    MissingFileError,
    OutputError,
    PyroblurError,
    UnreadableMediaError,
)

LONGEST_NAME_BYTES = 255  # ext4, APFS and NTFS (there: UTF-16 units, of which a name never has more than bytes)
_LONGEST_SUFFIX_BYTES = 16
_PART_PREFIX = ".pyroblur-"
_CHUNK_BYTES = 1 << 20
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def sha256(
    path: Path,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    check_cancelled: Callable[[], None] | None = None,
) -> str:
    """The file's SHA-256 in hexadecimal.

    on_progress(done, total): in bytes. check_cancelled: called for each megabyte, raises to stop.
    Raises MissingFileError when there is no such file, UnreadableMediaError when it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            total = os.fstat(file.fileno()).st_size
            while chunk := file.read(_CHUNK_BYTES):
                if check_cancelled is not None:
                    check_cancelled()
                digest.update(chunk)
                if on_progress is not None:
                    on_progress(file.tell(), total)
    except FileNotFoundError as exc:
        message = f"{path.name} is not there (any more)."
        raise MissingFileError(message, hint="Check whether it was moved or renamed.", path=path) from exc
    except OSError as exc:
        message = f"{path.name} cannot be read: {exc.strerror}."
        raise UnreadableMediaError(message, hint="Check that you may read it.", path=path) from exc
    return digest.hexdigest()


class PartFile:
    """A file that appears under its name only when it is complete.

        with PartFile(target) as part:
            write(part.path)
            part.commit()

    `path` is an empty file, hidden, in the target's folder (made if missing) and with its suffix. What was not
    committed is removed; what a killed process left of the same target is removed by the next. Its name is short
    and made of the target's, because the target's own may already be as long as a name can be.
    Raises OutputError or DiskFullError, on entering and on committing.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        suffix = target.suffix if len(os.fsencode(target.suffix)) <= _LONGEST_SUFFIX_BYTES else ""
        self._stem = f"{_PART_PREFIX}{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}-"
        self.path = target.with_name(f"{self._stem}{os.getpid()}.part{suffix}")
        self._is_committed = False

    def __enter__(self) -> Self:
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            remove_abandoned(self.target.parent, f"{self._stem}*")
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError as exc:
            if self.path.exists():
                message = f"{self.target.name} is being written by another job."
                raise OutputError(message, hint="Wait for it, or choose another name.", path=self.target) from exc
            raise as_output_error(exc, self.target) from exc
        except OSError as exc:
            raise as_output_error(exc, self.target) from exc
        return self

    def commit(self) -> None:
        """Makes sure that every byte is on the disk, then gives the file its name; replaces what had that name."""
        try:
            with self.path.open("r+b") as file:
                os.fsync(file.fileno())
            self.path.replace(self.target)
        except OSError as exc:
            raise as_output_error(exc, self.target) from exc
        self._is_committed = True
        _sync_folder(self.target.parent)

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_committed:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)


def remove_abandoned(folder: Path, pattern: str = f"{_PART_PREFIX}*") -> None:
    """Removes what killed processes left half-written in this folder; that of living ones stays."""
    import psutil

    for left in folder.glob(f"{pattern}.part*"):
        owner = left.name.removeprefix(_PART_PREFIX).partition("-")[2].partition(".")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            with contextlib.suppress(OSError):
                left.unlink()


def as_output_error(exc: OSError, target: Path) -> OutputError:
    """What a failed write means for the user, as the error to raise."""
    name, folder = target.name, target.parent
    if isinstance(exc, OutputError):
        return exc
    if exc.errno in _FULL:
        message = f"The disk is full: {name} could not be written to {folder}."
        return DiskFullError(message, hint="Make room there or choose another output folder.", path=target)
    if exc.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        message = f"{name} could not be written: {folder} is read-only, or {name} is in use."
        return OutputError(message, hint="Choose an output folder that you may write to.", path=target)
    if exc.errno == errno.ENAMETOOLONG:
        message = f"{name} could not be written: the name is too long."
        return OutputError(message, hint="Choose a shorter name pattern or output folder.", path=target)
    message = f"{name} could not be written to {folder}: {exc.strerror or exc}."
    return OutputError(message, hint="Choose another output folder.", path=target)


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """What goes wrong with the disk inside the `with`, as OutputError or DiskFullError; other errors pass."""
    try:
        yield
    except PyroblurError:  # some are OSErrors, too
        raise
    except OSError as exc:
        raise as_output_error(exc, target) from exc


def free_space(folder: Path) -> int:
    """Bytes that are free on the disk of `folder`, which need not exist yet."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def require_free_space(folder: Path, needed_bytes: int) -> None:
    """Raises DiskFullError when the disk of `folder`, which need not exist yet, has less room than that."""
    free = free_space(folder)
    if free < needed_bytes:
        message = f"{folder} has {_megabytes(free)} left; about {_megabytes(needed_bytes)} are needed."
        raise DiskFullError(message, hint="Make room there or choose another output folder.", path=folder)


def is_same_file(one: Path, other: Path) -> bool:
    """True when both names lead to one file, also by links or, where the file system ignores it, by case."""
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there: then they are the same only if they would be
        return one.resolve() == other.resolve()


def unused_name(path: Path, *, taken: Container[Path] = ()) -> Path:
    """The path itself or, when there is such a file or it is in `taken`, with a number: "clip (2).mp4".

    A name that would become too long loses the end of its stem, never part of a character.
    """
    candidate, number = path, 1
    while candidate in taken or os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(fitted_name(path.stem, f" ({number}){path.suffix}"))
    return candidate


def fitted_name(stem: str, ending: str) -> str:
    """The stem and its ending, the stem cut to what a file's name may have in bytes."""
    room = LONGEST_NAME_BYTES - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room and stem:
        stem = stem[:-1]
    return stem + ending


def _sync_folder(folder: Path) -> None:
    """Makes the renaming itself last through a power cut, where the system has a way to ask for it."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"
