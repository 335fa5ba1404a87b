"""Small RGB pictures: right in colour and orientation, whatever the clip is stored as."""

from fractions import Fraction
from pathlib import Path

import clips
import cv2
import numpy as np
import pytest
from clips import make_clip, moving_picture

from pyroblur_gui.media.orientation import Orientation
from pyroblur_gui.media.picture import shrink
from pyroblur_gui.media.reader import VideoReader

WIDTH, HEIGHT = 160, 96


def _picture(path: Path, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    with VideoReader(path) as reader:
        return next(reader.frames()).rgb(width, height)


def _expected(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    large = moving_picture(WIDTH, HEIGHT, 0)[:, :, ::-1]
    return cv2.resize(np.ascontiguousarray(large), (width, height), interpolation=cv2.INTER_AREA)


KINDS = {
    "limited": {},
    "bt709": {"colour": clips.BT709},
    "full range": {"colour": clips.Colour(color_range=2)},
    "jpeg": {"codec": "mjpeg", "pixel_format": "yuvj420p", "options": {"qmin": "1", "qmax": "2"}},
    "4:2:2": {"pixel_format": "yuv422p"},
    "4:4:4": {"pixel_format": "yuv444p"},
    "10 bits": {"pixel_format": "yuv420p10le", "codec": "libx264"},
    "12 bits": {"pixel_format": "yuv422p12le", "codec": "libx265"},
    "rgb": {"codec": "ffv1", "pixel_format": "bgr0"},
    "16-bit rgb": {"codec": "ffv1", "pixel_format": "gbrp16le"},
    "packed": {"codec": "rawvideo", "pixel_format": "yuyv422"},
    "4:1:1": {"codec": "ffv1", "pixel_format": "yuv411p"},
    "alpha": {"codec": "ffv1", "pixel_format": "yuva420p"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (64, 40)])
def test_colours_are_right(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    more = dict(KINDS[kind])
    path = make_clip(tmp_path / "a.mkv", width=WIDTH, height=HEIGHT, frames=1, **more)
    error = np.abs(_picture(path, *size).astype(int) - _expected(*size))
    assert error.mean() < 5.0
    assert np.abs(_picture(path, *size).astype(int).mean((0, 1)) - _expected(*size).mean((0, 1))).max() < 2.0


def test_grey_clip(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mkv", width=WIDTH, height=HEIGHT, frames=1, codec="ffv1", pixel_format="gray")
    picture = _picture(path)
    grey = cv2.cvtColor(_expected(), cv2.COLOR_RGB2GRAY)
    assert (picture[:, :, 0] == picture[:, :, 2]).all()
    assert np.abs(picture[:, :, 0].astype(int) - grey).mean() < 2.0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_pictures_are_upright(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    path = make_clip(tmp_path / "a.mp4", width=WIDTH, height=HEIGHT, frames=1, rotation=rotation, mirrored=mirrored)
    picture = _picture(path)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.flags.c_contiguous
    assert np.abs(picture.astype(int) - _expected()).mean() < 4.0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_boxes_go_back_to_where_they_came_from(rotation: int, mirrored: bool) -> None:
    orientation = Orientation(rotation=rotation, mirrored=mirrored)
    stored = np.zeros((60, 100), np.uint8)
    stored[10:25, 30:70] = 255
    upright = orientation.upright(stored)
    rows, columns = np.nonzero(upright)
    box = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
    back = orientation.stored_boxes(box, width=upright.shape[1], height=upright.shape[0])
    np.testing.assert_array_equal(back, [[30, 10, 70, 25]])


def test_hdr_is_neither_dark_nor_flat(tmp_path: Path) -> None:
    """A PQ clip of the picture, coded as a camera would: SDR white at 203 cd/m2."""
    pq = _as_pq(moving_picture(WIDTH, HEIGHT, 0))
    path = make_clip(
        tmp_path / "a.mp4", width=WIDTH, height=HEIGHT, frames=1, codec="libx265", pixel_format="yuv420p10le",
        hdr10=True, draw=lambda _number: pq,
    )  # fmt: skip
    picture, expected = _picture(path).astype(float), _expected().astype(float)
    plain = pq[:, :, ::-1].astype(float)
    assert abs(picture.mean() - expected.mean()) < 25.0
    assert picture.std() > 0.75 * expected.std()
    assert np.corrcoef(picture.ravel(), expected.ravel())[0, 1] > 0.97
    assert plain.std() < 0.8 * expected.std()  # without the curve it would be flat


def _as_pq(bgr: np.ndarray) -> np.ndarray:
    nits = (bgr / 255.0) ** 2.2 * 203.0 / 10000.0
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = nits**m1
    return np.round(((c1 + c2 * power) / (1 + c3 * power)) ** m2 * 255).astype(np.uint8)


def test_shrinking_leaves_no_sample_out() -> None:
    """A single bright line of a large plane shows in the small one; plain interpolation would step over it."""
    samples = np.zeros((1080, 1920), np.uint8)
    samples[541] = 255
    assert shrink(samples, 480, 270).sum() > 0
    assert shrink(samples, 480, 270).shape == (270, 480)


def test_time_counts_in_the_clips_own_ticks(tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "a.mp4", width=64, height=48, frames=3, start=6400, rate=25, time_base=Fraction(1, 12800)
    )
    with VideoReader(path) as reader:
        assert [frame.time_s for frame in reader.frames()] == [0.5, 0.54, 0.58]
