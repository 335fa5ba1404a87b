"""All formats, and which of them a folder is in."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from pyroblur_gui.core.errors import DatasetError, MissingFileError
from pyroblur_gui.datasets.formats.format import Format, Reader, Recognised
from pyroblur_gui.datasets.formats.listing import Listing
from pyroblur_gui.datasets.formats.own import OwnReader
from pyroblur_gui.datasets.formats.pictures import PicturesReader
from pyroblur_gui.datasets.formats.wider import WiderFormat
from pyroblur_gui.datasets.formats.yolo import YoloFormat
from pyroblur_gui.datasets.spec import FormatName

FORMATS: Mapping[FormatName, Format] = {
    FormatName.WIDER: WiderFormat(),
    FormatName.YOLO: YoloFormat(),
}
# The most telling first: what a format would take for something else is asked for before it.
READERS: Mapping[str, Reader] = {each.name: each for each in (OwnReader(), *FORMATS.values(), PicturesReader())}
_LOOKED_FOR = (
    "PyroBlur looked for a YOLO data set (pictures with text files of boxes), COCO (a JSON file with images and "
    "annotations), Pascal VOC (an XML file a picture), WIDER text (wider_face_train_bbx_gt.txt), a PyroBlur data set, "
    "and pictures without labels."
)


def recognise(path: Path) -> Recognised:
    """What is in a folder, by a quick look. A file stands for the folder that it describes.

    Raises DatasetError, which says what was looked for and what was found; MissingFileError.
    """
    if not path.exists():
        message = f"{path} is not there."
        raise MissingFileError(message, hint="Check whether it was moved or renamed.", path=path)
    folders = [path] if path.is_dir() else list(path.absolute().parents)[:2]  # wider_face_split/ is beside the pictures
    listings = [Listing.of(folder, quick=True) for folder in folders[:1]]
    found = _recognised(listings[0])
    if len(folders) > 1 and (found is None or found.format == PicturesReader.name):
        listings.append(Listing.of(folders[1], quick=True))
        found = _recognised(listings[1]) or found
    if found is None:
        message = f"There is nothing in {path} that PyroBlur can import. {_contents(listings[0])}"
        raise DatasetError(message, hint=_LOOKED_FOR, path=path)
    return found


def reader(name: str) -> Reader:
    """The reader that a Recognised names."""
    return READERS[name]


def _recognised(listing: Listing) -> Recognised | None:
    """What the most telling format says, with a note on other formats that lie there too."""
    found: list[Recognised] = []
    for each in READERS.values():
        if (each.name != PicturesReader.name or not found) and (known := each.recognise(listing)) is not None:
            found.append(known)
    if not found:
        return None
    first, others = found[0], [READERS[other.format].title for other in found[1:]]
    if not others:
        return first
    note = f"There are labels in other formats, too ({', '.join(others)}). They are not taken."
    return Recognised(first.format, first.path, first.pictures, first.classes, (*first.notes, note))


def _contents(listing: Listing) -> str:
    """What kinds of files are there, the most frequent first."""
    endings: Counter[str] = Counter()
    for names in listing.folders.values():
        endings.update(Path(name).suffix.lower() or "no ending" for name in names)
    if not endings:
        return "It is empty."
    said = ", ".join(f"{count:,} with {ending}" for ending, count in endings.most_common(4))
    return f"It holds {endings.total():,} files: {said}."
