"""Pieces of an encoded clip, each complete in itself, so that a killed job loses no more than the piece in hand."""

import contextlib
import os
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

import av
from av.codec.context import Flags
from av.container import InputContainer, OutputContainer
from av.packet import Packet, PacketSideData
from av.video.stream import VideoStream

from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.media.encoder import EncoderPlan, hardware_of
from pyroblur_gui.media.facts import MediaFacts, VideoFacts
from pyroblur_gui.media.failures import FFmpegError, shown, write_failure
from pyroblur_gui.media.fitting import Fitter, set_colour
from pyroblur_gui.media.source import VideoPacket

_BITEXACT_CONTAINER: Final = 0x400  # AVFMT_FLAG_BITEXACT: no version, date or random number in the file
# NUT keeps any time base exactly. Broadcast mode is its version 4, which alone keeps the alpha packets of VP9.
_NUT_OPTIONS: Final = {"syncpoints": "timestamped", "strict": "experimental", "avoid_negative_ts": "disabled"}
_DEEPEST_REORDERING: Final = 32  # frames; encoders reorder 16 at most
_START = "comment"  # metadata key under which a segment keeps its first time stamp: it counts from 0 itself
_X264_MARK: Final = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef")  # starts x264's message about its settings
_ALPHA: Final = "matroska_block_additional"
_ALPHA_NUMBER: Final = 15  # its number among FFmpeg's kinds of packet side data


class SegmentEncoder:
    """Writes frames to one NUT file (MOV for ProRes) with an encoder of its own: the first frame is a key frame.

    Used by one thread at a time. close() makes the file complete and durable (without a frame it leaves none);
    abort() removes it. Raises
    DiskFullError and OutputError. `frames`: given so far.
    """

    def __init__(self, plan: EncoderPlan, facts: MediaFacts, path: Path, *, threads: int = 0) -> None:
        video = cast("VideoFacts", facts.video)
        self.path = path
        self.frames = 0
        self._fitter = Fitter(plan, video)
        self._start = 0
        self._time_base = video.time_base
        nominal = round(1 / (video.frame_rate * video.time_base)) if video.frame_rate else 1
        self._next_dts = -_DEEPEST_REORDERING * max(nominal, 1)
        self._file = _create(path)
        try:
            self._container = _open_output(self._file, plan, video)
            self._stream = _add_encoder(self._container, plan, video, threads=threads)
        except (FFmpegError, OSError, ValueError) as error:
            self._file.close()
            path.unlink(missing_ok=True)
            raise write_failure(path, error) from error

    def encode(self, frame: av.VideoFrame) -> None:
        """The frame's pts (in the clip's time base) must be set and rise strictly."""
        if frame.pts is None:
            raise ValueError("a frame without a time stamp cannot be encoded")
        if self.frames == 0:
            self._start = frame.pts
            self._container.metadata[_START] = str(frame.pts)
        original = frame.pts
        fitted = self._fitter.fit(frame)
        fitted.pts = original - self._start
        fitted.time_base = self._time_base
        fitted.pict_type = 0
        self._guarded(lambda: self._mux(self._stream.encode(fitted)))
        fitted.pts = original
        self.frames += 1

    def close(self) -> None:
        if self.frames == 0:
            self.abort()
            return
        self._guarded(self._finish)

    def abort(self) -> None:
        """Removes the file. Safe to call at any time, also after close() or an error."""
        with contextlib.suppress(FFmpegError, OSError, ValueError):
            self._container.close()
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _finish(self) -> None:
        self._mux(self._stream.encode(None))
        self._container.close()
        os.fsync(self._file.fileno())
        self._file.close()

    def _mux(self, packets: list[VideoPacket]) -> None:
        """Decoding times are made anew when segments are joined; here they must only rise and not pass the time shown.

        x265 invents them when it is given fewer frames than it reorders.
        """
        for packet in packets:
            pts = packet.pts if packet.pts is not None else 0
            dts = packet.dts if packet.dts is not None else self._next_dts
            if dts > pts or dts < self._next_dts:
                dts = min(self._next_dts, pts)
            packet.dts, self._next_dts = dts, dts + 1
            self._container.mux(packet)

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (FFmpegError, OSError) as error:
            self.abort()
            raise write_failure(self.path, error) from error


def _create(path: Path) -> FileIO:
    """Unbuffered and written through Python: FFmpeg's own files lose the error of a full disk at the last flush."""
    try:
        return path.open("wb+", buffering=0)
    except OSError as error:
        raise write_failure(path, error) from error


