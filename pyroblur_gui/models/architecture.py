"""The text that a network is built from (Ultralytics' YAML), looked at before Ultralytics reads it.

Ultralytics looks up each module by name in whatever its own file can see, fetches weights for some of them, and has
evaluated text that it found there. So the text is read as plain data, only the layers that YOLO detectors are made of
may be named, with numbers and a few known words as their arguments, and what Ultralytics gets is written anew.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pyroblur_gui.core import plain_yaml
from pyroblur_gui.core.errors import ModelError, UnsafeModelError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders

HEAD = "Detect"
LAYERS = frozenset({
    "A2C2f", "AConv", "ADown", "Bottleneck", "C2", "C2PSA", "C2f", "C2fCIB", "C3", "C3Ghost", "C3k2", "C3x", "CBFuse",
    "CBLinear", "Concat", "Conv", "ConvTranspose", "DWConv", "Detect", "ELAN1", "Focus", "GhostBottleneck", "GhostConv",
    "PSA", "RepC3", "RepNCSPELAN4", "SCDown", "SPP", "SPPELAN", "SPPF",
    "nn.BatchNorm2d", "nn.ConvTranspose2d", "nn.Identity", "nn.MaxPool2d", "nn.Upsample", "nn.ZeroPad2d",
})  # fmt: skip
WORDS = frozenset({"nc", "None", "True", "False", "nearest", "bilinear"})
ACTIVATION = re.compile(r"(torch\.)?nn\.(SiLU|ReLU|LeakyReLU|Sigmoid)\((inplace=True|\d*\.?\d*)\)")
SIZES = "nsmlx"
SIZE_IN_NAME = re.compile(rf"yolo(?:e-)?v?\d+([{SIZES}])")  # as Ultralytics finds it
MOST_ROWS = 500
LARGEST = 65_536
MOST_REPEATS = 100
HINT = "An architecture is a YAML file as Ultralytics' own for detectors: nc, scales, backbone and head."


def rewritten(path: Path) -> Path:
    """A copy of a user's architecture that holds nothing but what was looked at; what Ultralytics is given.

    Raises ModelError when it is none, UnsafeModelError when it names anything beyond the layers of a detector.
    """
    try:
        content = plain_yaml.load(path.read_bytes())
    except FileNotFoundError as error:
        message = f"There is no architecture {path}."
        raise ModelError(message, hint="Check the path.", path=path) from error
    except OSError as error:
        message = f"The architecture {path} cannot be read: {error.strerror or error}."
        raise ModelError(message, hint="Check that you may read it.", path=path) from error
    except ValueError as error:
        raise _unusable(path, str(error)) from error
    clean = checked(content, path)
    scale = _scale(clean, path)
    if scale is not None:
        clean["scales"] = {scale: clean["scales"][scale]}
    text = yaml.safe_dump(clean, sort_keys=False, default_flow_style=None)
    # Ultralytics takes the size from the file's name, whatever the file says.
    name = f"yolo1{scale}.yaml" if scale is not None and scale in SIZES else "network.yaml"
    target = folders().cache / "architectures" / hashlib.sha256(text.encode()).hexdigest()[:16] / name
    with PartFile(target) as part:
        part.path.write_text(text, encoding="utf-8")
        part.commit()
    return target


def checked(content: object, path: Path) -> dict[str, Any]:
    """The known entries of an architecture. path: named in the errors, which are those of `rewritten`."""
    if not isinstance(content, Mapping):
        raise _unusable(path, "it describes no network")
    clean: dict[str, Any] = {"nc": _whole(content.get("nc", 80), "nc", path)}
    scales = content.get("scales")
    if scales is not None:
        clean["scales"] = _scales(scales, path)
    for key in ("depth_multiple", "width_multiple"):
        if key in content:
            clean[key] = _number(content[key], key, path)
    clean |= _switches(content, path)
    activation = content.get("activation")
    if activation is not None:
        if not isinstance(activation, str) or ACTIVATION.fullmatch(activation) is None:
            raise _unsafe(path, f"its activation is {str(activation)[:80]!r}")
        clean["activation"] = activation
    rows = 0
    for key in ("backbone", "head"):
        clean[key] = _rows(content.get(key), key, rows, path)
        rows += len(clean[key])
    return _with_head(clean, path)


def _switches(content: Mapping[object, object], path: Path) -> dict[str, object]:
    clean: dict[str, object] = {}
    for key in ("end2end", "reg_max", "scale"):
        value = content.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, bool | int) and not (key == "scale" and isinstance(value, str) and len(value) < 9):
            raise _unusable(path, f"its {key} is {str(value)[:40]!r}")
        clean[key] = value
    return clean


def _with_head(clean: dict[str, Any], path: Path) -> dict[str, Any]:
    kinds = [row[2] for key in ("backbone", "head") for row in clean[key]]
    if kinds.count(HEAD) != 1 or kinds[-1] != HEAD:
        raise _unusable(path, f"it does not end in one {HEAD}: only detectors are trained here")
    return clean


def _scales(scales: object, path: Path) -> dict[str, list[float]]:
    if not isinstance(scales, Mapping) or not 0 < len(scales) <= 20:
        raise _unusable(path, "its scales are no mapping of names to three numbers")
    clean: dict[str, list[float]] = {}
    for name, values in scales.items():
        if not (isinstance(name, str) and re.fullmatch(r"\w{1,8}", name)) or not isinstance(values, list):
            raise _unusable(path, f"its scale {name!r} is no name with three numbers")
        if len(values) != 3:
            raise _unusable(path, f"its scale {name} has {len(values)} numbers, not three")
        clean[name] = [_number(value, f"scale {name}", path) for value in values]
    return clean


def _scale(clean: dict[str, Any], path: Path) -> str | None:
    """Which of the scales is meant: by the entry `scale`, else by the file's name, else the only one there is."""
    scales = clean.get("scales")
    said = clean.pop("scale", None)
    if scales is None:
        return None
    named = SIZE_IN_NAME.search(path.stem)
    for wanted in (said, named[1] if named else None, next(iter(scales)) if len(scales) == 1 else None):
        if isinstance(wanted, str) and wanted in scales:
            return wanted
    message = f"The architecture {path.name} has several scales ({', '.join(scales)}), and nothing says which is meant."
    hint = f"Add a line like `scale: {next(iter(scales))}`, or put it into the file's name, as in yolo11n.yaml."
    raise ModelError(message, hint=hint, path=path)


