"""Decides how a clip is encoded: what the container can hold, what is kept, and what is said about the rest."""

import os
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final, cast

import av
from av.codec.codec import PixFmtLoss, find_best_pix_fmt_of_list
from av.codec.hwaccel import HWAccel
from av.video.codeccontext import VideoCodecContext

from pyroblur_gui.core.errors import MissingExtraError, SettingsError
from pyroblur_gui.media import colour
from pyroblur_gui.media.containers import Container, container_of, output_suffix
from pyroblur_gui.media.encoder_options import PRESETS, encoder_options
from pyroblur_gui.media.facts import MediaFacts, VideoFacts
from pyroblur_gui.media.failures import FFmpegError
from pyroblur_gui.media.orientation import Orientation
from pyroblur_gui.media.planes import conversion_loss, editable_format, layout_of

__all__ = ["ColourTags", "EncoderPlan", "hardware_of", "output_suffix", "plan_encoding"]

_CODECS: Final = {
    "libx264": "h264", "libx264rgb": "h264", "libx265": "hevc", "libvpx-vp9": "vp9", "libsvtav1": "av1",
    "prores_ks": "prores",
}  # fmt: skip
_HARDWARE: Final = ("_nvenc", "_qsv", "_vaapi", "_videotoolbox", "_amf", "_mf", "_v4l2m2m")
_TITLES: Final = {"h264": "H.264", "hevc": "H.265", "vp9": "VP9", "av1": "AV1", "prores": "ProRes"}
_SVT_LOG = "SVT_LOG"  # SVT-AV1 prints to the terminal unless this says errors only


@dataclass(frozen=True, slots=True)
class ColourTags:
    """What the output says about its colour, in FFmpeg's names."""

    color_range: str
    primaries: str
    trc: str
    space: str


@dataclass(frozen=True, slots=True)
class EncoderPlan:
    """How to encode. `notes`: what will differ from the source and why, one sentence each."""

    encoder: str  # FFmpeg's name
    codec: str
    pixel_format: str
    width: int  # as encoded; may be 1 more than the source where 4:2:0 needs an even size
    height: int
    options: dict[str, str]
    codec_tag: str  # "" for the container's default
    colour: ColourTags
    turn: Orientation  # done to the samples, where the container cannot tell how to show them
    flatten: bool  # transparency is shown over black
    scale: bool  # scaled to `width` x `height`, to square pixels
    notes: tuple[str, ...] = ()


def plan_encoding(
    facts: MediaFacts, *, container_suffix: str, encoder: str = "auto", preset: str = "veryfast", crf: int = 20
) -> EncoderPlan:
    """Raises SettingsError for an unknown encoder or preset, MissingExtraError for an encoder that does not work here,
    UnsupportedMediaError for a suffix that is no container.
    """
    video = facts.video
    if video is None:
        raise ValueError("a photo is not encoded as a clip")
    if preset not in PRESETS:
        raise SettingsError(f"There is no encoder speed called {preset}.", hint=f"Choose one of {', '.join(PRESETS)}.")
    container = container_of(container_suffix)
    notes: list[str] = _source_notes(facts, container)
    name = _pick_encoder(video, container, asked=encoder, crf=crf, notes=notes)
    codec = _codec_of(name)
    pixel_format, flatten = _pick_format(video, container, name, notes)
    turn = Orientation()
    if not container.holds_orientation and (video.rotation or video.mirrored):
        turn = Orientation(rotation=video.rotation, mirrored=video.mirrored)
        notes.append(f"{container.title} cannot say how a clip is turned: the frames themselves are turned upright.")
    square = _squared(video, container, codec, notes)
    width, height = _even_size(*turn.upright_size(*(square or (video.width, video.height))), pixel_format, name, notes)
    return EncoderPlan(
        encoder=name,
        codec=codec,
        pixel_format=pixel_format,
        width=width,
        height=height,
        options=encoder_options(
            name, preset=preset, crf=crf, video=video, pixel_format=pixel_format, b_frames=container.holds_any_time
        ),
        codec_tag="hvc1" if codec == "hevc" and container.muxer in {"mp4", "mov"} else "",
        colour=_colour_tags(video, pixel_format, padded=height != turn.upright_size(video.width, video.height)[1]),
        turn=turn,
        flatten=flatten,
        scale=square is not None,
        notes=tuple(notes),
    )


