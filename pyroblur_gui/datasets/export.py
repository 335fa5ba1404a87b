"""Writes a data set in a format of other programs: aside, and under its name when it is complete."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pyroblur_gui.core.errors import DatasetError, OutputError
from pyroblur_gui.core.files import as_output_error, require_free_space
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture
from pyroblur_gui.datasets.formats.catalogue import FORMATS
from pyroblur_gui.datasets.formats.format import Labelled
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.spec import FormatName
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log
from pyroblur_gui.jobs.meter import Meter

_SPARE_BYTES = 20_000_000
_BYTES_A_PICTURE = 8192  # for its labels
_FORBIDDEN = frozenset('<>:"|?*/\\')  # on some disk or other


def export(dataset: Dataset, format_name: FormatName, folder: Path, context: Context) -> int:
    """Writes all pictures that can be read into a new or empty folder and returns how many there are.

    Suggestions that nobody has accepted are left out. What is broken off leaves nothing behind. Emits Progress, and a
    Log where the format cannot say which classes were not looked for.
    Raises OutputError, DiskFullError, DatasetError, JobCancelledError.
    """
    _check_empty(folder)
    count, size = dataset.database.execute(
        "SELECT count(*), coalesce(sum(size_bytes), 0) FROM pictures WHERE NOT is_removed AND error = ''"
    ).fetchone()
    require_free_space(folder.absolute().parent, size + count * _BYTES_A_PICTURE + _SPARE_BYTES)
    meter = Meter(context, "write", total=count, unit="pictures")
    beside = folder.absolute().with_name(f".{folder.absolute().name[:100]}.{os.getpid()}.part")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        FORMATS[format_name].write(
            _labelled(dataset, context, meter), classes=dataset.classes, folder=beside, context=context
        )
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except OSError as exc:
        raise as_output_error(exc, folder) from exc
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(beside)
    meter.finish(count)
    if format_name is not FormatName.WIDER:
        _tell_what_is_lost(dataset, context)
    return int(count)


def _tell_what_is_lost(dataset: Dataset, context: Context) -> None:
    rows = dataset.database.execute(
        "SELECT labelled, count(*) FROM pictures WHERE NOT is_removed AND error = '' GROUP BY labelled"
    ).fetchall()
    for label, name in enumerate(dataset.classes):
        unseen = sum(number for labelled, number in rows if label not in json.loads(labelled))
        if unseen:
            text = f"Pictures in which {name} was not looked for: {unseen:,}. The format cannot say so: other programs "
            text += "take them as showing none."
            context.emit(Log(level="warning", text=text))


def _check_empty(folder: Path) -> None:
    try:
        is_free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as exc:
        raise as_output_error(exc, folder) from exc
    if not is_free:
        message = f"{folder} is there already, and is not empty."
        raise OutputError(message, hint="Choose a new folder or an empty one.", path=folder)


def _labelled(dataset: Dataset, context: Context, meter: Meter) -> Iterator[Labelled]:
    classes = dataset.classes
    done = 0
    for picture in dataset.every_picture():
        context.check_cancelled()
        if picture.error:
            continue
        if not dataset.path(picture).is_file():
            message = f"The picture {picture.name} is no longer in the data set's folder."
            raise DatasetError(message, hint="Check the data set, and remove the picture.", path=dataset.path(picture))
        meter.at(done)
        done += 1
        yield Labelled(
            picture=dataset.path(picture),
            name=_name(picture),
            width=picture.width,
            height=picture.height,
            split=picture.split or Split.TRAIN,
            boxes=[
                (classes[box.label], *_pixels(box, picture))
                for box in picture.boxes
                if box.is_truth and box.label < len(classes)
            ],
            labels=frozenset(classes[label] for label in picture.labelled if label < len(classes)),
        )


def _name(picture: Picture) -> str:
    """The source's own name, as far as any disk and any list takes it, with the ending of the file as it is kept."""
    stem = PurePosixPath(picture.name).stem
    plain = "".join(each if each.isprintable() and each not in _FORBIDDEN else "_" for each in stem).strip(" .")
    return f"{plain or 'picture'}{PurePosixPath(picture.file).suffix}"


def _pixels(box: Box, picture: Picture) -> tuple[float, float, float, float]:
    return box.left * picture.width, box.top * picture.height, box.right * picture.width, box.bottom * picture.height
