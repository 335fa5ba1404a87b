"""Opens a model by name or file: finds it, chooses an engine, and puts the detector together.

Each engine lives in a module of its own that is imported only when it is chosen: importing torch takes two seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from pyroblur_gui.core.errors import EngineError, ModelError, OutputError
from pyroblur_gui.core.files import sha256
from pyroblur_gui.models import catalogue, choice, store
from pyroblur_gui.models.card import Card, Layout, check_file, read_card
from pyroblur_gui.models.catalogue import ModelFile
from pyroblur_gui.models.centerface import NETWORK as CENTERFACE_NETWORK
from pyroblur_gui.models.centerface import CenterFaceDetector
from pyroblur_gui.models.choice import Candidate, Choice
from pyroblur_gui.models.composite import CompositeDetector, Part
from pyroblur_gui.models.detector import Detector
from pyroblur_gui.models.engine import BatchEngine, Engine, Network
from pyroblur_gui.models.export import card_of_onnx, import_checkpoint
from pyroblur_gui.models.network import NetworkDetector
from pyroblur_gui.models.tiling import TiledDetector
from pyroblur_gui.models.yolo import BoxesDetector, ObjectnessDetector, YoloDetector
from pyroblur_gui.models.yolo import network as yolo_network

KINDS: Mapping[Layout, type[NetworkDetector]] = {
    Layout.YOLO: YoloDetector,
    Layout.OBJECTNESS: ObjectnessDetector,
    Layout.BOXES: BoxesDetector,
    Layout.CENTERFACE: CenterFaceDetector,
}


class EngineModule(Protocol):
    """What openvino.py, onnxruntime.py and torch.py beside this file offer."""

    def open_engine(self, model: ModelFile, network: Network, candidate: Candidate) -> BatchEngine:
        """Raises ModelError, EngineError or MissingExtraError."""
        ...


def open_detector(
    name_or_path: str | Path,
    *,
    engine: str = choice.AUTO,
    device: str = choice.AUTO,
    precision: str = choice.AUTO,
    tiled: bool = False,
) -> Detector:
    """A model of the catalogue by name, or a YOLO detector from an .onnx file (a .pt file is imported once).

    tiled: looks at pictures larger than the network's input in overlapping tiles as well.
    Raises ModelError, which says what to do, EngineError when the engine or device cannot be used here,
    MissingExtraError when a part that it needs is not installed.
    """

    def opened(model: ModelFile) -> Detector:
        detector = start(model, choose(model, engine=engine, device=device, precision=precision))
        return TiledDetector(detector, tile=_tile(model.card)) if tiled else detector

    return joined([Part(opened(model), classes) for model, classes in members(name_or_path)])


def joined(parts: Sequence[Part]) -> Detector:
    """One detector of several, each for its own classes; itself, where it is one with all of its classes."""
    if len(parts) == 1 and parts[0].classes == parts[0].detector.classes:
        return parts[0].detector
    return CompositeDetector(parts)


def members(name_or_path: str | Path) -> list[tuple[ModelFile, tuple[str, ...]]]:
    """The files that a name stands for, and the classes that each answers for. Raises ModelError."""
    text = str(name_or_path)
    group = catalogue.composite(text)
    if group is not None:
        return [(catalogue.find(member.model), member.classes) for member in group.members]
    model = catalogue.find(text) if text in catalogue.names() else _from_file(Path(name_or_path))
    return [(model, model.card.labels)]


def choose(model: ModelFile, *, engine: str, device: str, precision: str) -> list[Choice]:
    if model.path.suffix == ".xml" and engine == choice.AUTO:
        engine = choice.OPENVINO  # which alone reads it
    return choice.choose(
        model.card.sha256,
        engine=engine,
        device=device,
        precision=precision,
        has_checkpoint=model.checkpoint is not None,
    )


def build(model: ModelFile, candidate: Candidate) -> BatchEngine:
    """Loads the network into one engine. Raises ModelError, EngineError or MissingExtraError."""
    try:
        module = cast("EngineModule", import_module(f"pyroblur_gui.models.{candidate.engine}"))
        return module.open_engine(model, network_of(model.card), candidate)
    except ImportError as error:
        message = f"{choice.TITLES[candidate.engine]} cannot be loaded: {error}"
        raise EngineError(message, hint="Install it again, or choose another engine.") from error


def network_of(card: Card) -> Network:
    return CENTERFACE_NETWORK if card.layout is Layout.CENTERFACE else yolo_network(card)


def start(
    model: ModelFile,
    choices: list[Choice],
    kinds: Mapping[Layout, type[NetworkDetector]] = KINDS,
    *,
    fed_by: Callable[[BatchEngine], Engine] | None = None,
) -> NetworkDetector:
    """The first way that works; a later one says what the earlier ones died of. fed_by: what stands before the engine.

    Raises EngineError, ModelError; OutputError where an engine has to be unpacked and there is no room for it.
    """
    kind = kinds[model.card.layout]
    failure: EngineError | OutputError | None = None
    for each in choices:
        try:
            engine = build(model, each.candidate)
        except (EngineError, OutputError) as error:
            failure = failure or error
            continue
        reason = each.reason if failure is None else f"{each.reason}, because {failure.message}"
        return kind(fed_by(engine) if fed_by is not None else engine, model.card, reason=reason)
    raise failure or EngineError("There is no engine that could run the model.", hint="Install PyroBlur again.")


def _from_file(path: Path) -> ModelFile:
    readers: dict[str, Callable[[Path], ModelFile]] = {
        ".onnx": _from_onnx,
        ".pt": _from_checkpoint,
        ".xml": _from_openvino,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise catalogue.unknown(str(path))
    if not path.is_file():
        message = f"There is no model file {path}."
        raise ModelError(message, hint="Check the path.", path=path)
    return reader(path)


def _from_onnx(path: Path) -> ModelFile:
    return ModelFile(path, card_of_onnx(path, name=store.name_from(path.stem)))


def _from_openvino(path: Path) -> ModelFile:
    """One that PyroBlur exported: its card lies beside it."""
    model = read_card(path.with_name(store.CARD_FILE))
    check_file(path, model.sha256, hint="Export it again.")
    return ModelFile(path, model)


def _from_checkpoint(path: Path) -> ModelFile:
    return catalogue.find(store.find_checkpoint(sha256(path)) or import_checkpoint(path).name)


def _tile(card: Card) -> int:
    return min(card.fixed_size) if card.fixed_size else card.input_size