def hardware_of(encoder: str) -> HWAccel | None:
    """The device that an encoder takes its frames from, where it does not upload them itself."""
    return HWAccel("vaapi") if encoder.endswith("_vaapi") else None


# -- encoder


def _pick_encoder(video: VideoFacts, container: Container, *, asked: str, crf: int, notes: list[str]) -> str:
    automatic = _automatic_encoder(video, container, crf=crf)
    if asked in {"auto", automatic}:
        _say_automatic(automatic, video, container, notes)
        return automatic
    _require(asked)
    codec = _codec_of(asked)
    if codec not in container.video:
        notes.append(
            f"{container.title} cannot hold {_title(asked)}: the clip is encoded as {_title(automatic)} instead."
        )
        return automatic
    return asked


def _automatic_encoder(video: VideoFacts, container: Container, *, crf: int) -> str:
    """libx264 wherever it loses nothing that shows; else what keeps bit depth, transparency or the editing codec."""
    layout = layout_of(editable_format(video.pixel_format, has_alpha=video.has_alpha))
    deep = video.bit_depth > 8 or video.is_hdr
    if container.muxer == "webm":
        subsampled = layout is not None and len(layout.channels) >= 3 and layout.channels[1].step_y == 2
        large = min(video.width, video.height) >= 4
        wants_av1 = (video.codec == "av1" or deep) and subsampled and large and not video.has_alpha
        return "libsvtav1" if wants_av1 else "libvpx-vp9"
    if container.muxer == "mov" and (video.codec == "prores" or video.has_alpha):
        return "prores_ks"
    if container.muxer == "matroska" and video.has_alpha:
        return "libvpx-vp9"
    # x265 takes nothing below 16 pixels; 10-bit H.264 is what AVI can hold, and what interlaced material needs.
    small = min(video.width, video.height) < 16
    if deep and "hevc" in container.video and not small and not (video.interlaced and video.bit_depth <= 10):
        return "libx265"
    is_rgb = layout is not None and layout.channels[0].kind == "rgb"
    return "libx264rgb" if is_rgb and crf == 0 and video.bit_depth == 8 else "libx264"


def _say_automatic(name: str, video: VideoFacts, container: Container, notes: list[str]) -> None:
    if video.codec in _TITLES and video.codec not in container.video:
        source = _TITLES[video.codec]
        notes.append(f"{container.title} cannot hold {source}: the clip is encoded as {_title(name)}.")
    if name == "libx265" and not video.is_hdr:
        notes.append(f"Encoded as H.265: few players take {video.bit_depth} bits a sample as H.264.")
    elif name == "libx265":
        notes.append("Encoded as H.265, which keeps the high dynamic range.")
    elif name == "libsvtav1" and video.codec != "av1":
        notes.append(f"Encoded as AV1, which keeps the {video.bit_depth} bits a sample.")
    elif name == "prores_ks" and video.codec != "prores":
        notes.append("Encoded as ProRes 4444, which keeps the transparency.")
    elif name == "libvpx-vp9" and container.muxer == "matroska":
        notes.append("Encoded as VP9, which keeps the transparency.")
    if name == "prores_ks":
        notes.append("ProRes has a fixed quality: the quality and speed settings do not apply.")


def _require(name: str) -> None:
    """Raises SettingsError for a name that FFmpeg does not know, MissingExtraError where it cannot be opened."""
    if name not in _CODECS and not name.endswith(_HARDWARE):
        raise SettingsError(
            f"There is no encoder called {name}.",
            hint=f"Choose auto, {', '.join(_CODECS)}, or a hardware encoder such as h264_nvenc.",
        )
    reason = _why_closed(name)
    if reason:
        raise MissingExtraError(
            f"The encoder {name} does not work on this computer: {reason}.",
            hint="Choose auto, or install the driver of the graphics card that it belongs to.",
        )


