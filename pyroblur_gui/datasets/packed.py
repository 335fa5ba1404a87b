"""Looking into zips and tars: what is in them, under which names. Nothing is judged and nothing is written here.

Python's own zipfile and tarfile read them; damage of any kind becomes an ArchiveError.
"""

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from pyroblur_gui.core.errors import ArchiveError, MissingFileError, PyroblurError, UnreadableMediaError

_CHUNK_BYTES = 1 << 20
_LONGEST_READ_BYTES = 64 << 20  # tarfile reads a long name at once, as long as the archive says it is
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError, zlib.error, lzma.LZMAError,
    EOFError, struct.error, NotImplementedError, RuntimeError, ValueError, OSError, OverflowError,
)  # fmt: skip
_DECOMPRESSORS: Mapping[str, Callable[[IO[bytes]], IO[bytes]]] = {
    "gz": lambda file: gzip.GzipFile(fileobj=file, mode="rb"),  # type: ignore[dict-item, return-value]
    "bz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}


def is_archive(path: Path) -> bool:
    """Whether `extract` can unpack it, by its first bytes. Raises nothing."""
    try:
        with path.open("rb") as file:
            return _kind(file) is not None
    except OSError:
        return False


@dataclass(frozen=True)
class Entry:
    """One thing in an archive. name: "/" between folders. opens: gives its bytes, for files only."""

    name: str
    size_bytes: int
    is_file: bool
    is_folder: bool
    is_protected: bool
    opens: Callable[[], IO[bytes]]


class Archive(Protocol):
    """An archive that is being read. size_bytes: of all files that `wanted` names; None: not known beforehand.

    A tar is read from its start to its end: an entry has to be read before the next one is asked for.
    """

    path: Path

    def entries(self) -> Iterator[Entry]: ...

    def size_bytes(self, wanted: Collection[str] | None) -> int | None: ...

    def position(self) -> tuple[int, int]:
        """How much of the archive's own bytes was read, of how many; for progress where size_bytes is not known."""
        ...


@contextmanager
def opened(archive: Path) -> Iterator[Archive]:
    """For a look at what is in it; nothing is judged yet. Raises as extract does."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(archive.open("rb"))
        except FileNotFoundError as exc:
            message = f"{archive.name} is not there (any more)."
            raise MissingFileError(message, hint="Check whether it was moved or renamed.", path=archive) from exc
        except OSError as exc:
            message = f"{archive.name} cannot be read: {exc.strerror}."
            raise UnreadableMediaError(message, hint="Check that you may read it.", path=archive) from exc
        with reading(archive):
            kind = _kind(file)
        if kind is None:
            message = f"{archive.name} is no zip and no tar archive, or it is damaged."
            hint = "Unpack other archives (7z, rar) yourself and choose the folder; fetch a damaged one again."
            raise ArchiveError(message, hint=hint, path=archive)
        yield _Zip(archive, file, stack) if kind == "zip" else _Tar(archive, file, kind, stack)


@contextmanager
def reading(archive: Path) -> Iterator[None]:
    """What goes wrong inside an archive, as the error to show."""
    try:
        yield
    except PyroblurError:
        raise
    except _DAMAGED as exc:
        message = f"{archive.name} is damaged or incomplete: it cannot be unpacked."
        raise ArchiveError(message, hint="Fetch or copy it again.", path=archive) from exc


class _Zip:
    def __init__(self, path: Path, file: IO[bytes], stack: ExitStack) -> None:
        self.path = path
        with reading(path):
            self._zip = stack.enter_context(zipfile.ZipFile(file))

    def entries(self) -> Iterator[Entry]:
        for info in self._zip.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            is_folder = info.is_dir() or kind == stat.S_IFDIR
            yield Entry(
                name=_zip_name(info),
                size_bytes=info.file_size,
                is_file=not is_folder and kind in {0, stat.S_IFREG},
                is_folder=is_folder,
                is_protected=bool(info.flag_bits & 0x1),
                opens=lambda info=info: self._zip.open(info),  # type: ignore[misc]
            )

    def size_bytes(self, wanted: Collection[str] | None) -> int | None:
        return sum(info.file_size for info in self._zip.infolist() if wanted is None or _zip_name(info) in wanted)

    def position(self) -> tuple[int, int]:
        return 0, 0


class _Tar:
    def __init__(self, path: Path, file: IO[bytes], kind: str, stack: ExitStack) -> None:
        self.path = path
        self._file = file
        self._length = path.stat().st_size
        with reading(path):
            self._plain = stack.enter_context(_DECOMPRESSORS[kind](file)) if kind in _DECOMPRESSORS else file
            sparing = _Sparing(self._plain)
            self._tar = stack.enter_context(
                tarfile.TarFile(fileobj=sparing, mode="r", encoding="utf-8", errors="surrogateescape")
            )

    def entries(self) -> Iterator[Entry]:
        while (info := self._tar.next()) is not None:
            self._tar.members.clear()  # type: ignore[attr-defined]  # it would keep all of them
            yield Entry(
                name=_plain(info.name),
                size_bytes=info.size,
                is_file=info.isreg(),
                is_folder=info.isdir(),
                is_protected=False,
                opens=lambda info=info: self._opened(info),  # type: ignore[misc]
            )

        self._check_end()

    def _check_end(self) -> None:
        """Tarfile takes the place where a tar was cut off, and damage between its files, for its end."""
        self._plain.seek(self._tar.offset)
        if self._plain.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
            raise tarfile.ReadError
        for _ in range(_LONGEST_READ_BYTES // _CHUNK_BYTES):
            if not self._plain.read(_CHUNK_BYTES):  # until the checksum at the end of what is compressed
                return

    def _opened(self, info: tarfile.TarInfo) -> IO[bytes]:
        file = self._tar.extractfile(info)
        if file is None:
            raise tarfile.TarError
        return file

    def size_bytes(self, wanted: Collection[str] | None) -> int | None:  # noqa: ARG002 - only its end would tell
        return None

    def position(self) -> tuple[int, int]:
        return self._file.tell(), self._length


class _Sparing(io.RawIOBase):
    """A file that refuses to be read in one huge piece."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LONGEST_READ_BYTES:
            message = "no honest archive asks for that"
            raise tarfile.ReadError(message)
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Names that are not marked as UTF-8 are UTF-8 all the same when they can be; else what MS-DOS meant."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except ValueError:
            name = info.filename
    return _plain(name)


def _plain(name: str) -> str:
    """With "/" between folders, as the archive should have it, and without what means nothing; "" for its root."""
    name = name.replace("\\", "/")
    parts = "/".join(part for part in name.split("/") if part not in {"", "."})
    return f"/{parts}" if name.startswith("/") else parts


def _kind(file: IO[bytes]) -> str | None:
    start = file.read(512)
    file.seek(0)
    for kind, magic in (("gz", b"\x1f\x8b"), ("bz2", b"BZh"), ("xz", b"\xfd7zXZ\x00")):
        if start.startswith(magic):
            return kind
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "tar" if start[257:262] == b"ustar" or _is_old_tar(start) else None


def _is_old_tar(header: bytes) -> bool:
    try:
        return len(header) == tarfile.BLOCKSIZE and bool(tarfile.TarInfo.frombuf(header, "utf-8", "replace").name)
    except tarfile.TarError:
        return False
