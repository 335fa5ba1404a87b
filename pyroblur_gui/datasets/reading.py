"""Reads a picture once: what it is, whether a trainer can read it, and its place in the data set.

A picture is kept byte for byte where a trainer can read it as it is. It is encoded anew, upright and without metadata,
where it cannot (HEIC, 16 bits, CMYK, palettes, animations, unusual TIFF, several pictures in one file) or where an EXIF
orientation would turn it. A trainer reads by OpenCV, so that decides what is readable; OpenCV also notices a missing
end. Of a JPEG file, what lies behind its end is cut off: Ultralytics would otherwise encode the file again.
"""

import contextlib
import errno
import hashlib
import io
import os
import re
import stat
import threading
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.datasets.layout import IMAGES
from pyroblur_gui.media.photo import Photo
from pyroblur_gui.media.photo_formats import READ_FORMATS
from pyroblur_gui.media.photo_reading import read_photo

LEAST_PX = 10  # a shorter side: Ultralytics leaves smaller pictures out
MOST_PIXELS = 400_000_000
MOST_BYTES = 1 << 29
_LARGE_PIXELS = 30_000_000  # of these, one is decoded at a time
_LONGEST_STEM = 60
_QUALITY = 95
_ORIENTATION = 274
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262
_END_OF_JPEG = b"\xff\xd9"
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "BMP": ".bmp", "TIFF": ".tif"}
_LOSSLESS = frozenset(("PNG", "TIFF", "BMP", "DIB", "GIF", "PPM", "PCX", "SGI", "QOI", "PSD"))

