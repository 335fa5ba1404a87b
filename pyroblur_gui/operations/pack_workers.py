"""Which jobs run in the training pack's Python, in a program that has no torch of its own."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.core.training_part import has_training
from pyroblur_gui.jobs.interpreter import Interpreter
from pyroblur_gui.jobs.job import Job
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.pack.place import usable_interpreter

ALWAYS = frozenset({"preflight", "train", "train_rank", "full", "base_download"})
_FORMATS = frozenset({"openvino-int8", "torchscript", "tensorrt"})
_CHECKPOINT, _TORCH = ".pt", "torch"


def interpreter_of(job: Job) -> Interpreter | None:
    """None: this program's own, also where there is no pack; what lacks torch then says what to do."""
    return interpreter_for(job.kind, job.spec)


def interpreter_of_spec(spec: Spec) -> Interpreter | None:
    return interpreter_for(spec.kind, spec.model_dump(mode="json"))


def interpreter_for(kind: str, spec: Mapping[str, JsonValue]) -> Interpreter | None:
    if has_training() or not needs_torch(kind, spec):
        return None
    return usable_interpreter()


def needs_torch(kind: str, spec: Mapping[str, JsonValue]) -> bool:
    """Whether a job of this kind, with this spec as JSON, loads torch."""
    match kind:
        case "import_model":
            return _is_checkpoint(spec.get("source"))
        case "export_model":
            return spec.get("format") in _FORMATS
        case "benchmark":
            models, options = spec.get("models"), spec.get("options")
            engine = options.get("engine") if isinstance(options, dict) else None
            return engine == _TORCH or (isinstance(models, list) and any(_is_checkpoint(each) for each in models))
        case _:
            return kind in ALWAYS


def _is_checkpoint(path: JsonValue) -> bool:
    return isinstance(path, str) and Path(path).suffix.lower() == _CHECKPOINT
