"""A model of the store in other programs' formats: OpenVINO (fp16 or int8), TorchScript, TensorRT, or ONNX as it lies.

What comes is whole or not there. An OpenVINO folder holds the model's card, too, so that PyroBlur itself can run it.
"""

import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.core.errors import MissingExtraError, ModelError
from pyroblur_gui.core.files import as_output_error, sha256
from pyroblur_gui.core.system import is_installed
from pyroblur_gui.core.training_part import training_hint
from pyroblur_gui.models import catalogue, store
from pyroblur_gui.models.card import Card, Layout
from pyroblur_gui.models.catalogue import ModelFile
from pyroblur_gui.models.offline import import_openvino
from pyroblur_gui.models.postprocess import Fit

if TYPE_CHECKING:
    import openvino as ov  # type: ignore[import-untyped]

MODEL_XML = "model.xml"
MOST_CALIBRATED = 300  # pictures: nncf's own default
CLOSE_PX = 0.5


class Format(StrEnum):
    """What a model can be exported as."""

    ONNX = "onnx"
    OPENVINO = "openvino"
    OPENVINO_INT8 = "openvino-int8"
    TORCHSCRIPT = "torchscript"
    TENSORRT = "tensorrt"


def check_possible(name: str, kind: Format) -> ModelFile:
    """The model. Raises ModelError for one that cannot be exported so, MissingExtraError for what is not installed."""
    if catalogue.composite(name) is not None:
        message = f"{name} is made of several models."
        raise ModelError(message, hint="Export one of them: pyroblur models list names them.")
    model = catalogue.find(name)
    needed = {
        Format.OPENVINO_INT8: ("nncf", f"Quantizing to int8 needs nncf. {training_hint()}"),
        Format.TORCHSCRIPT: ("torch", f"TorchScript needs torch. {training_hint()}"),
        Format.TENSORRT: ("tensorrt", "On a machine with an NVIDIA GPU: pip install tensorrt."),
    }
    package, hint = needed.get(kind, ("", ""))
    if package and not is_installed(package):
        message = f"{kind.value} cannot be written: the package {package} is not installed here."
        raise MissingExtraError(message, hint=hint)
    if kind is Format.TORCHSCRIPT and model.checkpoint is None:
        message = f"The model {name} has no checkpoint (.pt), from which TorchScript is made."
        raise ModelError(message, hint="Choose onnx or openvino, or a model that was trained or imported as .pt.")
    if kind is Format.OPENVINO_INT8 and model.card.layout is not Layout.YOLO:
        message = f"Only YOLO models are quantized to int8, and {name} is none."
        raise ModelError(message, hint="Choose openvino, which is fp16.")
    return model


def export(
    model: ModelFile,
    kind: Format,
    target: Path,
    *,
    pictures: Sequence[Path] = (),
    on_picture: Callable[[int], None] = lambda _done: None,
) -> Path:
    """Writes the model; gives the target. pictures: of the kind that it will see, to choose int8's ranges by.

    on_picture: called with how many were looked at; may raise to stop. Raises ModelError, OutputError.
    """
    if target.exists():
        message = f"{target} is there already."
        raise ModelError(message, hint="Choose another name, or remove it first.", path=target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".pyroblur-export-", dir=target.parent) as folder:
            made = Path(folder) / target.name
            match kind:
                case Format.ONNX:
                    shutil.copyfile(model.path, made)
                case Format.OPENVINO:
                    _save_openvino(_read(model), model.card, made, is_half=True)
                case Format.OPENVINO_INT8:
                    _save_openvino(_quantized(model, pictures, on_picture), model.card, made, is_half=False)
                case Format.TORCHSCRIPT:
                    _save_torchscript(model, made)
                case Format.TENSORRT:
                    _save_tensorrt(model, made)
            made.replace(target)
    except OSError as exc:
        raise as_output_error(exc, target) from exc
    return target


def _read(model: ModelFile) -> "ov.Model":
    return import_openvino().Core().read_model(model.path)


