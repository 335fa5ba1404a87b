"""WIDER text: for each picture its path, the number of boxes, and a line a box. It knows no classes.

    0--Parade/0_Parade_marchingband_1_849.jpg
    1
    449 330 122 149 0 0 0 0 0 0

(x1 y1 w h blur expression illumination invalid occlusion pose). A picture without boxes has the count 0, and in the
original files still one line of zeros.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyroblur_gui.core.classes import FACE
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.datasets.formats.format import Labelled, Recognised
from pyroblur_gui.datasets.formats.listing import Listing, inside, is_picture_name, joined
from pyroblur_gui.datasets.formats.splits import split_named
from pyroblur_gui.datasets.formats.writing import Copies
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Sample, SampleBox, Scale, Split
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log

CLASS_OPTION = "class"
_ENDING = "_bbx_gt.txt"
_MOST_TEXT_BYTES = 256 * 2**20
_MOST_FILES_LOOKED_AT = 200
_INVALID = 7  # place of the flag in a line


@dataclass(frozen=True, slots=True)
class WiderPicture:
    """path: as it stands in the file. boxes: left, top, right, bottom in pixels. flaws: lines that are no boxes."""

    path: str
    boxes: tuple[tuple[float, float, float, float], ...]
    flaws: tuple[str, ...] = ()


def parse(lines: Iterable[str]) -> Iterator[WiderPicture]:
    """The pictures of a WIDER text, without boxes that are marked invalid or have no area.

    Counts are not relied on: a picture's lines go on up to the next line that is the path of a picture.
    """
    path = ""
    boxes: list[tuple[float, float, float, float]] = []
    flaws: list[str] = []
    is_count = False
    for number, raw in enumerate(lines, start=1):
        line = raw.strip().lstrip("\ufeff")
        if not line:
            continue
        if is_picture_name(line):
            if path:
                yield WiderPicture(path, tuple(boxes), tuple(flaws))
            path, boxes, flaws, is_count = line, [], [], True
        elif is_count and line.isdecimal():
            is_count = False
        elif path:
            is_count = False
            found = _box(line)
            if isinstance(found, str):
                flaws.append(f"Line {number} is not a box: {found}.")
            elif found is not None:
                boxes.append(found)
    if path:
        yield WiderPicture(path, tuple(boxes), tuple(flaws))


class WiderFormat:
    name = "wider"
    title = "WIDER text"

    def recognise(self, listing: Listing) -> Recognised | None:
        texts = _texts(listing)
        if not texts:
            return None
        classes = dict.fromkeys(_class_of(path) or FACE for path in texts)
        notes = []
        if any(_class_of(path) is None for path in texts):
            notes.append(
                "WIDER text does not say what its boxes are: they are taken as faces unless you say otherwise."
            )
        return Recognised(self.name, listing.root, None, tuple(classes), tuple(notes))

    def read(self, found: Recognised, context: Context, options: Mapping[str, str]) -> Iterator[Sample]:
        """options: {"class": what all boxes are}; without it, what the names of the files say, or faces."""
        listing = Listing.of(found.path, quick=False, check_cancelled=context.check_cancelled)
        only = options.get(CLASS_OPTION)
        texts = _texts(listing)
        pictures: dict[str, Sample] = {}
        missing = 0
        for text in texts:
            context.check_cancelled()
            label = only or _class_of(text) or FACE
            split = split_named(text.rpartition("/")[2].removesuffix(".txt"))
            for picture in parse(listing.text(text, _MOST_TEXT_BYTES).splitlines()):
                place = _place(listing, text, picture.path, split)
                if place is None:
                    missing += 1
                    continue
                sample = _sample(listing, place, picture, label=label, split=split)
                pictures[place] = _merged(pictures.get(place), sample, label)
        if missing:
            message = f"Pictures that the WIDER text names but that are not there, and are left out: {missing:,}."
            context.emit(Log(level="warning", text=message))
        for place in sorted(pictures):
            context.check_cancelled()
            yield pictures[place]

    def write(self, pictures: Iterator[Labelled], *, classes: Sequence[str], folder: Path, context: Context) -> None:
        """WIDER_train/images and so on, and a text a class and split, named as the original is for faces."""
        copies = Copies(context)
        texts: dict[tuple[str, str], list[str]] = {}
        try:
            for picture in pictures:
                name = copies.copy(picture, folder / f"WIDER_{picture.split}" / "images")
                boxes = list(copies.boxes(picture))
                for label in classes:
                    if picture.labels is not None and label not in picture.labels:
                        continue  # no text says of the picture that it shows none
                    lines = [_line(edges) for kind, *edges in boxes if kind == label]
                    text = "\n".join((name, str(len(lines)), *(lines or ["0 0 0 0 0 0 0 0 0 0"])))
                    texts.setdefault((label, picture.split), []).append(f"{text}\n")
            for (label, split), parts in texts.items():
                target = folder / f"wider_{label}_split" / f"wider_{label}_{split}{_ENDING}"
                target.parent.mkdir(exist_ok=True)
                target.write_text("".join(parts), encoding="utf-8")
        except OSError as exc:
            raise as_output_error(exc, folder) from exc


def _box(line: str) -> tuple[float, float, float, float] | str | None:
    """None for a box that is to be dropped; the line, to be shown, for what is no box."""
    try:
        values = [float(word) for word in line.split()]
    except ValueError:
        return ascii(line[:60])
    if len(values) < 4 or any(value != value or abs(value) == float("inf") for value in values):  # noqa: PLR0124 - NaN
        return ascii(line[:60])
    x, y, width, height = values[:4]
    if width <= 0 or height <= 0 or (len(values) > _INVALID and values[_INVALID] == 1):
        return None
    return x, y, x + width, y + height


def _line(edges: Sequence[float]) -> str:
    """Whole pixels, as programs that read WIDER expect; the flags are all 0."""
    left, top = round(edges[0]), round(edges[1])
    return f"{left} {top} {max(round(edges[2]) - left, 1)} {max(round(edges[3]) - top, 1)} 0 0 0 0 0 0"


def _texts(listing: Listing) -> list[str]:
    """Those that are named as the original, or else those that look like it."""
    named = [path for path in listing.files(_ENDING) if _looks_like_wider(listing, path)]
    if named:
        return sorted(named)
    others = [path for path, _ in zip(listing.files(".txt"), range(_MOST_FILES_LOOKED_AT), strict=False)]
    return sorted(path for path in others if _looks_like_wider(listing, path))


def _looks_like_wider(listing: Listing, path: str) -> bool:
    """The path of a picture, a count, and four numbers or more, or another path where the count is 0.

    The first two are enough where the name says it.
    """
    lines = [line.strip() for line in listing.text(path, 4096).splitlines() if line.strip()][:3]
    if len(lines) < 2 or not is_picture_name(lines[0]) or not lines[1].isdecimal():
        return False
    return path.endswith(_ENDING) or lines[1] == "0" or (len(lines) > 2 and not isinstance(_box(lines[2]), str))


def _class_of(path: str) -> str | None:
    """The class that the name of a text says: wider_license_plate_train_bbx_gt.txt."""
    name = path.rpartition("/")[2]
    if not (name.startswith("wider_") and name.endswith(_ENDING)):
        return None
    return name.removeprefix("wider_").removesuffix(_ENDING).rpartition("_")[0] or None


def _place(listing: Listing, text: str, path: str, split: Split | None) -> str | None:
    """Where a picture lies below the root."""
    above = text.rpartition("/")[0].rpartition("/")[0]
    folders = [joined(above, f"WIDER_{split}/images")] if split is not None else []
    folders += [text.rpartition("/")[0], joined(above, "images"), above, "images", ""]
    places = [place for folder in folders if (place := inside(folder, path)) is not None]
    found = next((place for place in places if listing.has(place)), None)
    named = listing.by_name.get(path.replace("\\", "/").rpartition("/")[2], ())
    return found if found is not None or len(named) != 1 else named[0]


def _sample(listing: Listing, place: str, picture: WiderPicture, *, label: str, split: Split | None) -> Sample:
    boxes = tuple(SampleBox(label, *edges) for edges in picture.boxes)
    flaws = tuple(Flaw(FlawKind.UNREADABLE_LABEL, said) for said in picture.flaws)
    return Sample(listing.path(place), place, boxes, Scale.PIXELS, split, flaws=flaws)


def _merged(known: Sample | None, new: Sample, label: str) -> Sample:
    """A picture is named in the text of each class that was looked for; its boxes come together."""
    if known is None:
        return replace(new, labels=frozenset({label}))
    labels = (known.labels or frozenset()) | {label}
    return replace(known, boxes=(*known.boxes, *new.boxes), labels=labels, flaws=(*known.flaws, *new.flaws))
