"""Unpacking archives of strangers: nothing outside the folder, no links, no bombs, and a folder only when it is whole.

Every name, kind and size is judged here before a byte is written, and every byte is counted while it is.
"""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pyroblur_gui.core.errors import ArchiveError, MissingFileError
from pyroblur_gui.core.files import require_free_space, writing
from pyroblur_gui.datasets.packed import Archive, Entry, opened, reading
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.meter import Meter

STAGE = "extract"
_CHUNK_BYTES = 1 << 20
IS_WINDOWS = os.name == "nt"
_JUNK = "__MACOSX"
_NO_WINDOWS_NAME = re.compile(r'[<>:"|?*]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$', re.IGNORECASE)
_RENAME = "Rename it and pack it again, or unpack it on another system and choose the folder."
_HOSTILE = "Archives of pictures hold nothing like that. Do not use it, and tell whoever gave it to you."


@dataclass(frozen=True)
class Limits:
    """What no honest archive of pictures exceeds.

    ratio: bytes that come out for each byte of the archive, once more than ratio_from_bytes came out.
    """

    files: int = 2_000_000
    total_bytes: int = 1 << 40
    file_bytes: int = 16 << 30
    ratio: float = 200.0
    ratio_from_bytes: int = 256 << 20


def extract(
    archive: Path,
    folder: Path,
    context: Context,
    *,
    limits: Limits = Limits(),
    members: Collection[str] | None = None,
) -> Path:
    """Unpacks a zip or a tar (plain, gz, bz2, xz) into `folder`, which appears when it is complete, and gives it back.

    members: names in the archive ("/" between folders) of the files that are wanted; None: all. A folder that this
    made before, of the same archive and members, is given back as it is; any other of that name is replaced.
    Emits Progress (stage "extract", unit "bytes"). Raises ArchiveError for damaged, protected and hostile archives,
    MissingFileError, UnreadableMediaError, DiskFullError, OutputError, JobCancelledError.
    """
    wanted = None if members is None else frozenset(members)
    mark, made_of = folder.with_name(f".{folder.name}.extracted"), _identity(archive, wanted)
    part = folder.with_name(f".extracting-{folder.name}")
    with writing(folder):
        if folder.is_dir() and mark.is_file() and mark.read_text(encoding="utf-8") == made_of:
            return folder
        mark.unlink(missing_ok=True)
        _remove(folder)
        _remove(part)
        part.mkdir(parents=True)
    try:
        with opened(archive) as source:
            _unpack(source, part, _Guard(archive, limits), context, wanted)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    with writing(folder):
        part.rename(folder)
        mark.write_text(made_of, encoding="utf-8")
    return folder


