"""What a training starts from: trained weights that were looked at first, or an architecture with random ones.

A name never becomes something else than what it says: weights that are not there are an error, not another model.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.core.files import sha256
from pyroblur_gui.models import bases
from pyroblur_gui.models.architecture import checked, rewritten
from pyroblur_gui.training.networks import ARCHITECTURES
from pyroblur_gui.training.spec import Recipe


@dataclass(frozen=True)
class Base:
    """model: what Ultralytics is given: a checkpoint that is safe to read, or the name of an architecture's file.

    sha256: of the trained weights; empty for random ones.
    """

    model: str
    is_pretrained: bool
    names: tuple[str, ...] = ()  # of the classes that trained weights know
    sha256: str = ""


def base_of(recipe: Recipe) -> Base:
    """Raises ModelError when there is nothing of that name, UnsafeModelError for a file that could run code."""
    path = Path(recipe.model)
    if path.suffix == ".pt":
        return _weights(path, recipe)
    if path.suffix in {".yaml", ".yml"}:
        return _architecture(path, recipe)
    if re.fullmatch(ARCHITECTURES, recipe.model) is None:
        message = f"There is no network called {recipe.model}."
        raise ModelError(message, hint="Take yolo11n, s, m, l or x, or yolo26n to x, or give a .pt or .yaml file.")
    if not recipe.is_pretrained:
        return Base(f"{recipe.model}.yaml", is_pretrained=False)
    return _weights(bases.weights_of(recipe.model), recipe)


def _architecture(path: Path, recipe: Recipe) -> Base:
    if recipe.is_pretrained:
        message = f"{path.name} is an architecture: it holds no trained weights, but the recipe asks for them."
        hint = "Train it from random weights (--from-scratch), or name a network or a .pt file."
        raise ModelError(message, hint=hint, path=path)
    return Base(str(rewritten(path)), is_pretrained=False)


def _weights(path: Path, recipe: Recipe) -> Base:
    if not path.is_file():
        message = f"The trained weights of {recipe.model} are not on this computer: {path} is missing."
        is_file = path == Path(recipe.model)
        hint = "Check the path." if is_file else bases.how_to_get(recipe.model)
        raise ModelError(message, hint=hint, path=path)
    if not recipe.is_pretrained:
        message = f"{path.name} holds trained weights, but the recipe asks for random ones."
        raise ModelError(message, hint="Name the network instead, such as yolo11n.", path=path)
    from pyroblur_gui.models.checkpoint import load_module  # noqa: PLC0415 - torch, in the worker only

    mark = bases.check_file(recipe.model) if bases.find(recipe.model) else sha256(path)
    loaded = load_module(path)  # refuses what could run code, before Ultralytics opens it
    checked(loaded.architecture, path)  # from which Ultralytics builds the network anew
    return Base(str(path), is_pretrained=True, names=loaded.names, sha256=mark)
