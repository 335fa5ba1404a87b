"""`pyroblur runs promote` and `rollback`: which model is used for blurring, on what grounds, and back again."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.commands.runs_jobs import ask
from pyroblur_gui.cli.output import columns, heads, printable, write_line
from pyroblur_gui.core.errors import PromotionError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.translation import tr
from pyroblur_gui.runs.spec import Alias, PromoteSpec, RegistrySpec, RollBackSpec


def promote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name of a model: `pyroblur models list`.")],
    *,
    rules: Annotated[
        list[str] | None,
        typer.Option("--goal", "--limit", metavar="RULE", help="Such as map50_95>=0.5 or leak_objects<=5%."),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="MODEL", help="An alternative to compare it with; may be repeated."),
    ] = None,
    benchmark: Annotated[
        Path | None, typer.Option("--benchmark", metavar="FOLDER", help="Where the figures come from; else the newest.")
    ] = None,
    alias: Annotated[Alias, typer.Option("--as", help="candidate: only marked. production: used from now on.")] = (
        Alias.PRODUCTION
    ),
    draft: Annotated[
        Path | None, typer.Option("--draft", metavar="FILE.md", help="Only write the record, to be edited.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE.md", help="Keep this record, which you edited.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, although it falls short.")] = "",
    as_json: AsJson = False,
) -> None:
    """Promote a model: check goals and limits, keep a record of the decision, and use it for blurring from now on.

    What is not met, or not measured, stops the promotion unless --reason says why it is wanted all the same.
    """
    spec = PromoteSpec(
        model=model,
        alias=alias,
        rules=tuple(rules or ()),
        alternatives=tuple(against or ()),
        benchmark=benchmark.absolute() if benchmark is not None else None,
        record=_read(record) if record is not None else "",
        reason=reason,
        is_draft=draft is not None,
    )
    result = ask(spec, as_json=as_json)
    if draft is not None:
        with PartFile(draft.absolute()) as part:
            part.path.write_text(str(result["record"]), encoding="utf-8")
            part.commit()
        _end(
            {**result, "draft": str(draft)},
            tr("the record is in {draft}; nothing is promoted yet", draft=draft),
            as_json=as_json,
        )
        return
    if alias is Alias.PRODUCTION:
        used = tr("{model} is used for blurring from now on; the record: {path}", model=model, path=result["decision"])
    else:
        used = tr("{model} is marked as the candidate; the record: {path}", model=model, path=result["decision"])
    _end(result, used, as_json=as_json)


def rollback(*, as_json: AsJson = False) -> None:
    """Go back to the model that was used before the last promotion."""
    result = ask(RollBackSpec(), as_json=as_json)
    _end(
        result,
        tr("{model} is used again, instead of {old}", model=result["model"], old=result["from"]),
        as_json=as_json,
    )


def registry(*, as_json: AsJson = False) -> None:
    """List what was promoted, the newest first, and which model is used now."""
    result = ask(RegistrySpec(), as_json=as_json)
    if as_json:
        _end(result, "", as_json=True)
        return
    write_line(sys.stdout, printable(tr("used for blurring: {production}", production=result["production"])))
    versions = result["versions"]
    rows = [each for each in versions if isinstance(each, dict)] if isinstance(versions, list) else []
    if rows:
        shown = [heads("version", "model", "alias", "record"), *map(_row, rows)]
        for line in columns(shown):
            write_line(sys.stdout, line)


def _row(version: Mapping[str, JsonValue]) -> tuple[str, ...]:
    aliases = version["aliases"]
    named = ", ".join(map(str, aliases)) if isinstance(aliases, list) else ""
    return str(version["version"]), str(version["model"]), named, str(version["record"])


def _read(path: Path) -> str:
    """Raises PromotionError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        message = f"The record {path.name} cannot be read: {exc}."
        raise PromotionError(message, hint="Write one with --draft, edit it, and give it again.", path=path) from exc
    if not text.strip():
        message = f"The record {path.name} is empty."
        raise PromotionError(message, hint="Write one with --draft, edit it, and give it again.", path=path)
    return text


def _end(result: Mapping[str, JsonValue], text: str, *, as_json: bool) -> None:
    if as_json:
        write_line(sys.stdout, json.dumps({"type": "finished", **result}))
    else:
        write_line(sys.stdout, printable(text))
