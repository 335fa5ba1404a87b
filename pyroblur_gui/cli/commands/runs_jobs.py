"""One job about runs, from the command line: its result, or the end of the command."""

import json
import sys
from collections.abc import Mapping
from typing import NoReturn

import typer
from pydantic import JsonValue

from pyroblur_gui.cli.batch import run_one
from pyroblur_gui.cli.output import failed_text, write_line
from pyroblur_gui.jobs.events import Failed
from pyroblur_gui.jobs.spec import Spec


def ask(spec: Spec, *, as_json: bool) -> dict[str, JsonValue]:
    """The result of one job. A failure ends the command."""
    end = run_one(spec)
    if isinstance(end, Failed):
        fail(end, as_json=as_json)
    return end.result


def fail(end: Failed, *, as_json: bool) -> NoReturn:
    if as_json:
        line(end.model_dump(mode="json"))
    else:
        write_line(sys.stderr, failed_text(end.message, end.hint))
    raise typer.Exit(1)


def line(body: Mapping[str, JsonValue]) -> None:
    write_line(sys.stdout, json.dumps(body))
