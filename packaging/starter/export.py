"""Turns a finished training into resources/starter: starter.onnx (fp16 weights) and its card.

    python packaging/starter/export.py RUN_DIR/weights/last.pt STARTER_DIR

The graph computes in f32; its weights are stored as fp16 behind Cast nodes, which every engine folds when it loads.
"""

import argparse
import os
import tempfile
from pathlib import Path

os.environ |= {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp())

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST_VALUES = 64  # smaller tensors (shapes, strides, biases of a few values) stay f32
LARGEST_BYTES = 12_000_000


def with_fp16_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    graph, casts = model.graph, []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < SMALLEST_VALUES:
            continue
        values = numpy_helper.to_array(tensor)
        half = numpy_helper.from_array(values.astype(np.float16), f"{tensor.name}_fp16")
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        casts.append(
            helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT, name=f"{tensor.name}_f32")
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    from ultralytics import YOLO

    exported = Path(
        YOLO(arguments.checkpoint).export(format="onnx", dynamic=True, simplify=True, opset=17, device="cpu")
    )
    model = with_fp16_weights(onnx.load(exported))
    told = {"args": "{}", "description": "PyroBlur starter: YOLO11n for faces and licence plates"}
    for entry in model.metadata_props:  # the trainer's paths stay on the trainer's machine
        entry.value = told.get(entry.key, entry.value)
    target = arguments.out / "starter.onnx"
    arguments.out.mkdir(parents=True, exist_ok=True)
    onnx.save(model, target)
    exported.unlink()
    size = target.stat().st_size
    if size > LARGEST_BYTES:
        message = f"{target} has {size} bytes, more than {LARGEST_BYTES}"
        raise SystemExit(message)
    print(f"{target}: {size} bytes, {[(entry.key, entry.value) for entry in model.metadata_props]}")


if __name__ == "__main__":
    main()
