"""Decodes a clip frame by frame, from any frame on, with time stamps that can be written again."""

from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from pyroblur_gui.core.errors import UnreadableMediaError, UnsupportedMediaError
from pyroblur_gui.media.clip_facts import probe_clip
from pyroblur_gui.media.clock import Clock
from pyroblur_gui.media.facts import MediaFacts, VideoFacts
from pyroblur_gui.media.failures import FFmpegError, shown
from pyroblur_gui.media.frame import Frame
from pyroblur_gui.media.planes import reformatter
from pyroblur_gui.media.source import VideoPacket, codec_of, make_decoder, open_clip

__all__ = ["Frame", "VideoReader"]

_MADE_UP_TIMES = 0x1  # AVFMT_FLAG_GENPTS, which PyAV always sets
_READ_ERRORS_IN_A_ROW = 32  # then the rest of the file is taken for unreadable
_LEAD_S = 1  # decode at least this long before the wanted frame: a key frame need not be a clean start
_CUT_TOLERANCE_S = 0.5  # containers announce durations loosely


class VideoReader:
    """Reads one clip; a context manager, used by one thread at a time.

    cut_off: "" or, once the end is reached, why the clip ended before its announced end. damaged: packets and frames
    so far that could not be decoded cleanly. retimed: frames so far whose time stamp was missing or not later than the
    one before. resized: frames so far that came in another size or pixel format than the first, and were converted.
    """

    def __init__(self, path: Path, *, facts: MediaFacts | None = None, threads: int = 0) -> None:
        self.path = path
        self.facts = facts if facts is not None else probe_clip(path)
        if self.facts.video is None:
            raise UnsupportedMediaError(f"{shown(path)} is no clip.", path=path)
        self.video: VideoFacts = self.facts.video
        self.cut_off = ""
        self.damaged = 0
        self.resized = 0
        self._threads = threads
        self._clock = self._new_clock()
        self._source: _Input | None = None
        self._scrubber: Scrubber | None = None

    @property
    def retimed(self) -> int:
        return self._clock.changed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None
        if self._scrubber is not None:
            self._scrubber.close()
            self._scrubber = None

    def frames(self, start: int = 0, *, pts_of: Callable[[int], int] | None = None) -> Iterator[Frame]:
        """Decodes from frame number `start` on, exactly: the same frames and times as decoding from the beginning.

        With pts_of (time stamps of frames up to `start`, known from before) it seeks near the frame first; where the
        clip cannot be entered there it decodes from the beginning. One iteration at a time: a new one ends the last.
        Raises UnreadableMediaError when nothing can be decoded.
        """
        if start > 0 and pts_of is not None:
            entered = self._enter(start, pts_of)
            if entered is not None:
                first, rest = entered
                yield self._frame(start, first)
                yield from self._stamped(rest, index=start + 1)
                return
        for frame in self._stamped(self._decode(self._reopen()), index=0):
            if frame.index >= start:
                yield frame

    def frame_at(self, time_s: float) -> Frame:
        """The frame that is shown `time_s` after the clip's first one; its index is an estimate. Fast: seeks.

        Before the start it is the first frame, after the end the last. Raises UnreadableMediaError.
        """
        if self._scrubber is None:
            self._scrubber = Scrubber(self)
        return self._scrubber.at(time_s)

    def notes(self) -> tuple[str, ...]:
        """What a user should know after reading, in sentences."""
        notes = [self.cut_off] if self.cut_off else []
        if self.damaged:
            notes.append(f"The clip is damaged in {self.damaged} place(s): what could still be decoded is kept.")
        if self.retimed:
            notes.append(f"{self.retimed} frame(s) had no usable time stamp: theirs follow from the frames before.")
        if self.resized:
            notes.append(f"The picture's size or format changes: {self.resized} frame(s) were made like the first.")
        return tuple(notes)

    # -- decoding

    def open_stream(self) -> tuple[InputContainer, VideoStream, VideoCodecContext]:
        """A fresh container with the picture's stream and a decoder that uses all processors."""
        container = open_clip(self.path)
        stream = next((found for found in container.streams.video if found.index == self.video.index), None)
        if stream is None:
            container.close()
            raise UnreadableMediaError(
                f"{shown(self.path)} changed while it was read.", hint="Wait until it is complete, then retry.",
                path=self.path,
            )  # fmt: skip
        # Frame threads decode as fast as FFmpeg's own program; PyAV's default (slices) leaves processors idle.
        return container, stream, make_decoder(stream, threads=self._threads, thread_type="AUTO")

    def _reopen(self) -> "_Input":
        if self._source is not None:
            self._source.close()
        self._source = _Input(*self.open_stream())
        self._clock = self._new_clock()
        self.damaged = self.resized = 0
        self.cut_off = ""
        return self._source

    def _new_clock(self) -> Clock:
        return Clock(time_base=self.video.time_base, frame_rate=self.video.frame_rate)

    def _decode(self, source: "_Input") -> Iterator[av.VideoFrame]:
        """All frames that FFmpeg can make from here on; notes why it ended."""
        shown_until = Fraction(self.video.start_pts)
        count = 0
        harmed = False  # whether the last packet could not be decoded cleanly: the file ends within it
        for packet in source.packets():
            before = self.damaged
            for image in self._frames_of(packet, source):
                count += 1
                if image.pts is not None:
                    shown_until = max(shown_until, Fraction(image.pts + (image.duration or 0)))
                yield image
            harmed = self.damaged > before or (harmed and packet is None)
        if source.is_closed:
            return
        source.broke_off = source.broke_off or harmed
        self.damaged += source.errors
        if count == 0:
            raise UnreadableMediaError(
                f"No frame of {shown(self.path)} can be decoded.", hint="Copy it from the camera again.", path=self.path
            )
        self.cut_off = self._why_cut(source, float((shown_until - self.video.start_pts) * self.video.time_base))

    def _frames_of(self, packet: VideoPacket | None, source: "_Input") -> Iterator[av.VideoFrame]:
        try:
            images = source.decode(packet)
        except FFmpegError:
            self.damaged += 1
            return
        for image in images:
            if image.is_corrupt:
                self.damaged += 1
            yield self._like_first(image)

    def _like_first(self, image: av.VideoFrame) -> av.VideoFrame:
        video = self.video
        if (image.width, image.height, image.format.name) == (video.width, video.height, video.pixel_format):
            return image
        self.resized += 1
        return reformatter().reformat(image, video.width, video.height, video.pixel_format, threads=1)

    def _why_cut(self, source: "_Input", video_s: float) -> str:
        """Compares where the pictures and the file ended with what the container announces."""
        announced = self.video.duration_s
        tolerance = _CUT_TOLERANCE_S + 2.0 * float(1 / self.video.frame_rate if self.video.frame_rate else 0)
        ended_s = max(video_s, source.ended_s)
        if source.broke_off or announced - ended_s > tolerance:
            ended = f"{video_s:.1f} s" + (f" of {announced:.1f} s" if announced - video_s > 0.05 else "")
            return f"The clip's end is missing: it is cut off after {ended}."
        return ""

    def _stamped(self, images: Iterator[av.VideoFrame], *, index: int) -> Iterator[Frame]:
        for number, image in enumerate(images, index):
            yield self._frame(number, image)

    def _frame(self, index: int, image: av.VideoFrame) -> Frame:
        pts, duration = self._clock.stamp(image.pts, image.duration)
        return make_frame(index, image, pts=pts, duration=duration, video=self.video)

    def _enter(self, start: int, pts_of: Callable[[int], int]) -> tuple[av.VideoFrame, Iterator[av.VideoFrame]] | None:
        """Seeks so that frame `start` comes next; None when the clip cannot be entered exactly there."""
        wanted = pts_of(start)
        source = self._reopen()
        lead = round(_LEAD_S / self.video.time_base)
        if wanted - lead <= self.video.start_pts or not source.seek(wanted - lead):
            return None
        images = self._decode(source)
        clean = False
        previous: int | None = None
        for image in images:
            if image.pts is None or image.pts > wanted:
                return None
            clean = clean or image.key_frame
            if image.pts == wanted:
                if not clean or previous != pts_of(start - 1):
                    return None
                self._clock.resume_after(previous)
                self.damaged = 0
                return image, images
            previous = image.pts
        return None


