"""Each picture is kept as a trainer can read it: byte for byte where it can, upright and whole in any case."""

import io
import os
import socket
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from small_sets import picture, write_picture

from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.datasets.likeness import NEAR_BITS, distance
from pyroblur_gui.datasets.reading import Reading, read_into

SIZE = (160, 120)
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "BMP": ".bmp", "TIFF": ".tif"}


def _read(folder: Path, path: Path) -> Reading:
    return read_into(folder / "set", path, name=path.name)


def _kept(folder: Path, path: Path) -> tuple[Reading, Image.Image]:
    """The picture as it lies in the data set; it must be one that OpenCV reads, in the size that is said."""
    reading = _read(folder, path)
    assert reading.error == ""
    kept = folder / "set" / reading.file
    seen = cv2.imread(str(kept))
    assert seen is not None
    assert seen.shape[1::-1] == (reading.width, reading.height)
    assert kept.stat().st_size == reading.size_bytes
    return reading, Image.open(io.BytesIO(kept.read_bytes()))


def _looks_like(image: Image.Image, other: Image.Image, *, within: float) -> bool:
    one, two = (np.asarray(each.convert("RGB"), np.float32) for each in (image, other))
    return one.shape == two.shape and float(np.abs(one - two).mean()) < within


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 90}),
        ("a.jpeg", {"quality": 90, "progressive": True}),
        ("a.png", {}),
        ("a.webp", {"quality": 80}),
        ("a.bmp", {}),
        ("a.tif", {}),
        ("wrong ending.png", {"format": "JPEG"}),
    ],
)
def test_what_a_trainer_reads_is_kept_byte_for_byte(name: str, options: dict, tmp_path: Path) -> None:
    source = write_picture(tmp_path / name, 1, SIZE, **options)
    reading, image = _kept(tmp_path, source)
    assert (tmp_path / "set" / reading.file).read_bytes() == source.read_bytes()
    assert (reading.width, reading.height) == SIZE
    assert Path(reading.file).suffix == ENDINGS[image.format or ""], "the ending says what it is"


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_is_kept_upright_without_metadata(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    exif[271] = "A camera"
    source = write_picture(tmp_path / "turned.jpg", 2, SIZE, quality=95, exif=exif)
    reading, image = _kept(tmp_path, source)
    assert image.size == (SIZE if orientation < 5 else SIZE[::-1])
    assert dict(image.getexif()) == {}
    turned = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
              5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
              8: Image.Transpose.ROTATE_90}[orientation]  # fmt: skip
    assert _looks_like(image, picture(2, SIZE).transpose(turned), within=4)
    assert Path(reading.file).suffix == ".jpg"
    tables = image.quantization
    assert max(tables[0]) < 20, "quality 95"


def test_a_turned_lossless_picture_loses_nothing(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    source = write_picture(tmp_path / "turned.png", 2, SIZE, exif=exif)
    reading, image = _kept(tmp_path, source)
    assert Path(reading.file).suffix == ".png"
    assert _looks_like(image, picture(2, SIZE).transpose(Image.Transpose.ROTATE_270), within=0.001)


def _heic(path: Path) -> None:
    pillow_heif.from_pillow(picture(3, SIZE)).save(path, quality=90)


def _sixteen_bits(path: Path) -> None:
    cv2.imwrite(str(path), cv2.cvtColor(np.asarray(picture(3, SIZE), np.uint16) * 257, cv2.COLOR_RGB2BGR))


def _mpo(path: Path) -> None:
    picture(3, SIZE).save(path, "MPO", save_all=True, append_images=[picture(9, SIZE)], quality=95)


def _animation(path: Path) -> None:
    frames = [picture(3, SIZE), picture(9, SIZE)]
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)


