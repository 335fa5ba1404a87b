"""Photos of every kind: read at their full depth and upright, written without what they told about who took them."""

import struct
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from photos import sample_photo, saved, written_again
from PIL import Image, ImageCms

from pyroblur_gui.core.errors import (
    DiskFullError,
    MissingFileError,
    OutputError,
    UnreadableMediaError,
    UnsupportedMediaError,
)
from pyroblur_gui.media.images import Photo, photo_suffix, read_photo, write_photo
from pyroblur_gui.media.probe import probe

WIDTH, HEIGHT = 160, 96


@cache
def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _deep() -> np.ndarray:
    """(h, w, 3) uint16 RGB with something in the lower eight bits."""
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3))
    return (np.asarray(sample_photo()).astype(np.uint16) << 8) | noise.astype(np.uint16)


# -- kinds

LOSSLESS = {
    "png": ("a.png", lambda image: image, {}),
    "png palette": ("a.png", lambda image: image.quantize(64), {}),
    "png grey": ("a.png", lambda image: image.convert("L"), {}),
    "png grey with alpha": ("a.png", lambda image: image.convert("LA"), {}),
    "png one bit": ("a.png", lambda image: image.convert("1"), {}),
    "png alpha": ("a.png", lambda image: image.convert("RGBA"), {}),
    "png one pixel": ("a.png", lambda image: image.resize((1, 1)), {}),
    "png odd": ("a.png", lambda image: image.crop((0, 0, 33, 17)), {}),
    "tiff": ("a.tif", lambda image: image, {"compression": "tiff_lzw"}),
    "tiff inks": ("a.tiff", lambda image: image.convert("CMYK"), {"compression": "tiff_deflate"}),
    "tiff plain": ("a.tif", lambda image: image, {}),
    "bmp": ("a.bmp", lambda image: image, {}),
    "bmp grey": ("a.bmp", lambda image: image.convert("L"), {}),
    "webp lossless": ("a.webp", lambda image: image, {"lossless": True}),
    "grey 16 bits png": ("a.png", lambda _: Image.fromarray(_deep()[:, :, 0]), {}),
    "grey 16 bits tiff": ("a.tif", lambda _: Image.fromarray(_deep()[:, :, 0]), {}),
}


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_photos_come_back_as_they_were(tmp_path: Path, kind: str) -> None:
    name, make, options = LOSSLESS[kind]
    photo = read_photo(saved(tmp_path / name, make(sample_photo()), **options))
    again, notes = written_again(photo, tmp_path)
    assert again.format == photo.format
    assert notes == ()
    assert again.pages[0].mode == photo.pages[0].mode
    np.testing.assert_array_equal(again.pages[0].pixels, photo.pages[0].pixels)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [3, 4])
def test_sixteen_bits_a_channel_are_kept(tmp_path: Path, suffix: str, channels: int) -> None:
    samples = _deep() if channels == 3 else np.dstack([_deep(), _deep()[:, :, 0]])
    stored = cv2.cvtColor(samples, cv2.COLOR_RGB2BGR if channels == 3 else cv2.COLOR_RGBA2BGRA)
    assert cv2.imwrite(str(tmp_path / f"a{suffix}"), stored)
    photo = read_photo(tmp_path / f"a{suffix}")
    again, notes = written_again(photo, tmp_path)
    assert notes == ()
    for page in (photo.pages[0], again.pages[0]):
        assert page.bits == 16
        np.testing.assert_array_equal(page.pixels, samples)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_keep_their_colour_profile(tmp_path: Path, suffix: str) -> None:
    assert cv2.imwrite(str(tmp_path / "a.png"), cv2.cvtColor(_deep(), cv2.COLOR_RGB2BGR))
    plain = read_photo(tmp_path / "a.png")
    photo = Photo(path=plain.path, format="PNG", pages=plain.pages, icc_profile=_profile())
    again, _ = written_again(photo, tmp_path, format=suffix)
    assert again.icc_profile == _profile()
    np.testing.assert_array_equal(again.pages[0].pixels, photo.pages[0].pixels)


