"""Writes a data set in a format of other programs."""

from pydantic import JsonValue

from pyroblur_gui.datasets.export import export
from pyroblur_gui.datasets.spec import ExportSpec
from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Artifact, Started


def run(spec: ExportSpec, context: Context) -> dict[str, JsonValue]:
    """{"name", "path", "format", "images"}. Raises PyroblurError, JobCancelledError."""
    context.emit(Started(kind=spec.kind, detail={"name": spec.name, "output": str(spec.folder)}))
    with open_dataset(spec.name) as dataset:
        written = export(dataset, spec.format, spec.folder, context)
    context.emit(Artifact(path=spec.folder, kind="output"))
    return {"name": spec.name, "path": str(spec.folder), "format": spec.format.value, "images": written}
