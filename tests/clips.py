"""Small clips and photos of every awkward kind, made with PyAV and Pillow from Ultralytics' sample pictures.

The pictures move, so that faces move and motion is coded. A test takes what it needs:

    clip = make_clip(tmp_path / "a.mp4", rotation=90, audio=("aac", "aac"), gps=True)
"""

import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.codec.context import Flags
from av.video.reformatter import Colorspace
from clip_streams import COVER_SIZE, GPS, SECRETS, SERIAL, Extras, add_cover, add_sound, cover_packets, write_sound
from numpy.typing import NDArray

__all__ = [
    "BT709",
    "GPS",
    "HDR10",
    "HDR_DISPLAY",
    "HLG",
    "SECRETS",
    "SERIAL",
    "Colour",
    "cut_off",
    "encrypted_zip",
    "make_clip",
    "make_hdr_clip",
    "make_song_with_cover",
    "make_sound_only",
    "make_vfr_clip",
    "moving_picture",
    "psnr",
    "sample_picture",
    "samples_of",
]

os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 prints its settings otherwise

HDR_DISPLAY = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
_MUXERS = {".mkv": "matroska", ".ts": "mpegts", ".m4v": "mp4", ".mpg": "mpeg", ".wmv": "asf", ".m2ts": "mpegts"}
_CODECS = {".webm": "libvpx-vp9", ".mpg": "mpeg2video", ".wmv": "mpeg4", ".flv": "flv"}
_QUICK = {
    "libx264": {"preset": "ultrafast", "crf": "12"},
    "libx265": {"preset": "ultrafast", "crf": "12"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "15", "b": "0"},
    "libsvtav1": {"preset": "9", "crf": "20"},
}


@lru_cache(maxsize=4)
def sample_picture(name: str = "zidane") -> NDArray[np.uint8]:
    """(h, w, 3) BGR: "zidane" has two large faces, "bus" four people in the street."""
    found = importlib.util.find_spec("ultralytics")
    if found is None or not found.submodule_search_locations:
        pytest.skip("no sample pictures: ultralytics is not installed (pip install 'pyroblur[train]')")
    picture = cv2.imread(str(Path(found.submodule_search_locations[0]) / "assets" / f"{name}.jpg"))
    assert picture is not None
    return np.asarray(picture, dtype=np.uint8)