def test_sixteen_bit_documents_keep_every_page(tmp_path: Path) -> None:
    pages = [_deep(), _deep()[::-1], _deep()[:, ::-1]]
    stored = [cv2.cvtColor(np.ascontiguousarray(page), cv2.COLOR_RGB2BGR) for page in pages]
    assert cv2.imwritemulti(str(tmp_path / "a.tif"), stored)
    again, _ = written_again(read_photo(tmp_path / "a.tif"), tmp_path)
    assert len(again.pages) == 3
    for expected, page in zip(pages, again.pages, strict=True):
        np.testing.assert_array_equal(page.pixels, expected)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
def test_jpeg_keeps_its_kind_with_little_loss(tmp_path: Path, mode: str, subsampling: str) -> None:
    path = saved(
        tmp_path / "a.jpg", sample_photo().convert(mode), quality=92, subsampling=subsampling, icc_profile=_profile()
    )
    photo = read_photo(path)
    again, notes = written_again(photo, tmp_path)
    assert notes == ()
    assert again.pages[0].mode == mode
    assert again.icc_profile == _profile()
    if mode == "RGB":
        assert again.details.jpeg_subsampling == subsampling
    error = again.pages[0].pixels.astype(int) - photo.pages[0].pixels
    assert np.sqrt((error**2).mean()) < 2.55  # 40 dB


def test_inks_are_not_turned_round(tmp_path: Path) -> None:
    """Adobe's JPEG files count inks the other way; a photo that came back as its negative was never looked at."""
    path = saved(tmp_path / "a.jpg", sample_photo().convert("CMYK"), quality=98)
    assert b"Adobe" in path.read_bytes()
    page = read_photo(path).pages[0]
    again, _ = written_again(read_photo(path), tmp_path)
    expected = np.asarray(sample_photo()).astype(int)
    for found in (page, again.pages[0]):
        assert np.abs(found.rgb(WIDTH, HEIGHT).astype(int) - expected).mean() < 8


@pytest.mark.parametrize("name", ["a.heic", "a.avif", "a.webp"])
def test_newer_formats(tmp_path: Path, name: str) -> None:
    photo = read_photo(saved(tmp_path / name, sample_photo(), quality=95))
    again, _ = written_again(photo, tmp_path)
    assert (again.format, again.pages[0].mode) == (photo.format, "RGB")
    error = again.pages[0].pixels.astype(int) - photo.pages[0].pixels
    assert np.sqrt((error**2).mean()) < 4


def test_ten_bit_heic_keeps_its_depth(tmp_path: Path) -> None:
    deep = _deep()
    pillow_heif.from_bytes(mode="RGB;16", size=(WIDTH, HEIGHT), data=deep.tobytes()).save(
        tmp_path / "a.heic", quality=-1
    )
    photo = read_photo(tmp_path / "a.heic")
    again, _ = written_again(photo, tmp_path)
    assert photo.pages[0].bits == again.pages[0].bits == 16
    assert pillow_heif.open_heif(again.path, convert_hdr_to_8bit=False).info["bit_depth"] == 10
    assert np.abs(again.pages[0].pixels.astype(int) - photo.pages[0].pixels).mean() < 3 * 256


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_photos_are_turned_upright_for_good(tmp_path: Path, name: str, orientation: int) -> None:
    turns = Image.Transpose
    stored = {
        1: [], 2: [turns.FLIP_LEFT_RIGHT], 3: [turns.ROTATE_180], 4: [turns.FLIP_TOP_BOTTOM], 5: [turns.TRANSPOSE],
        6: [turns.ROTATE_90], 7: [turns.TRANSVERSE], 8: [turns.ROTATE_270],
    }[orientation]  # fmt: skip
    image = sample_photo()
    for step in stored:
        image = image.transpose(step)
    exif = Image.Exif()
    exif[274] = orientation
    path = saved(tmp_path / name, image, exif=exif, **({"quality": 98, "subsampling": 0} if name == "a.jpg" else {}))
    facts = probe(path)
    photo = read_photo(path)
    again, _ = written_again(photo, tmp_path)
    assert (facts.width, facts.height) == (WIDTH, HEIGHT)
    for found in (photo, again):
        assert np.abs(found.pages[0].pixels.astype(int) - np.asarray(sample_photo())).mean() < 4
    with Image.open(again.path) as reopened:
        assert reopened.getexif().get(274, 1) == 1


