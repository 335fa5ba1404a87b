"""What a source of data declares of itself, and what it does: yield samples."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from pyroblur_gui.datasets.sample import Sample
from pyroblur_gui.datasets.spec import SourceOptions
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.net.download import Downloader


class Need(StrEnum):
    """What a source needs before it can be used."""

    NETWORK = "network"
    KEY = "key"  # an access key of the user's own
    FILES = "files"  # files or folders of the user's own


@dataclass(frozen=True)
class Licence:
    """The terms that are shown, and accepted, before a download. summary: one or two plain sentences."""

    name: str
    summary: str
    url: str


@dataclass(frozen=True)
class SourceFacts:
    """What a user is shown of a source before choosing it; everything here is known without the network.

    classes: what it labels, by our names. size_bytes, pictures: about, of all of it; None: depends on the choice.
    """

    name: str
    title: str
    summary: str
    classes: tuple[str, ...]
    licence: Licence
    citation: str
    homepage: str
    needs: frozenset[Need] = frozenset()
    size_bytes: int | None = None
    pictures: int | None = None
    is_synthetic: bool = False


@dataclass(frozen=True)
class Gathering:
    """What a source is given to work with.

    folder: to keep what was downloaded and extracted; it is there again, as it was, when a killed job goes on.
    key: the access key, for sources that need one; it goes into no file, no log and no message.
    """

    options: SourceOptions
    folder: Path
    downloader: Downloader
    context: Context
    key: SecretStr | None = None


class Source(Protocol):
    """`gather` may be asked again with the same folder; finished downloads and extractions are then not repeated.

    It yields every sample in an order that is always the same. Which of them are taken (so many a class) is decided by
    intake.py, from names and labels; where choosing before fetching saves gigabytes (single pictures over the network),
    a source chooses by itself with choice.py, the same way.
    Raises SourceError and its leaves, DiskFullError, JobCancelledError.
    """

    @property
    def facts(self) -> SourceFacts: ...

    def gather(self, gathering: Gathering) -> Iterator[Sample]: ...
