"""What runs models, and in which numbers, by the names that a user gives."""

from enum import StrEnum


class EngineChoice(StrEnum):
    AUTO = "auto"
    OPENVINO = "openvino"
    ONNXRUNTIME = "onnxruntime"
    TORCH = "torch"


class Precision(StrEnum):
    AUTO = "auto"
    F32 = "f32"
    BF16 = "bf16"
