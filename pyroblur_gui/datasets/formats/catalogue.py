"""All formats, and which of them a folder is in."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from pyroblur_gui.core.errors import DatasetError, MissingFileError
from pyroblur_gui.datasets.formats.archive_listing import listing_of
from pyroblur_gui.datasets.formats.coco import CocoFormat
from pyroblur_gui.datasets.formats.format import Format, Reader, Recognised
from pyroblur_gui.datasets.formats.listing import Listing
from pyroblur_gui.datasets.formats.own import OwnReader
from pyroblur_gui.datasets.formats.pictures import PicturesReader
from pyroblur_gui.datasets.formats.voc import VocFormat
from pyroblur_gui.datasets.formats.wider import WiderFormat
from pyroblur_gui.datasets.formats.yolo import YoloFormat
from pyroblur_gui.datasets.packed import is_archive
from pyroblur_gui.datasets.spec import FormatName

FORMATS: Mapping[FormatName, Format] = {
    FormatName.WIDER: WiderFormat(),
    FormatName.COCO: CocoFormat(),
    FormatName.VOC: VocFormat(),
    FormatName.YOLO: YoloFormat(),
}
# The most telling first: what a format would take for something else is asked for before it.
READERS: Mapping[str, Reader] = {each.name: each for each in (OwnReader(), *FORMATS.values(), PicturesReader())}
_PICTURE_FOLDERS = ("images", "jpegimages")
_LABEL_FOLDERS = ("labels", "annotations")
# A file that is called so and is none (a web page instead of a zip) must not stand for the folder that it lies in.
_ARCHIVE_SUFFIXES = frozenset((".zip", ".tar", ".tgz", ".gz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".7z", ".rar"))
_LOOKED_FOR = (
    "PyroBlur looked for a YOLO data set (pictures with text files of boxes), COCO (a JSON file with images and "
    "annotations), Pascal VOC (an XML file a picture), WIDER text (wider_face_train_bbx_gt.txt), a PyroBlur data set, "
    "and pictures without labels."
)


def recognise(path: Path, check_cancelled: Callable[[], None] = lambda: None) -> Recognised:
    """What is in a folder or archive, by a quick look. Another file of a labelled set stands for the whole set.

    Raises DatasetError, which says what was looked for and what was found; MissingFileError, ArchiveError.
    """
    if not path.exists():
        message = f"{path} is not there."
        raise MissingFileError(message, hint="Check whether it was moved or renamed.", path=path)
    if path.is_file() and (is_archive(path) or path.suffix.lower() in _ARCHIVE_SUFFIXES):
        with listing_of(path, check_cancelled) as listing:
            return _recognised(listing) or _nothing(listing)
    listing = Listing.of(path if path.is_dir() else path.absolute().parent, quick=True, check_cancelled=check_cancelled)
    found = _recognised(listing)
    if _is_part(listing, found):
        above = Listing.of(listing.root.absolute().parent, quick=True, check_cancelled=check_cancelled)
        found = _recognised(above) or found
    if found is not None and found.format == PicturesReader.name and path.is_file():
        message = f"{path.name} is one file, and describes no data set."
        hint = f"Choose the folder {listing.root} to import all pictures in it, or another folder."
        raise DatasetError(message, hint=hint, path=path)
    return found or _nothing(listing)


def _is_part(listing: Listing, found: Recognised | None) -> bool:
    """Whether only a part of a data set was chosen: its pictures without the labels beside them, or the other way."""
    folder = listing.root.absolute()
    if found is not None and found.format != PicturesReader.name:
        is_named_so = folder.name.lower() in _LABEL_FOLDERS or folder.name.lower().endswith("_split")
        return is_named_so and next(listing.pictures_below(""), None) is None
    return any(
        folder.name.lower() in one and any((folder.parent / name).is_dir() for name in other)
        for one, other in ((_PICTURE_FOLDERS, _LABEL_FOLDERS), (_LABEL_FOLDERS, _PICTURE_FOLDERS))
    )


def _nothing(listing: Listing) -> NoReturn:
    message = f"There is nothing in {listing.root} that PyroBlur can import. {_contents(listing)}"
    raise DatasetError(message, hint=_LOOKED_FOR, path=listing.root)


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
    files = "1 file" if endings.total() == 1 else f"{endings.total():,} files"
    return f"It holds {files}: {said}."
