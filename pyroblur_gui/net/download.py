"""Fetching files: in parallel, with resumption over restarts, checksums, and errors that say what to do.

Light on purpose: the window reads what sources declare, and that names these types. What talks to servers is loaded
when something is fetched.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue, SecretStr

from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.jobs.context import Context


@dataclass(frozen=True)
class Checksum:
    """algorithm: a name of hashlib, e.g. "md5". digest: hexadecimal."""

    algorithm: str
    digest: str


@dataclass(frozen=True)
class Download:
    """One file to fetch. address: with what may be shown and logged only; secrets: query values that may not be.

    path: where the complete file lies afterwards. checksum, size_bytes: what is known beforehand.
    may_be_missing: a file that the server does not have or show (403, 404, 410) is left out instead of
    ending it all, unless it is so for the first twenty.
    """

    address: str
    path: Path
    checksum: Checksum | None = None
    size_bytes: int | None = None
    secrets: Mapping[str, SecretStr] = field(default_factory=dict)
    may_be_missing: bool = False


@dataclass(frozen=True)
class Patience:
    """How long to bear with a server. retries: attempts in a row that may fail without a byte gained."""

    retries: int = 5
    first_wait_s: float = 1.0  # doubled each time, and varied, so that many programs do not come back at once
    longest_wait_s: float = 30.0
    longest_asked_wait_s: float = 120.0  # a server that asks to wait longer (Retry-After) is an error
    timeout_s: float = 30.0  # without a byte


class MissingError(SourceError):
    """The server does not have what was asked for (HTTP 404 or 410)."""


class ChangedError(SourceError):
    """A text is another one now than when its reading was begun."""


@dataclass
class Bookmark:
    """How far a text was read, in bytes, and which version of it. Kept on disk, it lets a later run go on there.

    It is moved on while lines are read: all lines before it were given out, and those after it not yet or not all.
    """

    offset: int = 0
    etag: str = ""
    modified: str = ""


class Downloader(Protocol):
    def fetch(self, downloads: Sequence[Download]) -> list[Path]:
        """The complete files, in the order asked for; those that are there already are not fetched again.

        Files that may be missing, and are, are left out of the list. Emits Progress (stage "download", unit "bytes").
        Raises NetworkError, AccessError, SourceError, DiskFullError, OutputError, JobCancelledError.
        """
        ...

    def ask(self, address: str, *, secrets: Mapping[str, SecretStr]) -> tuple[int, JsonValue]:
        """Status (200 to 299) and JSON answer of an address. Raises as fetch does."""
        ...

    def lines(self, address: str, bookmark: Bookmark | None = None) -> Iterator[str]:
        """The lines of a text file as they come in, without keeping it; from the bookmark on.

        Raises as fetch does, and ChangedError when the text is not the one that the bookmark was put in.
        """
        ...


class HttpDownloader:
    """Downloads over https. parallel: how many files at once; four times as many where they are many, thus small.

    What is not complete lies beside its place as NAME.part, with what is needed to go on in NAME.part.json. Complete
    files are listed with their SHA-256 in downloads.jsonl of their folder.
    """

    def __init__(self, context: Context, *, parallel: int = 3, patience: Patience | None = None) -> None:
        self._context = context
        self._parallel = parallel
        self._patience = patience or Patience()

    def fetch(self, downloads: Sequence[Download]) -> list[Path]:
        from pyroblur_gui.net.transfer import fetch  # noqa: PLC0415 - 100 ms that the window's start has not

        return fetch(downloads, context=self._context, parallel=self._parallel, patience=self._patience)

    def ask(self, address: str, *, secrets: Mapping[str, SecretStr]) -> tuple[int, JsonValue]:
        from pyroblur_gui.net.answers import ask  # noqa: PLC0415 - see fetch

        return ask(address, secrets=secrets, context=self._context, patience=self._patience)

    def lines(self, address: str, bookmark: Bookmark | None = None) -> Iterator[str]:
        from pyroblur_gui.net.answers import lines  # noqa: PLC0415 - see fetch

        return lines(address, bookmark or Bookmark(), context=self._context, patience=self._patience)