@cache
def _why_closed(name: str) -> str:
    """Opens the encoder for real, as drivers promise more than they do; "" when it works."""
    os.environ.setdefault(_SVT_LOG, "1")
    try:
        codec = av.Codec(name, "w")
        formats = [form.name for form in codec.video_formats or () if form.components]
        context = cast("VideoCodecContext", av.CodecContext.create(name, "w", hwaccel=hardware_of(name)))
        context.width, context.height, context.framerate = 640, 360, Fraction(25)
        context.pix_fmt = "nv12" if "nv12" in formats else formats[0] if formats else "yuv420p"
        context.open()
    except (FFmpegError, OSError, ValueError, RuntimeError) as error:
        return getattr(error, "strerror", None) or str(error)
    return ""


def _codec_of(encoder: str) -> str:
    return _CODECS.get(encoder) or encoder.split("_", maxsplit=1)[0]


def _title(encoder: str) -> str:
    return _TITLES.get(_codec_of(encoder), encoder)


# -- pixel format and size


def _pick_format(video: VideoFacts, container: Container, encoder: str, notes: list[str]) -> tuple[str, bool]:
    """(pixel format, whether transparency is flattened)."""
    os.environ.setdefault(_SVT_LOG, "1")
    source = editable_format(video.pixel_format, has_alpha=video.has_alpha)
    supported = _formats_of(encoder)
    keeps_alpha = video.has_alpha and _holds_alpha(container, encoder)
    flatten = video.has_alpha and not keeps_alpha
    if flatten:
        notes.append(
            f"{_title(encoder)} in {container.title} cannot hold transparency: the clip is shown over black. "
            "Choose MOV or WebM to keep it."
        )
    if not video.has_alpha:
        supported = tuple(name for name in supported if not name.startswith(("yuva", "gbrap")))
    if source in supported and not source.startswith("gray"):
        return source, flatten
    grey = _grey_as_yuv(source, supported)
    if grey:
        notes.extend(_loss_notes(video, source, grey, _depth_loss(source, grey)))
        return grey, flatten
    wanted = _without_alpha(source) if flatten else source.replace("yuvj", "yuv")
    if wanted in supported:
        return wanted, flatten
    best, loss = find_best_pix_fmt_of_list(supported, wanted, keeps_alpha)
    chosen = best.name if best is not None else "yuv420p"
    loss |= conversion_loss(video.pixel_format, has_alpha=video.has_alpha)
    notes.extend(_loss_notes(video, source, chosen, loss))
    return chosen, flatten


def _formats_of(encoder: str) -> tuple[str, ...]:
    """What the encoder takes and this program can prepare: no formats of devices, none in other byte orders."""
    if encoder == "libx264rgb":
        return ("rgb24",)
    formats = [form.name for form in av.Codec(encoder, "w").video_formats or ()]
    if encoder == "libvpx-vp9":  # it lists more kinds with transparency than it opens
        formats = [name for name in formats if not name.startswith(("yuva", "gbrap"))] + ["yuva420p"]
    usable = [name for name in formats if layout_of(name) is not None or name in {"nv12", "p010le", "rgb24", "p210le"}]
    return tuple(usable) or ("yuv420p",)


def _holds_alpha(container: Container, encoder: str) -> bool:
    return (encoder == "prores_ks" and container.muxer in {"mov", "matroska"}) or (
        encoder == "libvpx-vp9" and container.muxer in {"webm", "matroska"}
    )


def _grey_as_yuv(source: str, supported: tuple[str, ...]) -> str:
    """Grey clips get colour planes without colour: decoders of phones and televisions know no grey H.264."""
    if not source.startswith("gray"):
        return ""
    layout = layout_of(source)
    bits = layout.bits if layout is not None else 8
    candidates = [f"yuv420p{depth}" for depth in ("", "10le", "12le")]
    depths = {"yuv420p": 8, "yuv420p10le": 10, "yuv420p12le": 12}
    usable = [name for name in candidates if name in supported]
    return next((name for name in usable if depths[name] >= bits), usable[-1] if usable else "")


def _depth_loss(source: str, chosen: str) -> PixFmtLoss:
    before, after = layout_of(source), layout_of(chosen)
    shallower = before is not None and after is not None and after.bits < before.bits
    return PixFmtLoss.DEPTH if shallower else PixFmtLoss.NONE


def _without_alpha(name: str) -> str:
    return name.replace("yuva", "yuv").replace("gbrap", "gbrp")


