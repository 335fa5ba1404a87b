"""Joins encoded segments, the source's sound and its subtitles into the finished clip."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from fractions import Fraction
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import AttachmentStream, Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.media.clip_facts import is_font
from pyroblur_gui.media.containers import Container, container_of
from pyroblur_gui.media.encoder import EncoderPlan
from pyroblur_gui.media.facts import AudioFacts, MediaFacts, SubtitleFacts, VideoFacts
from pyroblur_gui.media.failures import FFmpegError, write_failure
from pyroblur_gui.media.fitting import set_colour
from pyroblur_gui.media.metadata import kept
from pyroblur_gui.media.segments import JoinedSegments, SegmentEncoder, pixel_aspect
from pyroblur_gui.media.sound import CopiedTrack, RecodedTrack, SilentTrack, Track, encoder_for, purpose_of, title_of
from pyroblur_gui.media.source import AnyPacket, open_clip
from pyroblur_gui.media.subtitles import ConvertedSubtitles

if TYPE_CHECKING:
    from av.container.core import Chapter  # in PyAV's stubs only

__all__ = ["SegmentEncoder", "mux"]

_BITEXACT: Final = 0x400  # AVFMT_FLAG_BITEXACT: no version, date or random number in the file
_WITH_CHAPTERS: Final = {"mp4", "mov", "matroska", "webm"}
CHAPTERS: Final = "chapters"  # what they are called in facts, and kept by
_FINEST_GRID: Final = Fraction(1, 240)
_BROADCAST: Final = {"ts", "mpg"}  # containers whose clock starts anywhere
Sound = Literal["keep", "mute", "drop"]


def mux(
    *,
    segments: Sequence[Path],
    source: Path,
    facts: MediaFacts,
    plan: EncoderPlan,
    target: Path,
    container_suffix: str,
    audio: Sound = "keep",
    keep_metadata: Collection[str] = (),
    check: Callable[[], None] = lambda: None,
) -> tuple[str, ...]:
    """Writes `target` (a temporary name; container_suffix names the container). Returns what differs, in sentences.

    Times of pictures, sound and subtitles stay as they are to each other and, but for broadcasts, to the container's
    start. `check` is called often and may raise to stop; `target` is removed then, as after any error.
    Raises DiskFullError, OutputError, and the errors of open_clip for the source.
    """
    try:
        file = target.open("wb+", buffering=0)
    except OSError as error:
        raise write_failure(target, error) from error
    try:
        with closing(file):
            muxing = _Muxing(facts=facts, plan=plan, container=container_of(container_suffix), audio=audio)
            notes = muxing.run(segments=segments, source=source, file=file, keep_metadata=keep_metadata, check=check)
            os.fsync(file.fileno())
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, FFmpegError | OSError) and not isinstance(error, PyroblurError):
            raise write_failure(target, error) from error
        raise
    return notes


class _Muxing:
    def __init__(self, *, facts: MediaFacts, plan: EncoderPlan, container: Container, audio: Sound) -> None:
        self._facts = facts
        self._video = cast("VideoFacts", facts.video)
        self._plan = plan
        self._container = container
        self._audio = audio
        self._notes: list[str] = []

    def run(
        self,
        *,
        segments: Sequence[Path],
        source: Path,
        file: FileIO,
        keep_metadata: Collection[str],
        check: Callable[[], None],
    ) -> tuple[str, ...]:
        with ExitStack() as stack:
            joined = stack.enter_context(JoinedSegments(segments, self._video))
            reading = stack.enter_context(open_clip(source))
            shift = self._shift(reading)
            output = av.open(file, "w", format=self._container.muxer, container_options=self._options(joined, shift))
            try:
                output.flags |= _BITEXACT
                output.metadata.update(kept(reading.metadata, keep_metadata))
                if self._keeps_chapters(keep_metadata):
                    output.set_chapters(_titled(reading))
                picture = self._add_picture(output, joined)
                if self._keeps_flags:
                    picture.disposition = purpose_of(reading.streams[self._video.index])
                tracks = self._add_tracks(output, reading, shift)
                pictures = self._pictures(joined, picture, shift)
                for packet in _interleaved(pictures, _sound_and_text(reading, tracks), tracks):
                    check()
                    output.mux(packet)
            except BaseException:
                with suppress(FFmpegError, OSError, ValueError):
                    output.close()  # the first error tells more than a second one would
                raise
            output.close()
        self._say_left_out(keep_metadata)
        self._say_rounded()
        return tuple(self._notes)

    @property
    def _keeps_flags(self) -> bool:
        """Whether source and output both say of every track whether a player chooses it by itself."""
        return self._container.muxer in {"matroska", "webm"} and self._facts.container in {"mkv", "webm"}

    # -- the picture

    def _add_picture(self, output: OutputContainer, joined: JoinedSegments) -> VideoStream:
        stream = output.add_stream_from_template(joined.template, opaque=True)
        stream.metadata.clear()
        stream.time_base = self._video.time_base if self._container.holds_any_time else self._grid(joined)
        context = stream.codec_context
        set_colour(context, self._plan)
        context.sample_aspect_ratio = pixel_aspect(self._plan, self._video)
        if self._plan.codec_tag:
            context.codec_tag = self._plan.codec_tag
        if self._video.frame_rate is not None:
            context.framerate = self._video.frame_rate
        if self._plan.encoder in {"libx264", "prores_ks"} and self._video.interlaced:
            context.field_order = {"tt": 2, "bb": 3, "tb": 4, "bt": 5}[self._video.field_order]
        turned = self._plan.turn.rotation or self._plan.turn.mirrored
        if self._video.display_matrix is not None and not turned and self._container.holds_orientation:
            stream.set_display_matrix(self._video.display_matrix)
        if self._plan.pixel_format.startswith("yuva") and self._plan.codec == "vp9":
            stream.metadata["alpha_mode"] = "1"
        return stream

    def _pictures(self, joined: JoinedSegments, stream: VideoStream, shift: Fraction) -> Iterator[AnyPacket]:
        ticks = round(shift / self._video.time_base)
        grid = self._grid(joined)
        last = -1
        for packet in joined.packets():
            packet.pts = cast("int", packet.pts) + ticks
            packet.dts = cast("int", packet.dts) + ticks
            if not self._container.holds_any_time:
                last = max(last + 1, round(packet.pts * self._video.time_base / grid))
                packet.time_base, packet.pts, packet.dts, packet.duration = grid, last, last, 1
            packet.stream = stream
            yield packet

    def _grid(self, joined: JoinedSegments) -> Fraction:
        """How long a container without time stamps shows each frame: as long as the shortest is shown."""
        usual = 1 / (self._video.frame_rate or Fraction(25))
        shortest = joined.shortest * self._video.time_base
        return usual if shortest >= usual * Fraction(3, 4) else max(shortest, _FINEST_GRID)

    # -- the rest

    def _add_tracks(self, output: OutputContainer, reading: InputContainer, shift: Fraction) -> dict[int, Track]:
        tracks: dict[int, Track] = {}
        by_index = {stream.index: stream for stream in reading.streams}
        for sound in self._facts.audio if self._audio != "drop" else ():
            tracks[sound.index] = self._sound_track(output, by_index[sound.index], sound, shift)
        for text in self._facts.subtitles:
            track = self._text_track(output, by_index[text.index], text, shift)
            if track is not None:
                tracks[text.index] = track
        if self._container.holds_fonts and any(text.codec in {"ass", "ssa"} for text in self._facts.subtitles):
            _copy_fonts(output, reading)
        return tracks

    def _sound_track(self, output: OutputContainer, stream: Stream, sound: AudioFacts, shift: Fraction) -> Track:
        source = cast("AudioStream", stream)
        if self._audio == "mute":
            return SilentTrack(output, source, encoder=encoder_for(sound.codec, self._container), shift=shift)
        if self._container.takes_audio(sound.codec):
            return CopiedTrack(output, source, shift=shift)
        encoder = self._container.audio_fallback
        self._notes.append(
            f"{self._container.title} cannot hold the sound as {sound.codec}: it is encoded as {title_of(encoder)}."
        )
        return RecodedTrack(output, source, encoder=encoder, shift=shift)

    def _text_track(
        self, output: OutputContainer, stream: Stream, text: SubtitleFacts, shift: Fraction
    ) -> Track | None:
        if text.codec in self._container.subtitles:
            return CopiedTrack(output, stream, shift=shift)
        encoder = self._container.text_subtitle
        if text.is_text and encoder:
            self._notes.append(
                f"{self._container.title} cannot hold subtitles as {text.codec}: they are converted to {encoder}; "
                "their text and times stay."
            )
            return ConvertedSubtitles(output, cast("SubtitleStream", stream), encoder=encoder, shift=shift)
        which = f"Subtitles ({text.language})" if text.language else "Subtitles"
        self._notes.append(f"{which} as {text.codec} are left out: {self._container.title} cannot hold them.")
        return None

    def _keeps_chapters(self, names: Collection[str]) -> bool:
        return self._container.muxer in _WITH_CHAPTERS and CHAPTERS in {name.casefold() for name in names}

    def _say_left_out(self, names: Collection[str]) -> None:
        stays = {"font"} if self._container.holds_fonts else set()
        if CHAPTERS in self._facts.other and self._keeps_chapters(names):
            stays |= {CHAPTERS, "data: text"}  # MP4 and MOV hold them in a track, which is written anew
        left = [name for name in self._facts.other if name not in stays]
        if left:
            self._notes.append(f"Left out: {', '.join(dict.fromkeys(left))}.")

    def _say_rounded(self) -> None:
        if self._container.muxer in {"matroska", "webm"} and (self._video.time_base * 1000).denominator != 1:
            self._notes.append(f"{self._container.title} counts in 1/1000 s: times are rounded to that.")

    # -- time

    def _shift(self, reading: InputContainer) -> Fraction:
        """Seconds added to all times. Only a broadcast's clock, which starts anywhere, is set to start at 0."""
        if self._facts.container not in _BROADCAST or self._container.muxer == "mpegts":
            return Fraction(0)
        starts = [
            stream.start_time * cast("Fraction", stream.time_base)
            for stream in reading.streams
            if stream.type in {"video", "audio"} and stream.start_time is not None
        ]
        return -min(starts, default=Fraction(0))

    def _options(self, joined: JoinedSegments, shift: Fraction) -> dict[str, str]:
        options = dict(self._container.options)
        if self._keeps_flags:
            options["default_mode"] = "passthrough"  # else the muxer makes the first track of a kind the default
        if self._container.muxer in {"mp4", "mov"}:
            scale = self._video.time_base.denominator
            options["video_track_timescale"] = str(scale)
            first_s = joined.times[0] * self._video.time_base + shift
            if (first_s * 1000).denominator != 1:
                # Edit lists count in the movie's own scale, 1/1000 by default: too coarse for this start.
                options["movie_timescale"] = str(scale)
        return options