def _open_output(file: FileIO, plan: EncoderPlan, video: VideoFacts) -> OutputContainer:
    if plan.codec == "prores":
        # NUT has no name for ProRes; without B-frames MOV keeps times as exactly.
        options = {"video_track_timescale": str(video.time_base.denominator)}
        container = av.open(file, "w", format="mov", container_options=options)
    else:
        container = av.open(file, "w", format="nut", container_options=_NUT_OPTIONS)
    container.flags |= _BITEXACT_CONTAINER
    return container


def _add_encoder(container: OutputContainer, plan: EncoderPlan, video: VideoFacts, *, threads: int) -> VideoStream:
    stream = cast(
        "VideoStream",
        container.add_stream(
            plan.encoder,
            rate=video.frame_rate or Fraction(25),
            options=_all_options(plan, video),
            hwaccel=hardware_of(plan.encoder),
            width=plan.width,
            height=plan.height,
            time_base=video.time_base,
        ),
    )
    context = stream.codec_context
    context.pix_fmt = plan.pixel_format
    context.thread_count = threads
    # PyAV's default, slices, would cut every picture into strips: worse compression, no more speed.
    context.thread_type = "FRAME"
    context.flags |= Flags.bitexact | Flags.closed_gop
    context.sample_aspect_ratio = pixel_aspect(plan, video)
    set_colour(context, plan)
    if video.interlaced and plan.encoder in {"libx264", "prores_ks"}:
        context.flags |= Flags.interlaced_dct
        context.field_order = {"tt": 2, "bb": 3, "tb": 4, "bt": 5}[video.field_order]
    return stream


def pixel_aspect(plan: EncoderPlan, video: VideoFacts) -> Fraction:
    """Of the encoded picture; 0 says nothing, which means square."""
    if video.sample_aspect_ratio is None or plan.scale:
        return Fraction(0)
    return 1 / video.sample_aspect_ratio if plan.turn.swaps_sides else video.sample_aspect_ratio


def _all_options(plan: EncoderPlan, video: VideoFacts) -> dict[str, str]:
    options = dict(plan.options)
    if "420" in plan.pixel_format and video.chroma_location not in {"unspecified", "left"}:
        options["chroma_sample_location"] = video.chroma_location
    return options


# -- joining


@dataclass(frozen=True, slots=True)
class _Segment:
    path: Path
    start: int  # its first time stamp, in the clip's time base
    pts: tuple[int, ...]  # of its packets in decoding order, in the clip's time base


