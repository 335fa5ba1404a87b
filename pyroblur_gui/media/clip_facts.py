"""The facts of a clip: what its container announces, checked against the first frame that can be decoded."""

import re
import struct
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.sidedata.sidedata import SideData, Type
from av.stream import Disposition, Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from pyroblur_gui.core.errors import UnreadableMediaError
from pyroblur_gui.media import colour
from pyroblur_gui.media.facts import (
    AudioFacts,
    ContentLight,
    Kind,
    MasteringDisplay,
    MediaFacts,
    SubtitleFacts,
    VideoFacts,
)
from pyroblur_gui.media.failures import FFmpegError, read_failure, shown
from pyroblur_gui.media.orientation import orientation_of, parse_display_matrix
from pyroblur_gui.media.source import (
    StreamText,
    codec_of,
    describe_streams,
    has_alpha_packets,
    is_picture,
    make_decoder,
    open_clip,
    picture_stream,
)

FieldOrder = Literal["progressive", "tt", "bb", "tb", "bt", "unknown"]
_FIELD_ORDERS: Final[dict[int, FieldOrder]] = {1: "progressive", 2: "tt", 3: "bb", 4: "tb", 5: "bt"}
_TEXT_SUBTITLES = {"subrip", "ass", "ssa", "webvtt", "mov_text", "text", "ttml", "microdvd", "subviewer", "sami"}
_CONTAINERS = {
    "avi": "avi", "mpegts": "ts", "mpeg": "mpg", "asf": "wmv", "flv": "flv", "ogg": "ogv", "mxf": "mxf", "nut": "nut",
    "dv": "dv",
}  # fmt: skip
# What a container writes about itself; nothing of it tells of the one who filmed.
_TECHNICAL = {
    "major_brand",
    "minor_version",
    "compatible_brands",
    "handler_name",
    "vendor_id",
    "duration",
    "language",
    "alpha_mode",
}
_FRAMES_TRIED = 500  # packets looked at before a stream counts as not decodable


def probe_clip(path: Path) -> MediaFacts:
    """Raises MissingFileError, UnreadableMediaError, UnsupportedMediaError."""
    with open_clip(path) as container:
        stream = picture_stream(container, path)
        texts = describe_streams(container)
        others = _others(container, stream, texts)
        names = _metadata_names(container)
        audio = tuple(_audio_facts(sound) for sound in container.streams.audio if sound.codec_context is not None)
        subtitles = tuple(
            _subtitle_facts(text) for text in container.streams.subtitles if text.codec_context is not None
        )
        name = _container_name(container, path)
        duration_s = (container.duration or 0) / av.time_base
        video = _video_facts(container, stream, texts.get(stream.index, StreamText()), path)
    width, height = orientation_of(video.display_matrix).upright_size(video.width, video.height)
    return MediaFacts(
        path=path, kind=Kind.VIDEO, container=name, size_bytes=path.stat().st_size, width=width, height=height,
        duration_s=duration_s or video.duration_s, video=video, audio=audio, subtitles=subtitles, other=others,
        metadata=names, notes=_notes(path, name, others),
    )  # fmt: skip