def _titled(reading: InputContainer) -> "list[Chapter]":
    """The chapters, with their titles and nothing else that is said about them."""
    return [{**chapter, "metadata": kept(chapter["metadata"], ("title",))} for chapter in reading.chapters()]


def _copy_fonts(output: OutputContainer, reading: InputContainer) -> None:
    for stream in reading.streams:
        if isinstance(stream, AttachmentStream):
            name, mimetype = stream.name or "font", stream.mimetype or ""
            if is_font(mimetype, name):
                output.add_attachment(name, mimetype, stream.data)


def _sound_and_text(reading: InputContainer, tracks: dict[int, Track]) -> Iterator[AnyPacket]:
    """The source's packets for the tracks; stops where the file is cut off."""
    wanted = [stream for stream in reading.streams if stream.index in tracks]
    if not wanted:
        return
    try:
        for packet in reading.demux(*wanted):
            if packet.size:
                yield packet
    except FFmpegError:
        return  # told by the reader of the pictures: the end of the file is missing


def _interleaved(
    pictures: Iterator[AnyPacket], others: Iterator[AnyPacket], tracks: dict[int, Track]
) -> Iterator[AnyPacket]:
    """All packets, roughly in the order of time, so that the muxer has little to keep back."""
    picture = next(pictures, None)
    for packet in others:
        time_s = _time_s(packet)
        while picture is not None and _time_s(picture) <= time_s:
            yield picture
            picture = next(pictures, None)
        yield from tracks[packet.stream_index].feed(packet)
    while picture is not None:
        yield picture
        picture = next(pictures, None)
    for track in tracks.values():
        yield from track.finish()


def _time_s(packet: AnyPacket) -> float:
    time = packet.dts if packet.dts is not None else packet.pts
    return float(time * packet.time_base) if time is not None else float("-inf")
