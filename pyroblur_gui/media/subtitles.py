"""Text subtitles in the form that a container holds them in."""

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

from av.container import OutputContainer
from av.subtitles.stream import SubtitleStream

from pyroblur_gui.media.failures import FFmpegError
from pyroblur_gui.media.sound import describe_like
from pyroblur_gui.media.source import AnyPacket


class ConvertedSubtitles:
    """Decodes text subtitles to FFmpeg's common form (ASS lines) and encodes them for the container."""

    def __init__(self, output: OutputContainer, source: SubtitleStream, *, encoder: str, shift: Fraction) -> None:
        self._decoder = source.codec_context
        self._decoder.open(strict=False)
        self._stream = cast("SubtitleStream", output.add_stream(encoder))
        # The encoder takes fonts and styles from the decoder's header and does not open without one.
        self._stream.codec_context.subtitle_header = self._decoder.subtitle_header
        describe_like(self._stream, source)
        self._time_base = cast("Fraction", source.time_base)
        self._shift = round(shift / self._time_base)

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        if packet.pts is None or not packet.size:
            return
        try:
            decoded = self._decoder.decode2(packet)
            if decoded is None or not len(decoded):
                return
            encoded = self._stream.codec_context.encode_subtitle(decoded)
        except FFmpegError:
            return  # an entry that cannot be read is left out, the others stay
        encoded.stream = self._stream
        encoded.time_base = self._time_base
        encoded.pts = encoded.dts = packet.pts + self._shift
        encoded.duration = packet.duration
        yield encoded

    def finish(self) -> Iterator[AnyPacket]:
        return iter(())