# -- pages


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".tif", ".avif", ".heic"])
def test_every_page_is_read_and_written(tmp_path: Path, suffix: str) -> None:
    pages = [sample_photo().rotate(number * 20) for number in range(4)]
    more = {"duration": [100, 200, 50, 70], "loop": 3} if suffix in {".gif", ".webp", ".png"} else {}
    path = tmp_path / f"a{suffix}"
    pages[0].save(path, save_all=True, append_images=pages[1:], **more)
    photo = read_photo(path)
    again, _ = written_again(photo, tmp_path)
    assert len(photo.pages) == len(again.pages) == probe(path).pages == 4
    assert [page.duration_ms for page in again.pages] == [page.duration_ms for page in photo.pages]
    if more:
        assert [page.duration_ms for page in photo.pages] == [100, 200, 50, 70]
        assert again.details.loop == photo.details.loop == 3
    for expected, page in zip(pages, again.pages, strict=True):
        assert np.abs(page.pixels[:, :, :3].astype(int) - np.asarray(expected)).mean() < 8


def test_the_second_page_of_a_document_is_no_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    pages = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    facts, photo = probe(path), read_photo(path)
    assert (facts.pages, len(photo.pages)) == (2, 2)
    assert (facts.other, facts.notes, photo.notes) == ((), (), ())


def test_pages_of_different_size_and_kind(tmp_path: Path) -> None:
    pages = [sample_photo(), sample_photo().convert("L").resize((40, 50)), sample_photo().convert("CMYK")]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    again, _ = written_again(read_photo(tmp_path / "a.tif"), tmp_path)
    assert [(page.mode, page.width) for page in again.pages] == [("RGB", WIDTH), ("L", 40), ("CMYK", WIDTH)]


def test_pages_are_never_dropped_silently(tmp_path: Path) -> None:
    pages = [sample_photo(), sample_photo().rotate(90)]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:])
    with pytest.raises(UnsupportedMediaError, match="2 pages") as caught:
        write_photo(read_photo(tmp_path / "a.gif"), tmp_path / "out.part", format=".jpg")
    assert caught.value.hint
    assert not (tmp_path / "out.part").exists()


def test_clear_parts_of_an_animation_stay_clear(tmp_path: Path) -> None:
    pages = []
    for number in range(3):
        image = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
        image.paste((255, 0, 0, 255), (number * 10, 5, number * 10 + 10, 15))
        pages.append(image)
    for name in ("a.gif", "a.webp", "a.png"):
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:], duration=100, disposal=2, lossless=True)
        again, _ = written_again(read_photo(tmp_path / name), tmp_path)
        for expected, page in zip(pages, again.pages, strict=True):
            np.testing.assert_array_equal(page.pixels[:, :, 3], np.asarray(expected)[:, :, 3])


# -- editing


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK"])
def test_planes_write_through_and_show_the_colour(tmp_path: Path, mode: str) -> None:
    suffix = ".tif" if mode == "CMYK" else ".png"
    photo = read_photo(saved(tmp_path / f"a{suffix}", sample_photo().convert(mode)))
    page = photo.pages[0]
    colour = (200, 40, 90)
    before = page.pixels.copy()
    for plane, value in zip(page.writable_planes(), page.fill_values(*colour), strict=True):
        assert plane.samples.shape == (HEIGHT, WIDTH)
        plane.samples[20:50, 30:90] = value
    again, _ = written_again(photo, tmp_path)
    shown = again.pages[0].rgb(WIDTH, HEIGHT)[35, 60].astype(int)
    expected = np.array(colour) if mode not in {"L", "LA"} else round(float(np.dot(colour, (0.299, 0.587, 0.114))))
    assert np.abs(shown - expected).max() <= 2
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[20:50, 30:90] = False
    np.testing.assert_array_equal(again.pages[0].pixels[outside], before[outside])