UNUSUAL = {
    "heic.heic": (_heic, ".jpg", 8),
    "16 bits.png": (_sixteen_bits, ".png", 1),
    "16 bits.tif": (_sixteen_bits, ".png", 1),
    "two in one.jpg": (_mpo, ".jpg", 4),
    "animated.webp": (_animation, ".png", 1),
    "cmyk.jpg": (lambda path: picture(3, SIZE).convert("CMYK").save(path, quality=95), ".jpg", 8),
    "palette.png": (lambda path: picture(3, SIZE).quantize(250).save(path), ".png", 12),
    "still.gif": (lambda path: picture(3, SIZE).save(path), ".png", 20),
    "avif.avif": (lambda path: picture(3, SIZE).save(path, quality=90), ".jpg", 8),
    "cmyk.tif": (lambda path: picture(3, SIZE).convert("CMYK").save(path), ".png", 8),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_a_trainer_cannot_read_is_encoded_anew(name: str, tmp_path: Path) -> None:
    write, suffix, within = UNUSUAL[name]
    write(tmp_path / name)
    reading, image = _kept(tmp_path, tmp_path / name)
    assert Path(reading.file).suffix == suffix
    assert image.mode == "RGB"
    assert getattr(image, "n_frames", 1) == 1
    assert _looks_like(image, picture(3, SIZE), within=within)
    assert reading.sha256 == _read(tmp_path, tmp_path / name).sha256, "the same again"
    plain = _read(tmp_path, write_picture(tmp_path / "plain.png", 3, SIZE))
    assert distance(reading.likeness or b"", plain.likeness or b"") <= NEAR_BITS


def test_what_lies_behind_the_end_of_a_jpeg_is_cut_off(tmp_path: Path) -> None:
    """Phones append clips there. Ultralytics would take the file for damaged and encode it again, in place."""
    source = write_picture(tmp_path / "phone.jpg", 4, SIZE, quality=90)
    whole = source.read_bytes()
    source.write_bytes(whole + b"a clip, perhaps")
    reading, _ = _kept(tmp_path, source)
    assert (tmp_path / "set" / reading.file).read_bytes() == whole


@pytest.mark.usefixtures("ultralytics_package")
def test_ultralytics_takes_all_that_is_kept_and_changes_none_of_it(tmp_path: Path) -> None:
    """It encodes JPEG files anew, in place, that it takes for damaged."""
    from ultralytics.data.utils import check_image
    from ultralytics.utils.patches import imread

    sources = [write_picture(tmp_path / f"plain.{suffix}", 7, SIZE) for suffix in ("jpg", "png", "webp", "bmp", "tif")]
    phone = write_picture(tmp_path / "phone.jpg", 8, SIZE)
    phone.write_bytes(phone.read_bytes() + bytes(100))
    for name, (write, _, _) in UNUSUAL.items():
        write(tmp_path / name)
        sources.append(tmp_path / name)
    for source in (*sources, phone):
        reading = _read(tmp_path, source)
        kept = tmp_path / "set" / reading.file
        before = kept.read_bytes()
        said, (height, width) = check_image(str(kept))
        assert (said, width, height) == ("", reading.width, reading.height)
        assert kept.read_bytes() == before
        assert imread(str(kept)).shape == (reading.height, reading.width, 3)


def _cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tif", "gif"])
@pytest.mark.parametrize("share", [0.5, 0.97])
def test_a_picture_without_its_end_is_told(suffix: str, share: float, tmp_path: Path) -> None:
    source = write_picture(tmp_path / f"cut.{suffix}", 5, SIZE)
    _cut(source, share)
    reading = _read(tmp_path, source)
    assert reading.error
    assert reading.error[0].isupper()
    assert reading.error.endswith(".")
    assert (reading.file, reading.width, reading.likeness) == ("", 0, None)
    assert not list((tmp_path / "set").rglob("*.*"))


def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    cases = {
        "empty.jpg": (b"", "empty"),
        "text.jpg": (b"<html>Not found</html>", "no picture"),
        "head.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "no picture"),
    }
    for name, (data, message) in cases.items():
        (tmp_path / name).write_bytes(data)
        assert message in _read(tmp_path, tmp_path / name).error
    assert "cannot be opened" in _read(tmp_path, tmp_path / "missing.jpg").error
    assert "cannot be opened" in _read(tmp_path, tmp_path / "nul\0.jpg").error
    (tmp_path / "folder.jpg").mkdir()
    assert _read(tmp_path, tmp_path / "folder.jpg").error


def test_a_picture_smaller_than_a_trainer_takes_is_told(tmp_path: Path) -> None:
    assert "9 x 40 pixels" in _read(tmp_path, write_picture(tmp_path / "small.png", 1, (9, 40))).error
    assert _read(tmp_path, write_picture(tmp_path / "least.png", 1, (10, 10))).error == ""


def test_a_picture_that_says_to_be_huge_is_not_decoded(tmp_path: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)  # 3.6 GB, were it decoded
    length, checksum = struct.pack(">I", len(header) - 4), struct.pack(">I", zlib.crc32(header))
    written = io.BytesIO()
    Image.new("1", (10, 10)).save(written, "PNG")
    png = written.getvalue()
    (tmp_path / "bomb.png").write_bytes(png[:8] + length + header + checksum + png[33:])
    assert "60000 x 60000" in _read(tmp_path, tmp_path / "bomb.png").error


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(20)
def test_pipes_and_sockets_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert _read(tmp_path, tmp_path / "pipe.jpg").error == "It is no ordinary file."
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s.jpg"))
        assert _read(tmp_path, tmp_path / "s.jpg").error


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_links_are_followed_to_files_only(tmp_path: Path) -> None:
    source = write_picture(tmp_path / "a.jpg", 1)
    (tmp_path / "link.jpg").symlink_to(source)
    (tmp_path / "to folder.jpg").symlink_to(tmp_path)
    (tmp_path / "nowhere.jpg").symlink_to(tmp_path / "gone.jpg")
    reading = _read(tmp_path, tmp_path / "link.jpg")
    assert reading.error == ""
    assert not (tmp_path / "set" / reading.file).is_symlink()
    assert _read(tmp_path, tmp_path / "to folder.jpg").error
    assert _read(tmp_path, tmp_path / "nowhere.jpg").error


@pytest.mark.parametrize(
    "name", ["x" * 250, "a\nb", "../../etc/passwd", "-rf", "CON", "ä ö 车", "a\udcffb", ".", "a/b/c"]
)
def test_any_name_becomes_a_plain_file_name(name: str, tmp_path: Path) -> None:
    source = write_picture(tmp_path / "a.jpg", 1)
    reading = read_into(tmp_path / "set", source, name=f"{name}.jpg")
    parts = Path(reading.file).parts
    assert (tmp_path / "set" / reading.file).is_file()
    assert len(parts) == 3
    assert parts[0] == "images"
    assert parts[1] == reading.sha256[:2]
    assert parts[2].isascii()
    assert not set(parts[2]) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert len(parts[2]) < 100


@pytest.mark.skipif(os.name == "nt", reason="inode numbers are compared")
def test_only_our_own_files_get_a_second_name(tmp_path: Path) -> None:
    ours = write_picture(tmp_path / "work" / "a.jpg", 1)
    theirs = write_picture(tmp_path / "theirs" / "b.jpg", 2)
    (tmp_path / "work" / "link.jpg").symlink_to(theirs)
    folder = tmp_path / "set"
    linked = read_into(folder, ours, name="a.jpg", links=tmp_path / "work")
    copied = read_into(folder, theirs, name="b.jpg", links=tmp_path / "work")
    assert (folder / linked.file).stat().st_ino == ours.stat().st_ino
    assert (folder / copied.file).stat().st_ino != theirs.stat().st_ino
    again = read_into(tmp_path / "other", tmp_path / "work" / "link.jpg", name="c.jpg", links=tmp_path / "work")
    assert (tmp_path / "other" / again.file).stat().st_ino != theirs.stat().st_ino, "a link leads out of our folder"


@pytest.mark.skipif(os.name == "nt", reason="inode numbers are compared")
def test_a_file_left_by_a_killed_job_is_replaced_and_never_written_into(tmp_path: Path) -> None:
    """It may be a second name of a picture of another data set."""
    ours = write_picture(tmp_path / "work" / "a.jpg", 1)
    before = ours.read_bytes()
    folder = tmp_path / "set"
    first = read_into(folder, ours, name="a.jpg", links=tmp_path / "work")
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(before)
    assert read_into(folder, copy, name="a.jpg").file == first.file
    assert ours.read_bytes() == before
    assert (folder / first.file).stat().st_ino != ours.stat().st_ino
    (folder / first.file).write_bytes(b"torn")
    read_into(folder, copy, name="a.jpg")
    assert (folder / first.file).read_bytes() == before


def test_a_data_set_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "set").write_text("a file where the folder has to be")
    with pytest.raises(OutputError):
        read_into(tmp_path / "set", write_picture(tmp_path / "a.jpg", 1), name="a.jpg")