class _Guard:
    """Judges what is in an archive. Raises ArchiveError."""

    def __init__(self, archive: Path, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._size = archive.stat().st_size
        self._files = 0
        self._bytes = 0

    def admit(self, entry: Entry) -> None:
        shown = _shown(entry.name)
        if not entry.is_file and not entry.is_folder:
            raise self._refusal(f"it holds a link or a device ({shown})")
        if _leads_out(entry.name):
            raise self._refusal(f"it holds a file that would be written elsewhere ({shown})")
        if any(ord(letter) < 32 for letter in entry.name):
            raise self._refusal(f"it holds a name with control characters ({shown})")
        if IS_WINDOWS and any(_NO_WINDOWS_NAME.search(part) for part in entry.name.rstrip("/").split("/")):
            raise self._refusal(
                f"it holds a name that Windows cannot have ({shown})", hint="Rename it and pack it again."
            )
        if entry.is_protected:
            hint = "Unpack it yourself with the password and choose the folder."
            raise self._refusal("it is protected by a password", hint=hint)
        self._files += 1
        if self._files > self._limits.files:
            raise self._refusal(f"it holds more than {self._limits.files:,} files")
        if entry.size_bytes > self._limits.file_bytes:
            raise self._refusal(f"it holds a file of {_gigabytes(entry.size_bytes)} ({shown})")

    def count(self, size_bytes: int, of_file: int) -> None:
        """So many bytes came out, so many of this file. Sizes that an archive states need not be true."""
        self._bytes += size_bytes
        limits = self._limits
        if self._bytes > limits.total_bytes:
            raise self._refusal(f"it unpacks to more than {_gigabytes(limits.total_bytes)}")
        if self._bytes > max(limits.ratio_from_bytes, limits.ratio * self._size):
            raise self._refusal(f"it unpacks to more than {limits.ratio:g} times its own size, as only a trap does")
        if of_file > limits.file_bytes:
            raise self._refusal(f"it holds a file of more than {_gigabytes(limits.file_bytes)}")

    def twice(self, name: str) -> ArchiveError:
        hint = "Unpack it yourself, look which file is the right one, and choose the folder."
        return self._refusal(f"two of its files would have the same name ({_shown(name)})", hint=hint)

    def _refusal(self, reason: str, *, hint: str = _HOSTILE) -> ArchiveError:
        return ArchiveError(f"{self._archive.name} was not unpacked: {reason}.", hint=hint, path=self._archive)


def _unpack(source: Archive, part: Path, guard: _Guard, context: Context, wanted: frozenset[str] | None) -> None:
    with reading(source.path):
        total = source.size_bytes(wanted)
    require_free_space(part, source.path.stat().st_size if total is None else total)
    meter = Meter(context, STAGE, total=source.position()[1] if total is None else total, unit="bytes")
    left = None if wanted is None else set(wanted)
    done = 0

    def on_piece(size: int) -> None:
        nonlocal done
        context.check_cancelled()
        done += size
        meter.at(source.position()[0] if total is None else done)

    for entry in _next_of(source):
        context.check_cancelled()
        guard.admit(entry)
        if entry.is_folder or entry.name.startswith(f"{_JUNK}/") or (left is not None and entry.name not in left):
            if total is None:  # a tar is read through all the same
                guard.count(entry.size_bytes, entry.size_bytes)
            continue
        _write(entry, part / entry.name, source.path, guard, on_piece)
        if left is not None:
            left.discard(entry.name)
    if left:
        message = f"{source.path.name} lacks {len(left):,} of its files, first {_shown(min(left))}."
        raise ArchiveError(message, hint="It is another version or incomplete: fetch it again.", path=source.path)
    meter.finish(source.position()[1] if total is None else done)


def _next_of(source: Archive) -> Iterator[Entry]:
    entries = source.entries()
    while True:
        with reading(source.path):
            entry = next(entries, None)
        if entry is None:
            return
        yield entry


def _write(entry: Entry, target: Path, archive: Path, guard: _Guard, on_piece: Callable[[int], None]) -> None:
    """Writes one file. on_piece: told how many bytes each piece had."""
    written = 0
    with ExitStack() as stack:
        with reading(archive):
            source = stack.enter_context(entry.opens())
        with writing(target):
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(target.open("xb", buffering=0))
            except (FileExistsError, NotADirectoryError):
                raise guard.twice(entry.name) from None
        while True:
            with reading(archive):
                chunk = source.read(_CHUNK_BYTES)
            if not chunk:
                break
            written += len(chunk)
            guard.count(len(chunk), written)
            with writing(target):
                rest = memoryview(chunk)
                while rest:
                    rest = rest[file.write(rest) :]
            on_piece(len(chunk))
    if written != entry.size_bytes:
        with reading(archive):
            raise EOFError


def _leads_out(name: str) -> bool:
    return name.startswith("/") or bool(re.match(r"[A-Za-z]:", name)) or ".." in name.split("/")


def _identity(archive: Path, members: frozenset[str] | None) -> str:
    try:
        facts = archive.stat()
    except FileNotFoundError as exc:
        message = f"{archive.name} is not there (any more)."
        raise MissingFileError(message, hint="Check whether it was moved or renamed.", path=archive) from exc
    chosen = (
        "all" if members is None else sha256("\0".join(sorted(members)).encode("utf-8", "surrogatepass")).hexdigest()
    )
    return f"{archive.name} {facts.st_size} {facts.st_mtime_ns} {chosen}"


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _shown(name: str) -> str:
    text = name.encode("utf-8", "backslashreplace").decode()
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= 100 else f"{text[:97]}..."


def _gigabytes(size_bytes: float) -> str:
    return f"{size_bytes / 1e9:,.1f} GB"