def test_small_pictures_for_detection(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png"):
        page = read_photo(saved(tmp_path / name, sample_photo())).pages[0]
        small = page.rgb(80, 48)
        assert (small.shape, small.dtype, small.flags.c_contiguous) == ((48, 80, 3), np.uint8, True)
        full = page.rgb(WIDTH, HEIGHT)
        full[:] = 0
        assert page.pixels.any(), "the small picture must not be the photo itself"


def test_a_very_wide_photo(tmp_path: Path) -> None:
    wide = np.zeros((64, 16_400, 3), np.uint8)
    wide[:, ::7] = 255
    photo = read_photo(saved(tmp_path / "a.png", Image.fromarray(wide)))
    assert photo.pages[0].rgb(640, 3).shape == (3, 640, 3)
    again, _ = written_again(photo, tmp_path)
    np.testing.assert_array_equal(again.pages[0].pixels, wide)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    """A PNG header that claims 100,000 x 100,000 pixels."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", __import__("zlib").crc32(chunk))
    (tmp_path / "a.png").write_bytes(data + b"\0\0\0\x10IDAT" + bytes(20))
    with pytest.raises(UnsupportedMediaError, match="100000 x 100000") as caught:
        read_photo(tmp_path / "a.png")
    assert "parts" in caught.value.hint


# -- damage


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_cut_photo_is_read_up_to_the_cut_and_marked(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path / name, sample_photo().resize((640, 384)))
    whole = read_photo(path).pages[0].pixels
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    photo = read_photo(path)
    assert "end is missing" in photo.cut_off
    np.testing.assert_array_equal(photo.pages[0].pixels[:100], whole[:100])
    again, _ = written_again(photo, tmp_path)
    assert (again.cut_off, again.pages[0].width) == ("", 640)


def test_a_cut_document_keeps_the_pages_before_the_cut(tmp_path: Path) -> None:
    pages = [sample_photo().rotate(number * 20) for number in range(4)]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:])
    data = (tmp_path / "a.gif").read_bytes()
    (tmp_path / "a.gif").write_bytes(data[: len(data) * 2 // 3])
    photo = read_photo(tmp_path / "a.gif")
    assert photo.cut_off
    assert 1 <= len(photo.pages) < 4


def test_photos_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_photo(tmp_path / "gone.jpg")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "bad.webp").write_bytes(b"RIFF\x40\0\0\0WEBPVP8 " + bytes(60))
    (tmp_path / "bad.tif").write_bytes(b"II*\0\xff\xff\xff\x00" + bytes(60))
    for name in ("empty.jpg", "bad.png", "bad.webp", "bad.tif"):
        with pytest.raises(UnreadableMediaError) as caught:
            read_photo(tmp_path / name)
        assert caught.value.hint
    raw = saved(tmp_path / "a.tif", sample_photo()).rename(tmp_path / "a.nef")
    with pytest.raises(UnsupportedMediaError, match="raw"):
        read_photo(raw)


def test_photos_that_cannot_be_written(tmp_path: Path) -> None:
    photo = read_photo(saved(tmp_path / "a.png", sample_photo()))
    with pytest.raises(OutputError, match="not there"):
        write_photo(photo, tmp_path / "gone" / "a.part")
    with pytest.raises(UnsupportedMediaError, match="cannot be written as"):
        write_photo(photo, tmp_path / "a.part", format=".xyz")
    full = Path("/dev/full")
    if full.exists():
        (tmp_path / "full.part").symlink_to(full)
        with pytest.raises(DiskFullError):
            write_photo(photo, tmp_path / "full.part")
        assert not (tmp_path / "full.part").is_symlink()


# -- formats


@pytest.mark.parametrize(
    ("name", "as_format", "suffix"),
    [
        ("a.jpg", "JPEG", ".jpg"), ("a.JPEG", "JPEG", ".jpeg"), ("a.jpg", "PNG", ".png"), ("a.png", "PNG", ".png"),
        ("a.jp2", "JPEG2000", ".png"), ("a.ppm", "PPM", ".png"), ("a.heic", "HEIF", ".heic"),
        ("a.txt", "WEBP", ".webp"),
    ],
)  # fmt: skip
def test_ending_of_the_output(tmp_path: Path, name: str, as_format: str, suffix: str) -> None:
    path = tmp_path / name
    sample_photo().save(path, as_format)
    assert photo_suffix(read_photo(path)) == suffix


def test_conversion_is_said(tmp_path: Path) -> None:
    photo = read_photo(saved(tmp_path / "a.png", sample_photo().convert("RGBA")))
    again, notes = written_again(photo, tmp_path, format=".jpg")
    assert again.format == "JPEG"
    assert "no transparency" in " ".join(notes)
    inks = read_photo(saved(tmp_path / "b.tif", sample_photo().convert("CMYK")))
    again, notes = written_again(inks, tmp_path, format=".png")
    assert "inks" in " ".join(notes)
    assert np.abs(again.pages[0].pixels.astype(int) - np.asarray(sample_photo())).mean() < 3
