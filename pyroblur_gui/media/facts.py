"""What is known of a photo or clip before anything is decoded, and which files of a folder are worth asking about.

Loads neither FFmpeg nor a picture library: the window and the command line show these facts and must start fast.
"""

import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

# Of cameras: they are not read. A search finds them all the same, so that each is named instead of being left as it is.
RAW_SUFFIXES = frozenset(
    [
        ".dng", ".nef", ".nrw", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".pef", ".srw", ".raf", ".3fr", ".iiq",
    ]
)  # fmt: skip
# Icons and textures are read when they are named themselves; a search passes them by.
IMAGE_SUFFIXES = RAW_SUFFIXES | frozenset(
    [
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".gif",
        ".heic", ".heif", ".hif", ".avif", ".jp2", ".j2k", ".jpx", ".ppm", ".pgm", ".pbm", ".pnm", ".pcx",
        ".sgi", ".qoi", ".psd", ".tga",
    ]
)  # fmt: skip
VIDEO_SUFFIXES = frozenset(
    [
        ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".divx", ".ts", ".mts", ".m2ts", ".mpg",
        ".mpeg", ".m2v", ".vob", ".wmv", ".asf", ".flv", ".f4v", ".3gp", ".3g2", ".ogv", ".mxf", ".dv", ".nut",
        ".mjpeg", ".mjpg", ".h264", ".h265", ".hevc", ".y4m",
    ]
)  # fmt: skip
MEDIA_SUFFIXES = IMAGE_SUFFIXES | VIDEO_SUFFIXES


class Kind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class MasteringDisplay(_Facts):
    """SMPTE ST 2086: chromaticities (x, y) and luminance in cd/m2 of the screen that an HDR clip was graded on."""

    red: tuple[Fraction, Fraction]
    green: tuple[Fraction, Fraction]
    blue: tuple[Fraction, Fraction]
    white: tuple[Fraction, Fraction]
    min_luminance: Fraction
    max_luminance: Fraction


class ContentLight(_Facts):
    """CTA-861.3: brightest pixel and brightest frame average, in cd/m2; 0 is unknown."""

    max_cll: int
    max_fall: int


class VideoFacts(_Facts):
    """The picture stream of a clip. Colour values are FFmpeg's names, "unknown" where the file does not say."""

    index: int  # stream number in the file
    codec: str  # FFmpeg's codec name: "h264", "hevc", "prores"
    codec_tag: str = ""
    profile: str = ""
    width: int  # as stored, before rotation
    height: int
    pixel_format: str
    bit_depth: int
    frame_rate: Fraction | None  # average; None: not known
    time_base: Fraction
    start_pts: int = 0  # of the first frame, in time_base
    duration_s: float = 0.0
    frames: int | None = None  # the container's count or an estimate
    rotation: Literal[0, 90, 180, 270] = 0  # degrees clockwise that show it upright
    mirrored: bool = False  # flipped left to right after the rotation
    display_matrix: tuple[int, ...] | None = None  # FFmpeg's nine numbers; None: none stored
    sample_aspect_ratio: Fraction | None = None  # None: not stored, square
    color_range: str = "unknown"  # "tv" or "pc"
    color_primaries: str = "unknown"
    color_trc: str = "unknown"
    color_space: str = "unknown"
    chroma_location: str = "unspecified"
    has_alpha: bool = False
    is_hdr: bool = False
    field_order: Literal["progressive", "tt", "bb", "tb", "bt", "unknown"] = "unknown"
    mastering_display: MasteringDisplay | None = None
    content_light: ContentLight | None = None

    @property
    def interlaced(self) -> bool:
        return self.field_order not in {"progressive", "unknown"}


class AudioFacts(_Facts):
    index: int
    codec: str
    sample_rate: int
    channels: int
    layout: str = ""
    language: str = ""
    start_s: float = 0.0
    duration_s: float = 0.0
    is_default: bool = False


class SubtitleFacts(_Facts):
    index: int
    codec: str
    language: str = ""
    is_text: bool = True
    is_default: bool = False
    is_forced: bool = False


class MediaFacts(_Facts):
    """One file. `other` names streams that are never copied ("data: gpmd", "cover art", "font: a.ttf")."""

    path: Path
    kind: Kind
    container: str  # "mp4", "mov", "mkv", ... of a clip; "JPEG", "PNG", ... of a picture
    size_bytes: int
    width: int  # as shown: upright, square pixels not applied
    height: int
    duration_s: float = 0.0  # 0 for a picture that does not move
    pages: int = 1  # of a picture: pages of a TIFF, frames of an animation
    video: VideoFacts | None = None  # None for a picture
    audio: tuple[AudioFacts, ...] = ()
    subtitles: tuple[SubtitleFacts, ...] = ()
    other: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()  # names of what is stored, never values
    notes: tuple[str, ...] = ()  # what is unusual about the file, in sentences


def find_media(
    folder: Path, *, unreadable: Callable[[Path, OSError], None] = lambda _path, _error: None
) -> Iterator[Path]:
    """Photos and clips in a folder and below, by suffix, in a stable order.

    Skips hidden files and folders (PyroBlur's temporary files are hidden) and visits no folder twice, so a loop of
    links ends. A subfolder that cannot be read is told to `unreadable` and passed over.
    """
    seen: set[tuple[int, int]] = set()
    yield from _walk(folder, seen, unreadable)


def is_media_name(name: str) -> bool:
    """Whether a folder search takes a file of this name."""
    return not name.startswith(".") and Path(name).suffix.lower() in MEDIA_SUFFIXES


def _walk(folder: Path, seen: set[tuple[int, int]], unreadable: Callable[[Path, OSError], None]) -> Iterator[Path]:
    try:
        status = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        unreadable(folder, error)
        return
    # Windows file systems without file numbers say 0: there, links to folders are not followed at all (see below).
    identity = (status.st_dev, status.st_ino)
    if status.st_ino and identity in seen:
        return
    seen.add(identity)
    subfolders: list[Path] = []
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if status.st_ino or not entry.is_symlink():
                subfolders.append(Path(entry.path))
        elif is_media_name(entry.name):
            yield Path(entry.path)
    for subfolder in subfolders:
        yield from _walk(subfolder, seen, unreadable)
