"""COCO: one JSON file for each split that names pictures, categories and annotations by numbers.

Read as COCO itself has it (annotations/instances_train2017.json beside train2017/), as Roboflow exports it
(train/_annotations.coco.json among the pictures), and as most programs write it. Pictures are looked for within the
chosen folder only, whatever path the file gives.
"""

import json
import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.core.plain_yaml import decoded
from pyroblur_gui.datasets.formats.format import Labelled, Recognised
from pyroblur_gui.datasets.formats.listing import Listing, inside, is_picture_name, joined
from pyroblur_gui.datasets.formats.splits import split_named, split_of
from pyroblur_gui.datasets.formats.writing import Copies
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Sample, SampleBox, Scale, Split
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log

LARGEST_BYTES = 500 * 2**20
MOST_FLAWS = 20  # of one picture
_QUICK_BYTES = 24 * 2**20  # of all files, in a quick look; parsing takes about 0.3 s
_ENDS_BYTES = 1 << 20
_MOST_FILES_LOOKED_AT = 200
_LISTS = re.compile(rb'"(images|annotations)"\s*:\s*\[')
_OTHER_TASKS = ("person_keypoints_", "captions_", "stuff_", "panoptic_")

Edges = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Content:
    """What one file says, with everything that is malformed left out or turned into a flaw.

    pictures: (number, path) in the order of the file. boxes, flaws: by the number of their picture. categories: names
    by number. is_labelled: False for a list of pictures without annotations.
    """

    pictures: Sequence[tuple[Hashable, str]]
    categories: Mapping[Hashable, str]
    boxes: Mapping[Hashable, Sequence[SampleBox]]
    flaws: Mapping[Hashable, Sequence[Flaw]]
    is_labelled: bool


class CocoFormat:
    name = "coco"
    title = "COCO"

    def recognise(self, listing: Listing) -> Recognised | None:
        paths = _annotation_files(listing)
        if not paths:
            return None
        names: dict[str, None] = {}
        count: int | None = 0
        room = _QUICK_BYTES
        for path in paths:
            data = listing.read(path, room + 1)
            if len(data) > room:
                names |= dict.fromkeys(_names_in(data[:_ENDS_BYTES]) or _names_in(listing.end(path, _ENDS_BYTES)))
                count = None
                continue
            room -= len(data)
            content = _content(listing, path, data)
            names |= dict.fromkeys(content.categories.values())
            count = count + len(content.pictures) if count is not None else None
        return Recognised(self.name, listing.root, count, tuple(names))

    def read(self, found: Recognised, context: Context, _options: Mapping[str, str]) -> Iterator[Sample]:
        listing = Listing.of(found.path, quick=False, check_cancelled=context.check_cancelled)
        seen: set[str] = set()
        for path in _annotation_files(listing):
            context.check_cancelled()
            content = _content(listing, path, listing.read(path, LARGEST_BYTES + 1))
            missing = repeated = 0
            for place, sample in _samples(listing, path, content):
                context.check_cancelled()
                if place is None:
                    missing += 1
                elif place in seen:
                    repeated += 1
                else:
                    seen.add(place)
                    yield sample
            _tell(
                context, missing, f"Pictures that {path} names but that are not there, and are left out: {missing:,}."
            )
            _tell(context, repeated, f"Pictures of {path} that were named before, and are taken once: {repeated:,}.")

    def write(self, pictures: Iterator[Labelled], *, classes: Sequence[str], folder: Path, context: Context) -> None:
        """images/train and so on, and annotations/instances_train.json and so on; numbers begin with 1, as in COCO."""
        copies = Copies(context)
        categories = [{"id": number, "name": name, "supercategory": ""} for number, name in enumerate(classes, 1)]
        numbers = {name: number for number, name in enumerate(classes, 1)}
        lists: dict[str, tuple[list[object], list[object]]] = {}
        try:
            for picture in pictures:
                images, annotations = lists.setdefault(picture.split, ([], []))
                name = copies.copy(picture, folder / "images" / picture.split)
                number = len(images) + 1
                images.append({"id": number, "file_name": name, "width": picture.width, "height": picture.height})
                for label, *edges in copies.boxes(picture):
                    about = {"id": len(annotations) + 1, "image_id": number, "category_id": numbers[label]}
                    annotations.append({**about, **_written(edges)})
            (folder / "annotations").mkdir(parents=True, exist_ok=True)
            for split, (images, annotations) in lists.items():
                content = {"images": images, "annotations": annotations, "categories": categories}
                target = folder / "annotations" / f"instances_{split}.json"
                target.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        except OSError as exc:
            raise as_output_error(exc, folder) from exc


