"""What a file format of labelled pictures does: recognise a folder, read it, write one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyroblur_gui.datasets.formats.listing import Listing
from pyroblur_gui.datasets.sample import Sample
from pyroblur_gui.jobs.context import Context


@dataclass(frozen=True)
class Recognised:
    """A folder (or file) that a format can read, as far as a quick look tells; shown before importing.

    path: what is read. pictures: how many, where a quick look tells. classes: their names, where the format names them.
    notes: sentences for the user, e.g. that a `download:` entry of data.yaml is ignored.
    """

    format: str
    path: Path
    pictures: int | None = None
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Labelled:
    """One picture as it is written by an exporter. boxes: (class name, left, top, right, bottom) in pixels, upright.

    labels: names of the classes that were looked for; None: all.
    """

    picture: Path  # where it lies now; exporters copy it
    name: str  # a file name, unique in the data set
    width: int
    height: int
    split: str  # "train", "val" or "test"
    boxes: Sequence[tuple[str, float, float, float, float]]
    labels: frozenset[str] | None = None


class Reader(Protocol):
    """Never changes, moves or runs anything of what it reads; a data.yaml is data.

    `recognise` gets the names of the files in a folder (catalogue.recognise looks), takes less than a second for
    100,000 of them and returns None for what it does not know. `read` yields samples in an order that is always the
    same; a label that cannot be used is a Flaw of its sample, not an error.
    Raise DatasetError, JobCancelledError.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    def recognise(self, listing: Listing) -> Recognised | None: ...

    def read(self, found: Recognised, context: Context, options: Mapping[str, str]) -> Iterator[Sample]:
        """options: what the file does not say, e.g. {"class": "face"} for WIDER text, which has no class column."""
        ...


class Format(Reader, Protocol):
    """A reader that can also write."""

    def write(self, pictures: Iterator[Labelled], *, classes: Sequence[str], folder: Path, context: Context) -> None:
        """Fills an empty folder. classes: names in the order of their ids. Raises OutputError, JobCancelledError."""
        ...
