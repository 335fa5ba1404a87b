"""Opens a clip for reading: only real containers, only from the disk, and the picture stream that is meant."""

import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
import av.logging
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from pyroblur_gui.core.errors import UnsupportedMediaError
from pyroblur_gui.media.failures import FFmpegError, read_failure, shown

if TYPE_CHECKING:
    AnyPacket = Packet[Any]
    VideoPacket = Packet[VideoStream]
else:  # generic in PyAV's stubs only
    AnyPacket = VideoPacket = Packet

# A playlist or script names other files and addresses: reading it would reach beyond the file that was given.
_REACH_BEYOND = {"hls", "dash", "concat", "sdp", "rtsp", "imf", "lavfi", "webm_dash_manifest", "tty"}
# Pictures that FFmpeg takes for clips of one frame, or of as many as there are sizes of an icon.
_PICTURES = {"ico", "fits", "iff", "txd", "alias_pix", "brender_pix", "gif", "apng", "jpegxl_anim"}
JPEG_STREAMS = {".mjpeg", ".mjpg"}  # cameras' clips: JPEG pictures one after another, told by nothing but the name
_JPEG_START = b"\xff\xd8"
_dump_lock = threading.Lock()
# FFmpeg's messages are turned into errors and notes where they matter; none goes to a terminal.
av.logging.set_level(None)


@dataclass(frozen=True, slots=True)
class StreamText:
    """What FFmpeg prints about a stream and PyAV has no attribute for."""

    tag: str = ""
    chroma_location: str = "unspecified"


def open_clip(path: Path) -> InputContainer:
    """Raises MissingFileError, UnreadableMediaError, UnsupportedMediaError."""
    try:
        container = av.open(
            str(path.absolute()),
            mode="r",
            format="mjpeg" if path.suffix.lower() in JPEG_STREAMS and _starts_as_jpeg(path) else None,
            metadata_errors="replace",
            container_options={"protocol_whitelist": "file"},
        )
    except (FFmpegError, OSError, ValueError) as error:
        raise read_failure(path, error) from error
    name = container.format.name
    if name == "image2" or (name == "mjpeg" and not _starts_as_jpeg(path)):
        # FFmpeg's guess from the name's ending alone; or from JPEG pictures somewhere in a file of another kind.
        container.close()
        raise read_failure(path, ValueError("no picture")) from None
    if name.endswith("_pipe") or name in _PICTURES:
        container.close()
        raise UnsupportedMediaError(
            f"{shown(path)} is a picture in a format that is not read.", hint="Save it as PNG, TIFF or JPEG.", path=path
        )
    if name in _REACH_BEYOND:
        container.close()
        raise UnsupportedMediaError(
            f"{shown(path)} is a list of other files, not a clip itself.", hint="Add the clips themselves.", path=path
        )
    return container


def _starts_as_jpeg(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == _JPEG_START
    except OSError:
        return False  # opening it as a clip will say why


def picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """The clip's main picture. Raises UnsupportedMediaError when there is only sound, subtitles or a cover."""
    streams = [stream for stream in container.streams.video if is_picture(stream)]
    if not streams:
        what = "has sound but no picture" if container.streams.audio else "holds no picture"
        raise UnsupportedMediaError(
            f"{shown(path)} {what}: there is nothing to cover.", hint="Remove it from the list.", path=path
        )
    best = container.streams.best("video")
    return next((stream for stream in streams if best is not None and stream.index == best.index), streams[0])


def is_picture(stream: VideoStream) -> bool:
    """Whether it moves: covers and thumbnails are pictures attached to a clip."""
    return not stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)


def has_alpha_packets(stream: VideoStream) -> bool:
    """VP8 and VP9 keep transparency in a second stream beside each packet; a tag of the container says so."""
    tags = {name.lower(): value for name, value in stream.metadata.items()}
    return tags.get("alpha_mode") == "1" and codec_of(stream) in {"vp8", "vp9"}


def codec_of(stream: VideoStream) -> str:
    """FFmpeg's name of the codec, not of the decoder that reads it ("av1", not "libdav1d")."""
    return stream.codec_context.codec.canonical_name


def make_decoder(stream: VideoStream, *, threads: int, thread_type: str) -> VideoCodecContext:
    """The stream's decoder; libvpx where there is transparency, because FFmpeg's own VP9 decoder leaves it out."""
    decoder = stream.codec_context
    if has_alpha_packets(stream):
        library = {"vp8": "libvpx", "vp9": "libvpx-vp9"}[codec_of(stream)]
        try:
            decoder = cast("VideoCodecContext", av.CodecContext.create(library, "r"))
        except ValueError:
            pass  # this FFmpeg has no libvpx: the clip is read without transparency
        else:
            decoder.extradata = stream.codec_context.extradata
    decoder.thread_count = threads
    decoder.thread_type = thread_type
    return decoder


def describe_streams(container: InputContainer) -> dict[int, StreamText]:
    """By stream number. PyAV shows neither the place of chroma samples nor a data stream's tag, its dump does."""
    with _dump_lock:  # the log level is one for the whole process
        av.logging.set_level(av.logging.VERBOSE)
        av.logging.set_libav_level(av.logging.VERBOSE)
        try:
            text = container.dumps_format()  # type: ignore[attr-defined]  # missing from PyAV's stubs
        finally:
            av.logging.set_level(None)
    return parse_dump(text)


def parse_dump(text: str) -> dict[int, StreamText]:
    """Reads lines such as `Stream #0:0(und): Video: h264 (High) (avc1 / 0x..), yuv420p(progressive, left), ...`."""
    found: dict[int, StreamText] = {}
    for match in re.finditer(r"^ *Stream #\d+:(\d+)[^:]*: (\w+): (.*)$", text, re.MULTILINE):
        index, kind, rest = int(match[1]), match[2], match[3]
        tag = re.search(r"\((\S{1,4}) / 0x[0-9A-Fa-f]+\)", rest)
        words: set[str] = set()
        if kind == "Video":
            pixel = re.search(r", \w+\(([^)]*)\)", rest)
            words = {word.strip() for word in pixel[1].split(",")} if pixel else set()
        found[index] = StreamText(
            tag=tag[1] if tag else "",
            chroma_location=next(iter(words & _CHROMA_LOCATIONS), "unspecified"),
        )
    return found


_CHROMA_LOCATIONS = {"left", "center", "topleft", "top", "bottomleft", "bottom"}
