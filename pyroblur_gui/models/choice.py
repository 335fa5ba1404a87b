"""Which engine runs a model: at once by a rule, later by what was measured on this machine.

The rule needs no time: a CUDA or DirectML device where a library for it is installed, else OpenVINO on the CPU, in bf16
where the CPU computes in it. Timings taken while nobody waits (measuring.py) are kept in the cache and overrule it.
"""

import platform
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pyroblur_gui.core.errors import EngineError, MissingExtraError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.system import is_installed, processor, version_of

OPENVINO, ONNXRUNTIME, TORCH = "openvino", "onnxruntime", "torch"
AUTO = "auto"
WORTH_CHANGING = 0.95  # a measured engine takes over when it needs less than this share of the rule's time
AS_CHOSEN = "as chosen"
BY_RULE = "fastest here by rule"
TITLES = {OPENVINO: "OpenVINO", ONNXRUNTIME: "ONNX Runtime", TORCH: "torch"}
WHEELS = {
    OPENVINO: ("openvino",),
    ONNXRUNTIME: ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml"),
    TORCH: ("torch",),
}


@dataclass(frozen=True)
class Candidate:
    """One way to run a model."""

    engine: str
    device: str
    precision: str

    @property
    def title(self) -> str:
        library = TITLES.get(self.engine, self.engine)
        if self.device == "cpu":
            return f"{library} {self.precision} on the CPU"
        return f"{library} {self.precision} on the device {self.device}"


@dataclass(frozen=True)
class Choice:
    candidate: Candidate
    reason: str


class Timing(BaseModel):
    """How long a picture took. Holds only for that machine, model and version of the library."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    machine: str
    model: str  # SHA-256
    engine: str
    device: str
    precision: str
    version: str
    milliseconds: float = Field(gt=0)
    measured: datetime


class _Timings(BaseModel):
    timings: tuple[Timing, ...] = ()


def choose(model: str, *, engine: str, device: str, precision: str, has_checkpoint: bool) -> list[Choice]:
    """Ways to run the model with this SHA-256, the best first; the others are for when it cannot be started.

    Raises MissingExtraError when the engine asked for is not installed, EngineError when it cannot run this model.
    """
    _check_engine(engine, has_checkpoint=has_checkpoint)
    fitting = [
        each
        for each in candidates(has_checkpoint=has_checkpoint)
        if engine in {AUTO, each.engine} and device in {AUTO, each.device} and precision in {AUTO, each.precision}
    ]
    if not fitting:  # not known to work here: the engine itself says why not, if so
        return [Choice(_asked_for(engine, device, precision), AS_CHOSEN)]
    if len(fitting) == 1:
        return [Choice(fitting[0], AS_CHOSEN)]
    return _by_time(fitting, timings_of(model), otherwise=BY_RULE if engine == AUTO else AS_CHOSEN)


def candidates(*, has_checkpoint: bool) -> list[Candidate]:
    """What this machine and installation can try, in the rule's order."""
    gpu = [*_cuda(has_checkpoint=has_checkpoint)]
    if version_of("onnxruntime-directml"):
        gpu.append(Candidate(ONNXRUNTIME, "directml", "f32"))
    cpu = []
    if is_installed(OPENVINO):
        cpu = [
            Candidate(OPENVINO, "cpu", precision) for precision in (["bf16"] if processor().has_bf16 else []) + ["f32"]
        ]
    if is_installed(ONNXRUNTIME):
        cpu.append(Candidate(ONNXRUNTIME, "cpu", "f32"))
    return [*gpu, *cpu, *_apple(has_checkpoint=has_checkpoint)]


def timings_of(model: str) -> dict[Candidate, float]:
    """Milliseconds measured on this machine with the versions that are installed now."""
    machine = machine_key()
    return {
        Candidate(each.engine, each.device, each.precision): each.milliseconds
        for each in _read()
        if each.model == model and each.machine == machine and each.version == version_key(each.engine)
    }


