"""The user's own models: a folder each, with model.onnx, card.json and, where there was one, the checkpoint.

A model appears under its name only when it is complete, so that a killed import leaves nothing that could be run.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models.card import NAME_PATTERN, Card, check_file, read_card

MODEL_FILE = "model.onnx"
CARD_FILE = "card.json"
CHECKPOINT_FILE = "model.pt"
UNFINISHED = ".import-"  # prefix of folders that are being filled
RESERVED = ("auto", "none")


def names() -> tuple[str, ...]:
    """Names of the imported models, sorted."""
    root = folders().models
    if not root.is_dir():
        return ()
    return tuple(
        sorted(entry.name for entry in root.iterdir() if (entry / CARD_FILE).is_file() and is_name(entry.name))
    )


def is_name(text: str) -> bool:
    return re.fullmatch(NAME_PATTERN, text) is not None


def name_from(text: str) -> str:
    """A name that is close to the text: the stem of a file, say."""
    cleaned = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("._-")[:64]
    return cleaned or "model"


def card(name: str) -> Card:
    """Raises ModelError for an unknown name or a damaged card."""
    folder = _folder(name)
    if not folder.is_dir():
        message = f"There is no imported model called {name}."
        raise ModelError(message, hint=f"Imported models: {', '.join(names()) or 'none'}.")
    return read_card(folder / CARD_FILE)


def model_file(name: str) -> Path:
    """The ONNX file, checked against its card. Raises ModelError."""
    path = _folder(name) / MODEL_FILE
    check_file(path, card(name).sha256, hint="Remove the model and import it again.")
    return path


def checkpoint_file(name: str) -> Path | None:
    """The checkpoint that the model was imported from, where it was kept."""
    path = _folder(name) / CHECKPOINT_FILE
    return path if path.is_file() else None


def find_checkpoint(sha256: str) -> str | None:
    """Name of the model that was imported from the checkpoint with this SHA-256."""
    return next((name for name in names() if card(name).checkpoint_sha256 == sha256), None)


def add(entry: Card, model: Path, *, checkpoint: Path | None = None) -> Path:
    """Puts a model and its card into the store, under the card's name; gives its folder.

    Raises ModelError when the name is taken or the file is not the one that the card pins.
    """
    check_free(entry.name)
    root = folders().models
    root.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(root)
    part = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{os.getpid()}-", dir=root))
    try:
        shutil.copyfile(model, part / MODEL_FILE)
        check_file(part / MODEL_FILE, entry.sha256, hint="Import the model again.")
        if checkpoint is not None:
            shutil.copyfile(checkpoint, part / CHECKPOINT_FILE)
        (part / CARD_FILE).write_text(entry.model_dump_json(indent=2) + "\n", encoding="utf-8")
        folder = _folder(entry.name)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def rewrite(entry: Card) -> None:
    """Replaces the card of a model that is there, for the same file. Raises ModelError, OutputError."""
    if card(entry.name).sha256 != entry.sha256:
        message = f"The card is not about the model {entry.name} that is there."
        raise ModelError(message, hint="Import the model again.")
    with PartFile(_folder(entry.name) / CARD_FILE) as part:
        part.path.write_text(entry.model_dump_json(indent=2) + "\n", encoding="utf-8")
        part.commit()


def check_free(name: str) -> None:
    """Raises ModelError unless a model may be added under this name."""
    if not is_name(name) or name in RESERVED:
        message = f"{name!r} cannot be the name of a model."
        raise ModelError(message, hint="Use small letters, digits, dots, dashes and underscores, at most 64.")
    if _folder(name).exists():
        message = f"There is a model called {name} already."
        raise ModelError(message, hint="Choose another name, or remove that model first.")


def remove(name: str) -> None:
    """Deletes an imported model. Raises ModelError for an unknown name.

    Its name goes first: a kill meanwhile leaves no folder that is neither a model nor a free name.
    """
    card(name)
    gone = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{os.getpid()}-", dir=folders().models))
    _folder(name).replace(gone / name)
    shutil.rmtree(gone)


def _remove_abandoned(root: Path) -> None:
    """What killed processes left of models that they were filling or deleting."""
    import psutil

    for left in root.glob(f"{UNFINISHED}*"):
        owner = left.name.removeprefix(UNFINISHED).partition("-")[0]
        if not (owner.isdecimal() and psutil.pid_exists(int(owner))):
            shutil.rmtree(left, ignore_errors=True)


def _folder(name: str) -> Path:
    if not is_name(name):
        message = f"{name!r} is not the name of a model."
        raise ModelError(message, hint=f"Imported models: {', '.join(names()) or 'none'}.")
    return folders().models / name
