"""`pyroblur models`: which models there are, and bringing in another."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pyroblur_gui.cli.batch import run_one
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.output import File, JsonLines, failure_text, printable, write_line
from pyroblur_gui.jobs.events import Failed
from pyroblur_gui.models import catalogue
from pyroblur_gui.operations.spec import ImportModelSpec

models = typer.Typer(no_args_is_help=True, help="List the models that --model can name, and import others.")


@models.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """List the models by name, with what they find."""
    for entry in catalogue.entries():
        if as_json:
            facts = {
                "name": entry.name,
                "title": entry.title,
                "summary": entry.summary,
                "classes": entry.classes,
                "is_shipped": entry.is_shipped,
            }
            write_line(sys.stdout, json.dumps(facts))
        else:
            origin = "" if entry.is_shipped else " (imported)"
            write_line(sys.stdout, printable(f"{entry.name}{origin}: {', '.join(entry.classes)}. {entry.summary}"))


@models.command("import")
def import_model(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="An .onnx file, or a .pt checkpoint of a YOLO detector.")
    ],
    *,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help=ImportModelSpec.model_fields["name"].description),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import a model, for --model NAME. A .pt is refused if it asks for code outside a fixed list."""
    end = run_one(ImportModelSpec(source=path.absolute(), name=name))
    if as_json:
        JsonLines(sys.stdout).hear(File(path, 1, 1), end)
    elif isinstance(end, Failed):
        write_line(sys.stderr, f"failed: {failure_text(end.message, end.hint)}")
    else:
        write_line(sys.stdout, printable(f"imported as {end.result['name']}"))
    raise typer.Exit(1 if isinstance(end, Failed) else 0)