def keep(timings: Iterable[Timing]) -> None:
    """Adds timings to those that are kept; newer ones replace older ones. Raises OutputError."""
    kept = {_key(each): each for each in (*_read(), *timings)}
    with PartFile(_file()) as part:
        part.path.write_text(_Timings(timings=tuple(kept.values())).model_dump_json(indent=1), encoding="utf-8")
        part.commit()


def machine_key() -> str:
    cpu = processor()
    return f"{cpu.name}, {cpu.cores} cores, {platform.system()}"


def version_key(engine: str) -> str:
    return next((f"{wheel} {version}" for wheel in WHEELS[engine] if (version := version_of(wheel))), engine)


def _by_time(fitting: Sequence[Candidate], measured: dict[Candidate, float], *, otherwise: str) -> list[Choice]:
    rule = fitting[0]
    timed = sorted((each for each in fitting if each in measured), key=measured.__getitem__)
    if rule not in measured or len(timed) < 2:
        return [Choice(rule, otherwise), *(Choice(each, "the next by rule") for each in fitting[1:])]
    best = timed[0] if measured[timed[0]] < WORTH_CHANGING * measured[rule] else rule
    rival = next(each for each in timed if each != best)
    reason = f"measured {measured[best]:.1f} ms against {measured[rival]:.1f} ms for {rival.title}"
    others = [each for each in (*timed, *fitting) if each != best]
    return [Choice(best, reason), *(Choice(each, "the next best") for each in dict.fromkeys(others))]


def _asked_for(engine: str, device: str, precision: str) -> Candidate:
    if engine == AUTO:
        engine = OPENVINO if device in {AUTO, "cpu"} else TORCH if device == "mps" else ONNXRUNTIME
    return Candidate(engine, "cpu" if device == AUTO else device, "f32" if precision == AUTO else precision)


def _check_engine(engine: str, *, has_checkpoint: bool) -> None:
    if engine == AUTO:
        return
    if engine not in TITLES:
        message = f"There is no engine called {engine}."
        raise EngineError(message, hint=f"Engines: auto, {', '.join(TITLES)}.")
    if not is_installed(engine):
        message = f"The engine {TITLES[engine]} is not installed."
        wheel = "'pyroblur[train]'" if engine == TORCH else engine
        raise MissingExtraError(message, hint=f"Install it: pip install {wheel}")
    if engine == TORCH and not has_checkpoint:
        message = "torch runs only models that were imported from a checkpoint (.pt)."
        raise EngineError(message, hint="Choose the engine auto, or import the model's checkpoint.")


def _cuda(*, has_checkpoint: bool) -> list[Candidate]:
    if not (Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi")):
        return []
    found = []
    if version_of("onnxruntime-gpu"):
        found.append(Candidate(ONNXRUNTIME, "cuda", "f32"))
    if (
        has_checkpoint
        and is_installed(TORCH)
        and is_installed("ultralytics")
        and "+cpu" not in (version_of(TORCH) or "+cpu")
    ):
        found.append(Candidate(TORCH, "cuda", "f32"))
    return found


def _apple(*, has_checkpoint: bool) -> list[Candidate]:
    """Last by rule, since small networks are often as fast on Apple's CPU; once measured, they may come first."""
    if platform.system() != "Darwin":
        return []
    found = [Candidate(ONNXRUNTIME, "coreml", "f32")] if is_installed(ONNXRUNTIME) else []
    if has_checkpoint and is_installed(TORCH) and is_installed("ultralytics"):
        found.append(Candidate(TORCH, "mps", "f32"))
    return found


def _key(timing: Timing) -> tuple[str, str, str, str, str]:
    return timing.machine, timing.model, timing.engine, timing.device, timing.precision


def _file() -> Path:
    return folders().cache / "timings.json"


def _read() -> tuple[Timing, ...]:
    """A cache: what cannot be read is measured again."""
    try:
        return _Timings.model_validate_json(_file().read_bytes()).timings
    except (OSError, ValidationError):
        return ()
