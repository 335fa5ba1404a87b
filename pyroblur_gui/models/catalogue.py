"""Which models there are: those shipped with PyroBlur (resources/models.toml), then the user's own.

Light on purpose: the window and the command line list models with it, and no inference engine is loaded for that.
"""

import importlib.util
import sys
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.core.paths import resource
from pyroblur_gui.models import store
from pyroblur_gui.models.card import NAME_PATTERN, Card, check_file, read_card

CATALOGUE_FILE = "models.toml"
REINSTALL = "Install PyroBlur again: its model files must be exactly those that it was tested with."


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ShippedModel(_Entry):
    """One ONNX file: `file` lies in the resources, or in the folder of the installed Python package `package`.

    Its card stands in the catalogue itself, or in the resource `card_file`.
    """

    name: str = Field(pattern=NAME_PATTERN)
    title: str
    summary: str
    file: str
    package: str | None = None
    card_file: str | None = None
    card: Card | None = None

    @model_validator(mode="after")
    def _has_one_card(self) -> Self:
        if (self.card is None) == (self.card_file is None):
            message = f"The model {self.name} needs either card or card_file."
            raise ValueError(message)
        return self


class Member(_Entry):
    """A model that answers for some classes of a composite."""

    model: str
    classes: tuple[str, ...] = Field(min_length=1)


class ShippedComposite(_Entry):
    """Several models behind one name, each for its own classes."""

    name: str = Field(pattern=NAME_PATTERN)
    title: str
    summary: str
    members: tuple[Member, ...] = Field(min_length=1)


class Shipped(_Entry):
    """The whole of models.toml."""

    model: tuple[ShippedModel, ...]
    composite: tuple[ShippedComposite, ...] = ()


@dataclass(frozen=True)
class ModelEntry:
    """A line of the list of models."""

    name: str
    title: str
    summary: str
    classes: tuple[str, ...]
    is_shipped: bool
    created: datetime | None = None
    is_aside: bool = False


@dataclass(frozen=True)
class ModelFile:
    """A model that can be loaded: the checked ONNX file, its card and, where it is at hand, the checkpoint."""

    path: Path
    card: Card
    checkpoint: Path | None = None


@cache
def shipped() -> Shipped:
    """The shipped part of the catalogue. Raises FileNotFoundError when the resources are missing."""
    return Shipped.model_validate(tomllib.loads(resource(CATALOGUE_FILE).read_text(encoding="utf-8")))


def names() -> tuple[str, ...]:
    """Every name that open_detector knows, the composites first."""
    known = shipped()
    ours = (*(entry.name for entry in known.composite), *(entry.name for entry in known.model))
    return (*ours, *(name for name in store.names() if name not in ours))


def is_shipped(name: str) -> bool:
    known = shipped()
    return name in {*(entry.name for entry in known.model), *(entry.name for entry in known.composite)}


def entries(*, with_aside: bool = False) -> tuple[ModelEntry, ...]:
    """What a user can choose from; with_aside: also the trials of plans that others were better than.

    A damaged model is left out here; choosing it by name says what is wrong.
    """
    found = (entry for entry in map(_entry, names()) if entry is not None)
    return tuple(entry for entry in found if with_aside or not entry.is_aside)


def composite(name: str) -> ShippedComposite | None:
    return next((entry for entry in shipped().composite if entry.name == name), None)


def find(name: str) -> ModelFile:
    """A shipped or imported model that is no composite, its file checked. Raises ModelError."""
    for entry in shipped().model:
        if entry.name == name:
            return _shipped_file(entry)
    if name not in store.names():
        raise unknown(name)
    return ModelFile(store.model_file(name), store.card(name), store.checkpoint_file(name))


def unknown(name: str) -> ModelError:
    message = f"There is no model called {name}."
    return ModelError(message, hint=f"Known models: {', '.join(names())}; or give the path of an .onnx file.")


def _entry(name: str) -> ModelEntry | None:
    group = composite(name)
    if group is not None:
        classes = tuple(label for member in group.members for label in member.classes)
        return ModelEntry(name, group.title, group.summary, classes, is_shipped=True)
    try:
        for entry in shipped().model:
            if entry.name == name:
                card = _card(entry)
                return ModelEntry(name, entry.title, entry.summary, card.labels, is_shipped=True, created=card.created)
        card = store.card(name)
    except ModelError:
        return None
    return ModelEntry(name, card.title, card.summary, card.labels, is_shipped=False, created=card.created,
                      is_aside=card.is_aside)  # fmt: skip


def _card(entry: ShippedModel) -> Card:
    if entry.card is not None:
        return entry.card
    try:
        return read_card(resource(*str(entry.card_file).split("/")))
    except FileNotFoundError as error:
        raise ModelError(str(error), hint=REINSTALL) from error


def _shipped_file(entry: ShippedModel) -> ModelFile:
    card = _card(entry)
    path = _package_file(entry.package, entry.file) if entry.package else _resource_file(entry.file)
    check_file(path, card.sha256, hint=REINSTALL)
    return ModelFile(path, card)


def _resource_file(name: str) -> Path:
    try:
        return resource(*name.split("/"))
    except FileNotFoundError as error:
        raise ModelError(str(error), hint=REINSTALL) from error


def _package_file(package: str, name: str) -> Path:
    """A data file of an installed package, found without running any of the package's code."""
    folders: list[Path] = []
    bundle = getattr(sys, "_MEIPASS", None)  # a packaged program carries the file without the package's modules
    if bundle:
        folders.append(Path(bundle) / package)
    spec = importlib.util.find_spec(package)
    if spec is not None:
        folders.extend(Path(location) for location in spec.submodule_search_locations or ())
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    message = f"The file {name} of the Python package {package} is missing."
    raise ModelError(message, hint=f"Install it: pip install {package}")