class Scrubber:
    """Finds frames by time for somebody who drags a slider: seeks, or decodes on where that is nearer."""

    def __init__(self, reader: VideoReader) -> None:
        self._reader = reader
        self._video = reader.video
        self._source = _Input(*reader.open_stream())
        self._images: Iterator[av.VideoFrame] = iter(())
        self._shown: av.VideoFrame | None = None  # last one that was decoded at or before the time asked for
        self._next: av.VideoFrame | None = None

    def close(self) -> None:
        self._source.close()

    def at(self, time_s: float) -> Frame:
        wanted = self._video.start_pts + round(max(time_s, 0.0) / self._video.time_base)
        if not self._is_ahead(wanted):
            self._seek(wanted)
        self._advance(wanted)
        image = self._shown or self._next
        if image is None:  # the seek went past the last frame that can be decoded: take the long way
            self._source.close()
            self._source = _Input(*self._reader.open_stream())
            self._images = self._source.images()
            self._advance(wanted)
            image = self._shown or self._next
        if image is None:
            raise UnreadableMediaError(
                f"No frame of {shown(self._reader.path)} can be decoded.", hint="Copy it from the camera again.",
                path=self._reader.path,
            )  # fmt: skip
        pts = image.pts if image.pts is not None else wanted
        rate = self._video.frame_rate
        index = round((pts - self._video.start_pts) * self._video.time_base * rate) if rate else 0
        return make_frame(max(index, 0), image, pts=pts, duration=image.duration, video=self._video)

    def _is_ahead(self, wanted: int) -> bool:
        """Whether decoding on gets there sooner than a seek."""
        here = self._shown.pts if self._shown is not None else None
        return here is not None and here <= wanted <= here + round(_LEAD_S / self._video.time_base)

    def _seek(self, wanted: int) -> None:
        self._shown = self._next = None
        if not self._source.seek(wanted):
            self._source.close()
            self._source = _Input(*self._reader.open_stream())
        self._images = self._source.images()

    def _advance(self, wanted: int) -> None:
        while True:
            if self._next is None:
                self._next = next(self._images, None)
            if self._next is None or (self._next.pts is not None and self._next.pts > wanted):
                return
            self._shown, self._next = self._next, None


