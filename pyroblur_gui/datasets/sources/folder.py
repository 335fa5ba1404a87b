"""The user's own: a folder, an archive, or a data set that is there already. What is in it is recognised by itself."""

from collections.abc import Iterator
from pathlib import Path

from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.dataset import FILE_NAME
from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.formats.wider import CLASS_OPTION
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


def look(path: Path) -> Recognised:
    """What would be imported, by a quick look. Raises DatasetError, MissingFileError, ArchiveError."""
    return catalogue.recognise(place_of(path))


def unpack(path: Path, *, work: Path, context: Context) -> Recognised:  # noqa: ARG001 - archives come next
    """What is imported: an archive is extracted into the folder `work`, unless that was done before.

    Raises DatasetError, MissingFileError, ArchiveError, DiskFullError, JobCancelledError.
    """
    context.check_cancelled()
    return catalogue.recognise(place_of(path))


def samples(found: Recognised, context: Context, *, only_class: str | None = None) -> Iterator[Sample]:
    """All of it, in an order that is always the same. only_class: what all boxes are, where the format has no classes.

    Raises DatasetError, JobCancelledError.
    """
    options = {CLASS_OPTION: only_class} if only_class else {}
    return catalogue.reader(found.format).read(found, context, options)