def _save_openvino(network: "ov.Model", card: Card, folder: Path, *, is_half: bool) -> None:
    folder.mkdir()
    import_openvino().save_model(network, folder / MODEL_XML, compress_to_fp16=is_half)
    (folder / "metadata.yaml").write_text(_metadata_yaml(card), encoding="utf-8")
    own = card.model_copy(update={"sha256": sha256(folder / MODEL_XML), "checkpoint_sha256": None})
    (folder / store.CARD_FILE).write_text(own.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _metadata_yaml(card: Card) -> str:
    """What Ultralytics reads beside an OpenVINO model; JSON is YAML, too."""
    facts = {
        "description": card.summary,
        "license": card.licence,
        "task": "detect",
        "stride": card.stride,
        "batch": 1,
        "imgsz": [card.input_size, card.input_size],
        "names": {str(number): name for number, name in enumerate(card.labels)},
        "channels": 3,
        "args": {"dynamic": card.fixed_size is None},
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items() if key != "names"]
    names = "".join(f"\n  {number}: {json.dumps(each, ensure_ascii=False)}" for number, each in enumerate(card.labels))
    return "\n".join([*lines, f"names:{names}", ""])


# -- int8


def _quantized(model: ModelFile, pictures: Sequence[Path], on_picture: Callable[[int], None]) -> "ov.Model":
    if not pictures:
        message = f"There are no pictures to calibrate {model.card.name} with."
        raise ModelError(message, hint="Name a data set with pictures like those that it will see: --data NAME.")
    network = _read(model)
    if model.card.fixed_size is None:
        network.reshape([1, 3, -1, -1])
    with _quiet_nncf() as nncf:
        data = nncf.Dataset([*_inputs(model.card, pictures, on_picture)])
        return nncf.quantize(
            network,
            data,
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(pictures),
            ignored_scope=nncf.IgnoredScope(names=_left_exact(network)),
        )


def _left_exact(network: "ov.Model") -> list[str]:
    """The head's arithmetic behind its convolutions: coordinates and scores, which eight bits would round off."""
    operations = network.get_ordered_ops()
    sigmoids = [each.get_friendly_name() for each in operations if each.get_type_name() == "Sigmoid"]
    if not sigmoids:
        return []
    scope = sigmoids[-1].rpartition("/")[0]
    return [
        name
        for each in operations
        if (name := each.get_friendly_name()).startswith(f"{scope}/")
        and each.get_type_name() not in {"Constant", "Convert"}
        and not any(part.startswith(("cv2", "cv3", "one2one_cv")) for part in name.removeprefix(scope).split("/"))
    ]


def _inputs(card: Card, pictures: Sequence[Path], on_picture: Callable[[int], None]) -> Iterator[NDArray[np.float32]]:
    for number, path in enumerate(pictures, start=1):
        data = np.fromfile(path, np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if len(data) else None
        on_picture(number)
        if picture is None:
            continue
        height, width = picture.shape[:2]
        if card.fixed_size is not None:
            fit = Fit.fixed(width, height, outer=card.fixed_size)
        else:
            fit = Fit.letterbox(width, height, longest=card.input_size, stride=card.stride)
        laid = fit.apply(np.ascontiguousarray(picture, np.uint8))
        yield np.ascontiguousarray(laid.transpose(2, 0, 1)[None], np.float32) / np.float32(255)


@contextmanager
def _quiet_nncf() -> Iterator[ModuleType]:
    """Nncf reports its use through openvino_telemetry, which import_openvino keeps from being loaded."""
    import_openvino()
    os.environ["NNCF_CI"] = "1"  # its own switch against telemetry
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nncf = import_module("nncf")
        nncf.set_log_level(40)
        yield nncf


# -- torch and TensorRT


def _save_torchscript(model: ModelFile, target: Path) -> None:
    import torch

    from pyroblur_gui.models.checkpoint import load_module

    if model.checkpoint is None:
        message = f"The model {model.card.name} has no checkpoint."
        raise ModelError(message)
    loaded = load_module(model.checkpoint)
    size = model.card.input_size
    picture = torch.from_numpy(np.random.default_rng(0).random((1, 3, size, size), dtype=np.float32))
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # the tracer's remarks on Ultralytics' code
        traced = torch.jit.trace(loaded.module, picture, strict=False, check_trace=False)  # type: ignore[no-untyped-call]
        expected = loaded.module(picture)
        facts = {"names": dict(enumerate(model.card.labels)), "stride": model.card.stride, "imgsz": [size, size]}
        traced.save(str(target), _extra_files={"config.txt": json.dumps({**facts, "task": "detect", "batch": 1})})
        found = torch.jit.load(str(target))(picture)  # type: ignore[no-untyped-call]
    if found.shape != expected.shape or float((found - expected).abs().max()) > CLOSE_PX:
        message = f"{model.card.name} could not be converted faithfully: TorchScript gives other boxes."
        raise ModelError(message, hint="Use the ONNX file.")


def _save_tensorrt(model: ModelFile, target: Path) -> None:
    """Built for the GPU of this machine, in 16 bits, for one picture up to the model's input size."""
    trt = import_module("tensorrt")
    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.EXPLICIT_BATCH))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(model.path.read_bytes()):
        message = f"TensorRT cannot read the model {model.card.name}: {parser.get_error(0)}"
        raise ModelError(message, hint="Use the ONNX file.")
    config = builder.create_builder_config()
    size, least = model.card.input_size, model.card.stride
    profile = builder.create_optimization_profile()
    profile.set_shape(network.get_input(0).name, (1, 3, least, least), (1, 3, size, size), (1, 3, size, size))
    config.add_optimization_profile(profile)
    config.set_flag(trt.BuilderFlag.FP16)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        message = f"TensorRT could not build {model.card.name} for this machine's GPU."
        raise ModelError(message, hint="Check that the driver fits the version of TensorRT.")
    target.write_bytes(bytes(plan))