def _video_facts(container: InputContainer, stream: VideoStream, text: StreamText, path: Path) -> VideoFacts:
    if text.tag in {"encv", "drmi"}:
        raise _encrypted(path)
    frame = _first_frame(container, stream, path)
    context = stream.codec_context
    time_base = cast("Fraction", stream.time_base)
    rate = stream.average_rate or stream.guessed_rate or None
    start = frame.pts if frame.pts is not None else (stream.start_time or 0)
    duration_s = float(stream.duration * time_base) if stream.duration else (container.duration or 0) / av.time_base
    matrix = _display_matrix(frame)
    orientation = orientation_of(matrix)
    transfer = colour.name_of(_told(frame.color_trc, context.color_trc), colour.TRANSFERS)
    aspect = stream.sample_aspect_ratio
    pixel_format = frame.format
    return VideoFacts(
        index=stream.index,
        codec=codec_of(stream),
        codec_tag=text.tag,
        profile=context.profile or "",
        width=frame.width,
        height=frame.height,
        pixel_format=pixel_format.name,
        bit_depth=max(component.bits for component in pixel_format.components),
        frame_rate=rate,
        time_base=time_base,
        start_pts=start,
        duration_s=duration_s,
        frames=stream.frames or (round(duration_s * rate) if rate else None) or None,
        rotation=orientation.rotation,
        mirrored=orientation.mirrored,
        display_matrix=matrix,
        sample_aspect_ratio=aspect if aspect and aspect != 1 else None,
        color_range=colour.name_of(_told(frame.color_range, context.color_range, unknown=0), colour.RANGES),
        color_primaries=colour.name_of(_told(frame.color_primaries, context.color_primaries), colour.PRIMARIES),
        color_trc=transfer,
        color_space=colour.name_of(_told(frame.colorspace, context.colorspace), colour.SPACES),
        chroma_location=text.chroma_location,
        has_alpha=has_alpha_packets(stream) or _has_alpha(frame),
        is_hdr=transfer in {colour.PQ, colour.HLG},
        field_order=_field_order(context.field_order, frame),
        mastering_display=_mastering_display(frame),
        content_light=_content_light(frame),
    )


def _first_frame(container: InputContainer, stream: VideoStream, path: Path) -> av.VideoFrame:
    """The first frame that can be decoded: its format and colour are what the rest will have."""
    decoder = make_decoder(stream, threads=1, thread_type="SLICE")
    failure: BaseException | None = None
    try:
        for number, packet in enumerate(container.demux(stream)):
            if number > _FRAMES_TRIED:
                break
            if packet.has_sidedata("encryption_info"):  # the noise that it decodes to can look like a damaged clip
                raise _encrypted(path)
            try:
                frames = decoder.decode(packet if packet.size else None)
            except FFmpegError as error:
                failure = error
                continue
            if frames:
                return frames[0]
    except FFmpegError as error:
        failure = error
    raise read_failure(path, failure or ValueError("no frame")) from failure


def _encrypted(path: Path) -> UnreadableMediaError:
    hint = "Use a copy without copy protection or password."
    return UnreadableMediaError(f"{shown(path)} is encrypted (DRM).", hint=hint, path=path)


def _told(frame: int, context: int, *, unknown: int = 2) -> int:
    """The frame's word where it has one, else the container's."""
    return context if frame == unknown else frame


def _has_alpha(frame: av.VideoFrame) -> bool:
    """A palette could hold transparency but in clips (QuickTime Animation, screen recorders) it does not."""
    return frame.format.name != "pal8" and any(component.is_alpha for component in frame.format.components)


def _field_order(number: int, frame: av.VideoFrame) -> FieldOrder:
    known = _FIELD_ORDERS.get(number, "unknown")
    return "tt" if known in {"unknown", "progressive"} and frame.interlaced_frame else known


def _side_data(frame: av.VideoFrame, kind: Type) -> bytes | None:
    entries = cast("Iterable[SideData]", frame.side_data)  # a mapping by its stubs, the entries themselves in fact
    return next((bytes(entry) for entry in entries if entry.type == kind), None)


def _display_matrix(frame: av.VideoFrame) -> tuple[int, ...] | None:
    data = _side_data(frame, Type.DISPLAYMATRIX)
    return parse_display_matrix(data) if data else None


def _mastering_display(frame: av.VideoFrame) -> MasteringDisplay | None:
    """FFmpeg's AVMasteringDisplayMetadata: ten fractions of two ints, then has_primaries and has_luminance."""
    data = _side_data(frame, Type.MASTERING_DISPLAY_METADATA)
    if data is None or len(data) < 88:
        return None
    numbers = struct.unpack("=22i", data[:88])
    if not (numbers[20] and numbers[21]):
        return None
    values = [Fraction(numbers[i], numbers[i + 1] or 1) for i in range(0, 20, 2)]
    return MasteringDisplay(
        red=(values[0], values[1]), green=(values[2], values[3]), blue=(values[4], values[5]),
        white=(values[6], values[7]), min_luminance=values[8], max_luminance=values[9],
    )  # fmt: skip


