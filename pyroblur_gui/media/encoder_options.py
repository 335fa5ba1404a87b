"""One speed and one quality scale, put into the words of each encoder."""

from typing import Final

from pyroblur_gui.core.system import processor
from pyroblur_gui.media.facts import VideoFacts

PRESETS: Final = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip
MACROBLOCK: Final = 16  # pixels a side, in H.264
# Nearest in speed and quality to x264's presets; beyond 9 SVT-AV1 itself warns of visible faults.
_SVT_SPEED: Final = dict(zip(PRESETS, ("9", "9", "8", "8", "7", "6", "4", "3", "2"), strict=True))
_VP9_SPEED: Final = dict(
    zip(
        PRESETS,
        (
            ("realtime", "8"), ("realtime", "7"), ("realtime", "6"), ("realtime", "5"), ("good", "5"), ("good", "4"),
            ("good", "2"), ("good", "1"), ("good", "0"),
        ),
        strict=True,
    )
)  # fmt: skip
_NVENC_SPEED: Final = dict(zip(PRESETS, ("p1", "p1", "p2", "p3", "p4", "p4", "p5", "p6", "p7"), strict=True))
_AMF_SPEED: Final = dict(zip(PRESETS, ("speed",) * 4 + ("balanced",) * 2 + ("quality",) * 3, strict=True))
_PRORES_PROFILES: Final = {
    "apco": "proxy", "apcs": "lt", "apcn": "standard", "apch": "hq", "ap4h": "4444", "ap4x": "4444xq",
}  # fmt: skip


def encoder_options(
    encoder: str, *, preset: str, crf: int, video: VideoFacts, pixel_format: str, b_frames: bool
) -> dict[str, str]:
    """FFmpeg options. crf counts as x264's: 0 is lossless where the encoder can, 51 is worst."""
    if encoder in {"libx264", "libx264rgb"}:
        return _x264(preset=preset, crf=crf, video=video, b_frames=b_frames)
    if encoder == "libx265":
        return _x265(preset=preset, crf=crf, video=video)
    if encoder == "libvpx-vp9":
        return _vp9(preset=preset, crf=crf, video=video, pixel_format=pixel_format)
    if encoder == "libsvtav1":
        return _svt_av1(preset=preset, crf=crf, video=video)
    if encoder == "prores_ks":
        default = "4444" if "444" in pixel_format else "hq"
        return {"profile": _PRORES_PROFILES.get(video.codec_tag, default)}
    return _hardware(encoder, preset=preset, crf=crf) | ({} if b_frames else {"bf": "0"})


def _x264(*, preset: str, crf: int, video: VideoFacts, b_frames: bool) -> dict[str, str]:
    options = {"preset": preset, **({"qp": "0"} if crf == 0 else {"crf": str(crf)})}
    if not b_frames:
        options["bf"] = "0"
    # Frames that wait for x264's own thread which looks ahead: two are as fast as its default and take 13 MB less at
    # 1080p; none would take 30 MB less, but on two processors a quarter more time. The stream is the same.
    parameters = ["sync-lookahead=2", *_hdr_parameters(video, light="cll")]
    if processor().has_avx512 and _is_unsteady(video):
        parameters.append("asm=AVX2")
    options["x264-params"] = ":".join(parameters)
    return options