class _Input:
    """A container being read, with one decoder; steps over what cannot be read."""

    def __init__(self, container: InputContainer, stream: VideoStream, decoder: VideoCodecContext) -> None:
        self.container = container
        self.stream = stream
        self.decoder = decoder
        self.errors = 0
        self.broke_off = False
        self.is_closed = False
        self.ended_s = 0.0  # where the last packet of any stream ends, from the container's start
        # AVI stores no time stamps, and what FFmpeg makes up for H.264 there is one frame late: frames are shown in
        # the order of the packets' places instead.
        self._places: deque[int] | None = None
        if container.format.name == "avi" and codec_of(stream) in {"h264", "hevc"}:
            container.flags &= ~_MADE_UP_TIMES
            self._places = deque()

    def close(self) -> None:
        self.is_closed = True
        self.container.close()

    def seek(self, pts: int) -> bool:
        """To the key frame before; False where the container cannot."""
        try:
            self.container.seek(pts, stream=self.stream)
        except FFmpegError:
            return False
        self.decoder.flush_buffers()
        if self._places is not None:
            self._places.clear()
        return True

    def packets(self) -> Iterator[VideoPacket | None]:
        """The picture's packets, then None to flush the decoder."""
        in_a_row = 0
        is_torn: dict[int, bool] = {}  # by stream, whether its last packet is incomplete: the file ends within it
        start_s = (self.container.start_time or 0) / av.time_base
        while in_a_row < _READ_ERRORS_IN_A_ROW:
            try:
                for packet in self.container.demux():
                    in_a_row = 0
                    if not packet.size:
                        continue
                    is_torn[packet.stream_index] = packet.is_corrupt
                    if packet.pts is not None and packet.time_base:
                        end_s = float((packet.pts + (packet.duration or 0)) * packet.time_base) - start_s
                        self.ended_s = max(self.ended_s, end_s)
                    if packet.stream_index == self.stream.index:
                        yield cast("VideoPacket", packet)
                        if self.is_closed:  # PyAV would go on reading from a container that is no more
                            return
            except FFmpegError:
                in_a_row += 1
                self.errors += in_a_row == 1
                continue
            break
        self.broke_off = any(is_torn.values()) or in_a_row >= _READ_ERRORS_IN_A_ROW
        yield None

    def decode(self, packet: VideoPacket | None) -> list[av.VideoFrame]:
        """Raises FFmpegError."""
        if self._places is not None and packet is not None and packet.dts is not None:
            self._places.append(packet.dts)
        images = self.decoder.decode(packet)
        for image in images:
            if self._places and image.pts is None:
                image.pts = self._places.popleft()
        return images

    def images(self) -> Iterator[av.VideoFrame]:
        for packet in self.packets():
            try:
                yield from self.decode(packet)
            except FFmpegError:
                continue


def make_frame(index: int, image: av.VideoFrame, *, pts: int, duration: int, video: VideoFacts) -> Frame:
    """Readies a decoded image to be encoded again: its own time, and free choice of picture types for the encoder."""
    image.pts = pts
    image.time_base = video.time_base
    image.duration = duration
    image.pict_type = 0  # else x264 would repeat the source's sequence of I, P and B frames
    return Frame(index=index, pts=pts, time_base=video.time_base, duration=duration, image=image, facts=video)
