"""What must not survive in a written photo, and what may because it was named."""

import io
import struct
from pathlib import Path

import pytest
from clips import GPS, SECRETS, SERIAL
from photos import sample_photo, saved, written_again
from PIL import ExifTags, Image, PngImagePlugin

from pyroblur_gui.media.images import read_photo
from pyroblur_gui.media.probe import probe


def _personal_exif() -> bytes:
    """As cameras write it: maker, dates, serial number, position, maker's notes, and a thumbnail."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Canon"
    exif[ExifTags.Base.Copyright] = "(c) Jane"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2024:05:01 10:00:00"
    details[ExifTags.Base.BodySerialNumber] = SERIAL
    details[ExifTags.Base.MakerNote] = b"note " + SERIAL.encode()
    position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    position[ExifTags.GPS.GPSLatitudeRef] = "N"
    position[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 30.0)
    position[ExifTags.GPS.GPSMapDatum] = GPS
    return _with_thumbnail(exif.tobytes())


def _with_thumbnail(exif: bytes) -> bytes:
    """Adds the second table, which holds a thumbnail: Pillow writes none."""
    jpeg = io.BytesIO()
    sample_photo().resize((40, 24)).save(jpeg, "JPEG")
    tiff = bytearray(exif.removeprefix(b"Exif\0\0"))
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    struct.pack_into(f"{order}I", tiff, first + 2 + 12 * count, len(tiff))
    start = len(tiff) + 2 + 2 * 12 + 4
    entries = struct.pack(f"{order}HHII", 0x0201, 4, 1, start) + struct.pack(f"{order}HHII", 0x0202, 4, 1, jpeg.tell())
    table = struct.pack(f"{order}H", 2) + entries + struct.pack(f"{order}I", 0)
    return b"Exif\0\0" + bytes(tiff) + table + jpeg.getvalue()


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.heic", "a.avif"])
def test_nothing_personal_survives(tmp_path: Path, name: str) -> None:
    more: dict[str, object] = {"exif": _personal_exif()}
    if name in {"a.jpg", "a.webp", "a.png"}:
        more["xmp"] = b"<x:xmpmeta>" + GPS.encode() + b"</x:xmpmeta>"
    if name == "a.png":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Author", SERIAL)
        more["pnginfo"] = texts
    if name == "a.jpg":
        more["comment"] = SERIAL
    path = saved(tmp_path / name, sample_photo(), **more)
    assert any(secret in path.read_bytes() for secret in SECRETS)
    facts = probe(path)
    assert {"DateTimeOriginal", "GPSLatitude", "BodySerialNumber"} <= set(facts.metadata)
    assert ("thumbnail" in facts.other) == (name != "a.tif")
    again, _ = written_again(read_photo(path), tmp_path)
    written = again.path.read_bytes()
    for secret in (*SECRETS, b"Canon", b"Jane", b"2024:05:01", b"xmpmeta"):
        assert secret not in written
    assert written.count(b"\xff\xd8\xff") == (1 if name == "a.jpg" else 0), "no thumbnail"
    found = probe(again.path)
    assert (found.metadata, found.other) == ((), ())


def test_metadata_stays_when_it_is_named(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "a.webp", "a.heic"):
        photo = read_photo(saved(tmp_path / name, sample_photo(), exif=_personal_exif()))
        again, _ = written_again(photo, tmp_path, keep_metadata=("DateTimeOriginal", "copyright"))
        assert set(probe(again.path).metadata) == {"DateTimeOriginal", "Copyright"}
        assert b"2024:05:01" in again.path.read_bytes()
        assert not any(secret in again.path.read_bytes() for secret in SECRETS)


def test_position_stays_only_where_just_that_is_named(tmp_path: Path) -> None:
    photo = read_photo(saved(tmp_path / "a.jpg", sample_photo(), exif=_personal_exif()))
    again, _ = written_again(photo, tmp_path, keep_metadata=("GPSInfo", "Location", "GPS", "MakerNote", "Orientation"))
    assert probe(again.path).metadata == ()
    again, _ = written_again(photo, tmp_path, keep_metadata=("GPSLatitude",))
    assert probe(again.path).metadata == ("GPSLatitude",)


def test_pictures_inside_the_picture_are_left_out_and_it_is_said(tmp_path: Path) -> None:
    first, second = sample_photo(), sample_photo().rotate(180)
    path = tmp_path / "a.jpg"
    first.save(path, "MPO", save_all=True, append_images=[second])
    photo = read_photo(path)
    again, _ = written_again(photo, tmp_path)
    assert "embedded pictures" in " ".join(photo.notes)
    assert again.path.read_bytes().count(b"\xff\xd8\xff") == 1
    assert probe(again.path).other == ()