def _loss_notes(video: VideoFacts, source: str, chosen: str, loss: PixFmtLoss) -> list[str]:
    notes = []
    if loss & PixFmtLoss.COLORSPACE and source.startswith("gbr"):
        notes.append(
            "The clip's RGB samples are encoded as YUV 4:4:4: no detail is lost, but some devices only play 4:2:0."
            if "444" in chosen
            else "The clip's RGB samples are encoded as YUV with less colour detail."
        )
    if loss & PixFmtLoss.DEPTH and video.bit_depth > 8:
        layout = layout_of(chosen)
        notes.append(f"Samples of {video.bit_depth} bits are encoded with {layout.bits if layout is not None else 8}.")
    if loss & (PixFmtLoss.RESOLUTION | PixFmtLoss.CHROMA) and not source.startswith("gbr"):
        notes.append(f"Colour detail is reduced from {source} to {chosen}, which is what the encoder takes.")
    return notes


def _squared(video: VideoFacts, container: Container, codec: str, notes: list[str]) -> tuple[int, int] | None:
    """The size with square pixels, where nothing in the output could say that they are not.

    H.264 and H.265 say it themselves and MP4 says it for any codec; VP9 and AV1 in Matroska and WebM would need a field
    that PyAV cannot set. The shorter side grows, so that no detail is lost.
    """
    aspect = video.sample_aspect_ratio
    if aspect is None or container.muxer not in {"matroska", "webm"} or codec in {"h264", "hevc"}:
        return None
    size = (round(video.width * aspect), video.height) if aspect > 1 else (video.width, round(video.height / aspect))
    notes.append(
        f"Pixels that are not square cannot be noted in {container.title} here: the picture is scaled from "
        f"{video.width} x {video.height} to {size[0]} x {size[1]} square ones."
    )
    return size


def _even_size(width: int, height: int, pixel_format: str, encoder: str, notes: list[str]) -> tuple[int, int]:
    """H.264 and H.265 count subsampled pictures in pairs; VP9, AV1 and ProRes hold any size."""
    if encoder in {"libvpx-vp9", "libsvtav1", "prores_ks"}:
        return width, height
    layout = layout_of(pixel_format)
    chroma = layout.channels[1] if layout is not None and layout.is_yuv else None
    step_x, step_y = (chroma.step_x, chroma.step_y) if chroma is not None else (1, 1)
    if layout is None and pixel_format != "rgb24":
        step_x = step_y = 2
    even = (width + -width % step_x, height + -height % step_y)
    if even != (width, height):
        notes.append(
            f"{_title(encoder)} holds even sizes only: the last row or column is repeated once "
            f"({width} x {height} becomes {even[0]} x {even[1]}). WebM keeps the exact size."
        )
    return even


# -- colour


def _colour_tags(video: VideoFacts, pixel_format: str, *, padded: bool) -> ColourTags:
    source = editable_format(video.pixel_format, has_alpha=video.has_alpha)
    if source.startswith("gbr") and pixel_format.startswith("yuv"):
        return ColourTags(
            color_range="tv",
            primaries=video.color_primaries if video.color_primaries != colour.UNKNOWN else "bt709",
            trc=video.color_trc if video.color_trc != colour.UNKNOWN else "iec61966-2-1",
            space="bt709",
        )
    color_range = video.color_range
    if color_range == colour.UNKNOWN and (source.startswith(("gray", "yuvj"))):
        color_range = "pc"
    space = video.color_space
    if padded and space == colour.UNKNOWN and pixel_format.startswith("yuv"):
        space = colour.matrix_name(space, height=video.height)  # one line more must not change what players assume
    if pixel_format.startswith("yuv") and space == "gbr":
        space = colour.UNKNOWN
    return ColourTags(color_range=color_range, primaries=video.color_primaries, trc=video.color_trc, space=space)


def _source_notes(facts: MediaFacts, container: Container) -> list[str]:
    notes = []
    video = facts.video
    suffix = facts.path.suffix.lower()
    if output_suffix(facts) != suffix and container.suffix == output_suffix(facts):
        notes.append(f"{suffix or 'Files without an ending'} cannot be written: the output is {container.title}.")
    if not container.holds_any_time and facts.container != "avi":
        notes.append(f"{container.title} shows every frame equally long: uneven times are rounded to its grid.")
    if video is not None and video.profile.lower().startswith("dolby"):
        notes.append("Dolby Vision's own layer is left out; the HDR picture beneath it stays.")
    return notes
