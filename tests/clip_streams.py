"""The streams beside the picture of a test clip: sound, subtitles, positions, covers, fonts."""

from collections.abc import Sequence
from fractions import Fraction

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.packet import Packet
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import SubtitleSet
from numpy.typing import NDArray

# Planted where cameras put what must not survive: tests look for these bytes in outputs.
GPS = "+48.8583+002.2945/"
GPS_PACKET = b"GPS5 48.858370 2.294481 35.0"
SERIAL = "C3441325678901"
COVER_SIZE = (64, 64)
SECRETS = (GPS.encode(), b"48.858370", SERIAL.encode())

_ASS_HEADER = b"\r\n".join(
    (
        b"[Script Info]", b"ScriptType: v4.00+", b"", b"[V4+ Styles]",
        b"Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
        b"Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
        b"MarginR, MarginV, Encoding",
        b"Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0",
        b"", b"[Events]", b"Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text", b"",
    )
)  # fmt: skip


class Extras:
    """The streams beside the picture."""

    def __init__(
        self,
        output: av.container.OutputContainer,
        suffix: str,
        *,
        audio: Sequence[str],
        subtitles: Sequence[str],
        gps: bool,
        cover: NDArray[np.uint8] | None,
        font: bool,
    ) -> None:
        languages = ("eng", "fra", "deu")
        self._output = output
        self._sounds = [add_sound(output, name, language) for name, language in zip(audio, languages, strict=False)]
        self._texts = [_add_text(output, name, language) for name, language in zip(subtitles, languages, strict=False)]
        self._positions = output.add_data_stream("klv" if suffix == ".ts" else "bin_data") if gps else None
        if self._positions is not None:
            self._positions.time_base = Fraction(1, 1000)
            output.metadata.update({"location": GPS, "comment": f"serial {SERIAL}", "com.example.serial": SERIAL})
        attached = suffix == ".mkv"
        self._picture = cover
        self._cover = add_cover(output, COVER_SIZE) if cover is not None and not attached else None
        if cover is not None and attached:
            output.add_attachment("cover.jpg", "image/jpeg", bytes(cv2.imencode(".jpg", cover)[1]))
        if font:
            output.add_attachment("sans.ttf", "font/ttf", b"\x00\x01\x00\x00 a font")

    def begin(self) -> None:
        if self._cover is not None and self._picture is not None:
            self._output.mux(cover_packets(self._cover, self._picture))

    def beside(self, number: int, *, time_s: float) -> None:
        if self._positions is None:
            return
        packet = Packet(GPS_PACKET + b" %d" % number)
        packet.stream, packet.time_base, packet.duration = self._positions, Fraction(1, 1000), 40
        packet.pts = packet.dts = round(time_s * 1000)
        self._output.mux(packet)

    def finish(self, *, start_s: float, end_s: float) -> None:
        for number, sound in enumerate(self._sounds):
            write_sound(self._output, sound, start_s=start_s, end_s=end_s, tone=220 * (number + 1))
        for text in self._texts:
            _write_text(self._output, text, end_s)


def add_sound(output: av.container.OutputContainer, codec: str, language: str) -> av.AudioStream:
    stream = output.add_stream(codec, rate=48000, layout="stereo" if language != "fra" else "mono")
    stream.metadata["language"] = language
    stream.metadata["title"] = f"recorded by {SERIAL}"
    if language == "eng":
        stream.disposition = Disposition.default
    return stream


def write_sound(
    output: av.container.OutputContainer, stream: av.AudioStream, *, start_s: float, end_s: float, tone: float
) -> None:
    rate, channels = 48000, stream.codec_context.channels
    total = round((end_s - start_s) * rate)
    wave = 0.3 * np.sin(2 * np.pi * tone * np.arange(total) / rate)
    for first in range(0, total, 960):
        part = wave[first : first + 960]
        packed = np.repeat((part * 32767).astype(np.int16), channels)[None, :]
        frame = AudioFrame.from_ndarray(packed, format="s16", layout="stereo" if channels == 2 else "mono")
        frame.sample_rate = rate
        frame.pts, frame.time_base = round(start_s * rate) + first, Fraction(1, rate)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _add_text(output: av.container.OutputContainer, codec: str, language: str) -> SubtitleStream:
    stream = output.add_stream(codec)
    stream.codec_context.subtitle_header = _ASS_HEADER
    stream.metadata["language"] = language
    return stream


def _write_text(output: av.container.OutputContainer, stream: SubtitleStream, length_s: float) -> None:
    for number, start_s in enumerate(np.arange(0.1, length_s - 0.1, 0.4)):
        line = f"{number},0,Default,,0,0,0,,Line {number}".encode()
        packet = stream.codec_context.encode_subtitle(SubtitleSet.create(text=line, start=0, end=300))
        packet.stream, packet.time_base = stream, Fraction(1, 1000)
        packet.pts = packet.dts = round(float(start_s) * 1000)
        packet.duration = 300
        output.mux(packet)


def add_cover(output: av.container.OutputContainer, size: tuple[int, int]) -> av.VideoStream:
    cover = output.add_stream("mjpeg", rate=1, width=size[0], height=size[1])
    cover.pix_fmt = "yuvj420p"
    cover.disposition = Disposition.attached_pic
    return cover


def cover_packets(cover: av.VideoStream, bgr: NDArray[np.uint8]) -> list[Packet]:
    frame = av.VideoFrame.from_ndarray(bgr, "bgr24").reformat(format="yuvj420p")
    frame.pts = 0
    return [*cover.encode(frame), *cover.encode(None)]
