"""Looks at what the user wants to import and says what it is, without importing it."""

from pydantic import JsonValue

from pyroblur_gui.datasets.sources import folder
from pyroblur_gui.datasets.spec import RecogniseSpec
from pyroblur_gui.jobs.context import Context


def run(spec: RecogniseSpec, context: Context) -> dict[str, JsonValue]:
    """{"found": [{"format", "path", "pictures", "classes", "notes"}]}, one a path. Raises PyroblurError."""
    found: list[JsonValue] = []
    for path in spec.paths:
        context.check_cancelled()
        known = folder.look(path)
        found.append(
            {
                "format": known.format,
                "path": str(known.path),
                "pictures": known.pictures,
                "classes": list(known.classes),
                "notes": list(known.notes),
            }
        )
    return {"found": found}
