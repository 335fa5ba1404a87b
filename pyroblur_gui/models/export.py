"""Brings a model into the store: an .onnx file as it is, a checkpoint by converting it to ONNX once."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pyroblur_gui.core.errors import MissingExtraError, ModelError
from pyroblur_gui.core.files import sha256
from pyroblur_gui.core.training_part import has_training, training_hint
from pyroblur_gui.models import catalogue, store
from pyroblur_gui.models.card import Card, Layout, class_cards
from pyroblur_gui.models.declared import declaration_of


def import_onnx(path: Path, name: str | None = None) -> Card:
    """Copies a detector, as Ultralytics exports it or as a declaration says, into the store. Raises ModelError."""
    card = card_of_onnx(path, name=_free_name(path, name))
    store.add(card, path)
    return card


def import_checkpoint(path: Path, name: str | None = None) -> Card:
    """Converts a YOLO checkpoint (.pt) to ONNX and puts both into the store.

    Nothing in the checkpoint is run: what is not plain data of known kinds is refused. Raises UnsafeModelError then,
    ModelError when it is no detection checkpoint or the name is taken, MissingExtraError without the training part.
    """
    if not has_training():
        message = "Importing a checkpoint (.pt) needs torch and Ultralytics, which are not installed."
        hint = f"{training_hint()} Or export it to ONNX elsewhere and import that."
        raise MissingExtraError(message, hint=hint)
    name = _free_name(path, name)
    from pyroblur_gui.models.conversion import export_checkpoint

    with tempfile.TemporaryDirectory(prefix="pyroblur-import-") as folder:
        exported = export_checkpoint(path, Path(folder) / "model.onnx")
        card = card_of_onnx(exported, name=name).model_copy(
            update={"title": path.stem, "summary": f"Imported from {path.name}.", "checkpoint_sha256": sha256(path)}
        )
        store.add(card, exported, checkpoint=path)
    return card


def keep_trained(checkpoint: Path, name: str, *, about: Mapping[str, object]) -> Card:
    """Converts the checkpoint of PyroBlur's own training and puts both into the store, in place of its predecessor.

    name: of the model. about: fields of the card that the training knows. Raises ModelError, also when the name is that
    of another model.
    """
    from pyroblur_gui.models.conversion import export_checkpoint

    with tempfile.TemporaryDirectory(prefix="pyroblur-export-") as folder:
        exported = export_checkpoint(checkpoint, Path(folder) / "model.onnx")
        card = card_of_onnx(exported, name=name).model_copy(
            update={**about, "checkpoint_sha256": sha256(checkpoint), "created": datetime.now(UTC)}
        )
        if name in store.names() and store.card(name).recipe.get("run") == card.recipe.get("run"):
            store.remove(name)  # of the same run, when it had learnt less
        store.add(card, exported, checkpoint=checkpoint)
    return card


def card_of_onnx(path: Path, *, name: str) -> Card:
    """A card made from what the file says of itself, with cautious values for the rest. Raises ModelError."""
    from pyroblur_gui.models.onnx_file import read_facts

    declared = declaration_of(path)
    facts = read_facts(path, declared)
    return Card(
        name=name,
        title=path.stem,
        summary=facts.description,
        layout=Layout.YOLO if declared is None else declared.layout,
        classes=class_cards(facts.names),
        input_size=facts.input_size,
        stride=facts.stride,
        fixed_size=facts.fixed_size,
        licence=facts.licence,
        sha256=sha256(path),
        created=datetime.fromtimestamp(path.stat().st_mtime, UTC),
    )


def _free_name(path: Path, name: str | None) -> str:
    """The name asked for, or one made from the file's. Raises ModelError when it is taken."""
    if name is None:
        stem = store.name_from(path.stem)
        taken = {*catalogue.names(), *store.RESERVED}
        return next(each for each in (stem, *(f"{stem}-{number}" for number in range(2, 1000))) if each not in taken)
    if catalogue.is_shipped(name):
        message = f"{name} is the name of a model that comes with PyroBlur."
        raise ModelError(message, hint="Choose another name.")
    store.check_free(name)
    return name
