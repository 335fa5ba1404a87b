"""What a clip is encoded as: nothing visible is lost, and what differs is said."""

from fractions import Fraction
from pathlib import Path

import av
import clips
import pytest
from clips import make_clip, make_hdr_clip

from pyroblur_gui.core.errors import MissingExtraError, SettingsError, UnsupportedMediaError
from pyroblur_gui.media.encoder import EncoderPlan, output_suffix, plan_encoding
from pyroblur_gui.media.encoder_options import PRESETS
from pyroblur_gui.media.probe import probe

SMALL = {"width": 64, "height": 48, "frames": 2}


def _plan(path: Path, suffix: str, **more: object) -> EncoderPlan:
    return plan_encoding(probe(path), container_suffix=suffix, **more)  # type: ignore[arg-type]


SOURCES = {
    "plain": ("a.mp4", {}),
    "10 bits": ("a.mp4", {"codec": "libx265", "pixel_format": "yuv420p10le"}),
    "4:2:2": ("a.mp4", {"pixel_format": "yuv422p"}),
    "rgb": ("a.mkv", {"codec": "ffv1", "pixel_format": "bgr0"}),
    "grey": ("a.mkv", {"codec": "ffv1", "pixel_format": "gray"}),
    "jpeg": ("a.mov", {"codec": "mjpeg", "pixel_format": "yuvj420p"}),
    "vp9": ("a.webm", {}),
    "av1": ("a.webm", {"codec": "libsvtav1"}),
    "odd": ("a.webm", {"width": 65, "height": 49}),
    "alpha": ("a.mov", {"codec": "prores_ks", "pixel_format": "yuva444p10le", "alpha": True}),
    "vp9 alpha": ("a.webm", {"pixel_format": "yuva420p", "alpha": True, "options": {"auto-alt-ref": "0"}}),
    "prores": ("a.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le"}),
    "interlaced": ("a.mp4", {"interlaced": True}),
    "4:1:1": ("a.mkv", {"codec": "ffv1", "pixel_format": "yuv411p"}),
    "16-bit grey": ("a.mkv", {"codec": "ffv1", "pixel_format": "gray16le"}),
}


def _source(tmp_path: Path, kind: str) -> Path:
    name, more = SOURCES[kind]
    return make_clip(tmp_path / name, **{**SMALL, **more})


@pytest.mark.parametrize(
    "case",
    [
        ("plain", ".mp4", "libx264", "yuv420p", (64, 48), ""),
        ("plain", ".avi", "libx264", "yuv420p", (64, 48), "grid"),
        ("plain", ".webm", "libvpx-vp9", "yuv420p", (64, 48), "WebM cannot hold H.264: the clip is encoded as VP9."),
        ("10 bits", ".mp4", "libx265", "yuv420p10le", (64, 48), "10 bits"),
        ("10 bits", ".avi", "libx264", "yuv420p10le", (64, 48), "grid"),
        ("10 bits", ".webm", "libsvtav1", "yuv420p10le", (64, 48), "AV1"),
        ("4:2:2", ".mp4", "libx264", "yuv422p", (64, 48), ""),
        ("rgb", ".mp4", "libx264", "yuv444p", (64, 48), "RGB"),
        ("rgb", ".webm", "libvpx-vp9", "gbrp", (64, 48), ""),
        ("grey", ".mp4", "libx264", "yuv420p", (64, 48), ""),
        ("jpeg", ".mov", "libx264", "yuvj420p", (64, 48), ""),
        ("vp9", ".webm", "libvpx-vp9", "yuv420p", (64, 48), ""),
        ("av1", ".webm", "libsvtav1", "yuv420p", (64, 48), ""),
        ("av1", ".mp4", "libx264", "yuv420p", (64, 48), ""),
        ("odd", ".webm", "libvpx-vp9", "yuv420p", (65, 49), ""),
        ("odd", ".mp4", "libx264", "yuv420p", (66, 50), "repeated"),
        ("alpha", ".mov", "prores_ks", "yuva444p10le", (64, 48), "ProRes"),
        ("alpha", ".mkv", "libvpx-vp9", "yuva420p", (64, 48), "VP9"),
        ("alpha", ".mp4", "libx265", "yuv444p12le", (64, 48), "over black"),
        ("vp9 alpha", ".webm", "libvpx-vp9", "yuva420p", (64, 48), ""),
        ("vp9 alpha", ".mov", "prores_ks", "yuva444p10le", (64, 48), "ProRes 4444"),
        ("prores", ".mov", "prores_ks", "yuv422p10le", (64, 48), "fixed quality"),
        ("prores", ".mp4", "libx265", "yuv422p10le", (64, 48), "H.265"),
        ("interlaced", ".mp4", "libx264", "yuv420p", (64, 48), ""),
        ("4:1:1", ".mkv", "libx264", "yuv422p", (64, 48), ""),
        ("16-bit grey", ".mkv", "libx265", "yuv420p12le", (64, 48), "encoded with 12"),
    ],
)
def test_automatic_choice(tmp_path: Path, case: tuple[str, str, str, str, tuple[int, int], str]) -> None:
    kind, suffix, encoder, pixel_format, size, said = case
    plan = _plan(_source(tmp_path, kind), suffix)
    assert (plan.encoder, plan.pixel_format, (plan.width, plan.height)) == (encoder, pixel_format, size)
    assert said in " ".join(plan.notes)
    if not said:
        assert plan.notes == ()