class JoinedSegments:
    """The packets of several segments as one stream, with decoding times made anew.

    Each segment's encoder counted its delay for itself, so that decoding times would overlap where two meet. Time
    stamps stay; the decoding time of the n-th packet is the n-th smallest time stamp, moved ahead by the deepest
    reordering in any segment. A context manager.
    """

    def __init__(self, paths: Sequence[Path], video: VideoFacts) -> None:
        self._time_base = video.time_base
        self._segments = [_scan(path, video.time_base) for path in paths]
        decoding_order = [pts for segment in self._segments for pts in segment.pts]
        self.times = sorted(decoding_order)  # of all frames, in the order in which they are shown
        if not self.times or any(later <= earlier for earlier, later in zip(self.times, self.times[1:], strict=False)):
            raise OutputError("The encoded segments overlap or are empty.", hint="Start the clip again.")
        self._delay = max(index - bisect_left(self.times, pts) for index, pts in enumerate(decoding_order))
        self._last_duration = _last_duration(self.times, video)
        self._first = _open_segment(paths[0])

    @property
    def shortest(self) -> int:
        """The least time between two frames."""
        gaps = (later - earlier for earlier, later in zip(self.times, self.times[1:], strict=False))
        return min(gaps, default=self._last_duration)

    @property
    def template(self) -> VideoStream:
        return self._first.streams.video[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._first.close()

    def packets(self) -> Iterator[VideoPacket]:
        """With pts, dts and duration in the clip's time base."""
        number = 0
        extradata = self.template.codec_context.extradata
        for segment in self._segments:
            with _open_segment(segment.path) as container:
                stream = container.streams.video[0]
                if stream.codec_context.extradata != extradata:
                    raise OutputError(
                        "The encoded segments do not fit together: they come from different encoders.",
                        hint="Start the clip again.", path=segment.path,
                    )  # fmt: skip
                first = True
                for packet in container.demux(stream):
                    if not packet.size:
                        continue
                    yield self._timed(_cleaned(packet) if first else packet, segment, number)
                    first = False
                    number += 1

    def _timed(self, packet: VideoPacket, segment: _Segment, number: int) -> VideoPacket:
        pts = segment.start + _exact(packet.pts, packet.time_base, self._time_base)
        shown_at = bisect_left(self.times, pts)
        following = self.times[shown_at + 1] if shown_at + 1 < len(self.times) else pts + self._last_duration
        packet.time_base = self._time_base
        packet.pts = pts
        packet.dts = self._decoding_time(number)
        packet.duration = following - pts
        if number == len(self.times) - 1:
            # MP4 adds up decoding times: the packet decoded last makes up for what is shown after it.
            length = self.times[-1] + self._last_duration - self.times[0]
            # Where it is itself shown last, an edit list that ends with its first tick would hide it.
            least = self._last_duration if pts == self.times[-1] else 1
            packet.duration = max(length - (packet.dts - self._decoding_time(0)), least)
        if packet.has_sidedata(_ALPHA):
            _restore_alpha(packet)
        return packet

    def _decoding_time(self, number: int) -> int:
        if number >= self._delay:
            return self.times[number - self._delay]
        step = self.times[1] - self.times[0] if len(self.times) > 1 else self._last_duration
        return self.times[0] - (self._delay - number) * step


def _last_duration(times: Sequence[int], video: VideoFacts) -> int:
    """How long the last frame is shown: to the stream's announced end where all announced frames are there."""
    nominal = round(1 / (video.frame_rate * video.time_base)) if video.frame_rate else times[-1] - times[-2:][0]
    announced = round(Fraction(video.duration_s) / video.time_base) - (times[-1] - times[0])
    return max(announced if announced > 0 and video.frames == len(times) else nominal, 1)


def _open_segment(path: Path) -> InputContainer:
    try:
        return av.open(str(path.absolute()), "r")
    except (FFmpegError, OSError) as error:
        raise OutputError(
            f"The encoded segment {shown(path)} cannot be read.", hint="Start the clip again.", path=path
        ) from error


def _scan(path: Path, time_base: Fraction) -> _Segment:
    with _open_segment(path) as container:
        stream = container.streams.video[0]
        start = int(container.metadata.get(_START, "0"))
        pts = tuple(
            start + _exact(packet.pts, packet.time_base, time_base) for packet in container.demux(stream) if packet.size
        )
    return _Segment(path=path, start=start, pts=pts)


def _exact(pts: int | None, given: Fraction, wanted: Fraction) -> int:
    """NUT counts in whole parts of the clip's tick, so nothing is rounded here."""
    return round((pts or 0) * given / wanted)


def _cleaned(packet: VideoPacket) -> VideoPacket:
    """The first packet of a segment without x264's message about its version and settings."""
    data = bytes(packet)
    if _X264_MARK not in data:
        return packet
    clean = cast("VideoPacket", Packet(without_x264_message(data)))
    clean.pts, clean.dts, clean.duration, clean.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
    clean.is_keyframe = packet.is_keyframe
    for side_data in packet.iter_sidedata():
        clean.set_sidedata(side_data)
    return clean


def without_x264_message(data: bytes) -> bytes:
    """Annex-B data without the NAL unit (SEI, type 6) that names x264's version and settings."""
    mark = data.index(_X264_MARK)
    start = data.rindex(b"\x00\x00\x01", 0, mark)
    if data[start + 3] & 0x1F != 6:
        return data
    end = data.find(b"\x00\x00\x01", mark)
    if end < 0:
        return data
    # A start code is three or four bytes long; a zero before it belongs to it.
    start -= start > 0 and data[start - 1] == 0
    end -= data[end - 1] == 0
    return data[:start] + data[end:]


def _restore_alpha(packet: VideoPacket) -> None:
    """FFmpeg's NUT writer keeps the eight bytes that number the addition, and its reader puts them in front again."""
    data = bytes(packet.get_sidedata(_ALPHA))
    if data[:8] == data[8:16]:
        addition = PacketSideData(_ALPHA_NUMBER, len(data) - 8)  # type: ignore[call-arg]  # not in PyAV's stubs
        addition.update(data[8:])
        packet.set_sidedata(addition, move=True)