def _written(edges: Sequence[float]) -> dict[str, object]:
    left, top, right, bottom = edges
    box = [round(value, 3) for value in (left, top, right - left, bottom - top)]
    return {"bbox": box, "area": round(box[2] * box[3], 3), "iscrowd": 0, "segmentation": []}


def _tell(context: Context, count: int, text: str) -> None:
    if count:
        context.emit(Log(level="warning", text=text))


def _annotation_files(listing: Listing) -> list[str]:
    """Those that hold boxes; COCO's key points and captions are of the same pictures as its instances."""
    found = [
        path
        for path, _ in zip(listing.files(".json"), range(_MOST_FILES_LOOKED_AT), strict=False)
        if _LISTS.search(listing.read(path, 64 * 1024))
    ]
    folders = {path.rpartition("/")[0] for path in found if path.rpartition("/")[2].startswith("instances_")}
    return sorted(path for path in found if path.rpartition("/")[0] not in folders or not _is_of_other_task(path))


def _is_of_other_task(path: str) -> bool:
    return path.rpartition("/")[2].startswith(_OTHER_TASKS)


def _names_in(part: bytes) -> list[str]:
    """Names of the categories from the beginning or the end of a large file, if they stand there."""
    start = re.search(r'"categories"\s*:\s*', text := decoded(part))
    if start is None:
        return []
    try:
        listed, _ = json.JSONDecoder().raw_decode(text, start.end())
    except ValueError:
        return []
    return list(_categories(listed, set()).values())


def _content(listing: Listing, path: str, data: bytes) -> _Content:
    """Raises DatasetError for what is too large or no JSON."""
    if len(data) > LARGEST_BYTES:
        message = f"{path} is too large: more than {LARGEST_BYTES // 2**20} MB of labels."
        raise DatasetError(message, hint="Divide it into several files.", path=listing.path(path))
    try:
        content = json.loads(decoded(data), object_hook=_without_outline)
    except (ValueError, RecursionError) as exc:
        message = f"{path} cannot be read as COCO: {_reason(exc)}."
        raise DatasetError(message, hint="It is damaged: get it again.", path=listing.path(path)) from exc
    if not isinstance(content, dict):
        message = f"{path} cannot be read as COCO: it is a list."
        raise DatasetError(message, hint="It is another format: export it again as COCO.", path=listing.path(path))
    annotations = [each for each in _list(content, "annotations") if isinstance(each, dict)]
    used = {_hashable(each.get("category_id")) for each in annotations}
    categories = _categories(content.get("categories"), used)
    boxes: dict[Hashable, list[SampleBox]] = {}
    flaws: dict[Hashable, list[Flaw]] = {}
    for each in annotations:
        if each.get("iscrowd") in (1, True):
            continue
        found, image = _annotation(each, categories), _hashable(each.get("image_id"))
        if isinstance(found, SampleBox):
            boxes.setdefault(image, []).append(found)
        elif len(flaws.setdefault(image, [])) < MOST_FLAWS:
            flaws[image].append(found)
    images = [each for each in _list(content, "images") if isinstance(each, dict)]
    pictures = [(_hashable(each.get("id")), str(each["file_name"])) for each in images if each.get("file_name")]
    return _Content(pictures, categories, boxes, flaws, isinstance(content.get("annotations"), list))


def _without_outline(each: dict[str, object]) -> dict[str, object]:
    """Outlines are most of a large file; where there is a box they are let go of at once."""
    if "segmentation" in each and _edges_of_box(each.get("bbox")) is not None:
        del each["segmentation"]
    return each


def _reason(exc: Exception) -> str:
    if isinstance(exc, json.JSONDecodeError):
        return f"in line {exc.lineno}, column {exc.colno}, {exc.msg[:1].lower()}{exc.msg[1:]}"
    return "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)


