"""Reads pictures with all their pages, at the depth they are stored in, and turns them upright."""

import io
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, JpegImagePlugin, UnidentifiedImageError

from pyroblur_gui.core.errors import PyroblurError, UnreadableMediaError, UnsupportedMediaError
from pyroblur_gui.media.facts import Kind, MediaFacts
from pyroblur_gui.media.failures import missing, read_failure, shown
from pyroblur_gui.media.metadata import exif_names
from pyroblur_gui.media.photo import PageMode, Photo, PhotoDetails, PhotoPage
from pyroblur_gui.media.photo_formats import MAX_BYTES, MAX_PIXELS, is_raw_name, read_formats, suffixes_of
from pyroblur_gui.media.planes import Samples

_ORIENTATION: Final = 274
_DNG_VERSION: Final = 50706
_SUBSAMPLINGS: Final = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}
_MODES: Final[dict[str, PageMode]] = {
    "1": "L", "L": "L", "LA": "LA", "La": "LA", "RGB": "RGB", "RGBA": "RGBA", "RGBa": "RGBA", "RGBX": "RGB",
    "CMYK": "CMYK", "YCbCr": "RGB", "LAB": "RGB", "HSV": "RGB", "PA": "RGBA",
}  # fmt: skip
_truncated_lock = threading.Lock()


def read_photo(path: Path) -> Photo:
    """Raises MissingFileError, UnreadableMediaError, UnsupportedMediaError.

    A file whose end is missing is read up to the cut, and says so in `cut_off`.
    """
    data = _read(path)
    with _opened(path, data) as image:
        reading = _Reading(path, data, image)
        pages = tuple(reading.pages())
        return Photo(
            path=path,
            format="JPEG" if image.format == "MPO" else str(image.format),
            pages=pages,
            icc_profile=image.info.get("icc_profile") or None,
            cut_off=reading.cut_off,
            notes=(*_notes(path, image, _exif(image, data)), *reading.notes),
            details=_details(image, data),
            exif=_exif_bytes(_exif(image, data)),
            texts=_texts(image),
        )


def photo_facts(path: Path) -> MediaFacts:
    """What is known without decoding the pixels. Raises as read_photo does."""
    data = _read(path)
    with _opened(path, data) as image:
        exif = _exif(image, data)
        width, height = image.size
        # Of a TIFF, Pillow tells the upright size; libheif turns by itself.
        if image.format not in {"TIFF", "HEIF"} and exif.get(_ORIENTATION, 1) in {5, 6, 7, 8}:
            width, height = height, width
        pages = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
        return MediaFacts(
            path=path,
            kind=Kind.IMAGE,
            container="JPEG" if image.format == "MPO" else str(image.format),
            size_bytes=len(data),
            width=width,
            height=height,
            pages=pages,
            other=_others(image, exif),
            metadata=tuple(sorted({*exif_names(exif), *_other_names(image)})),
            notes=_notes(path, image, exif),
        )


# -- opening


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise missing(path) from error
    except OSError as error:
        raise read_failure(path, error) from error
    if not data:
        raise UnreadableMediaError(f"{shown(path)} is empty.", hint="Copy it from the camera again.", path=path)
    return data


