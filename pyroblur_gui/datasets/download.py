"""Fetching files: in parallel, with resumption over restarts, checksums, and errors that say what to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue, SecretStr


@dataclass(frozen=True)
class Checksum:
    """algorithm: a name of hashlib, e.g. "md5". digest: hexadecimal."""

    algorithm: str
    digest: str


@dataclass(frozen=True)
class Download:
    """One file to fetch. address: with what may be shown and logged only; secrets: query values that may not be.

    path: where the complete file lies afterwards. checksum, size_bytes: what is known beforehand.
    """

    address: str
    path: Path
    checksum: Checksum | None = None
    size_bytes: int | None = None
    secrets: Mapping[str, SecretStr] = field(default_factory=dict)


class Downloader(Protocol):
    def fetch(self, downloads: Sequence[Download]) -> list[Path]:
        """The complete files, in the order asked for; those that are there already are not fetched again.

        Emits Progress (stage "download", unit "bytes"). Raises NetworkError, AccessError, SourceError, DiskFullError,
        OutputError, JobCancelledError.
        """
        ...

    def ask(self, address: str, *, secrets: Mapping[str, SecretStr]) -> tuple[int, JsonValue]:
        """Status (200 to 299) and JSON answer of an address. Raises as fetch does."""
        ...

    def lines(self, address: str) -> Iterator[str]:
        """The lines of a text file as they come in, without keeping it. Raises as fetch does."""
        ...
