"""Pascal VOC: an XML file for each picture. Annotations/ beside JPEGImages/, or files side by side as Roboflow exports.

Pixels are counted from 1 and both ends belong to the box, as the standard has it: the first pixel of a picture alone is
1 1 1 1. As edges that is 0 0 1 1, so 1 is taken from xmin and ymin on reading and added on writing. Files of programs
that count from 0 differ by that pixel; a 0 is taken as the picture's edge. Boxes marked `difficult` are boxes as well.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeXml

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.datasets.formats.format import Labelled, Recognised
from pyroblur_gui.datasets.formats.listing import Listing, is_picture_name, joined
from pyroblur_gui.datasets.formats.splits import split_of
from pyroblur_gui.datasets.formats.writing import Copies
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Sample, SampleBox, Scale, Split
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log

LARGEST_XML_BYTES = 4 * 2**20
_LABEL_FOLDERS = frozenset(("annotations", "labels", "xmls", "xml"))
_PICTURE_FOLDERS = ("JPEGImages", "images", "Images", "")
_LISTS = {"train": Split.TRAIN, "val": Split.VAL, "test": Split.TEST, "trainval": Split.TRAIN}
_LOOKED_AT = 50
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Edges = tuple[float, float, float, float]


class VocFormat:
    name = "voc"
    title = "Pascal VOC"

    def recognise(self, listing: Listing) -> Recognised | None:
        paths = _xml_files(listing, most=_LOOKED_AT)
        if not paths:
            return None
        names: dict[str, None] = {}
        for path in paths:
            boxes, _, _ = _content(listing, path)
            names |= dict.fromkeys(box.label for box in boxes)
        count = sum(1 for _ in listing.files(".xml")) if listing.is_whole else None
        return Recognised(self.name, listing.root, count, tuple(sorted(names)))

    def read(self, found: Recognised, context: Context, _options: Mapping[str, str]) -> Iterator[Sample]:
        """All label files first: VOC names classes in its boxes only, and all were looked for in each picture."""
        listing = Listing.of(found.path, quick=False, check_cancelled=context.check_cancelled)
        splits = _splits(listing)
        stems = {path.rpartition(".")[0]: path for path in listing.pictures_below("")}
        pictures: dict[str, tuple[tuple[SampleBox, ...], tuple[Flaw, ...]]] = {}
        missing = 0
        for path in _xml_files(listing):
            context.check_cancelled()
            boxes, flaws, named = _content(listing, path)
            picture = _picture(listing, stems, path, named)
            if picture is None or picture in pictures:
                missing += 1
            else:
                pictures[picture] = boxes, flaws
        if missing:
            text = f"Label files without a picture of their own, which are left out: {missing:,}."
            context.emit(Log(level="warning", text=text))
        labels = frozenset(box.label for boxes, _ in pictures.values() for box in boxes)
        flaw = Flaw(FlawKind.NO_LABEL_FILE, "There is no label file for this picture; others have one.")
        for path in sorted({*pictures, *_beside(listing, pictures)}):
            context.check_cancelled()
            boxes, flaws = pictures.get(path, ((), (flaw,)))
            split = splits.get(path.rpartition("/")[2].rpartition(".")[0]) or split_of(path)
            yield Sample(listing.path(path), path, boxes, Scale.PIXELS, split, labels, flaws)

    def write(self, pictures: Iterator[Labelled], *, classes: Sequence[str], folder: Path, context: Context) -> None:  # noqa: ARG002 - VOC has no list of classes
        """Annotations/, JPEGImages/ and ImageSets/Main/. Edges that are not whole keep two decimals."""
        copies = Copies(context)
        lists: dict[str, list[str]] = {}
        try:
            (folder / "Annotations").mkdir(parents=True, exist_ok=True)
            for picture in pictures:
                name = copies.copy(picture, folder / "JPEGImages")
                stem = name.rpartition(".")[0]
                (folder / "Annotations" / f"{stem}.xml").write_bytes(_written(picture, name, copies))
                lists.setdefault(picture.split, []).append(stem)
            sets = folder / "ImageSets" / "Main"
            sets.mkdir(parents=True, exist_ok=True)
            for split, stems in lists.items():
                (sets / f"{split}.txt").write_text("".join(f"{stem}\n" for stem in stems), encoding="utf-8")
        except OSError as exc:
            raise as_output_error(exc, folder) from exc


def _written(picture: Labelled, name: str, copies: Copies) -> bytes:
    root = Element("annotation")
    SubElement(root, "folder").text = "JPEGImages"
    SubElement(root, "filename").text = _text(name)
    size = SubElement(root, "size")
    for key, value in (("width", picture.width), ("height", picture.height), ("depth", 3)):
        SubElement(size, key).text = str(value)
    SubElement(root, "segmented").text = "0"
    for label, left, top, right, bottom in copies.boxes(picture):
        each = SubElement(root, "object")
        for key, text in (("name", _text(label)), ("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
            SubElement(each, key).text = text
        box = SubElement(each, "bndbox")
        for key, edge in (("xmin", left + 1), ("ymin", top + 1), ("xmax", right), ("ymax", bottom)):
            SubElement(box, key).text = f"{edge:.2f}".rstrip("0").rstrip(".")
    indent(root)
    written: bytes = tostring(root, encoding="utf-8")
    return written + b"\n"


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("_", text)


def _xml_files(listing: Listing, most: int | None = None) -> list[str]:
    """Those that begin as annotations do. most: looks at no more than so many, in a quick look."""
    paths = [path for path, _ in zip(listing.files(".xml"), range(most), strict=False)] if most else None
    return sorted(path for path in paths or listing.files(".xml") if _is_annotation(listing, path))


def _is_annotation(listing: Listing, path: str) -> bool:
    return "<annotation" in listing.text(path, 2048)


def _content(listing: Listing, path: str) -> tuple[tuple[SampleBox, ...], tuple[Flaw, ...], str]:
    """Boxes, flaws, and the name of the picture as the file gives it."""
    try:
        data = listing.read(path, LARGEST_XML_BYTES + 1)
        if len(data) > LARGEST_XML_BYTES:
            return (), (_unreadable("The label file is too large to be one."),), ""
        root = SafeXml.fromstring(data, forbid_dtd=True)
    except (SafeXml.ParseError, DefusedXmlException, DatasetError, ValueError, LookupError) as exc:
        return (), (_unreadable(f"The label file cannot be read: {_reason(exc)}."),), ""
    found = [_object(each, number) for number, each in enumerate(root.iterfind("object"), start=1)]
    boxes = tuple(each for each in found if isinstance(each, SampleBox))
    return boxes, tuple(each for each in found if isinstance(each, Flaw)), (root.findtext("filename") or "").strip()


def _reason(exc: Exception) -> str:
    if isinstance(exc, DefusedXmlException):
        return "it defines entities or refers to other files, which is not followed"
    return exc.message.rstrip(".") if isinstance(exc, DatasetError) else str(exc)


def _object(each: Element, number: int) -> SampleBox | Flaw:
    label = (each.findtext("name") or "").strip()
    if not label:
        return _unreadable(f"Object {number} has no name.")
    edges = _edges(each.find("bndbox"))
    if edges is None:
        return _unreadable(f"Object {number} ({label[:60]}) has no usable box.")
    return SampleBox(label, *edges)


def _edges(box: Element | None) -> Edges | None:
    if box is None:
        return None
    try:
        x1, y1, x2, y2 = (float(box.findtext(key) or "nan") for key in ("xmin", "ymin", "xmax", "ymax"))
    except ValueError:
        return None
    if not all(math.isfinite(edge) for edge in (x1, y1, x2, y2)):
        return None
    return _from_first(x1), _from_first(y1), x2, y2


def _from_first(edge: float) -> float:
    """The edge before a pixel that is counted from 1; one that was counted from 0 lies on the picture's edge."""
    return 0.0 if 0 <= edge < 1 else edge - 1


