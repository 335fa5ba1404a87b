"""Metadata stays only where it was asked for by its own name."""

import pytest
from clips import GPS
from PIL import ExifTags, Image

from pyroblur_gui.media.metadata import exif_names, kept, kept_exif

CLIP = {"title": "My street", "location": GPS, "location-eng": GPS, "com.apple.quicktime.location.ISO6709": GPS}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), set()),
        (("title",), {"title"}),
        (("TITLE", "artist"), {"title"}),
        (("location",), {"location"}),
        (("loc", "gps", "*", "com.apple"), set()),
        (("com.apple.quicktime.location.iso6709",), {"com.apple.quicktime.location.ISO6709"}),
    ],
)
def test_a_name_stands_for_itself_alone(names: tuple[str, ...], expected: set[str]) -> None:
    assert set(kept(CLIP, names)) == expected


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Jane"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2024:05:01 10:00:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = b"serial"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return exif


def test_names_of_all_tables() -> None:
    assert set(exif_names(_exif())) == {"Artist", "DateTimeOriginal", "MakerNote", "GPSLatitudeRef"}


def test_exif_keeps_what_is_named_and_nothing_else() -> None:
    kept_one = kept_exif(_exif().tobytes(), ("datetimeoriginal",))
    assert kept_one is not None
    assert exif_names(kept_one) == ("DateTimeOriginal",)
    assert kept_exif(_exif().tobytes(), ()) is None
    assert kept_exif(_exif().tobytes(), ("GPSInfo", "GPS", "Orientation", "MakerNote", "ExifOffset")) is None
    assert kept_exif(b"", ("Artist",)) is None
