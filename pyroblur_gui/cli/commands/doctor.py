"""`pyroblur doctor`: what a bug report needs."""

import json
import sys
from typing import Annotated

import typer
from pydantic import JsonValue

from pyroblur_gui.cli.batch import run_one
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.output import failed_text, printable, write_line
from pyroblur_gui.core.system import platform_facts
from pyroblur_gui.core.translation import numeral, term, tr, translated
from pyroblur_gui.jobs.events import Failed, Finished
from pyroblur_gui.operations.spec import DoctorSpec

_BY_NAME = "models"  # the part whose facts are named by the user


def doctor(
    *,
    as_json: AsJson = False,
    measure: Annotated[
        bool,
        typer.Option("--measure", help=DoctorSpec.model_fields["measure"].description),
    ] = False,
) -> None:
    """Print versions, processor, engines and encoders that work, folders and models: what a bug report needs.

    Nothing in it names you or your files. The exit status is 1 if something could not be found out.
    """
    end = run_one(DoctorSpec(measure=measure))
    parts: dict[str, JsonValue] = {"system": dict(platform_facts())}  # at least, where the worker itself is broken
    if isinstance(end, Failed):
        write_line(
            sys.stderr,
            f"{failed_text(end.message, end.hint)}\n{end.detail}",
        )
    else:
        parts = end.result
    if as_json:
        write_line(sys.stdout, json.dumps(parts))
    else:
        _print(parts)
    is_whole = isinstance(end, Finished) and not any("error" in part for part in _parts(parts).values())
    raise typer.Exit(0 if is_whole else 1)


def _print(parts: dict[str, JsonValue]) -> None:
    for name, facts in _parts(parts).items():
        write_line(sys.stdout, printable(term(name)))
        for key, value in facts.items():
            shown = ", ".join(map(_shown, value if isinstance(value, list) else [value]))
            title = key if name == _BY_NAME else term(key)
            write_line(sys.stdout, printable(tr("  {name}: {value}", name=title, value=shown)))


def _shown(value: JsonValue) -> str:
    if isinstance(value, float):
        return numeral(value, "g")
    text = str(value)
    known = translated(text)
    return known if known != text else ", ".join(map(term, text.split(", ")))


def _parts(parts: dict[str, JsonValue]) -> dict[str, dict[str, JsonValue]]:
    return {name: facts for name, facts in parts.items() if isinstance(facts, dict)}
