"""Turns a checkpoint into ONNX: read safely, traced by torch, slimmed, and compared with what it was made from."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxslim  # type: ignore[import-untyped]
import torch

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.models.checkpoint import Checkpoint, load_module
from pyroblur_gui.models.offline import import_onnxruntime

OPSET = 17
IR_VERSION = 10  # what every ONNX Runtime in use reads
CLOSE_PX = 0.5  # how far the converted network may be off the checkpoint
INPUT, OUTPUT = "images", "output0"


def export_checkpoint(checkpoint: Path, target: Path) -> Path:
    """Writes the checkpoint's network as ONNX with free input sizes and Ultralytics' metadata; gives the target.

    Raises what load_module raises, and ModelError when the result does not compute the same.
    """
    loaded = load_module(checkpoint)
    size = loaded.input_size
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # the tracer's remarks on Ultralytics' code
        torch.onnx.export(
            loaded.module,
            (torch.zeros(1, 3, size, size),),
            str(target),
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "batch", 2: "height", 3: "width"}, OUTPUT: {0: "batch", 2: "anchors"}},
            dynamo=False,
        )
        model = onnxslim.slim(onnx.load(target))
    model.ir_version = min(model.ir_version, IR_VERSION)
    onnx.helper.set_model_props(model, _metadata(loaded))
    onnx.save(model, target)
    _check_equal(loaded.module, target, checkpoint)
    return target


def _metadata(loaded: Checkpoint) -> dict[str, str]:
    """The keys that Ultralytics writes and other programs read."""
    return {
        "task": "detect",
        "names": str(dict(enumerate(loaded.names))),
        "stride": str(loaded.stride),
        "imgsz": str([loaded.input_size, loaded.input_size]),
        "batch": "1",
        "channels": "3",
    }


def _check_equal(module: torch.nn.Module, converted: Path, checkpoint: Path) -> None:
    """Runs both on one picture that is not square, so that a size that was baked in shows."""
    picture = np.random.default_rng(0).random((1, 3, 96, 160), dtype=np.float32)
    with torch.inference_mode():
        expected = module(torch.from_numpy(picture)).numpy()
    session = import_onnxruntime().InferenceSession(converted, providers=["CPUExecutionProvider"])
    found = session.run(None, {INPUT: picture})[0]
    if found.shape != expected.shape or float(np.abs(found - expected).max()) > CLOSE_PX:
        message = f"{checkpoint} could not be converted faithfully: the ONNX network gives other boxes."
        raise ModelError(message, hint="Export it to ONNX with Ultralytics and import the .onnx file.", path=checkpoint)