def _content_light(frame: av.VideoFrame) -> ContentLight | None:
    data = _side_data(frame, Type.CONTENT_LIGHT_LEVEL)
    if data is None or len(data) < 8:
        return None
    max_cll, max_fall = struct.unpack("=2I", data[:8])
    return ContentLight(max_cll=max_cll, max_fall=max_fall)


def _audio_facts(stream: AudioStream) -> AudioFacts:
    time_base = cast("Fraction", stream.time_base)
    return AudioFacts(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        layout=stream.layout.name,
        language=_language(stream),
        start_s=float((stream.start_time or 0) * time_base),
        duration_s=float((stream.duration or 0) * time_base),
        is_default=bool(stream.disposition & Disposition.default),
    )


def _subtitle_facts(stream: SubtitleStream) -> SubtitleFacts:
    codec = stream.codec_context.codec.canonical_name
    return SubtitleFacts(
        index=stream.index,
        codec=codec,
        language=_language(stream),
        is_text=codec in _TEXT_SUBTITLES,
        is_default=bool(stream.disposition & Disposition.default),
        is_forced=bool(stream.disposition & Disposition.forced),
    )


def _language(stream: Stream) -> str:
    language = stream.metadata.get("language", "")
    return "" if language == "und" else language


def _others(container: InputContainer, picture: VideoStream, texts: dict[int, StreamText]) -> tuple[str, ...]:
    """Streams that are never copied, as words."""
    found = []
    for stream in container.streams:
        if stream.type == "video" and isinstance(stream, VideoStream) and stream.index != picture.index:
            found.append("second picture" if is_picture(stream) else "cover art")
        elif stream.type == "attachment":
            found.append(_attachment(stream))
        elif stream.type not in {"video", "audio", "subtitle"} or stream.codec_context is None:
            tag = texts.get(stream.index, StreamText()).tag
            found.append(f"{stream.type}: {tag or 'unknown'}" if stream.type != "video" else "second picture")
    if container.chapters():
        found.append("chapters")
    return tuple(found)


def _attachment(stream: Stream) -> str:
    mime = stream.metadata.get("mimetype", "")
    return "font" if is_font(mime, stream.metadata.get("filename", "")) else f"attachment: {mime or 'unknown'}"


def is_font(mimetype: str, filename: str) -> bool:
    return (
        "font" in mimetype
        or mimetype == "application/vnd.ms-opentype"
        or bool(re.search(r"\.(ttf|otf|ttc|woff2?)$", filename, re.IGNORECASE))
    )


def _metadata_names(container: InputContainer) -> tuple[str, ...]:
    # FFmpeg's bare name is what its writer must put into a Matroska file: it tells nothing.
    names = {name for name, value in container.metadata.items() if value != "Lavf"}
    for stream in container.streams:
        if stream.type != "attachment":
            names |= set(stream.metadata)
    for chapter in container.chapters():
        names |= {f"chapter {name}" for name in chapter["metadata"]}
    return tuple(sorted(name for name in names if name.lower() not in _TECHNICAL))


def _container_name(container: InputContainer, path: Path) -> str:
    name = container.format.name
    if name.startswith("mov,"):
        brand = container.metadata.get("major_brand", "").strip()
        return {"qt": "mov"}.get(brand, "3gp" if brand.startswith("3g") else "mp4")
    if name.startswith("matroska"):
        return "webm" if path.suffix.lower() == ".webm" else "mkv"
    return _CONTAINERS.get(name, name)


def _notes(path: Path, container: str, others: tuple[str, ...]) -> tuple[str, ...]:
    suffixes = {
        "mp4": {".mp4", ".m4v", ".mov", ".qt"}, "mov": {".mov", ".qt", ".mp4", ".m4v"}, "mkv": {".mkv"},
        "webm": {".webm"}, "avi": {".avi"}, "ts": {".ts", ".mts", ".m2ts"},
    }  # fmt: skip
    notes = []
    expected = suffixes.get(container)
    if expected and path.suffix.lower() not in expected:
        notes.append(
            f"The content is a clip ({container.upper()}) in spite of the name's ending {path.suffix or '(none)'}."
        )
    if "second picture" in others:
        notes.append("The file holds more than one moving picture: only the main one is processed and kept.")
    return tuple(notes)
