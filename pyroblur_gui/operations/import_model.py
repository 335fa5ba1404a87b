"""Brings a user's model into the store."""

from pydantic import JsonValue

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.models.export import import_checkpoint, import_onnx
from pyroblur_gui.operations.spec import ImportModelSpec


def run(spec: ImportModelSpec, context: Context) -> dict[str, JsonValue]:
    """{"name", "classes"} of the imported model. Raises ModelError, UnsafeModelError, MissingExtraError."""
    context.check_cancelled()
    match spec.source.suffix.lower():
        case ".onnx":
            card = import_onnx(spec.source, spec.name)
        case ".pt":
            card = import_checkpoint(spec.source, spec.name)
        case suffix:
            message = f"{spec.source.name} is no model that can be imported: its name ends in {suffix or 'nothing'}."
            raise ModelError(message, hint="Give an .onnx or a .pt file.", path=spec.source)
    return {"name": card.name, "classes": list(card.labels)}
