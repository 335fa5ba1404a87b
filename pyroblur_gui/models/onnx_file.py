"""What an ONNX file says of itself, and copies of one whose input size is not written down.

The package onnx takes a while to import and is not needed to run a model, so this is loaded only for files that have no
card yet and once for a network that ONNX Runtime would otherwise refuse to run at another size.
"""

import ast
import math
from dataclasses import dataclass
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.core.files import PartFile, sha256
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models.card import Layout
from pyroblur_gui.models.declared import Declaration

FLOAT = onnx.TensorProto.FLOAT
HOW_TO_EXPORT = (
    'Export a detection model with Ultralytics: YOLO("best.pt").export(format="onnx", dynamic=True). Of another, say '
    "how its output is read in a .toml file beside it: see the guide, Models of others."
)


@dataclass(frozen=True)
class OnnxFacts:
    """`names`: classes by output index. `fixed_size`: width and height where the graph takes no other."""

    names: tuple[str, ...]
    input_size: int
    stride: int
    fixed_size: tuple[int, int] | None
    description: str
    licence: str


def read_facts(path: Path, declared: Declaration | None = None) -> OnnxFacts:
    """Facts of a YOLO detector as Ultralytics exports it, or of another as it is declared.

    Raises ModelError, which says what is missing.
    """
    model = _load(path)
    if declared is not None:
        return _declared_facts(path, model.graph, declared)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    if metadata.get("task", "detect") != "detect":
        raise _unusable(path, f"it is made for the task {metadata['task']}, not detect")
    names = _names(path, metadata.get("names", ""))
    fixed_size = _check_graph(path, model.graph, classes=len(names))
    return OnnxFacts(
        names=names,
        input_size=max(fixed_size) if fixed_size else _longest(metadata.get("imgsz", "")),
        stride=_number(metadata.get("stride", ""), 32),
        fixed_size=fixed_size,
        description=metadata.get("description", ""),
        licence=metadata.get("license", ""),
    )


def _declared_facts(path: Path, graph: onnx.GraphProto, declared: Declaration) -> OnnxFacts:
    fixed_size = _check_graph(path, graph, classes=len(declared.classes), layout=declared.layout)
    return OnnxFacts(
        names=declared.classes,
        input_size=max(fixed_size) if fixed_size else declared.input_size,
        stride=declared.stride,
        fixed_size=fixed_size,
        description=declared.summary,
        licence=declared.licence,
    )


def count_parameters(path: Path) -> int:
    """How many learnt numbers an ONNX file holds; 0 for another format. Raises ModelError."""
    if path.suffix != ".onnx":
        return 0
    floats = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16, onnx.TensorProto.DOUBLE}
    return sum(math.prod(tensor.dims) for tensor in _load(path).graph.initializer if tensor.data_type in floats)


def with_free_size(path: Path) -> Path:
    """A copy, kept in the cache, of a fully convolutional network whose file names a fixed size. Raises ModelError."""
    target = folders().cache / "free-size" / f"{sha256(path)}.onnx"
    if target.is_file():
        return target
    model = _load(path)
    for tensor in (model.graph.input[0], *model.graph.output):
        for axis in (0, 2, 3):
            tensor.type.tensor_type.shape.dim[axis].dim_param = f"{tensor.name}_{axis}"
    with PartFile(target) as part:
        onnx.save(model, part.path)
        part.commit()
    return target


def _load(path: Path) -> onnx.ModelProto:
    try:
        return onnx.load(path, load_external_data=False)
    except (OSError, DecodeError) as error:
        message = f"{path} cannot be read as an ONNX file: {error}"
        raise ModelError(message, hint=HOW_TO_EXPORT, path=path) from error


def _names(path: Path, text: str) -> tuple[str, ...]:
    """Ultralytics writes a dictionary: {0: 'face', 1: 'license_plate'}."""
    try:
        names = ast.literal_eval(text)
        return tuple(str(names[index]) for index in range(len(names)))
    except (ValueError, SyntaxError, TypeError, KeyError) as error:
        raise _unusable(path, "its metadata has no list of class names") from error


def _check_graph(
    path: Path, graph: onnx.GraphProto, *, classes: int, layout: Layout = Layout.YOLO
) -> tuple[int, int] | None:
    """The fixed input size, or None. Raises ModelError when inputs and outputs are not those of the layout."""
    weights = {tensor.name for tensor in graph.initializer}
    inputs = [tensor for tensor in graph.input if tensor.name not in weights]
    if len(inputs) != 1 or len(graph.output) != 1:
        raise _unusable(path, f"it has {len(inputs)} inputs and {len(graph.output)} outputs instead of one of each")
    shapes = [[dim.dim_value for dim in tensor.type.tensor_type.shape.dim] for tensor in (inputs[0], graph.output[0])]
    if inputs[0].type.tensor_type.elem_type != FLOAT:
        raise _unusable(path, "its input is not float32: export it without half=True")
    if len(shapes[0]) != 4 or shapes[0][1] not in {0, 3}:
        raise _unusable(path, f"its input has the shape {shapes[0]} instead of 1 x 3 x height x width")
    axis, length, wanted = {
        Layout.OBJECTNESS: (2, 5 + classes, f"1 x anchors x {5 + classes}"),
        Layout.BOXES: (2, 6, "1 x boxes x 6"),
    }.get(layout, (1, 4 + classes, f"1 x {4 + classes} x anchors: export it without nms"))
    is_turned = len(shapes[1]) == 3 and shapes[1][axis] == 0 and shapes[1][3 - axis] > 0  # classes are never free
    if len(shapes[1]) != 3 or is_turned or shapes[1][axis] not in {0, length}:
        raise _unusable(path, f"its output has the shape {shapes[1]}, not {wanted}")
    height, width = shapes[0][2:]
    return (width, height) if width and height else None


def _longest(text: str) -> int:
    try:
        return max(int(side) for side in ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError):
        return 640


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise


def _unusable(path: Path, reason: str) -> ModelError:
    return ModelError(f"{path} cannot be used as a detector: {reason}.", hint=HOW_TO_EXPORT, path=path)
