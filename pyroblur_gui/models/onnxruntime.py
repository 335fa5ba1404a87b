"""ONNX Runtime: for CUDA, DirectML and CoreML where its build has them, and a second opinion on the CPU."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.core.errors import EngineError, ModelError
from pyroblur_gui.models.catalogue import ModelFile
from pyroblur_gui.models.choice import Candidate
from pyroblur_gui.models.detector import Picture
from pyroblur_gui.models.engine import (
    BatchEngine,
    Network,
    Outputs,
    PendingOutputs,
    ThreadedEngine,
    inference_threads,
)
from pyroblur_gui.models.offline import import_onnxruntime

if TYPE_CHECKING:
    import onnxruntime as ort  # type: ignore[import-untyped]
else:
    ort = import_onnxruntime()

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
SILENT = 4  # a batch that a file does not take is an answer, not a fault
QUIET = 3  # errors only: CenterFace's file makes it warn of unused initialisers


def open_engine(model: ModelFile, network: Network, candidate: Candidate) -> BatchEngine:
    """Raises EngineError for a device that is not there or a precision other than f32."""
    if candidate.precision != "f32":
        message = f"ONNX Runtime runs this model in f32, not in {candidate.precision}."
        raise EngineError(message, hint="Choose the precision auto, or the engine openvino.")
    return OnnxRuntimeEngine(model.path, network, device=candidate.device)


class OnnxRuntimeEngine(ThreadedEngine):
    """`device`: cpu, cuda, cuda:1, directml or coreml.

    Raises EngineError when the device is not there, ModelError when the file is no network.
    """

    def __init__(self, path: Path, network: Network, *, device: str) -> None:
        self._network = network
        provider = _provider(device)
        self._session = _session(path, provider)
        entry = self._session.get_inputs()[0]
        if network.free_size and any(isinstance(side, int) for side in (entry.shape[0], *entry.shape[2:])):
            from pyroblur_gui.models.onnx_file import with_free_size

            self._session = _session(with_free_size(path), provider)
        self._input = entry.name
        self._outputs = [output.name for output in self._session.get_outputs()[: network.outputs]]
        rows = self._session.get_inputs()[0].shape[0]
        self._most = rows if isinstance(rows, int) else None
        super().__init__(self._run, title=f"ONNX Runtime f32 on {_device_title(device)}")

    def submit_batch(self, pictures: Sequence[Picture]) -> PendingOutputs:
        if self._most is not None and len(pictures) > self._most:
            message = f"The model's file says that it takes {self._most} picture at a time."
            raise EngineError(message, hint="Export it with a dynamic batch.")
        return self.start(partial(self._run_batch, [*pictures]))

    def _run_batch(self, pictures: Sequence[Picture]) -> Outputs:
        quiet = ort.RunOptions()
        quiet.log_severity_level = SILENT
        blob = np.asarray(cv2.dnn.blobFromImages(pictures, scalefactor=self._network.scale), np.float32)
        return self._infer_blob(blob, quiet)

    def _run(self, picture: Picture) -> Outputs:
        blob = np.asarray(cv2.dnn.blobFromImage(picture, scalefactor=self._network.scale), np.float32)
        return self._infer_blob(blob)

    def _infer_blob(self, blob: NDArray[np.float32], options: "ort.RunOptions | None" = None) -> Outputs:
        return tuple(np.asarray(output) for output in self._session.run(self._outputs, {self._input: blob}, options))


def available_devices() -> tuple[str, ...]:
    """Devices that this build of ONNX Runtime can use, if the hardware is there."""
    there = set(ort.get_available_providers())
    return tuple(device for device, provider in PROVIDERS.items() if provider in there)


def _provider(device: str) -> tuple[str, dict[str, Any]]:
    kind, _, index = device.partition(":")
    if kind not in available_devices():
        message = f"This build of ONNX Runtime cannot use {_device_title(device)}."
        wheels = {"cuda": "onnxruntime-gpu", "directml": "onnxruntime-directml"}
        hint = f"Install {wheels[kind]} in place of onnxruntime, or choose the device auto." if kind in wheels else ""
        raise EngineError(message, hint=hint or "Choose the device auto.")
    return PROVIDERS[kind], {"device_id": int(index)} if index else {}


def _session(path: Path, provider: tuple[str, dict[str, Any]]) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = inference_threads()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # or decoding and encoding starve
    try:
        session = ort.InferenceSession(path, options, providers=[provider])
    except Exception as error:
        message = f"ONNX Runtime cannot load the model {path}: {error}"
        raise ModelError(message, hint="Choose the engine openvino, or export the model again.", path=path) from error
    if session.get_providers()[0] != provider[0]:  # it falls back to the CPU without a word
        message = f"ONNX Runtime found {provider[0]}, but could not start it on this machine."
        raise EngineError(message, hint="Check the driver, or choose the device cpu.")
    return session


def _device_title(device: str) -> str:
    kind, _, index = device.partition(":")
    title = {"cpu": "the CPU", "cuda": "CUDA", "directml": "DirectML", "coreml": "CoreML"}.get(kind, device)
    return f"{title} {index}".strip()