def moving_picture(width: int, height: int, number: int, *, picture: str = "zidane") -> NDArray[np.uint8]:
    """(height, width, 3) BGR: the sample picture a little larger than the frame, moving right and down."""
    source = sample_picture(picture)
    scale = 1.15 * max(width / source.shape[1], height / source.shape[0])
    size = (max(width, round(source.shape[1] * scale)), max(height, round(source.shape[0] * scale)))
    large = _resized(picture, size)
    left = min(number, 2 * max(size[0] - width, 0)) % max(size[0] - width, 1)
    top = (number // 2) % max(size[1] - height, 1)
    return np.ascontiguousarray(large[top : top + height, left : left + width])


@lru_cache(maxsize=16)
def _resized(picture: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(sample_picture(picture), size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@dataclass(frozen=True)
class Colour:
    """FFmpeg's numbers for range, primaries, transfer and matrix."""

    color_range: int = 1
    primaries: int = 1
    trc: int = 1
    space: int = 1


BT709 = Colour()
HDR10 = Colour(primaries=9, trc=16, space=9)
HLG = Colour(primaries=9, trc=18, space=9)


def make_clip(
    path: Path,
    *,
    width: int = 320,
    height: int = 180,
    frames: int = 24,
    rate: Fraction | int = 24,
    codec: str = "",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    time_base: Fraction | None = None,
    times: Sequence[int] | None = None,
    start: int = 0,
    rotation: int = 0,
    mirrored: bool = False,
    aspect: Fraction | None = None,
    colour: Colour | None = None,
    hdr10: bool = False,
    interlaced: bool = False,
    alpha: bool = False,
    audio: Sequence[str] = (),
    audio_start_s: float = 0.0,
    subtitles: Sequence[str] = (),
    gps: bool = False,
    cover: bool = False,
    font: bool = False,
    metadata: dict[str, str] | None = None,
    picture: str = "zidane",
    draw: Callable[[int], NDArray[np.uint8]] | None = None,
    faststart: bool = True,
) -> Path:
    """A clip; the container follows the path's suffix, the codec too unless named.

    width, height: as shown upright; rotation: degrees clockwise that show the stored frames upright. times: pts in
    time_base, one a frame. audio, subtitles: codec names, one a stream (languages eng, fra, deu). gps: a data stream
    with positions (MP4 and TS) and metadata with a place and a serial number.
    """
    suffix = path.suffix.lower()
    tick = time_base or Fraction(1, {".mp4": 12800, ".mov": 12800, ".ts": 90000}.get(suffix, 1000))
    step = max(round(1 / (Fraction(rate) * tick)), 1)
    stamps = list(times) if times is not None else [start + number * step for number in range(frames)]
    shown_colour = colour or (HDR10 if hdr10 else None)
    output = av.open(
        str(path),
        "w",
        format=_MUXERS.get(suffix),
        container_options=_muxer_options(suffix, faststart=faststart, gps=gps),
    )
    stream = output.add_stream(
        codec or _CODECS.get(suffix, "libx264"),
        rate=Fraction(rate),
        width=height if rotation in {90, 270} else width,
        height=width if rotation in {90, 270} else height,
        time_base=tick,
        options=_encoder_options(codec or _CODECS.get(suffix, "libx264"), options, hdr10),
    )
    stream.pix_fmt = pixel_format
    _describe_picture(stream, shown_colour, aspect=aspect, interlaced=interlaced, suffix=suffix)
    if rotation or mirrored:
        stream.set_display_rotation(-rotation, hflip=mirrored)
    if alpha and "vp" in stream.codec_context.name:
        stream.metadata["alpha_mode"] = "1"
    art = moving_picture(*COVER_SIZE, 0) if cover else None
    extras = Extras(output, suffix, audio=audio, subtitles=subtitles, gps=gps, cover=art, font=font)
    output.metadata.update(metadata or {})
    extras.begin()
    for number, pts in enumerate(stamps):
        drawn = draw(number) if draw is not None else moving_picture(width, height, number, picture=picture)
        frame = _frame(_stored(drawn, rotation, mirrored=mirrored), pixel_format, shown_colour, alpha=alpha)
        frame.pts, frame.time_base, frame.pict_type = pts, tick, 0
        output.mux(stream.encode(frame))
        extras.beside(number, time_s=float(pts * tick))
    output.mux(stream.encode(None))
    extras.finish(start_s=audio_start_s, end_s=float((stamps[-1] + step) * tick))
    output.close()
    return path


# -- ready-made kinds


def make_hdr_clip(path: Path, **more: object) -> Path:
    """10-bit H.265, PQ, BT.2020, with mastering display and light levels."""
    kind: dict[str, object] = {"codec": "libx265", "pixel_format": "yuv420p10le", "hdr10": True, **more}
    return make_clip(path, **kind)  # type: ignore[arg-type]


def make_vfr_clip(path: Path, *, frames: int = 24, **more: object) -> Path:
    """Uneven times: gaps of one to five ticks of 1/50 s, always the same ones."""
    gaps = np.random.default_rng(5).integers(1, 6, frames)
    tick = Fraction(1, 12800) if path.suffix in {".mp4", ".mov"} else Fraction(1, 1000)
    times = [round(int(total) * Fraction(1, 50) / tick) for total in np.cumsum(gaps) - gaps[0]]
    return make_clip(path, times=times, time_base=tick, **more)  # type: ignore[arg-type]


def make_sound_only(path: Path) -> Path:
    """Sound without a picture."""
    output = av.open(str(path), "w", format=_MUXERS.get(path.suffix))
    sound = add_sound(output, "aac", "eng")
    write_sound(output, sound, start_s=0.0, end_s=1.0, tone=440)
    output.close()
    return path


def make_song_with_cover(path: Path) -> Path:
    """Sound with an attached cover picture, which is no clip."""
    output = av.open(str(path), "w", format="mp4")
    sound = add_sound(output, "aac", "eng")
    cover = add_cover(output, COVER_SIZE)
    for packet in cover_packets(cover, moving_picture(*COVER_SIZE, 0)):
        output.mux(packet)
    write_sound(output, sound, start_s=0.0, end_s=1.0, tone=440)
    output.close()
    return path


def cut_off(source: Path, path: Path, *, share: float = 0.6) -> Path:
    """The first part of a file, as a broken download or an empty battery leaves it."""
    data = source.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path


def encrypted_zip(path: Path) -> Path:
    """The start of a ZIP archive whose entry is marked as encrypted, whatever the file is called."""
    header = b"PK\x03\x04\x14\x00\x01\x00\x08\x00" + bytes(16) + b"\x05\x00\x00\x00photo" + os.urandom(200)
    path.write_bytes(header)
    return path


def samples_of(image: av.VideoFrame) -> list[NDArray[np.uint8] | NDArray[np.uint16]]:
    """Copies of a frame's planes without their padding, independent of the code under test."""
    deep = max(component.bits for component in image.format.components) > 8
    planes = []
    for plane in image.planes:
        raw = np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, -1)
        row = raw.view(np.uint16) if deep else raw
        planes.append(np.array(row[:, : plane.width]))
    return planes


def psnr(first: NDArray[np.generic], second: NDArray[np.generic], *, peak: float = 255.0) -> float:
    error = float(np.mean((first.astype(np.float64) - second.astype(np.float64)) ** 2))
    return float("inf") if error == 0 else 10.0 * float(np.log10(peak**2 / error))


# -- streams


def _muxer_options(suffix: str, *, faststart: bool, gps: bool) -> dict[str, str]:
    if suffix == ".ts":
        return {"mpegts_copyts": "1"}
    if suffix not in {".mp4", ".mov"}:
        return {}
    flags = ("+faststart" if faststart else "") + ("+use_metadata_tags" if gps else "")
    return {"movflags": flags or "0", "movie_timescale": "12800"}  # a late start must not be rounded


def _describe_picture(
    stream: av.VideoStream, colour: Colour | None, *, aspect: Fraction | None, interlaced: bool, suffix: str
) -> None:
    context = stream.codec_context
    context.thread_type = "FRAME"
    if aspect is not None:
        context.sample_aspect_ratio = aspect
    if interlaced:
        context.flags |= Flags.interlaced_dct | Flags.interlaced_me
        context.field_order = 2
    if colour is not None:
        context.color_range, context.color_primaries = colour.color_range, colour.primaries
        context.color_trc, context.colorspace = colour.trc, colour.space
    if context.name == "libx265" and suffix in {".mp4", ".mov"}:
        context.codec_tag = "hvc1"


def _encoder_options(codec: str, options: dict[str, str] | None, hdr10: bool) -> dict[str, str]:
    chosen = {**_QUICK.get(codec, {}), **(options or {})}
    if codec == "libx265":
        light = [f"master-display={HDR_DISPLAY}", "max-cll=1000,400", "hdr10=1"] if hdr10 else []
        # With fewer frames than it reorders, x265 makes up decoding times that no muxer takes.
        own = [chosen.get("x265-params", "bframes=0")]
        chosen["x265-params"] = ":".join(["log-level=none", *light, *own])
    return chosen


def _stored(upright: NDArray[np.uint8], rotation: int, *, mirrored: bool) -> NDArray[np.uint8]:
    """What the camera's sensor gives, when turning it clockwise and then mirroring shows `upright`."""
    turned = upright[:, ::-1] if mirrored else upright
    return np.ascontiguousarray(np.rot90(turned, rotation // 90))


def _frame(bgr: NDArray[np.uint8], pixel_format: str, colour: Colour | None, *, alpha: bool) -> av.VideoFrame:
    if alpha:
        ramp = np.tile(np.linspace(0, 255, bgr.shape[1]).astype(np.uint8), (bgr.shape[0], 1))
        frame = av.VideoFrame.from_ndarray(np.dstack([bgr, ramp]), "bgra")
    else:
        frame = av.VideoFrame.from_ndarray(bgr, "bgr24")
    uses_all = pixel_format.startswith(("yuvj", "gray", "gbr", "rgb", "bgr"))
    full = uses_all or (colour is not None and colour.color_range == 2)
    space = colour.space if colour is not None else 2
    matrix = {1: Colorspace.ITU709, 9: Colorspace.BT2020}.get(space, Colorspace.ITU601)
    frame = frame.reformat(format=pixel_format, dst_colorspace=matrix, dst_color_range=2 if full else 1)
    if colour is not None:
        frame.color_range, frame.color_primaries = colour.color_range, colour.primaries
        frame.color_trc, frame.colorspace = colour.trc, colour.space
    return frame
