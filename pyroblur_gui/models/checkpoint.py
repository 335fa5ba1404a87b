"""Reads a checkpoint (.pt), which is a pickle, without letting it run anything.

torch.load(weights_only=True) refuses every global that is not on a list. That alone is not enough: a class on the list
may still be *called* with arguments from the file, and DetectionModel evaluates text that it finds in its own
configuration. So the list holds inert stand-ins, which take no arguments and only keep what belongs to them; the real
modules are made afterwards, here, from plain data that was looked at. The list is never derived from a file.
"""

import importlib
import inspect
import pickle  # noqa: TID251 - for its exception only
import re
import threading
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

import torch

from pyroblur_gui.core.errors import MissingExtraError, ModelError, UnsafeModelError
from pyroblur_gui.core.training_part import training_hint
from pyroblur_gui.models.offline import import_ultralytics

SAFE_TORCH = (2, 10)  # older ones can be made to run code in spite of weights_only: CVE-2025-32434, CVE-2026-24747
_SAFE_TEXT = f"{'.'.join(map(str, SAFE_TORCH))} or newer"
DEEPEST = 100
MODEL_CLASS = "ultralytics.nn.tasks.DetectionModel"
ALLOWED = {
    "torch.nn.modules.activation": ("LeakyReLU", "ReLU", "Sigmoid", "SiLU"),
    "torch.nn.modules.batchnorm": ("BatchNorm2d",),
    "torch.nn.modules.container": ("ModuleList", "Sequential"),
    "torch.nn.modules.conv": ("Conv2d", "ConvTranspose2d"),
    "torch.nn.modules.linear": ("Identity",),
    "torch.nn.modules.pooling": ("MaxPool2d",),
    "torch.nn.modules.upsampling": ("Upsample",),
    "torch.nn.modules.padding": ("ZeroPad2d",),
    "ultralytics.nn.modules.block": (
        "A2C2f", "AAttn", "ABlock", "AConv", "ADown", "Attention", "Bottleneck", "C2", "C2PSA", "C2f", "C2fCIB", "C3",
        "C3Ghost", "C3k", "C3k2", "C3x", "CBFuse", "CBLinear", "CIB", "DFL", "ELAN1", "GhostBottleneck", "PSA",
        "PSABlock", "RepBottleneck", "RepC3", "RepCSP", "RepNCSPELAN4", "RepVGGDW", "SCDown", "SPP", "SPPELAN", "SPPF",
    ),
    "ultralytics.nn.modules.conv": (
        "Concat", "Conv", "ConvTranspose", "DWConv", "Focus", "GhostConv", "RepConv",
    ),
    "ultralytics.nn.modules.head": ("Detect",),
    "ultralytics.nn.tasks": ("DetectionModel",),
    "ultralytics.utils": ("IterableSimpleNamespace",),
}  # fmt: skip
# What published checkpoints carry beside their networks: figures, paths, and the loss that they were trained with. It
# is read past: nothing is made of it.
IGNORED = {
    "numpy": ("dtype",),
    "numpy.core.multiarray": ("scalar",),
    "numpy._core.multiarray": ("scalar",),
    "numpy.dtypes": ("Float64DType", "Float32DType", "Int64DType"),
    "pathlib": ("PosixPath", "WindowsPath"),
    "pathlib._local": ("PosixPath", "WindowsPath"),
    "torch.nn.modules.loss": ("BCEWithLogitsLoss",),
    "ultralytics.utils.loss": ("BboxLoss", "DFLoss", "E2EDetectLoss", "E2ELoss", "v8DetectionLoss"),
    "ultralytics.utils.tal": ("TaskAlignedAssigner",),
    "ultralytics.yolo.utils": ("IterableSimpleNamespace",),  # its place before 8.0.44
}
PLAIN = (bool, int, float, str, bytes, torch.Tensor, torch.dtype, torch.device)

_loading = threading.Lock()


@dataclass(frozen=True)
class Checkpoint:
    """A detector read from a checkpoint: `module` in f32 for inference, giving [1, 4 + classes, anchors].

    epochs: how many it was trained for; 0 where it does not say. is_best: none of them was better than the last.
    parameters: before layers were joined for inference. architecture: the text that it says it was built from; whoever
    hands the file on looks at that with models.architecture.
    """

    module: torch.nn.Module
    names: tuple[str, ...]
    stride: int
    input_size: int
    parameters: int
    architecture: object
    epochs: int = 0
    is_best: bool = False