def test_h264_in_webm_becomes_vp9_and_is_said(tmp_path: Path) -> None:
    plan = _plan(_source(tmp_path, "plain"), ".webm", encoder="libx264")
    assert plan.encoder == "libvpx-vp9"
    assert "WebM cannot hold H.264" in plan.notes[0]


@pytest.mark.parametrize(
    ("encoder", "tag"), [("libx265", "hvc1"), ("libsvtav1", ""), ("libvpx-vp9", ""), ("libx264", "")]
)
def test_encoders_by_name(tmp_path: Path, encoder: str, tag: str) -> None:
    plan = _plan(_source(tmp_path, "plain"), ".mp4", encoder=encoder)
    assert (plan.encoder, plan.codec_tag, plan.notes) == (encoder, tag, ())


def test_unknown_encoders_and_presets_are_refused_with_choices(tmp_path: Path) -> None:
    path = _source(tmp_path, "plain")
    with pytest.raises(SettingsError, match="no encoder called nonsense") as caught:
        _plan(path, ".mp4", encoder="nonsense")
    assert "libx265" in caught.value.hint
    with pytest.raises(SettingsError, match="no encoder speed"):
        _plan(path, ".mp4", preset="warp")
    with pytest.raises(UnsupportedMediaError):
        _plan(path, ".xyz")


def test_hardware_that_is_not_there_is_said(tmp_path: Path) -> None:
    """AMD's encoder needs Windows or AMD's own driver: no machine that runs this test has it."""
    with pytest.raises(MissingExtraError, match="h264_amf does not work") as caught:
        _plan(_source(tmp_path, "plain"), ".mp4", encoder="h264_amf")
    assert caught.value.hint


@pytest.mark.parametrize("encoder", ["libx264", "libx265", "libvpx-vp9", "libsvtav1"])
def test_all_presets_and_qualities_open(tmp_path: Path, encoder: str) -> None:
    facts = probe(_source(tmp_path, "plain"))
    plans = [
        plan_encoding(facts, container_suffix=".mkv", encoder=encoder, preset=preset, crf=crf)
        for preset, crf in [(preset, 20) for preset in PRESETS] + [("veryfast", 0), ("veryfast", 51)]
    ]
    for plan in plans:
        context = av.CodecContext.create(plan.encoder, "w")
        context.width, context.height, context.framerate, context.pix_fmt = 64, 48, 25, plan.pixel_format
        context.options = dict(plan.options)
        context.open()
        assert not context.options, "options that the encoder does not know"


def test_colour_is_described_as_in_the_source(tmp_path: Path) -> None:
    hdr = _plan(make_hdr_clip(tmp_path / "a.mp4", **SMALL), ".mp4")
    assert (hdr.colour.color_range, hdr.colour.primaries, hdr.colour.trc, hdr.colour.space) == (
        "tv", "bt2020", "smpte2084", "bt2020nc",
    )  # fmt: skip
    assert (
        "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
        in hdr.options["x265-params"]
    )
    assert "max-cll=1000,400" in hdr.options["x265-params"]
    unknown = _plan(make_clip(tmp_path / "b.mp4", **SMALL), ".mp4").colour
    assert {unknown.color_range, unknown.primaries, unknown.trc, unknown.space} == {"unknown"}
    full = _plan(make_clip(tmp_path / "c.mp4", colour=clips.Colour(color_range=2), **SMALL), ".mp4").colour
    assert full.color_range == "pc"


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.mp4", ".mp4"), ("a.m4v", ".m4v"), ("a.mov", ".mov"), ("a.mkv", ".mkv"), ("a.webm", ".webm"),
        ("a.avi", ".avi"), ("a.ts", ".ts"), ("a.flv", ".mp4"), ("a.mpg", ".mp4"), ("a.m2ts", ".mp4"),
    ],
)  # fmt: skip
def test_containers_that_cannot_be_written_become_mp4(tmp_path: Path, name: str, suffix: str) -> None:
    more = {"rate": 25, "time_base": Fraction(1, 25)} if name == "a.mpg" else {}
    path = make_clip(tmp_path / name, **{**SMALL, "frames": 8, **more}, codec="mpeg4" if name.endswith("avi") else "")
    assert output_suffix(probe(path)) == suffix


def test_sound_that_mp4_cannot_hold_asks_for_mkv(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mkv", audio=("pcm_s16le",), **SMALL)
    assert output_suffix(probe(path.rename(tmp_path / "a.dv"))) == ".mkv"
