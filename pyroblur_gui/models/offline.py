"""Keeps libraries from reaching for the network: in one place, before each is imported.

The package openvino reports its own import through openvino_telemetry, from a thread, unless its conversion tools
cannot be imported; nothing here needs those tools. ONNX Runtime, from 1.29 on and outside Windows, writes an identifier
of the machine to the user's cache and uploads events with names and hashes of models. Ultralytics looks up name
servers, checks for updates, reports to Google Analytics, fetches fonts and installs packages unless told otherwise.
"""

import contextlib
import importlib
import importlib.util
import json
import os
import socket
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models.packed import make_importable

OPENVINO_TOOLS = ("openvino_telemetry", "openvino.tools.ovc")
ONNXRUNTIME_LIBRARY = "onnxruntime.capi.onnxruntime_pybind11_state"
ONNXRUNTIME_SWITCHES = {"ORT_DISABLE_TELEMETRY": "1", "ORT_TELEMETRY_DISABLED": "1"}  # its name changed once
ULTRALYTICS_SETTINGS_VERSION = "0.0.8"
ULTRALYTICS_SWITCHES = {
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
    "ULTRALYTICS_SAFE_LOAD": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "NO_ALBUMENTATIONS_UPDATE": "1",
}


def import_openvino() -> ModuleType:
    """The package openvino without its conversion tools, which report every import. Raises ImportError."""
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    for name in OPENVINO_TOOLS:
        modules.setdefault(name, None)  # importing it raises ModuleNotFoundError, which openvino expects
    return importlib.import_module("openvino")


def import_onnxruntime() -> ModuleType:
    """The package onnxruntime with its telemetry off: by the environment, which it reads once, and by its own call.

    Raises ImportError; and, where the packaged program unpacks it, EngineError, OutputError or DiskFullError.
    """
    os.environ.update(ONNXRUNTIME_SWITCHES)
    make_importable(ONNXRUNTIME_LIBRARY)
    module = importlib.import_module("onnxruntime")
    module.disable_telemetry_events()  # the one for Windows
    return module


def import_ultralytics() -> ModuleType:
    """The package ultralytics, told by settings in PyroBlur's own folder to reach for nothing. Raises ImportError.

    Its import replaces PIL.Image.open, for the whole process, by one that installs packages on files that Pillow does
    not know; Pillow's own is put back.
    """
    _prepare_ultralytics()
    pillow = importlib.import_module("PIL.Image")
    own_open = pillow.open
    try:
        with _without_sockets():
            with contextlib.suppress(ImportError):
                importlib.import_module("urllib3")  # which Ultralytics would load later
            importlib.import_module("ultralytics.utils")
            return importlib.import_module("ultralytics")
    finally:
        pillow.open = own_open  # type: ignore[attr-defined]


@contextlib.contextmanager
def _without_sockets() -> Iterator[None]:
    """Ultralytics reads the number of the network card, to know the machine again; urllib3, which comes with it, tries
    whether a socket of IPv6 can be had. Neither sends anything, and neither is needed.
    """
    if "ultralytics" in sys.modules:
        yield
        return
    node, has_ipv6 = uuid.getnode, socket.has_ipv6
    uuid.getnode = lambda: 0
    socket.has_ipv6 = False
    try:
        yield
    finally:
        uuid.getnode, socket.has_ipv6 = node, has_ipv6
        connection = sys.modules.get("urllib3.util.connection")
        if connection is not None:  # for a tracking address that the user set
            connection.HAS_IPV6 = has_ipv6  # type: ignore[attr-defined]


def _prepare_ultralytics() -> None:
    """Sets every switch and writes the settings; they count only if they are there before the import."""
    folder = folders().cache / "ultralytics"
    os.environ.update(ULTRALYTICS_SWITCHES | ONNXRUNTIME_SWITCHES)
    os.environ["YOLO_CONFIG_DIR"] = str(folder)
    os.environ["MPLCONFIGDIR"] = str(folder / "matplotlib")  # these two would write to the user's home and to /tmp
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(folder / "torchinductor")
    os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count() or 1))  # left alone, Ultralytics sets 1
    _write_settings(folder / "Ultralytics" / "settings.json")
    _place_fonts(folder / "Ultralytics")


def _place_fonts(folder: Path) -> None:
    """Under the names that Ultralytics would fetch before each training; nothing is written with them."""
    found = importlib.util.find_spec("matplotlib")
    places = found.submodule_search_locations if found is not None else None
    font = Path(next(iter(places or ()), "")) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    for name in ("Arial.ttf", "Arial.Unicode.ttf"):
        if not (folder / name).exists():
            with PartFile(folder / name) as part:
                part.path.write_bytes(font.read_bytes() if font.is_file() else b"")
                part.commit()


def _write_settings(path: Path) -> None:
    """The complete file of that version: Ultralytics would fill up an incomplete one with its own defaults."""
    places = folders()
    settings = {
        "settings_version": ULTRALYTICS_SETTINGS_VERSION,
        "datasets_dir": str(places.data / "datasets"),
        "weights_dir": str(places.cache / "weights"),
        "runs_dir": str(places.runs),
        "uuid": "",
        "sync": False,
        "api_key": "",
        "openai_api_key": "",
        "clearml": False,
        "comet": False,
        "dvc": False,
        "mlflow": False,
        "raytune": False,
        "tensorboard": False,
        "wandb": False,
        "vscode_msg": False,
        "openvino_msg": False,
    }
    with PartFile(path) as part:
        part.path.write_text(json.dumps(settings, indent=2), encoding="utf-8")
        part.commit()