class _Inert:
    """Stands in for one allowed class while a file is read."""

    target: ClassVar[str]
    state: Mapping[str, object]

    def __new__(cls, *arguments: object, **more: object) -> "_Inert":
        if arguments or more:
            message = f"it calls {cls.target} with arguments of its own"
            raise _ForbiddenError(message)
        return super().__new__(cls)

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, dict) or not all(isinstance(key, str) and key.isidentifier() for key in state):
            message = f"it gives {self.target} something else than named values"
            raise _ForbiddenError(message)
        self.state = state


class _Ignored:
    """Stands in for what is read past: takes whatever it is given and keeps none of it."""

    def __new__(cls, *_arguments: object, **_more: object) -> "_Ignored":
        return super().__new__(cls)

    def __init__(self, *_arguments: object, **_more: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


class _ForbiddenError(Exception):
    """The file asks for more than data."""


def load_module(path: Path) -> Checkpoint:
    """Reads a YOLO detection checkpoint of Ultralytics.

    Raises UnsafeModelError when the file asks for anything beyond the allow-list, ModelError when it is no such
    checkpoint, MissingExtraError without ultralytics or with a torch whose weights_only is known to be broken.
    """
    content = _read(path)
    model = (content.get("ema") or content.get("model")) if isinstance(content, dict) else content
    if not isinstance(model, _Inert) or model.target != MODEL_CLASS:
        message = f"{path} holds no YOLO detection model of Ultralytics."
        raise ModelError(message, hint="Choose the best.pt or last.pt of a training for detection.", path=path)
    try:
        module = _revive(model, _real_classes(), 0)
    except _ForbiddenError as error:
        raise _unsafe(path, str(error)) from error
    except (AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise _damaged(path, error) from error
    return _for_inference(path, cast("torch.nn.Module", module), content)


def _read(path: Path) -> object:
    version = tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])
    if version < SAFE_TORCH:
        message = f"torch {torch.__version__} cannot read checkpoints safely."
        raise MissingExtraError(message, hint=f"{training_hint()} It needs torch {_SAFE_TEXT}.")
    try:
        with _only_stand_ins(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return cast("object", torch.load(path, map_location="cpu", weights_only=True))  # noqa: TID251 - the one place
    except _ForbiddenError as error:
        raise _unsafe(path, str(error)) from error
    except pickle.UnpicklingError as error:
        raise _refusal(path, str(error)) from error
    except OSError as error:
        message = f"The checkpoint {path} cannot be opened: {error.strerror or error}."
        raise ModelError(message, path=path) from error
    except Exception as error:
        if "weights_only" in str(error):  # TorchScript and the old tar format, which are refused whole
            raise _unsafe(path, str(error).splitlines()[0]) from error
        raise _damaged(path, error) from error


@contextmanager
def _only_stand_ins() -> Iterator[None]:
    """The list is the process's own in torch: what others put on it is taken off meanwhile."""
    stand_ins = [
        (type(name, (kind,), {"target": f"{module}.{name}"}), f"{module}.{name}")
        for kind, listed in ((_Inert, ALLOWED), (_Ignored, IGNORED))
        for module, names in listed.items()
        for name in names
    ]
    with _loading:
        others = torch.serialization.get_safe_globals()
        torch.serialization.clear_safe_globals()
        torch.serialization.add_safe_globals(cast("list[Any]", stand_ins))
        try:
            yield
        finally:
            torch.serialization.clear_safe_globals()
            torch.serialization.add_safe_globals(others)


def _real_classes() -> dict[str, type[object]]:
    try:
        import_ultralytics()
        places = {module: importlib.import_module(module) for module in ALLOWED}
    except ImportError as error:
        message = "Reading a checkpoint needs Ultralytics, which is not installed."
        raise MissingExtraError(message, hint=training_hint()) from error
    return {f"{module}.{name}": getattr(places[module], name) for module, names in ALLOWED.items() for name in names}


def _revive(value: object, real: Mapping[str, type[object]], depth: int) -> object:
    """Plain data as it is; a stand-in becomes its module. Raises _ForbiddenError for anything else."""
    if depth > DEEPEST:
        message = "it is nested too deeply"
        raise _ForbiddenError(message)
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, _Inert):
        return _made(value, real, depth)
    if isinstance(value, dict):
        pairs = [(_revive(key, real, depth + 1), _revive(each, real, depth + 1)) for key, each in value.items()]
        return OrderedDict(pairs) if isinstance(value, OrderedDict) else dict(pairs)
    if isinstance(value, torch.Size):
        return value
    if isinstance(value, list | tuple | set):
        return type(value)([_revive(each, real, depth + 1) for each in value])
    message = f"it holds a {type(value).__name__}"
    raise _ForbiddenError(message)