def _unreadable(detail: str) -> Flaw:
    return Flaw(FlawKind.UNREADABLE_LABEL, detail)


def _picture(listing: Listing, stems: Mapping[str, str], path: str, named: str) -> str | None:
    """The picture of a label file: of the same name in the usual places, or else the one that the file names."""
    folder, _, name = path.rpartition("/")
    stem, named = name.rpartition(".")[0], named.replace("\\", "/").rpartition("/")[2]
    places = _places(folder)
    found = next((stems[place] for each in places if (place := joined(each, stem)) in stems), None)
    if found is not None or not is_picture_name(named):
        return found
    there = next((place for each in places if listing.has(place := joined(each, named))), None)
    anywhere = listing.by_name.get(named, ())
    return there if there is not None or len(anywhere) != 1 else anywhere[0]


def _places(folder: str) -> list[str]:
    """The folder itself, and those that stand for pictures where it stands for labels."""
    parts = folder.split("/") if folder else []
    found = [folder]
    for number in range(len(parts) - 1, -1, -1):
        if parts[number].lower() in _LABEL_FOLDERS:
            for each in _PICTURE_FOLDERS:
                found.append("/".join((*parts[:number], *([each] if each else []), *parts[number + 1 :])))
            break
    return found


def _beside(listing: Listing, pictures: Mapping[str, object]) -> Iterator[str]:
    """All pictures of the folders in which pictures have labels."""
    for folder in {path.rpartition("/")[0] for path in pictures}:
        yield from listing.pictures(folder)


def _splits(listing: Listing) -> dict[str, Split]:
    """From ImageSets/Main/train.txt and so on, by the name of the picture without its ending."""
    found: dict[str, Split] = {}
    for name, split in _LISTS.items():
        for path in listing.files(f"{name}.txt"):
            if path.lower().endswith(f"imagesets/main/{name}.txt"):
                for line in listing.text(path, 64 * 2**20).splitlines():
                    if words := line.split():
                        found.setdefault(words[0], split)
    return found
