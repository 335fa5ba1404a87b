"""`pyroblur runs`: the trainings that were logged, compared with each other, noted, and taken out again."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.commands.runs_jobs import ask, line
from pyroblur_gui.cli.commands.runs_lists import show_comparison, show_rows, show_run
from pyroblur_gui.cli.commands.runs_plan import plan
from pyroblur_gui.cli.commands.runs_promote import promote, registry, rollback
from pyroblur_gui.cli.output import failure_text, printable, write_line
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.translation import tr, translated
from pyroblur_gui.runs import row, table
from pyroblur_gui.runs.row import Row
from pyroblur_gui.runs.spec import Change, ChangeSpec, ListSpec, ShowSpec

runs = typer.Typer(no_args_is_help=True, help="List, compare, note, export and remove the trainings that were logged.")
runs.add_typer(plan, name="plan")
runs.command()(promote)
runs.command()(rollback)
runs.command()(registry)

Names = Annotated[list[str], typer.Argument(metavar="RUN", help="Names or ids of runs, or how they begin.")]
Name = Annotated[str, typer.Argument(metavar="RUN", help="Name or id of a run, or how it begins.")]
Where = Annotated[
    str,
    typer.Option(
        "--where",
        metavar="FILTER",
        help="Only these: words of name, data, notes, tags; or 'best/mAP50>=0.5 imgsz=320'.",
    ),
]
SortBy = Annotated[
    str | None, typer.Option("--sort", metavar="COLUMN", help="Order by this column; -COLUMN: the largest first.")
]
Columns = Annotated[
    str | None, typer.Option("--columns", metavar="A,B", help="Only these columns. 'all': every one there is.")
]


@runs.command("list")
def list_runs(
    *,
    where: Where = "",
    sort: SortBy = None,
    columns: Columns = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those in the bin.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the runs, the newest first. What is not logged yet is logged first."""
    result = ask(ListSpec(deleted=deleted), as_json=as_json)
    found = _chosen_rows(result, where, sort)
    if as_json:
        told = {key: value for key, value in result.items() if key != "table"}
        line({"type": "finished", **told, "runs": [each.model_dump(mode="json") for each in found]})
        return
    _tell_pending(result)
    show_rows(found, _columns(found, columns), is_bin=deleted)


@runs.command()
def show(name: Name, *, as_json: AsJson = False) -> None:
    """Show one run: how it was made, how good it became, what was noted."""
    result = ask(ShowSpec(runs=(name,)), as_json=as_json)
    (one,) = row.unpack(_table(result))
    curves = result["curves"]
    if as_json:
        line({"type": "finished", **one.model_dump(mode="json"), "curves": curves})
    else:
        show_run(one)


@runs.command()
def compare(names: Names, *, as_json: AsJson = False) -> None:
    """Compare runs: what they were told differently, how good they became, and what several seeds come to."""
    if len(names) < 2:
        message = "Name two runs or more."
        raise typer.BadParameter(translated(message), param_hint="RUN")
    result = ask(ShowSpec(runs=tuple(names)), as_json=as_json)
    told = {key: value for key, value in result.items() if key != "table"}
    if as_json:
        line({"type": "finished", **told})
    else:
        show_comparison(told)


@runs.command()
def export(
    path: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Where to write the table.", dir_okay=False)],
    *,
    where: Where = "",
    sort: SortBy = None,
    columns: Columns = None,
    as_json: AsJson = False,
) -> None:
    """Write the table of runs as CSV, with every column unless --columns names some."""
    result = ask(ListSpec(), as_json=as_json)
    found = _chosen_rows(result, where, sort)
    with PartFile(path.absolute()) as part:
        part.path.write_text(table.as_csv(found, _columns(found, columns or "all")), encoding="utf-8")
        part.commit()
    _end(
        {"path": str(path), "runs": len(found)},
        tr("{found} runs are written to {path}", found=len(found), path=path),
        as_json=as_json,
    )


@runs.command()
def delete(names: Names, *, as_json: AsJson = False) -> None:
    """Put runs into the bin. Their trainings' own folders and models stay."""
    _change(Change.DELETE, names, as_json=as_json, said=tr("in the bin"))


@runs.command()
def restore(names: Names, *, as_json: AsJson = False) -> None:
    """Take runs out of the bin again."""
    _change(Change.RESTORE, names, as_json=as_json, said=tr("restored"))


@runs.command()
def empty(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Empty the bin: what is in it is taken out of the store for good, with its curves and weights there."""
    if not yes:
        typer.confirm(tr("Take all runs in the bin out of the store for good?"), abort=True)
    _change(Change.ERASE, (), as_json=as_json, said=tr("erased"))


@runs.command()
def note(
    name: Name,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to note; replaces what was noted before.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Note something about a run."""
    _change(Change.NOTE, (name,), text=text, as_json=as_json, said=tr("noted"))


@runs.command()
def tag(
    name: Name,
    text: Annotated[str, typer.Argument(metavar="NAME=VALUE", help="The tag; NAME alone with --remove.")],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take the tag away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tag a run, to find it again."""
    if not remove and "=" not in text:
        message = f"{text!r} is not NAME=VALUE."
        raise typer.BadParameter(translated(message), param_hint="NAME=VALUE")
    change = Change.UNTAG if remove else Change.TAG
    _change(change, (name,), text=text, as_json=as_json, said=tr("untagged") if remove else tr("tagged"))


def _change(change: Change, names: Sequence[str], *, as_json: bool, said: str, text: str = "") -> None:
    result = ask(ChangeSpec(change=change, runs=tuple(names), text=text), as_json=as_json)
    changed = result["changed"]
    names = [str(name) for name in changed] if isinstance(changed, list) else []
    _end(result, f"{said}: {', '.join(names) or tr('nothing')}", as_json=as_json)


def _end(result: Mapping[str, JsonValue], text: str, *, as_json: bool) -> None:
    if as_json:
        line({"type": "finished", **result})
    else:
        write_line(sys.stdout, printable(text))


def _chosen_rows(result: Mapping[str, JsonValue], where: str, sort: str | None) -> list[Row]:
    try:
        found = table.matching(row.unpack(_table(result)), where)
    except PyroblurError as error:
        raise typer.BadParameter(translated(f"{error.message} {error.hint}"), param_hint="--where") from error
    if sort:
        return table.ordered(found, sort.removeprefix("-"), descending=sort.startswith("-"))
    return found


def _columns(rows: Sequence[Row], wanted: str | None) -> list[str]:
    if wanted is None:
        return table.usual(rows)
    if wanted == "all":
        return table.columns(rows)
    chosen = [name.strip() for name in wanted.split(",") if name.strip()]
    known = table.columns(rows)
    strange = [name for name in chosen if rows and name not in known]
    if strange:
        message = f"There is no column {strange[0]}. There are: {', '.join(known)}."
        raise typer.BadParameter(translated(message), param_hint="--columns")
    return chosen


def _tell_pending(result: Mapping[str, JsonValue]) -> None:
    pending, problem = result.get("pending"), result.get("problem")
    if isinstance(pending, list) and pending and isinstance(problem, dict):
        text = failure_text(str(problem["message"]), str(problem["hint"]))
        write_line(
            sys.stderr, printable(tr("{pending} runs are not logged yet: {text}", pending=len(pending), text=text))
        )


def _table(result: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    packed = result["table"]
    if not isinstance(packed, dict):
        message = "The worker gave no table."
        raise TypeError(message)
    return packed
