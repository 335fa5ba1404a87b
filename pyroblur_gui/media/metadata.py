"""Which metadata may stay: nothing, unless it is asked for by name."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from PIL import ExifTags, Image

_EXIF_IFD: Final = int(ExifTags.IFD.Exif)
_GPS_IFD: Final = int(ExifTags.IFD.GPSInfo)
_INTEROP_IFD: Final = int(ExifTags.IFD.Interop)
# Describe how samples lie in the file (TIFF), or point to other tables: written anew, never copied.
_STRUCTURE: Final = frozenset(
    {
        254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 290, 291, 292, 293, 296, 297,
        317, 318, 319, 320, 321, 322, 323, 324, 325, 330, 332, 338, 339, 340, 341, 347, 512, 513, 514, 529, 530, 531,
        532, 700, 34377, 34675, 33723, _EXIF_IFD, _GPS_IFD, _INTEROP_IFD,
    }
)  # fmt: skip
# Cameras hide previews of the picture, serial numbers and faces they found in their own notes.
_NEVER: Final = frozenset({37500, 50341, 40965})


def kept(metadata: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """The entries that were asked for by name, exactly (case does not matter).

    A name stands for itself alone: "location" does not bring "location-eng" or
    "com.apple.quicktime.location.ISO6709" along, so that a position stays only where just that was asked for.
    """
    wanted = {name.casefold() for name in names}
    return {name: value for name, value in metadata.items() if name.casefold() in wanted}


def exif_names(exif: Image.Exif) -> tuple[str, ...]:
    """Names of what a picture's EXIF holds, e.g. DateTimeOriginal, GPSLatitude, MakerNote."""
    return tuple(dict.fromkeys(name for _ifd, _tag, name, _value in _entries(exif)))


def kept_exif(data: bytes, names: Collection[str]) -> Image.Exif | None:
    """EXIF with only what was asked for by name; None when that is nothing.

    Never kept, even by name: thumbnails, maker notes and the orientation, because the picture is turned for good.
    """
    if not data or not names:
        return None
    source = Image.Exif()
    source.load(data)
    wanted = {name.casefold() for name in names}
    result = Image.Exif()
    found = False
    for ifd, tag, name, value in _entries(source):
        if name.casefold() in wanted and tag not in _NEVER:
            table = result if ifd == 0 else result.get_ifd(ifd)
            table[tag] = value
            found = True
    return result if found else None


def _entries(exif: Image.Exif) -> Iterator[tuple[int, int, str, object]]:
    """(table, tag, name, value); table 0 is the main one."""
    for tag, value in exif.items():
        if tag not in _STRUCTURE:
            yield 0, tag, ExifTags.TAGS.get(tag, f"Tag{tag}"), value
    for ifd, known in ((_EXIF_IFD, ExifTags.TAGS), (_GPS_IFD, ExifTags.GPSTAGS)):
        for tag, value in exif.get_ifd(ifd).items():
            if tag not in {_INTEROP_IFD}:
                yield ifd, tag, known.get(tag, f"Tag{tag}"), value
