"""Editing in the decoder's own planes: nothing is lost, and no other frame is touched."""

from pathlib import Path

import av
import clips
import numpy as np
import pytest
from clips import make_clip, samples_of

from pyroblur_gui.media.frame import Frame
from pyroblur_gui.media.planes import editable_format, layout_of
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import VideoReader

rng = np.random.default_rng(1)


@pytest.mark.parametrize(
    ("stored", "editable"),
    [
        ("nv12", "yuv420p"), ("nv21", "yuv420p"), ("nv16", "yuv422p"), ("yuyv422", "yuv422p"), ("uyvy422", "yuv422p"),
        ("rgb24", "gbrp"), ("bgr0", "gbrp"), ("rgba", "gbrap"), ("p010le", "yuv420p10le"),
        ("yuv420p10be", "yuv420p10le"),
        ("rgb48le", "gbrp16le"), ("gray16be", "gray16le"), ("pal8", "gbrp"), ("monow", "gray"),
    ],
)  # fmt: skip
def test_format_that_is_edited_instead(stored: str, editable: str) -> None:
    assert layout_of(stored) is None
    assert editable_format(stored, has_alpha=stored == "rgba") == editable


@pytest.mark.parametrize(
    "name", ["yuv420p", "yuvj420p", "yuv422p10le", "yuv411p", "gray", "gray10le", "gbrp", "yuva444p12le"]
)
def test_planar_formats_are_edited_as_they_are(name: str) -> None:
    assert editable_format(name, has_alpha="a4" in name) == name