@contextmanager
def _opened(path: Path, data: bytes) -> Iterator[Image.Image]:
    """Pillow's image, with all that can go wrong with it made into our errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which is dropped anyway
        try:
            with Image.open(io.BytesIO(data), formats=read_formats(path)) as image:
                _check_readable(path, image)
                yield image
        except PyroblurError:
            raise
        except UnidentifiedImageError as error:
            raise read_failure(path, error) from error
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError, cv2.error) as error:
            # Decoders meet damage in many ways; what they raise says nothing to a user.
            raise read_failure(path, error) from error


def _check_readable(path: Path, image: Image.Image) -> None:
    tags = getattr(image, "tag_v2", {})
    if is_raw_name(path) or _DNG_VERSION in tags or tags.get(262) in {32803, 34892}:
        raise UnsupportedMediaError(
            f"{shown(path)} is a camera's raw file.", hint="Export it as TIFF or JPEG first.", path=path
        )
    if image.width * image.height > MAX_PIXELS:
        raise UnsupportedMediaError(
            f"{shown(path)} has {image.width} x {image.height} pixels, more than fit into memory.",
            hint=f"Cut it into parts of at most {MAX_PIXELS // 10**6} million pixels.",
            path=path,
        )


# -- pages


class _Reading:
    def __init__(self, path: Path, data: bytes, image: Image.Image) -> None:
        self._path = path
        self._data = data
        self._image = image
        self.cut_off = ""
        self.notes: list[str] = []

    def pages(self) -> Iterator[PhotoPage]:
        count = 1 if self._image.format == "MPO" else getattr(self._image, "n_frames", 1)
        size = 0
        for number in range(count):
            try:
                if count > 1:
                    self._image.seek(number)
                page = self._page(number)
            except (OSError, EOFError, SyntaxError) as error:
                if number == 0:
                    raise
                self.cut_off = f"The file's end is missing: {number} of {count} pages could be read ({error})."
                return
            size += page.pixels.nbytes
            if size > MAX_BYTES:
                raise UnsupportedMediaError(
                    f"{shown(self._path)} has more pages than fit into memory.",
                    hint="Turn the animation into a clip (MP4), or split the document.",
                    path=self._path,
                )
            yield page

    def _page(self, number: int) -> PhotoPage:
        image = self._image
        deep = self._deep_samples(number)  # first: asking a PNG for its EXIF decodes it
        pixels, mode = deep if deep is not None else self._samples(self._loaded())
        orientation = _exif(image, self._data).get(_ORIENTATION, 1)
        upright = _turned(pixels, 1 if image.format == "HEIF" else orientation)  # libheif turns by itself
        duration = image.info.get("duration", 0)
        return PhotoPage(np.require(upright, requirements=("C", "W")), mode, duration_ms=float(duration or 0))

    def _loaded(self) -> Image.Image:
        """The page decoded; up to the cut where the file's end is missing."""
        try:
            self._image.load()
        except OSError as error:
            if "truncated" not in str(error) and "broken data stream" not in str(error):
                raise
            self.cut_off = "The file's end is missing: the lower part of the picture could not be read."
            number = self._image.tell() if hasattr(self._image, "tell") else 0
            return _load_truncated(self._path, self._data, number)
        return self._image

    def _samples(self, image: Image.Image) -> tuple[Samples, PageMode]:
        if image.mode in {"I;16", "I;16L", "I;16B", "I;16N"}:
            return np.array(image).astype(np.uint16), "L"
        if image.mode == "I":
            return self._from_wide(np.asarray(image).astype(np.int64)), "L"
        if image.mode == "F":
            return self._from_float(np.nan_to_num(np.asarray(image))), "L"
        mode: PageMode
        if image.mode == "P":
            mode = "RGBA" if "transparency" in image.info else "RGB"
        else:
            mode = _MODES.get(image.mode, "RGB")
            if mode in {"L", "RGB"} and "transparency" in image.info:
                mode = "RGBA"  # one colour stands for "nothing here"
        return np.array(image if image.mode == mode else image.convert(mode)), mode

    def _from_float(self, samples: NDArray[np.floating[Any]]) -> Samples:
        self.notes.append("The picture's floating-point samples are written with 16 bits.")
        scale = 65535.0 if samples.max(initial=0.0) <= 1.0 else 1.0
        clipped: Samples = np.clip(samples * scale, 0, 65535).astype(np.uint16)
        return clipped

    def _from_wide(self, samples: NDArray[np.int64]) -> Samples:
        low, high = int(samples.min(initial=0)), int(samples.max(initial=0))
        if low >= 0 and high <= 65535:
            return samples.astype(np.uint16)
        self.notes.append("The picture's 32-bit samples are written with 16 bits.")
        wide: Samples = ((samples - low) * 65535 // max(high - low, 1)).astype(np.uint16)
        return wide

    # -- more than eight bits, where Pillow reads eight

    def _deep_samples(self, number: int) -> tuple[Samples, PageMode] | None:
        image = self._image
        if image.format == "HEIF" and image.info.get("bit_depth", 8) > 8:
            return _deep_heif(self._data, number)
        tile = getattr(image, "tile", [])
        rawmode = str(tile[0].args) if tile else ""
        if image.format not in {"PNG", "TIFF"} or image.mode not in {"RGB", "RGBA", "LA"} or "16" not in rawmode:
            return None
        buffer = np.frombuffer(self._data, np.uint8)
        found: Any
        if image.format == "TIFF":
            _, pages = cv2.imdecodemulti(buffer, cv2.IMREAD_UNCHANGED, range=(number, number + 1))
            found = pages[0] if pages else None
        else:
            found = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED)
        if found is None or found.dtype != np.uint16 or found.ndim != 3:
            self.notes.append("The picture's 16-bit samples could only be read with 8 bits.")
            return None
        code = cv2.COLOR_BGRA2RGBA if found.shape[2] == 4 else cv2.COLOR_BGR2RGB
        samples = cast("NDArray[np.uint16]", cv2.cvtColor(found, code))
        if image.mode == "LA":
            return np.ascontiguousarray(samples[:, :, [0, 3]]), "LA"
        return samples, "RGBA" if samples.shape[2] == 4 else "RGB"


