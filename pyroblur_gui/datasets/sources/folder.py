"""The user's own: a folder, an archive, or a data set that is there already. What is in it is recognised by itself."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from pyroblur_gui.core.errors import DatasetError, SourceError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.archive import extract
from pyroblur_gui.datasets.dataset import FILE_NAME
from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.formats.wider import CLASS_OPTION
from pyroblur_gui.datasets.packed import is_archive
from pyroblur_gui.datasets.sample import Sample
from pyroblur_gui.datasets.sources.source import Gathering, Licence, Need, SourceFacts
from pyroblur_gui.jobs.context import Context

FACTS = SourceFacts(
    name="folder",
    title="Your own pictures",
    summary="A folder, zip or tar with labels in YOLO, COCO, Pascal VOC or WIDER text format, or pictures without "
    "labels. They are copied; nothing of yours is changed or leaves this computer.",
    classes=(),
    licence=Licence("Your own", "You know what may be done with these pictures.", ""),
    citation="",
    homepage="",
    needs=frozenset((Need.FILES,)),
)


class FolderSource:
    """Listed among the sources; it is imported from (dataset import), not downloaded from."""

    facts = FACTS

    def gather(self, _gathering: Gathering) -> Iterator[Sample]:
        message = "Your own pictures are not downloaded."
        raise SourceError(message, hint="Import them: choose Import, or run pyroblur dataset import.")


def place_of(path: Path) -> Path:
    """A path as it is, unless only a data set has that name."""
    if not path.exists() and (store.folder_of(str(path)) / FILE_NAME).is_file():
        return store.folder_of(str(path))
    return path


def title_of(path: Path) -> str:
    return path.name or str(path)


def look(path: Path, *, check_cancelled: Callable[[], None] = lambda: None) -> Recognised:
    """What would be imported, by a quick look; archives are looked into. Raises as unpack does."""
    return catalogue.recognise(place_of(path), check_cancelled)


def unpack(path: Path, *, work: Path, context: Context) -> Recognised:
    """What is imported: an archive is extracted to a folder in `work`, unless that was done before.

    Raises DatasetError, MissingFileError, ArchiveError, DiskFullError, OutputError, JobCancelledError.
    """
    place = place_of(path)
    if place.is_file() and is_archive(place):
        named = hashlib.sha256(os.fsencode(place.absolute())).hexdigest()[:12]
        unpacked = extract(place, work / f"unpacked-{named}", context)
        try:
            return catalogue.recognise(unpacked, context.check_cancelled)
        except DatasetError as exc:
            shutil.rmtree(work, ignore_errors=True)  # it would only be unpacked to the same end again
            raise DatasetError(exc.message.replace(str(unpacked), str(path)), hint=exc.hint, path=path) from exc
    return catalogue.recognise(place, context.check_cancelled)


def samples(found: Recognised, context: Context, *, only_class: str | None = None) -> Iterator[Sample]:
    """All of it, in an order that is always the same. only_class: what all boxes are, where the format has no classes.

    Raises DatasetError, JobCancelledError.
    """
    options = {CLASS_OPTION: only_class} if only_class else {}
    return catalogue.reader(found.format).read(found, context, options)
