"""Reads from a pydantic model what a form needs to know of each field: which control, its limits, label and help.

No Qt: the rules that pick a control are tested without a window.
"""

import types
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pyroblur_gui.core.fields import hints_of
from pyroblur_gui.ui.i18n import tr, translated

LONGEST_SEGMENTS = 3  # more choices than this go into a list that opens
LONGEST_SLIDER = 200  # steps that a hand can still hit; a longer range is typed


class Widget(StrEnum):
    """The kinds of control that a form can build."""

    FLAG = "flag"
    SEGMENTS = "segments"
    LIST = "list"
    NUMBER = "number"
    SLIDER = "slider"
    COLOR = "color"
    FOLDER = "folder"
    TEXT = "text"
    NAMES = "names"
    CLASSES = "classes"
    SUGGESTIONS = "suggestions"


@dataclass(frozen=True)
class FieldPlan:
    """One field as a form shows it. Numbers: `low` and `high` are inclusive."""

    name: str
    title: str
    help: str
    group: str
    widget: Widget
    default: Any
    is_advanced: bool = False
    is_optional: bool = False  # None is a value: "automatic" or "none"
    is_whole: bool = False
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()
    empty: str = ""  # what None is called
    only_if: tuple[tuple[str, str], ...] = ()  # (field, value): shown only then


def plan_fields(model: type[BaseModel]) -> tuple[FieldPlan, ...]:
    """A plan for each field of the model that is not marked hidden, in the model's order.

    Raises TypeError for a field that no control can show: a form must not leave one out in silence.
    """
    plans = (_plan(name, info) for name, info in model.model_fields.items() if not hints_of(info).get("hidden"))
    return tuple(plans)


def choice_label(value: str) -> str:
    """What a choice is called in the window."""
    return _choice_names().get(value) or tr(value[:1].upper() + value[1:])


def class_label(name: str) -> str:
    """What a class of the model is called in the window, in the plural."""
    known = {"face": tr("Faces"), "license_plate": tr("Licence plates")}
    return known.get(name, choice_label(name.replace("_", " ")))


def class_name(name: str) -> str:
    """What one thing of a class is called."""
    known = {"face": tr("Face"), "license_plate": tr("Plate")}
    return known.get(name, choice_label(name.replace("_", " ")))


def _plan(name: str, info: FieldInfo) -> FieldPlan:
    extra = hints_of(info)
    kind, is_optional = _without_none(info.annotation)
    low, high = _limits(info)
    choices = tuple(str(each.value) for each in kind) if _is_enum(kind) else SUGGESTED.get(name, ())
    return FieldPlan(
        name=name,
        title=translated(info.title or name),
        help=translated(info.description or ""),
        group=str(extra.get("group", "")),
        widget=_widget(name, kind, extra, choices=choices, is_bounded=0 < high - low <= LONGEST_SLIDER),
        default=info.get_default(call_default_factory=True),
        is_advanced=bool(extra.get("advanced", False)),
        is_optional=is_optional,
        is_whole=kind is int,
        low=low,
        high=high,
        step=float(extra.get("step", 1)),
        unit=tr(str(extra.get("unit", ""))),
        choices=choices,
        empty=tr(str(extra.get("empty", "Auto"))),
        only_if=tuple((key, str(value)) for key, value in dict(extra.get("only_if", {})).items()),
    )


def _widget(name: str, kind: object, extra: dict[str, Any], *, choices: tuple[str, ...], is_bounded: bool) -> Widget:
    if "widget" in extra:
        return Widget(extra["widget"])
    if name in {"classes", "confidence"}:
        return Widget.CLASSES
    if _is_enum(kind):
        return Widget.SEGMENTS if len(choices) <= LONGEST_SEGMENTS else Widget.LIST
    simple: dict[object, Widget] = {
        bool: Widget.FLAG,
        int: Widget.SLIDER if is_bounded and "unit" not in extra else Widget.NUMBER,
        float: Widget.NUMBER,
        str: Widget.SUGGESTIONS if name in SUGGESTED else Widget.TEXT,
        tuple: Widget.NAMES,
    }
    widget = simple.get(get_origin(kind) or kind)
    if widget is None:
        message = f"The form has no control for the field {name} of type {kind}."
        raise TypeError(message)
    return widget


# Free texts that have usual values; the user may write another.
SUGGESTED: dict[str, tuple[str, ...]] = {
    "model": (),  # tabs/blur/model_choice.py asks the catalogue
    "device": ("auto", "cpu", "cuda", "mps", "directml", "coreml"),
    "encoder": ("auto", "libx264", "libx265", "libsvtav1", "h264_nvenc", "hevc_nvenc", "h264_qsv", "h264_videotoolbox"),
}


def _choice_names() -> dict[str, str]:
    return {
        "auto": tr("Auto"),
        "openvino": "OpenVINO",
        "onnxruntime": "ONNX Runtime",
        "torch": "PyTorch",
        "f32": tr("32 bit"),
        "bf16": tr("16 bit"),
        "cpu": "CPU",
        "cuda": "CUDA",
        "mps": "MPS",
        "ram": tr("On"),
        "directml": "DirectML",
        "coreml": "CoreML",
        "en": "English",
        "fr": "Français",
        "ultrafast": tr("Ultra fast"),
        "superfast": tr("Super fast"),
        "veryfast": tr("Very fast"),
        "veryslow": tr("Very slow"),
    }


def _is_enum(kind: object) -> TypeGuard[type[StrEnum]]:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _without_none(annotation: object) -> tuple[object, bool]:
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [each for each in get_args(annotation) if each is not type(None)]
        return rest[0], len(rest) < len(get_args(annotation))
    return annotation, False


def _limits(info: FieldInfo) -> tuple[float, float]:
    low, high = 0.0, 0.0
    for rule in info.metadata:
        if isinstance(rule, Ge):
            low = float(rule.ge)  # type: ignore[arg-type]
        elif isinstance(rule, Gt):
            low = float(rule.gt)  # type: ignore[arg-type]
        elif isinstance(rule, Le):
            high = float(rule.le)  # type: ignore[arg-type]
        elif isinstance(rule, Lt):
            high = float(rule.lt)  # type: ignore[arg-type]
    return low, high
