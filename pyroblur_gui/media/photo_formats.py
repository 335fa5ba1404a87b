"""Picture formats: how they are recognised by their first bytes, which are read, which are written."""

from pathlib import Path
from typing import Final

import pillow_heif
from PIL import Image, features

from pyroblur_gui.media.facts import RAW_SUFFIXES

# "JPEG" brings MPO (several JPEG pictures in one file) along. EPS and WMF run programs, others are guessed from too
# little: they are not read.
READ_FORMATS: Final = (
    "JPEG", "PNG", "WEBP", "TIFF", "BMP", "DIB", "GIF", "HEIF", "AVIF", "JPEG2000", "PPM", "PCX", "SGI", "QOI",
    "PSD", "ICO", "CUR", "ICNS", "DDS",
)  # fmt: skip
# Without a signature: believed where the name says so, too.
_NAMED_FORMATS: Final = {".tga": "TGA", ".icb": "TGA", ".vda": "TGA", ".vst": "TGA"}
_SUFFIXES: Final = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "MPO": (".jpg", ".jpeg"), "PNG": (".png", ".apng"), "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"), "BMP": (".bmp", ".dib"), "DIB": (".bmp", ".dib"), "GIF": (".gif",),
    "HEIF": (".heic", ".heif", ".hif"), "AVIF": (".avif",),
}  # fmt: skip
_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"avif", b"avis")
)
MAX_PIXELS: Final = 600_000_000  # of one page: 1.8 GB as RGB; a 16k x 16k picture has 268 million
MAX_BYTES: Final = 3 * 2**30  # of all pages together

pillow_heif.register_heif_opener()
# Pillow's own limit is below what cameras and scanners make; MAX_PIXELS is checked instead, before decoding.
Image.MAX_IMAGE_PIXELS = None


def looks_like_picture(head: bytes) -> bool:
    """By the first 32 bytes of a file."""
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"8BPS", b"qoif")):
        return True
    if head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}:
        return True
    return (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or (head[4:8] == b"ftyp" and head[8:12] in _BRANDS)


def read_formats(path: Path) -> tuple[str, ...]:
    """Pillow's names of the formats that a file of this name may have."""
    named = _NAMED_FORMATS.get(path.suffix.lower())
    return (*READ_FORMATS, named) if named else READ_FORMATS


def is_raw_name(path: Path) -> bool:
    return path.suffix.lower() in RAW_SUFFIXES


def suffixes_of(pillow_format: str) -> tuple[str, ...]:
    """Endings that fit a format; empty for one that is read only."""
    return _SUFFIXES.get(pillow_format, ())


def format_of(name: str) -> str:
    """Pillow's name of a format given as such ("JPEG") or as an ending (".jpg"); "" where it cannot be written."""
    wanted = name.lower()
    if not wanted.startswith("."):
        wanted = f".{wanted}" if name.upper() not in _SUFFIXES else suffixes_of(name.upper())[0]
    found = next((known for known, endings in _SUFFIXES.items() if wanted in endings), "")
    return found if can_write(found) else ""


def can_write(pillow_format: str) -> bool:
    if pillow_format == "HEIF":
        return bool(pillow_heif.libheif_info()["HEIF"])
    if pillow_format == "AVIF":
        return bool(features.check("avif"))
    return pillow_format in _SUFFIXES