def _rows(rows: object, key: str, before: int, path: Path) -> list[list[object]]:
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ROWS:
        raise _unusable(path, f"it has no {key}")
    clean: list[list[object]] = []
    for number, row in enumerate(rows, start=before):
        if not isinstance(row, list) or len(row) != 4 or not isinstance(row[3], list):
            raise _unusable(path, f"row {number} of its {key} is not [from, repeats, module, arguments]")
        origin, repeats, module, arguments = row
        if not isinstance(module, str) or module not in LAYERS:
            raise _unsafe(path, f"it names {str(module)[:80]!r}, which is no layer of a YOLO detector")
        if not isinstance(repeats, int) or not 0 < repeats <= MOST_REPEATS:
            raise _unusable(path, f"row {number} of its {key} is repeated {str(repeats)[:20]} times")
        origins = origin if isinstance(origin, list) else [origin]
        if not origins or not all(_is_origin(each, number) for each in origins):
            raise _unusable(path, f"row {number} of its {key} takes its input from {str(origin)[:40]}")
        clean.append([origin, repeats, module, [_argument(each, path, 0) for each in arguments]])
    return clean


def _is_origin(value: object, row: int) -> bool:
    """-1 is the row before; other rows are counted from the first, or backwards from this one."""
    return isinstance(value, int) and not isinstance(value, bool) and (-row <= value < max(row, 0) or value == -1)


def _argument(value: object, path: Path, depth: int) -> object:
    if value is None or isinstance(value, bool) or (isinstance(value, str) and value in WORDS):
        return value
    if isinstance(value, int | float):
        return _number(value, "an argument", path)
    if isinstance(value, list) and depth < 3 and len(value) <= 64:
        return [_argument(each, path, depth + 1) for each in value]
    raise _unsafe(path, f"it gives a layer {str(value)[:80]!r}, where only numbers and a few words may stand")


def _number(value: object, what: str, path: Path) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        raise _unusable(path, f"{what} is {str(value)[:40]}, not a number within {LARGEST:,}")
    return value


def _whole(value: object, what: str, path: Path) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST:
        raise _unusable(path, f"its {what} is {str(value)[:40]}")
    return value


def _unusable(path: Path, reason: str) -> ModelError:
    return ModelError(f"{path} cannot be used as an architecture: {reason}.", hint=HINT, path=path)


def _unsafe(path: Path, reason: str) -> UnsafeModelError:
    message = f"The architecture in {path} was refused, because building it could run code or fetch files: {reason}."
    hint = "Only the layers that Ultralytics' YOLO detectors are made of may be named."
    return UnsafeModelError(message, hint=hint, path=path)