def _made(value: _Inert, real: Mapping[str, type[object]], depth: int) -> object:
    made_of = real[value.target]
    state = {}
    for key, each in getattr(value, "state", {}).items():
        if isinstance(each, _Ignored):
            continue
        if key.endswith("_hooks") and each:
            message = f"it hooks into {value.target}"
            raise _ForbiddenError(message)
        state[key] = _revive(each, real, depth + 1)
        if callable(state[key]) and inspect.isfunction(getattr(made_of, key, None)):
            message = f"it replaces the method {key} of {value.target}"
            raise _ForbiddenError(message)
    made = made_of.__new__(made_of)
    if isinstance(made, torch.nn.Module):
        made.__setstate__(state)  # type: ignore[no-untyped-call]  # fills in what older versions did not write
    else:
        vars(made).update(state)
    return made


def _for_inference(path: Path, module: torch.nn.Module, content: object) -> Checkpoint:
    model = cast("Any", module)
    try:
        names = tuple(str(model.names[index]) for index in range(len(model.names)))
        stride = int(model.stride.max())
        parameters = sum(weight.numel() for weight in model.parameters())
        architecture = getattr(model, "yaml", None)
        model.yaml = {}  # only ever text from the file
        model = model.float().eval().fuse(verbose=False)
        head = model.model[-1]
        head.export, head.dynamic = True, True
        if getattr(head, "end2end", False):
            model.end2end = False  # with a head for both, the one that is followed by suppression of doubles
    except (AttributeError, TypeError, ValueError, KeyError, RuntimeError) as error:
        raise _damaged(path, error) from error
    for parameter in model.parameters():
        parameter.requires_grad_(requires_grad=False)
    epochs, is_best = _progress(content)
    return Checkpoint(
        model, names, stride, _input_size(content), parameters, architecture, epochs=epochs, is_best=is_best
    )


def _input_size(content: object) -> int:
    arguments = content.get("train_args") if isinstance(content, dict) else None
    size = arguments.get("imgsz") if isinstance(arguments, dict) else None
    size = max(size, default=0) if isinstance(size, list | tuple) else size
    return size if isinstance(size, int) and 32 <= size <= 8192 else 640


def _progress(content: object) -> tuple[int, bool]:
    """How many epochs were trained, and whether the last was the best, as Ultralytics notes it."""
    if not isinstance(content, dict) or not isinstance(content.get("epoch"), int):
        return 0, False
    figures = content.get("train_metrics")
    fitness = figures.get("fitness") if isinstance(figures, dict) else None
    return max(content["epoch"] + 1, 0), fitness is not None and fitness == content.get("best_fitness")


def _refusal(path: Path, text: str) -> ModelError:
    asked = re.search(r"GLOBAL (\S+)", text)
    if asked:
        return _unsafe(path, f"it asks for {asked[1]}")
    if re.search(r"unrecognized function|allowlist|blocked|Can only", text):
        return _unsafe(path, text.splitlines()[0])
    return _damaged(path, text.splitlines()[0] if text else "empty")


def _unsafe(path: Path, reason: str) -> UnsafeModelError:
    message = f"The checkpoint {path} was refused, because it could run code on this machine: {reason}."
    hint = "Use it only where you trust its maker, export it to ONNX there, and import the .onnx file here."
    return UnsafeModelError(message, hint=hint, path=path)


def _damaged(path: Path, reason: object) -> ModelError:
    message = f"{path} cannot be read as a checkpoint: {reason}"
    return ModelError(message, hint="Choose the best.pt or last.pt of a training for detection.", path=path)