def _is_unsteady(video: VideoFacts) -> bool:
    """Whether x264's AVX-512 code makes another stream each time: that of a resumed job must not differ.

    Measured with x264 165: its macroblock tree does, unless rows have a multiple of 8 blocks. AVX2 takes 7 % longer.
    """
    sides = (video.width, video.height) if video.rotation in {90, 270} else (video.width,)
    return any(-(-side // MACROBLOCK) % 8 for side in sides)


def _x265(*, preset: str, crf: int, video: VideoFacts) -> dict[str, str]:
    # info=0: no message with x265's version and settings in the stream. x265 opens its GOPs unless told.
    parameters = ["log-level=none", "info=0", "open-gop=0", *_hdr_parameters(video, light="max-cll")]
    if crf == 0:
        return {"preset": preset, "x265-params": ":".join([*parameters, "lossless=1"])}
    return {"preset": preset, "crf": str(crf), "x265-params": ":".join(parameters)}


def _hdr_parameters(video: VideoFacts, *, light: str) -> list[str]:
    """Mastering display in x264's and x265's units: chromaticity in 0.00002, luminance in 0.0001 cd/m2."""
    parameters = []
    display = video.mastering_display
    if display is not None:
        points = "".join(
            f"{name}({round(x * 50000)},{round(y * 50000)})"
            for name, (x, y) in zip(
                ("G", "B", "R", "WP"), (display.green, display.blue, display.red, display.white), strict=True
            )
        )
        luminance = f"L({round(display.max_luminance * 10000)},{round(display.min_luminance * 10000)})"
        name = "mastering-display" if light == "cll" else "master-display"
        parameters.append(f"{name}={points}{luminance}")
    if video.content_light is not None:
        parameters.append(f"{light}={video.content_light.max_cll},{video.content_light.max_fall}")
    return parameters


def _vp9(*, preset: str, crf: int, video: VideoFacts, pixel_format: str) -> dict[str, str]:
    deadline, speed = _VP9_SPEED[preset]
    columns = sum(video.width >= width for width in (512, 1024, 2048, 4096))
    options = {
        "deadline": deadline, "cpu-used": speed, "b": "0", "row-mt": "1", "tile-columns": str(columns),
        **({"lossless": "1"} if crf == 0 else {"crf": str(_to_63(crf))}),
    }  # fmt: skip
    if pixel_format.startswith("yuva"):
        options["auto-alt-ref"] = "0"  # libvpx's alpha stream has no hidden frames to go with the picture's
    return options


def _svt_av1(*, preset: str, crf: int, video: VideoFacts) -> dict[str, str]:
    parameters = []
    display = video.mastering_display
    if display is not None:
        points = "".join(
            f"{name}({float(x):.5f},{float(y):.5f})"
            for name, (x, y) in zip(
                ("G", "B", "R", "WP"), (display.green, display.blue, display.red, display.white), strict=True
            )
        )
        light = f"L({float(display.max_luminance):.4f},{float(display.min_luminance):.4f})"
        parameters.append(f"mastering-display={points}{light}")
    if video.content_light is not None:
        parameters.append(f"content-light={video.content_light.max_cll},{video.content_light.max_fall}")
    if crf == 0:
        parameters.append("lossless=1")
    options = {"preset": _SVT_SPEED[preset], "crf": str(_to_63(crf))}
    if parameters:
        options["svtav1-params"] = ":".join(parameters)
    return options


def _to_63(crf: int) -> int:
    """x264's 0..51 on the 0..63 of VP9 and AV1: 20 becomes 25."""
    return round(crf * 63 / 51)


def _hardware(encoder: str, *, preset: str, crf: int) -> dict[str, str]:
    """Constant quality in the words of each maker's interface."""
    quality = str(max(crf, 1))
    if encoder.endswith("_nvenc"):
        return {"preset": _NVENC_SPEED[preset], "rc": "vbr", "cq": quality, "b": "0"}
    if encoder.endswith("_qsv"):
        return {"preset": preset if preset in PRESETS[2:] else "veryfast", "global_quality": quality}
    if encoder.endswith("_amf"):
        return {"quality": _AMF_SPEED[preset], "rc": "cqp", "qp_i": quality, "qp_p": quality}
    if encoder.endswith("_vaapi"):
        return {"rc_mode": "CQP", "global_quality": quality}
    if encoder.endswith("_videotoolbox"):
        # VideoToolbox counts from 1 (worst) to 100; FFmpeg hands it over in units of 1/118.
        return {"flags": "+qscale", "global_quality": str(round((100 - crf * 1.6) * 118))}
    return {}
