"""Small pictures of a data set, kept in the cache so that a gallery scrolls: made by a worker, read by the window.

They are copies of the user's pictures: they carry no metadata, lie in PyroBlur's own folders only, and go with the data
set. They are found by the hash of the picture's file, so one that was made stays right whatever happens to the rows.
"""

import logging
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets.dataset import Dataset, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 192
QUALITY = 80
BUSY_TIMEOUT_S = 10.0
_AT_ONCE = 500

log = logging.getLogger(__name__)


def thumbnails_file(name: str) -> Path:
    """Where the thumbnails of the data set of that name are kept."""
    return folders().cache / "thumbnails" / f"{name}.sqlite"


def delete(name: str) -> None:
    """Deletes the thumbnails of a data set; they are made again when asked for. Raises OutputError."""
    file = thumbnails_file(name)
    for companion in ("", "-wal", "-shm"):
        try:
            file.with_name(file.name + companion).unlink(missing_ok=True)
        except OSError as exc:
            raise as_output_error(exc, file) from exc


class Thumbnails:
    """Of one data set. Use it as `with`, or close it. A damaged file is thrown away: it is only a cache.

    Raises OutputError when the cache's folder cannot be written to.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        try:
            self._database = _opened(thumbnails_file(name))
        except sqlite3.DatabaseError:
            log.warning("the thumbnails of a data set were damaged; they are made anew")
            delete(name)
            self._database = _opened(thumbnails_file(name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def get(self, sha256: str) -> bytes | None:
        """A JPEG; None when there is none (yet). Quick enough to be asked for while painting."""
        try:
            row = self._database.execute("SELECT jpeg FROM thumb WHERE sha256 = ?", (sha256,)).fetchone()
        except sqlite3.Error:  # deleted under our feet, or a damaged page: the picture is then shown without
            return None
        return None if row is None else bytes(row[0])

    def missing(self, hashes: Iterable[str]) -> set[str]:
        """Those of the hashes that have no thumbnail yet."""
        wanted = list(dict.fromkeys(hashes))
        there: set[str] = set()
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT sha256 FROM thumb WHERE sha256 IN ({marks})"  # noqa: S608
            there |= {row[0] for row in self._database.execute(query, part)}
        return set(wanted) - there

    def make(
        self, dataset: Dataset, pictures: Sequence[Picture], *, check_cancelled: Callable[[], None]
    ) -> tuple[list[int], list[int]]:
        """Makes those that are missing; numbers of the pictures that have one now, and of those that cannot have one.

        For a worker: it decodes pictures.
        """
        missing = self.missing(picture.sha256 for picture in pictures)
        made, failed = [], []
        for picture in pictures:
            check_cancelled()
            if picture.sha256 in missing:
                try:
                    jpeg = small_jpeg(dataset.path(picture))
                except (OSError, ValueError, SyntaxError):  # whatever a codec says of a broken file
                    failed.append(picture.id)
                    continue
                self._database.execute("INSERT OR REPLACE INTO thumb VALUES (?, ?)", (picture.sha256, jpeg))
                missing.discard(picture.sha256)
            made.append(picture.id)
        return made, failed


def small_jpeg(path: Path) -> bytes:
    """The picture, upright, at most LONGEST_SIDE long, without metadata. Raises what Pillow raises."""
    target = BytesIO()
    small_picture(path, LONGEST_SIDE, LONGEST_SIDE).save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def small_picture(path: Path, width: int, height: int) -> "Image":
    """The picture as RGB, upright, at most so large. A JPEG is decoded no larger than needed."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - the window reads thumbnails, and needs no codecs for it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, and of sizes, which intake has looked at
        with Image.open(path) as image:
            longest = max(width, height)
            image.draft("RGB", (longest, longest))
            upright = ImageOps.exif_transpose(image)
            upright = _as_rgb(upright)
            upright.thumbnail((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
            upright.info.clear()
            return upright


def _as_rgb(image: "Image") -> "Image":
    if image.mode.startswith("I"):  # 16 bits a pixel: the upper 8 of them
        return image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    return image.convert("RGB")


def _opened(file: Path) -> sqlite3.Connection:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise as_output_error(exc, file.parent) from exc
    database = sqlite3.connect(file, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")  # only a cache
        database.execute("CREATE TABLE IF NOT EXISTS thumb (sha256 TEXT PRIMARY KEY, jpeg BLOB NOT NULL)")
    except BaseException:
        database.close()
        raise
    return database