@pytest.mark.parametrize("pixel_format", ["nv12", "p010le", "yuyv422", "rgb24", "bgr0", "gray16be", "yuv420p10be"])
def test_conversion_to_planes_loses_nothing(tmp_path: Path, pixel_format: str) -> None:
    """Random samples, there and back again through FFmpeg, are what they were."""
    image = av.VideoFrame(64, 48, pixel_format)
    for plane in image.planes:
        raw = rng.integers(0, 256, plane.buffer_size, dtype=np.uint8)
        if pixel_format in {"p010le", "yuv420p10be"}:
            values = raw.view("<u2") if pixel_format == "p010le" else raw.view(">u2")
            values[:] = (values >> 6) << 6 if pixel_format == "p010le" else values & 1023
        plane.update(raw.tobytes())
    image.color_range = 1
    frame = _frame_like(tmp_path, image)
    back = frame.editable().image.reformat(format=pixel_format, src_color_range=1, dst_color_range=1)
    components = image.format.components
    for index, (first, second) in enumerate(zip(image.planes, back.planes, strict=True)):
        bytes_a_row = first.width * sum(-(-part.bits // 8) for part in components if part.plane == index)
        if pixel_format == "yuyv422":
            bytes_a_row = 2 * first.width
        rows = (
            np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, -1)[:, :bytes_a_row]
            for plane in (first, second)
        )
        before, after = rows
        if pixel_format == "bgr0":
            before, after = (part.reshape(48, -1, 4)[:, :, :3] for part in (before, after))
        np.testing.assert_array_equal(before, after)


def _frame_like(tmp_path: Path, image: av.VideoFrame) -> Frame:
    video = probe(make_clip(tmp_path / "any.mkv", width=64, height=48, frames=1)).video
    assert video is not None
    return Frame(0, 0, video.time_base, 1, image, video)


@pytest.mark.parametrize("threads", [1, 4])
def test_writing_touches_this_frame_only(tmp_path: Path, threads: int) -> None:
    """The trap: decoders predict later frames from the very memory that a frame's planes show."""
    path = make_clip(tmp_path / "a.mp4", width=128, height=96, frames=30)
    with VideoReader(path, threads=threads) as reader:
        untouched = [samples_of(frame.image) for frame in reader.frames()]
        held = []
        for frame in reader.frames():
            luma, *_ = frame.writable_planes()
            luma.samples[10:40, 20:60] = 235
            held.append(frame)  # as a pipeline does, which looks ahead
        for frame, before in zip(held, untouched, strict=True):
            after = samples_of(frame.image)
            outside = np.ones(before[0].shape, bool)
            outside[10:40, 20:60] = False
            np.testing.assert_array_equal(after[0][outside], before[0][outside])
            assert (after[0][10:40, 20:60] == 235).all()
            np.testing.assert_array_equal(after[1], before[1])


@pytest.mark.parametrize(
    ("pixel_format", "codec", "expected"),
    [
        ("yuv420p", "libx264", [("y", 1, 1, 16, 235, 16), ("u", 2, 2, 16, 240, 128), ("v", 2, 2, 16, 240, 128)]),
        ("yuvj422p", "mjpeg", [("y", 1, 1, 0, 255, 0), ("u", 2, 1, 0, 255, 128), ("v", 2, 1, 0, 255, 128)]),
        ("yuv444p10le", "libx264", [("y", 1, 1, 64, 940, 64), ("u", 1, 1, 64, 960, 512), ("v", 1, 1, 64, 960, 512)]),
        ("gray", "ffv1", [("y", 1, 1, 0, 255, 0)]),
        ("gbrp", "ffv1", [("g", 1, 1, 0, 255, 0), ("b", 1, 1, 0, 255, 0), ("r", 1, 1, 0, 255, 0)]),
        ("yuv411p", "ffv1", [("y", 1, 1, 16, 235, 16), ("u", 4, 1, 16, 240, 128), ("v", 4, 1, 16, 240, 128)]),
    ],
)
def test_planes_say_what_their_samples_mean(
    tmp_path: Path, pixel_format: str, codec: str, expected: list[object]
) -> None:
    pixels = "bgr0" if pixel_format == "gbrp" else pixel_format
    path = make_clip(tmp_path / "a.mkv", width=66, height=50, frames=1, codec=codec, pixel_format=pixels)
    with VideoReader(path) as reader:
        frame = next(reader.frames()).editable()
    planes = frame.writable_planes()
    assert [(p.channel, p.step_x, p.step_y, p.low, p.high, p.neutral) for p in planes] == expected
    for plane in planes:
        assert plane.samples.shape == (-(-50 // plane.step_y), -(-66 // plane.step_x))
        plane.samples[...] = plane.neutral
    assert frame.rgb(8, 8).max() <= 1  # neutral is black


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (30, 60, 200), (255, 255, 255), (0, 0, 0)])
@pytest.mark.parametrize(
    ("pixel_format", "codec", "tags"),
    [
        ("yuv420p", "libx264", clips.BT709), ("yuv420p", "libx264", None), ("yuvj420p", "mjpeg", None),
        ("bgr0", "ffv1", None), ("yuv422p10le", "libx264", clips.BT709), ("gray", "ffv1", None),
    ],
)  # fmt: skip
def test_fill_values_show_the_colour(
    tmp_path: Path, colour: tuple[int, int, int], pixel_format: str, codec: str, tags: clips.Colour | None
) -> None:
    path = make_clip(
        tmp_path / "a.mkv", width=64, height=48, frames=1, codec=codec, pixel_format=pixel_format, colour=tags
    )
    with VideoReader(path) as reader:
        frame = next(reader.frames()).editable()
    for plane, value in zip(frame.writable_planes(), frame.fill_values(*colour), strict=True):
        plane.samples[...] = value
    expected = np.array(colour) if pixel_format != "gray" else np.full(3, np.dot(colour, (0.299, 0.587, 0.114)))
    assert np.abs(frame.rgb(8, 8)[4, 4].astype(int) - expected).max() <= 4


def test_rows_stored_bottom_up_are_turned_over(tmp_path: Path) -> None:
    """Raw video in AVI counts its rows from below: FFmpeg hands out negative line sizes."""
    path = make_clip(tmp_path / "raw.avi", width=64, height=48, frames=1, codec="rawvideo", pixel_format="bgr24")
    with VideoReader(path) as reader:
        frame = next(reader.frames()).editable()
        frame.writable_planes()[0].samples[:8] = 255
        top = frame.rgb(64, 48)[:8, :, 1]
    assert (top == 255).all()