def _deep_heif(data: bytes, number: int) -> tuple[Samples, PageMode] | None:
    heif = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    page = heif[number]
    mode = page.mode.split(";")[0]
    if mode not in {"L", "LA", "RGB", "RGBA"}:
        return None
    return np.array(page).astype(np.uint16), cast("PageMode", mode)


def _load_truncated(path: Path, data: bytes, number: int) -> Image.Image:
    """Pillow's switch for files without an end is one for the whole process: it is on for this one load only."""
    with _truncated_lock:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            image = Image.open(io.BytesIO(data), formats=read_formats(path))
            if number:
                image.seek(number)
            image.load()
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before
    return image


def _turned(pixels: Samples, orientation: int) -> Samples:
    """EXIF's eight orientations: mirrored ones first, as they are defined."""
    if orientation in {2, 4, 5, 7}:
        pixels = pixels[:, ::-1]
    quarter_turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(pixels, quarter_turns) if quarter_turns else pixels


# -- what else is in the file


def _details(image: Image.Image, data: bytes) -> PhotoDetails:
    subsampling = "4:4:4"
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        subsampling = _SUBSAMPLINGS.get(JpegImagePlugin.get_sampling(image), "4:4:4")
    dpi = image.info.get("dpi")
    profile = image.info.get("nclx_profile") or {}
    loop = image.info.get("loop")
    return PhotoDetails(
        jpeg_subsampling=subsampling,
        is_progressive=bool(image.info.get("progressive")),
        is_lossless=image.format == "WEBP" and b"VP8L" in data[:4096],
        tiff_compression=str(image.info.get("compression", "")) if image.format == "TIFF" else "",
        dpi=(float(dpi[0]), float(dpi[1])) if dpi and all(0 < value < 1e6 for value in dpi) else None,
        loop=int(loop) if loop is not None else None,
        has_default_image=bool(getattr(image, "default_image", False)),
        colour_profile={name: int(value) for name, value in profile.items() if isinstance(value, int)},
    )


def _exif(image: Image.Image, data: bytes) -> Image.Exif:
    """Pillow decodes a whole PNG to find EXIF behind the pixels: spared where there is none."""
    if image.format == "PNG" and b"eXIf" not in data and b"Raw profile type" not in data:
        return Image.Exif()
    try:
        return image.getexif()
    except (OSError, SyntaxError, struct.error):  # the file's end is missing, and EXIF with it
        return Image.Exif()


def _exif_bytes(exif: Image.Exif) -> bytes:
    try:
        return exif.tobytes()
    except (ValueError, TypeError, OSError, KeyError, AttributeError):  # damaged EXIF: there is nothing to keep then
        return b""


def _other_names(image: Image.Image) -> set[str]:
    known = {"xmp": "XMP", "photoshop": "IPTC", "comment": "comment"}
    names = {name for key, name in known.items() if image.info.get(key)}
    return names | set(_texts(image))


def _texts(image: Image.Image) -> dict[str, str]:
    """A PNG's text entries in front of the pixels; Pillow would decode everything to find those behind."""
    if image.format != "PNG":
        return {}
    return {str(name): str(text) for name, text in image.info.items() if isinstance(text, str)}


def _others(image: Image.Image, exif: Image.Exif) -> tuple[str, ...]:
    """What a picture file carries besides the picture and is never copied."""
    found = []
    # In a TIFF, the directory behind the first is its next page.
    if (image.format != "TIFF" and exif.get_ifd(ExifTags.IFD.IFD1)) or image.info.get("thumbnails"):
        found.append("thumbnail")
    if image.format == "MPO":
        found.append("embedded pictures")
    if image.info.get("depth_images") or image.info.get("aux"):
        found.append("depth or gain map")
    xmp = image.info.get("xmp") or b""
    if any(word in (xmp if isinstance(xmp, bytes) else str(xmp).encode()) for word in (b"MotionPhoto", b"MicroVideo")):
        found.append("embedded clip")
    return tuple(found)


def _notes(path: Path, image: Image.Image, exif: Image.Exif) -> tuple[str, ...]:
    name = "JPEG" if image.format == "MPO" else str(image.format)
    notes = []
    endings = suffixes_of(name)
    if endings and path.suffix.lower() not in endings:
        notes.append(f"The content is a {name} picture in spite of the name's ending {path.suffix or '(none)'}.")
    sizes = image.info.get("sizes") or ()  # an icon holds one picture in several sizes
    if len(sizes) > 1:
        notes.append(f"The file holds {len(sizes)} pictures: only the largest one is processed and kept.")
    left = _others(image, exif)
    if left:
        notes.append(f"Left out: {', '.join(left)}.")
    return tuple(notes)
