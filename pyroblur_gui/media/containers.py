"""What each container can hold, so that nothing is lost without being said."""

from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Final

import av

from pyroblur_gui.core.errors import UnsupportedMediaError
from pyroblur_gui.media.facts import MediaFacts


@dataclass(frozen=True, slots=True)
class Container:
    """A container that clips are written to. Codec names are FFmpeg's; an empty `audio` asks the muxer itself."""

    suffix: str
    muxer: str
    title: str
    video: frozenset[str]
    audio: frozenset[str]
    audio_fallback: str  # encoder for sound that it cannot hold
    subtitles: frozenset[str] = frozenset()
    text_subtitle: str = ""  # encoder for text subtitles of other kinds; "" has none
    holds_orientation: bool = True
    holds_any_time: bool = True  # False: frames lie on a fixed grid
    holds_fonts: bool = False
    options: dict[str, str] = field(default_factory=dict)

    def takes_audio(self, codec: str) -> bool:
        return codec in (self.audio or _supported(self.muxer))


_MODERN = frozenset({"h264", "hevc", "vp9", "av1"})
_MP4_AUDIO = frozenset({"aac", "mp3", "mp2", "ac3", "eac3", "opus", "flac", "alac", "dts"})
_MOV_AUDIO = frozenset(
    {
        "aac", "mp3", "mp2", "ac3", "eac3", "alac", "amr_nb", "amr_wb", "pcm_s16le", "pcm_s16be", "pcm_s24le",
        "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw",
    }
)  # fmt: skip
_MKV_SUBTITLES = frozenset(
    {"subrip", "ass", "ssa", "webvtt", "text", "dvd_subtitle", "dvb_subtitle", "hdmv_pgs_subtitle"}
)
# The index stands in front, so that a browser can play while it loads.
_FRONT: Final = {"movflags": "+faststart"}

_MP4 = Container(
    suffix=".mp4", muxer="mp4", title="MP4", video=_MODERN | {"mpeg4"}, audio=_MP4_AUDIO, audio_fallback="aac",
    subtitles=frozenset({"mov_text", "dvd_subtitle"}), text_subtitle="mov_text", options=_FRONT,
)  # fmt: skip
_MOV = Container(
    suffix=".mov", muxer="mov", title="MOV", video=_MODERN | {"prores", "mjpeg", "mpeg4"}, audio=_MOV_AUDIO,
    audio_fallback="aac", subtitles=frozenset({"mov_text"}), text_subtitle="mov_text", options=_FRONT,
)  # fmt: skip
_MKV = Container(
    suffix=".mkv", muxer="matroska", title="MKV", video=_MODERN | {"prores", "mjpeg", "mpeg4", "ffv1", "vp8"},
    audio=frozenset(), audio_fallback="aac", subtitles=_MKV_SUBTITLES, text_subtitle="subrip", holds_fonts=True,
)  # fmt: skip
_WEBM = Container(
    suffix=".webm", muxer="webm", title="WebM", video=frozenset({"vp8", "vp9", "av1"}),
    audio=frozenset({"opus", "vorbis"}), audio_fallback="libopus", subtitles=frozenset({"webvtt"}),
    text_subtitle="webvtt",
)  # fmt: skip
_AVI = Container(
    suffix=".avi", muxer="avi", title="AVI", video=frozenset({"h264", "mpeg4", "mjpeg"}),
    audio=frozenset({"mp3", "mp2", "aac", "ac3", "dts", "pcm_s16le", "pcm_s24le", "pcm_u8", "adpcm_ms", "pcm_mulaw",
                     "pcm_alaw", "adpcm_ima_wav"}),
    audio_fallback="libmp3lame", holds_orientation=False, holds_any_time=False,
    # Sound that begins before 0 would move the picture by part of a frame: an empty one then follows the first.
    options={"avoid_negative_ts": "disabled"},
)  # fmt: skip
_TS = Container(
    suffix=".ts", muxer="mpegts", title="MPEG-TS", video=frozenset({"h264", "hevc"}),
    audio=frozenset({"aac", "mp2", "mp3", "ac3", "eac3", "dts"}), audio_fallback="aac",
    subtitles=frozenset({"dvb_subtitle"}), holds_orientation=False, options={"mpegts_copyts": "1"},
)  # fmt: skip

_BY_SUFFIX: Final = {
    ".mp4": _MP4, ".m4v": _MP4, ".mov": _MOV, ".qt": _MOV, ".mkv": _MKV, ".webm": _WEBM, ".avi": _AVI, ".ts": _TS,
}  # fmt: skip
# What sources in other containers become: MP4 plays everywhere, MKV holds what MP4 cannot.
_BY_CONTAINER: Final = {
    "mov": ".mov", "mkv": ".mkv", "webm": ".webm", "avi": ".avi", "ts": ".ts", "ogv": ".mkv", "mxf": ".mov",
}  # fmt: skip


def container_of(suffix: str) -> Container:
    """Raises UnsupportedMediaError for a suffix that is no container which can be written."""
    found = _BY_SUFFIX.get(suffix.lower())
    if found is None:
        raise UnsupportedMediaError(
            f"Clips cannot be written as {suffix or 'a file without an ending'}.",
            hint="Name the output .mp4, .mov, .mkv, .webm, .avi or .ts.",
        )
    return found


def output_suffix(facts: MediaFacts) -> str:
    """Suffix (".mp4") of the container that the output gets when the user names none: the source's where it can be."""
    suffix = facts.path.suffix.lower()
    if suffix in _BY_SUFFIX:
        return suffix
    known = _BY_CONTAINER.get(facts.container)
    if known and facts.path.suffix.lower() not in {".mts", ".m2ts"}:
        return known
    copied = all(_MP4.takes_audio(sound.codec) for sound in facts.audio)
    subtitles = all(text.is_text for text in facts.subtitles)
    return ".mp4" if copied and subtitles else ".mkv"


@cache
def _supported(muxer: str) -> frozenset[str]:
    """Names of the codecs, not of the encoders and decoders that FFmpeg has for them."""
    with av.open(BytesIO(), "w", format=muxer) as container:
        names = container.supported_codecs
    return frozenset(_canonical(name) for name in names)


def _canonical(name: str) -> str:
    try:
        return av.Codec(name, "r").canonical_name
    except ValueError:
        return av.Codec(name, "w").canonical_name
