"""Sound on its way from the source into the output: copied, made silent, or encoded anew where it must be."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Protocol, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition, Stream

from pyroblur_gui.media.containers import Container
from pyroblur_gui.media.failures import FFmpegError
from pyroblur_gui.media.source import AnyPacket

# Encoders by codec; sound of any other kind is made silent or encoded anew with the container's own choice.
_ENCODERS: Final = {
    "aac": "aac", "mp3": "libmp3lame", "opus": "libopus", "ac3": "ac3", "eac3": "eac3", "flac": "flac", "alac": "alac",
    "mp2": "mp2",
}  # fmt: skip
_TITLES: Final = {"aac": "AAC", "libopus": "Opus", "libmp3lame": "MP3"}
_BITS_A_CHANNEL: Final = 96_000
# What a stream is for; everything else about it is metadata.
_KEPT_FLAGS: Final = (
    Disposition.default | Disposition.dub | Disposition.original | Disposition.comment | Disposition.lyrics
    | Disposition.karaoke | Disposition.forced | Disposition.hearing_impaired | Disposition.visual_impaired
    | Disposition.clean_effects | Disposition.captions | Disposition.descriptions
)  # fmt: skip


class Track(Protocol):
    """One stream of the output besides the picture."""

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        """Packets to write for one packet of the source. `packet` is used up."""
        ...

    def finish(self) -> Iterator[AnyPacket]: ...


def purpose_of(stream: Stream) -> Disposition:
    """What a stream is for, and whether a player chooses it by itself."""
    return stream.disposition & _KEPT_FLAGS


def describe_like(target: Stream, source: Stream) -> None:
    """Language and purpose stay; titles, encoder and handler names go."""
    target.disposition = purpose_of(source)
    target.metadata.clear()
    language = source.metadata.get("language")
    if language:
        target.metadata["language"] = language


class CopiedTrack:
    """Packets go over bit by bit. Decoding times that do not rise (joined recordings) are moved on."""

    def __init__(self, output: OutputContainer, source: Stream, *, shift: Fraction) -> None:
        self._stream = output.add_stream_from_template(source, opaque=True)
        describe_like(self._stream, source)
        time_base = cast("Fraction", source.time_base)
        self._shift = round(shift / time_base)
        self._jump = round(1 / time_base)
        self._last: int | None = None
        self._last_duration = 1

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        dts = packet.dts if packet.dts is not None else packet.pts
        if dts is None:
            dts = 0 if self._last is None else self._last + self._last_duration - self._shift
        pts = packet.pts if packet.pts is not None else dts
        if self._last is not None and dts + self._shift <= self._last:
            if dts + self._shift < self._last - self._jump:
                self._shift = self._last + self._last_duration - dts
            else:
                pts = max(pts, self._last + 1 - self._shift)
                dts = self._last + 1 - self._shift
        packet.dts, packet.pts = dts + self._shift, max(pts, dts) + self._shift
        self._last, self._last_duration = packet.dts, packet.duration or self._last_duration
        packet.stream = self._stream
        yield packet

    def finish(self) -> Iterator[AnyPacket]:
        return iter(())


class RecodedTrack:
    """Decodes and encodes: for codecs that the container cannot hold."""

    def __init__(self, output: OutputContainer, source: AudioStream, *, encoder: str, shift: Fraction) -> None:
        self._source = source
        self._stream = add_sound(output, source, encoder)
        self._shift = shift
        self.damaged = 0

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        try:
            frames = self._source.codec_context.decode(packet)
        except FFmpegError:
            self.damaged += 1
            return
        for frame in frames:
            yield from self._encode(frame)

    def finish(self) -> Iterator[AnyPacket]:
        try:
            frames = self._source.codec_context.decode(None)
        except FFmpegError:
            frames = []
        for frame in frames:
            yield from self._encode(frame)
        yield from self._stream.encode(None)

    def _encode(self, frame: AudioFrame) -> list[AnyPacket]:
        time_base = frame.time_base or cast("Fraction", self._source.time_base)
        frame.time_base = time_base
        if frame.pts is not None:
            frame.pts += round(self._shift / time_base)
        return self._stream.encode(frame)


class SilentTrack:
    """Silence for as long as the source's sound lasts, in the same codec where there is an encoder for it."""

    def __init__(self, output: OutputContainer, source: AudioStream, *, encoder: str, shift: Fraction) -> None:
        self._stream = add_sound(output, source, encoder)
        self._rate = self._stream.codec_context.sample_rate
        self._shift = shift
        self._next: int | None = None  # sample that comes next, in the output's own time

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        if packet.pts is None or packet.time_base is None:
            return
        start_s = packet.pts * packet.time_base + self._shift
        if self._next is None:
            # Sound before the clip's start is what decoders throw away; silence needs none of it.
            self._next = round(max(start_s, self._shift) * self._rate)
        end = round((start_s + (packet.duration or 0) * packet.time_base) * self._rate)
        yield from self._until(end)

    def finish(self) -> Iterator[AnyPacket]:
        yield from self._stream.encode(None)

    def _until(self, end: int) -> Iterator[AnyPacket]:
        context = self._stream.codec_context
        while self._next is not None and self._next < end:
            samples = min(1024, end - self._next)
            frame = AudioFrame(format=context.format.name, layout=context.layout.name, samples=samples)
            for plane in frame.planes:
                silence = np.zeros(plane.buffer_size, np.uint8)
                plane.update((silence + 128 if context.format.name in {"u8", "u8p"} else silence).tobytes())
            frame.sample_rate = self._rate
            frame.pts, frame.time_base = self._next, Fraction(1, self._rate)
            self._next += samples
            yield from self._stream.encode(frame)


def add_sound(output: OutputContainer, source: AudioStream, encoder: str) -> AudioStream:
    """An encoder with the source's rate and channels, as far as it takes them."""
    codec = av.Codec(encoder, "w")
    wanted = source.codec_context.sample_rate or 48_000
    rate = _nearest_rate(codec, wanted)
    channels = source.codec_context.channels
    layout = source.codec_context.layout.name
    if encoder in {"libmp3lame", "mp2"} and channels > 2:
        layout = "stereo"
    elif "channels" in layout:  # a number of channels without places
        layout = {1: "mono", 2: "stereo", 4: "quad", 6: "5.1", 8: "7.1"}.get(channels, "stereo")
    lossless = encoder.startswith("pcm_") or encoder in {"flac", "alac"}
    stream = cast("AudioStream", output.add_stream(encoder, rate=rate, layout=layout))
    if not lossless:
        stream.codec_context.bit_rate = _BITS_A_CHANNEL * (2 if layout == "stereo" else max(channels, 1))
    describe_like(stream, source)
    return stream


def _nearest_rate(codec: av.Codec, wanted: int) -> int:
    """The rate itself, else the next one above it, which loses nothing."""
    rates = codec.audio_rates
    if not rates or wanted in rates:
        return wanted
    return min((rate for rate in rates if rate > wanted), default=max(rates))


def encoder_for(codec: str, container: Container) -> str:
    """The encoder that makes the same kind of sound, else the container's own choice."""
    name = codec if codec.startswith("pcm_") and codec in av.codecs_available else _ENCODERS.get(codec)
    return name if name and container.takes_audio(codec) else container.audio_fallback


def title_of(encoder: str) -> str:
    return _TITLES.get(encoder, encoder)
