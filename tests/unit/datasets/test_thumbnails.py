import io
from pathlib import Path

import pytest
from PIL import Image
from rows import draw, make_dataset, row

from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets import thumbnails
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.thumbnails import Thumbnails, small_picture, thumbnails_file


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        pictures = [row(1), row(2, size=(200, 1000)), row(3)]
        dataset.add(pictures)
        draw(dataset, pictures[:2])
        yield dataset


def _never() -> None:
    return


def _make(dataset: Dataset) -> tuple[list[int], list[int]]:
    with Thumbnails(dataset.name) as kept:
        return kept.make(dataset, dataset.pictures(dataset.ids()), check_cancelled=_never)


def _kept(dataset: Dataset, number: int) -> Image.Image:
    with Thumbnails(dataset.name) as kept:
        jpeg = kept.get(dataset.picture(number).sha256)
    assert jpeg is not None
    return Image.open(io.BytesIO(jpeg))


def test_thumbnails_are_kept_in_the_cache_and_are_small(dataset: Dataset):
    assert _make(dataset) == ([1, 2], [3])  # the third has no file
    assert thumbnails_file("set").is_relative_to(folders().cache)
    assert _kept(dataset, 1).size == (192, 144)
    assert _kept(dataset, 2).size == (38, 192)


def test_a_thumbnail_that_is_there_is_not_made_again(dataset: Dataset):
    _make(dataset)
    dataset.path(dataset.picture(1)).unlink()
    assert _make(dataset) == ([1, 2], [3])


def test_what_is_not_made_yet_is_none(dataset: Dataset):
    with Thumbnails("set") as kept:
        assert kept.get(dataset.picture(1).sha256) is None


def test_thumbnails_are_upright_and_carry_no_metadata(dataset: Dataset):
    photo = Image.new("RGB", (400, 200))
    photo.paste((255, 0, 0), (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    exif[0x013B] = "a name that must not be kept"
    photo.save(dataset.path(dataset.picture(1)), exif=exif, comment=b"a name that must not be kept")
    _make(dataset)
    small = _kept(dataset, 1)
    assert small.size == (96, 192)
    red = small.getpixel((48, 20))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert not small.getexif()
    with Thumbnails("set") as kept:
        assert b"must not be kept" not in (kept.get(dataset.picture(1).sha256) or b"")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str):
    path = tmp_path / "picture.tiff"
    Image.new(mode, (300, 200)).save(path)
    small = small_picture(path, 100, 100)
    assert (small.mode, small.size) == ("RGB", (100, 67))


def test_a_picture_of_16_bits_keeps_its_brightness(tmp_path: Path):
    path = tmp_path / "grey.png"
    Image.new("I;16", (300, 200), 32768).save(path)
    assert small_picture(path, 100, 100).getpixel((50, 30)) == (128, 128, 128)


def test_a_file_that_is_no_picture_fails_alone(dataset: Dataset):
    dataset.path(dataset.picture(1)).write_bytes(b"\xff\xd8\xff\xe0 no picture")
    assert _make(dataset) == ([2], [1, 3])


def test_a_damaged_file_of_thumbnails_is_made_anew(dataset: Dataset, caplog: pytest.LogCaptureFixture):
    thumbnails_file("set").parent.mkdir(parents=True)
    thumbnails_file("set").write_bytes(b"this is no database " * 100)
    assert _make(dataset) == ([1, 2], [3])
    assert "damaged" in caplog.text


def test_deleted_thumbnails_are_gone(dataset: Dataset):
    _make(dataset)
    thumbnails.delete("set")
    assert list(thumbnails_file("set").parent.iterdir()) == []
    thumbnails.delete("set")


def test_a_reader_whose_thumbnails_were_deleted_shows_none(dataset: Dataset):
    _make(dataset)
    with Thumbnails("set") as kept:
        thumbnails.delete("set")
        with Thumbnails("set") as other:
            assert other.get(dataset.picture(1).sha256) is None
        kept.get(dataset.picture(1).sha256)  # whatever it still sees, it does not fail


def test_a_cache_that_cannot_be_made_says_so(tmp_path: Path):
    thumbnails_file("set").parent.parent.mkdir(parents=True, exist_ok=True)
    thumbnails_file("set").parent.write_text("in the way")
    with pytest.raises(OutputError):
        Thumbnails("set")


def test_make_stops_when_cancelled(dataset: Dataset):
    def cancelled() -> None:
        raise KeyboardInterrupt

    with Thumbnails("set") as kept, pytest.raises(KeyboardInterrupt):
        kept.make(dataset, dataset.pictures(dataset.ids()), check_cancelled=cancelled)
    with Thumbnails("set") as kept:
        hashes = {picture.sha256 for picture in dataset.every_picture()}
        assert kept.missing(hashes) == hashes