# Of a JPEG, a quarter or an eighth of the side is decoded where enough is left of it: (least side, divisor, flag).
_REDUCED = (
    (1024, 8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
    (512, 4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
    (256, 2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
    (0, 1, cv2.IMREAD_GRAYSCALE),
)
_HASH_SIDE = 16
_TRIES = 5
_LEAST_STEP = 4  # of brightness: less is noise, which every encoding changes

_large = threading.Lock()


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a picture that was read; the meaning of Picture's fields of the same names.

    file: "" when the picture cannot be read, and then `error` says why.
    """

    file: str = ""
    width: int = 0
    height: int = 0
    size_bytes: int = 0
    sha256: str = ""
    likeness: bytes | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The file as it is kept. grey: the picture, small, for its likeness."""

    data: bytes
    suffix: str
    width: int
    height: int
    grey: NDArray[np.uint8]


class _UnreadableError(Exception):
    """A sentence for the user."""


def read_into(folder: Path, picture: Path, *, name: str, links: Path | None = None) -> Reading:
    """Reads a picture and puts it into the data set's folder.

    name: what the source calls it; part of it becomes part of the file's name. links: a folder whose files are
    PyroBlur's own and never change: they get a second name instead of being copied.
    Raises OutputError when the data set cannot be written to; a picture that cannot be read raises nothing.
    """
    data = b""
    try:
        data = _bytes(picture)
        kept = _kept(picture, data)
    except _UnreadableError as exc:
        digest = hashlib.sha256(data).hexdigest() if data else ""
        return Reading(size_bytes=len(data), sha256=digest, error=str(exc))
    digest = hashlib.sha256(kept.data).hexdigest()
    file = PurePosixPath(IMAGES, digest[:2], f"{_safe_stem(name)}-{digest[2:14]}{kept.suffix}")
    _put(folder / file, kept.data, picture if kept.data is data and links is not None else None, links)
    return Reading(
        file=str(file),
        width=kept.width,
        height=kept.height,
        size_bytes=len(kept.data),
        sha256=digest,
        likeness=likeness_of(kept.grey),
    )


def likeness_of(grey: NDArray[np.uint8]) -> bytes:
    """The 256-bit difference hash of a grey picture: where it gets brighter from left to right, on a 16 x 16 grid."""
    small = cv2.resize(grey, (_HASH_SIDE + 1, _HASH_SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.packbits(small[:, 1:] - small[:, :-1] > _LEAST_STEP).tobytes()


# -- the file as it is found


def _bytes(path: Path) -> bytes:
    """Regular files only, also at the end of a link: opening a pipe would wait for ever."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                message = "It is no ordinary file."
                raise _UnreadableError(message)
            if facts.st_size > MOST_BYTES:
                message = f"It has {facts.st_size / 1e6:,.0f} MB, more than is read as a picture."
                raise _UnreadableError(message)
            data = file.read()
    except (OSError, ValueError) as exc:
        message = f"It cannot be opened: {getattr(exc, 'strerror', None) or exc}."
        raise _UnreadableError(message) from exc
    if not data:
        message = "The file is empty."
        raise _UnreadableError(message)
    return data


def _kept(picture: Path, data: bytes) -> _Kept:
    try:
        with Image.open(io.BytesIO(data), formats=READ_FORMATS) as image:
            width, height = image.size
            _check_size(width, height)
            plain = _is_plain(image, data)
            suffix = _SUFFIXES.get(image.format or "", "")
    except _UnreadableError:
        raise
    except Exception as exc:  # decoders meet damage in ways of their own
        message = "It is no picture, or its beginning is damaged."
        raise _UnreadableError(message) from exc
    with _large if width * height > _LARGE_PIXELS else contextlib.nullcontext():
        if plain:
            whole = _ended(data) if suffix == ".jpg" else data
            grey = _grey(whole, width, height, is_jpeg=suffix == ".jpg")
            if grey is not None:
                return _Kept(whole, suffix, width, height, grey)
        return _encoded_anew(picture)


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        message = f"It has {width} x {height} pixels, more than are read."
        raise _UnreadableError(message)
    if min(width, height) < LEAST_PX:
        message = f"It has {width} x {height} pixels; a trainer leaves out what is smaller than {LEAST_PX} pixels."
        raise _UnreadableError(message)


def _is_plain(image: Image.Image, data: bytes) -> bool:
    """True when trainers read the file as people see it."""
    if image.format not in _SUFFIXES or image.mode not in {"L", "RGB", "RGBA"} or getattr(image, "is_animated", False):
        return False
    if image.format == "PNG" and data[24:25] == b"\x10":  # 16 bits a sample, which Pillow shows as 8
        return False
    if image.format == "TIFF":
        tags = getattr(image, "tag_v2", {})
        if set(tags.get(_BITS_PER_SAMPLE, ())) != {8} or tags.get(_PHOTOMETRIC) not in {1, 2} or image.mode == "RGBA":
            return False
    return _orientation(image, data) == 1


def _orientation(image: Image.Image, data: bytes) -> int:
    """Pillow decodes a whole PNG to look for EXIF behind the pixels: spared where there is none."""
    if image.format == "PNG" and b"eXIf" not in data and b"Raw profile type" not in data:
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - damaged EXIF says nothing
        return 1


def _ended(data: bytes) -> bytes:
    """A JPEG file without what lies behind its end."""
    if data.endswith(_END_OF_JPEG):
        return data
    end = data.rfind(_END_OF_JPEG)
    return data[: end + len(_END_OF_JPEG)] if end >= 0 else data


def _grey(data: bytes, width: int, height: int, *, is_jpeg: bool) -> NDArray[np.uint8] | None:
    """The picture as OpenCV sees it; None when it does not see it, or not in this size."""
    divisor, flag = 1, cv2.IMREAD_GRAYSCALE
    if is_jpeg:
        divisor, flag = next((divisor, flag) for least, divisor, flag in _REDUCED if min(width, height) >= least)
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None
    if found is None or found.shape[:2] != (-(-height // divisor), -(-width // divisor)):
        return None
    return np.asarray(found, np.uint8)


# -- encoding anew


def _encoded_anew(picture: Path) -> _Kept:
    """The first page, upright, as JPEG, or as PNG where the source lost nothing either."""
    try:
        photo = read_photo(picture)
    except PyroblurError as exc:
        raise _UnreadableError(exc.message) from exc
    if photo.cut_off:
        raise _UnreadableError(photo.cut_off)
    image = _image(photo)
    written = io.BytesIO()
    if photo.format in _LOSSLESS or photo.details.is_lossless:
        suffix = ".png"
        image.save(written, "PNG", compress_level=3)
    else:
        suffix = ".jpg"
        image.save(written, "JPEG", quality=_QUALITY, subsampling="4:4:4")
    grey = np.asarray(image.convert("L"), np.uint8)
    return _Kept(written.getvalue(), suffix, image.width, image.height, grey)


def _image(photo: Photo) -> Image.Image:
    page = photo.pages[0]
    pixels = page.pixels
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(pixels), mode=None if page.mode != "CMYK" else "CMYK")
    return image.convert("L" if page.mode in {"L", "LA"} else "RGB")


# -- the file as it is kept


def _safe_stem(name: str) -> str:
    """Plain letters only: lists of pictures are text files, and label files are found by the picture's path."""
    stem = PurePosixPath(name).stem
    return re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_")[:_LONGEST_STEM] or "picture"


def _put(path: Path, data: bytes, source: Path | None, links: Path | None) -> None:
    """Writes or links the file. What lies there already is replaced, never written into.

    It was left by a killed job, or another thread is writing the same this moment; it may be a second name of a file
    of another data set.
    """
    for _ in range(_TRIES):
        try:
            if source is not None and links is not None and _link(source, path, links):
                return
            with path.open("xb") as file:
                file.write(data)
        except FileNotFoundError:
            _make_folder(path.parent)
        except FileExistsError:
            _remove(path)
        except OSError as exc:
            raise as_output_error(exc, path) from exc
        else:
            return
    raise as_output_error(FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)), path)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise as_output_error(exc, folder) from exc


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as exc:
        raise as_output_error(exc, path) from exc


def _link(source: Path, path: Path, links: Path) -> bool:
    """Raises FileExistsError when there is a file of that name, FileNotFoundError when there is no folder for it."""
    try:
        real = source.resolve(strict=True)
        if not real.is_relative_to(links.resolve()):
            return False
        os.link(real, path)
    except FileExistsError:
        raise
    except OSError:  # another disk, or a file system without links
        if not path.parent.is_dir():
            raise
        return False
    return True