def _list(content: Mapping[str, object], key: str) -> list[object]:
    value = content.get(key)
    return value if isinstance(value, list) else []


def _hashable(value: object) -> Hashable:
    """A number or text that something is known by; programs write numbers as text at times, but always the same way."""
    return value if isinstance(value, int | str | float) else None


def _categories(listed: object, used: set[Hashable]) -> dict[Hashable, str]:
    """Roboflow adds one that stands for all others and is never used; it is left out."""
    entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    above = {str(each.get("supercategory")) for each in entries}
    return {
        _hashable(each.get("id")): str(each["name"])
        for each in entries
        if each.get("name") is not None
        and not (
            each.get("supercategory") == "none" and str(each["name"]) in above and _hashable(each.get("id")) not in used
        )
    }


def _annotation(each: Mapping[str, object], categories: Mapping[Hashable, str]) -> SampleBox | Flaw:
    category = _hashable(each.get("category_id"))
    if category not in categories:
        shown = ascii(each.get("category_id"))[:60]
        detail = f"Annotation {ascii(each.get('id'))[:60]} is of category {shown}, which the file does not name."
        return Flaw(FlawKind.CLASS_OUT_OF_RANGE, detail)
    edges = _edges_of_box(each.get("bbox")) or _edges_of_outline(each.get("segmentation"))
    if edges is None:
        shown = ascii(each.get("bbox"))[:60]
        return Flaw(FlawKind.UNREADABLE_LABEL, f"Annotation {ascii(each.get('id'))[:60]} has no usable box: {shown}.")
    return SampleBox(categories[category], *edges)


def _edges_of_box(box: object) -> Edges | None:
    values = _numbers(box)
    if values is None or len(values) != 4:
        return None
    left, top, width, height = values
    edges = left, top, left + width, top + height
    return edges if all(math.isfinite(edge) for edge in edges) else None


def _edges_of_outline(outline: object) -> Edges | None:
    """The hull of polygons, where there is no box."""
    if not isinstance(outline, list):
        return None
    polygons = [_numbers(each) for each in outline]
    values = [value for each in polygons if each and len(each) % 2 == 0 for value in each]
    if not values:
        return None
    return min(values[::2]), min(values[1::2]), max(values[::2]), max(values[1::2])


def _numbers(value: object) -> list[float] | None:
    if not isinstance(value, list) or not all(isinstance(each, int | float) for each in value):
        return None
    try:
        numbers = [float(each) for each in value]
    except OverflowError:  # whole numbers may have any length
        return None
    return numbers if all(math.isfinite(each) for each in numbers) else None


def _samples(listing: Listing, path: str, content: _Content) -> Iterator[tuple[str | None, Sample]]:
    """The place of each picture (None where it is not there) and its sample."""
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    split = split_named(stem) or split_of(path)
    labels = frozenset(content.categories.values()) if content.is_labelled else frozenset[str]()
    places = _picture_folders(folder, stem, split)
    for number, entry in content.pictures:
        place = _place(listing, places, entry)
        boxes = tuple(content.boxes.get(number, ()))
        flaws = tuple(content.flaws.get(number, ()))
        yield place, Sample(listing.path(place or entry), place or entry, boxes, Scale.PIXELS, split, labels, flaws)


def _picture_folders(folder: str, stem: str, split: Split | None) -> list[str]:
    """Where the pictures of a file may lie, the likeliest first. instances_train2017.json: in train2017/, say."""
    above = folder.rpartition("/")[0]
    names = [stem.rpartition("_")[2], *([str(split)] if split is not None else [])]
    found = [folder]
    for place in (folder, above) if folder else (folder,):
        for each in names:
            found += [joined(place, each), joined(place, f"images/{each}"), joined(place, f"{each}/images")]
        found += [joined(place, "images"), joined(place, "data"), place]
    return list(dict.fromkeys(found))


def _place(listing: Listing, folders: Sequence[str], entry: str) -> str | None:
    if not is_picture_name(entry):
        return None
    for folder in folders:
        place = inside(folder, entry)
        if place is not None and listing.has(place):
            return place
    named = listing.by_name.get(entry.replace("\\", "/").rpartition("/")[2], ())
    return named[0] if len(named) == 1 else None
