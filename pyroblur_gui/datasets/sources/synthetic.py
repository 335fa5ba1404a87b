"""Made-up pictures: faces and plates drawn by PyroBlur itself, where nothing can be downloaded or nobody may be shown.

Light on purpose: the window reads FACTS from here. What draws is loaded by its name, within a job.
"""

import hashlib
import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ValidationError

from pyroblur_gui.core.classes import FACE, LICENSE_PLATE, MAIN_CLASSES
from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.datasets.formats.listing import Listing
from pyroblur_gui.datasets.sample import Origin, Sample, SampleBox, Scale
from pyroblur_gui.datasets.sources.source import Gathering, Licence, Need, SourceFacts
from pyroblur_gui.jobs.events import Log
from pyroblur_gui.jobs.meter import Meter

FACTS = SourceFacts(
    name="synthetic",
    title="Made-up pictures",
    summary="Faces and licence plates drawn by PyroBlur on drawn backgrounds or on pictures of your own, which must "
    "show no faces and no plates. Nobody is shown and nothing is downloaded. They help where there is little else; "
    "a model for real pictures needs real pictures, too.",
    classes=MAIN_CLASSES,
    licence=Licence("Free of rights of others", "PyroBlur draws these pictures on your computer; they are yours.", ""),
    citation="",
    homepage="",
    needs=frozenset[Need](),
    is_synthetic=True,
)

PICTURES_A_CLASS = 1000  # where all are asked for, which is no number here
STAGE = "draw"
_DRAWING = "pyroblur_gui.datasets.sources.drawing.painting"
# Of 16 pictures, 10 show faces, 10 plates, and one shows neither: what a detector must learn to pass over.
_ROUND = (*((FACE,), (LICENSE_PLATE,), MAIN_CLASSES) * 5, ())
_OF_EACH = 10
_GROUP = 8  # pictures between two questions whether the job is cancelled


class Drawn(BaseModel):
    """What is kept beside a picture: that it is whole, and its boxes (class, left, top, right, bottom) in pixels."""

    size_bytes: int
    boxes: tuple[tuple[str, float, float, float, float], ...]


@dataclass(frozen=True)
class Order:
    """One picture to draw: the same again for the same order."""

    seed: int
    number: int
    size: int
    shows: frozenset[str]
    background: Path | None


Painter = Callable[[Order], tuple[bytes, Sequence[tuple[str, float, float, float, float]]]]


class SyntheticSource:
    """Draws into the folder that it is given; pictures that are there whole are not drawn again."""

    @property
    def facts(self) -> SourceFacts:
        return FACTS

    def gather(self, gathering: Gathering) -> Iterator[Sample]:
        """Raises SourceError when the backgrounds cannot be used, OutputError, DiskFullError, JobCancelledError."""
        options, context = gathering.options, gathering.context
        backgrounds = _backgrounds(gathering)
        folder = gathering.folder / _folder_name(options.seed, options.size, backgrounds)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise as_output_error(exc, folder) from exc
        painter = cast("Painter", import_module(_DRAWING).paint)
        total = math.ceil((options.max_samples or PICTURES_A_CLASS) * len(_ROUND) / _OF_EACH)
        orders = [
            Order(
                seed=options.seed,
                number=number,
                size=options.size,
                shows=frozenset(_ROUND[number % len(_ROUND)]),
                background=backgrounds[number % len(backgrounds)] if backgrounds else None,
            )
            for number in range(total)
        ]
        meter = Meter(context, STAGE, total=total, unit="pictures")
        with ThreadPoolExecutor(min(_GROUP, os.cpu_count() or 1)) as pool:
            for start in range(0, total, _GROUP):
                context.check_cancelled()
                group = orders[start : start + _GROUP]
                yield from pool.map(lambda order: _sample(folder, order, painter), group)
                meter.at(start + len(group))
        meter.finish(total)


def _backgrounds(gathering: Gathering) -> list[Path]:
    """The user's pictures in the order of their names; none where backgrounds are to be drawn."""
    folder = gathering.options.backgrounds
    if folder is None:
        return []
    context = gathering.context
    listing = Listing.of(folder, quick=False, check_cancelled=context.check_cancelled)
    found = [listing.path(path) for path in sorted(listing.pictures_below(""))]
    if not found:
        message = f"There are no pictures in {folder} to draw on."
        raise SourceError(message, hint="Choose another folder, or none for drawn backgrounds.", path=folder)
    text = (
        f"Pictures of your own that are drawn on: {len(found):,}. They must show no faces and no plates, which would "
        "be taken for background."
    )
    context.emit(Log(level="warning", text=text))
    return found


def _folder_name(seed: int, size: int, backgrounds: Sequence[Path]) -> str:
    """What is drawn depends on these; other pictures never get mixed in."""
    digest = hashlib.sha256()
    for path in backgrounds:
        digest.update(os.fsencode(path) + b"\0")
    return f"drawn-{seed}-{size}" + (f"-{digest.hexdigest()[:12]}" if backgrounds else "")


def _sample(folder: Path, order: Order, painter: Painter) -> Sample:
    name = f"synthetic_{order.seed}_{order.size}_{order.number:06d}"
    picture, notes = folder / f"{name}.jpg", folder / f"{name}.json"
    drawn = _kept(picture, notes)
    if drawn is None:
        data, boxes = painter(order)
        drawn = Drawn(size_bytes=len(data), boxes=tuple(boxes))
        try:
            _write(picture, data)
            _write(notes, drawn.model_dump_json().encode())
        except OSError as exc:
            raise as_output_error(exc, picture) from exc
    labelled = tuple(SampleBox(*box, origin=Origin.SYNTHETIC) for box in drawn.boxes)
    return Sample(picture, picture.name, labelled, Scale.PIXELS, labels=frozenset(MAIN_CLASSES))


def _kept(picture: Path, notes: Path) -> Drawn | None:
    """What an earlier run drew, when it is whole. The notes are written after the picture."""
    try:
        drawn = Drawn.model_validate_json(notes.read_bytes())
        return drawn if picture.stat().st_size == drawn.size_bytes else None
    except (OSError, ValidationError):
        return None


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
