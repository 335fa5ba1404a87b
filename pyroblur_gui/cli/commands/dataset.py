"""`pyroblur dataset`: gets, makes, checks, mends, divides, counts and writes data sets."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError

from pyroblur_gui.cli.commands import dataset_lists
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.commands.dataset_work import GOES_ON, do, refusing
from pyroblur_gui.cli.options import with_options
from pyroblur_gui.cli.output import printable, write_line
from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.translation import tr, translated
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.fixes import FIXES
from pyroblur_gui.datasets.sources.source import Need, SourceFacts
from pyroblur_gui.datasets.spec import (
    CheckSpec,
    DownloadSpec,
    ExportSpec,
    FixSpec,
    FormatName,
    ImportSpec,
    IntakeOptions,
    SourceOptions,
    SplitOptions,
    SplitSpec,
    StatsSpec,
    SuggestSpec,
    UndoSpec,
)
from pyroblur_gui.datasets.validate import KINDS
from pyroblur_gui.jobs.spec import Spec

dataset = typer.Typer(
    no_args_is_help=True, help="Get, import, check, mend, divide, count and export data sets for training."
)

Name = Annotated[str, typer.Argument(metavar="N", help="Name of the data set.")]
NewName = Annotated[str, typer.Option("--name", metavar="N", help="What to call the data set.")]
Adds = Annotated[bool, typer.Option("--add", help="Add the pictures to the data set of that name.")]

Made = TypeVar("Made", bound=Spec)


@dataset.command("sources")
def list_sources(*, as_json: AsJson = False) -> None:
    """List where data can be downloaded from: what it shows, its licence, and what it needs."""
    dataset_lists.show_sources(as_json=as_json)


@dataset.command("list")
def list_datasets(*, as_json: AsJson = False) -> None:
    """List the data sets, and those whose making was stopped."""
    with refusing(as_json=as_json):
        dataset_lists.show_datasets(as_json=as_json)


@dataset.command("download")
@with_options(SourceOptions)
def download(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A name from `pyroblur dataset sources`.")],
    *,
    name: NewName,
    accept_licence: Annotated[
        bool,
        typer.Option("--accept-licence", "--accept-license", help="You have read the source's licence and accept it."),
    ] = False,
    adds: Adds = False,
    as_json: AsJson = False,
    options: SourceOptions,
) -> None:
    """Make a data set from a source. Stopped by whatever, the same command goes on where it was.

    The key of a source that needs one comes from the system's keyring or from the environment: ROBOFLOW_API_KEY.
    """
    accepted(source, is_accepted=accept_licence, as_json=as_json)
    if options.backgrounds is not None:
        options = options.model_copy(update={"backgrounds": options.backgrounds.absolute()})
    do(
        _made(DownloadSpec, source=source, name=name, options=options, has_accepted=True, adds=adds),
        name,
        as_json=as_json,
        if_cancelled=GOES_ON,
    )


@dataset.command("import")
@with_options(IntakeOptions, defaults={"max_samples": 0})
def import_dataset(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="Folders, zips or tars in YOLO, COCO, Pascal VOC or WIDER text format, pictures without labels, or "
            "names of data sets. The format is recognised.",
        ),
    ],
    *,
    name: NewName,
    only_class: Annotated[
        str | None,
        typer.Option("--only-class", metavar="CLASS", help="What all boxes are, where a format has no classes."),
    ] = None,
    labelled: Annotated[
        str | None,
        typer.Option(
            "--labelled",
            metavar="CLASS,...",
            help="Classes that were looked for in every picture. Without it: those that the files name.",
        ),
    ] = None,
    adds: Adds = False,
    as_json: AsJson = False,
    options: IntakeOptions,
) -> None:
    """Make a data set from your own files; several paths, or names of data sets, become one."""
    looked_for = None if labelled is None else tuple(part.strip() for part in labelled.split(",") if part.strip())
    spec = _made(
        ImportSpec,
        paths=tuple(_place(path) for path in paths),
        name=name,
        options=options,
        only_class=only_class,
        labelled=looked_for,
        adds=adds,
    )
    do(spec, name, as_json=as_json, if_cancelled=GOES_ON)


@dataset.command("check")
def check(
    name: Name,
    *,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="List every problem of this kind, by number.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look for everything that would harm a training. With --json, each problem is an entry of `found`."""
    if kind is not None and kind not in KINDS:
        message = f"There is no kind of problem named {kind!r}. There are: {', '.join(KINDS)}."
        raise typer.BadParameter(translated(message), param_hint="--kind")
    do(
        _made(CheckSpec, name=name),
        name,
        as_json=as_json,
        extend=lambda result: dataset_lists.with_problems(result, kind),
        then=lambda result: dataset_lists.show_problems(result, kind),
    )


@dataset.command("fix")
def fix(
    name: Name,
    fix: Annotated[str, typer.Argument(metavar="FIX", help=f"One of: {', '.join(FIXES)}.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of problem, as `pyroblur dataset check` names it.")],
    *,
    problems: Annotated[
        list[int] | None,
        typer.Option("--problem", metavar="NUMBER", help="Only this problem; may be repeated. Without it: all."),
    ] = None,
    confidence: Annotated[
        float | None,
        typer.Option("--confidence", metavar="C", help=FixSpec.model_fields["confidence"].description, min=0, max=1),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Mend problems: one change, which `pyroblur dataset undo` takes back."""
    spec = _made(
        FixSpec, name=name, fix=fix, kind_of_problem=kind, problems=tuple(problems or ()), confidence=confidence
    )
    do(spec, name, as_json=as_json, then=dataset_lists.show_problems)


@dataset.command("undo")
def undo(
    name: Name,
    *,
    again: Annotated[bool, typer.Option("--redo", help="Make the change again that was undone last.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the last change of a data set back."""
    do(_made(UndoSpec, name=name, again=again), name, as_json=as_json, then=dataset_lists.show_title)


@dataset.command("split")
@with_options(SplitOptions)
def split(name: Name, *, as_json: AsJson = False, options: SplitOptions) -> None:
    """Divide a data set anew; pictures that nearly equal each other go the same way."""
    do(_made(SplitSpec, name=name, options=options), name, as_json=as_json)


@dataset.command("stats")
def stats(name: Name, *, as_json: AsJson = False) -> None:
    """Count images and boxes by class and split. With --json also sizes and shapes."""
    do(_made(StatsSpec, name=name), name, as_json=as_json, then=dataset_lists.show_stats)


@dataset.command("suggest")
def suggest(
    name: Name,
    *,
    model: Annotated[
        str, typer.Option("--model", metavar="MODEL", help=SuggestSpec.model_fields["model"].description)
    ] = str(SuggestSpec.model_fields["model"].default),
    confidence: Annotated[
        float | None,
        typer.Option("--confidence", metavar="C", help=SuggestSpec.model_fields["confidence"].description),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let a model suggest boxes of classes that a source does not label. Accept them with `pyroblur dataset fix`."""
    spec = _made(SuggestSpec, name=name, model=model, confidence=confidence)
    do(spec, name, as_json=as_json, if_cancelled=GOES_ON, then=dataset_lists.show_suggested)


@dataset.command("export")
def export(
    name: Name,
    *,
    format_name: Annotated[
        FormatName, typer.Option("--format", help=ExportSpec.model_fields["format"].description or "What to write.")
    ] = FormatName.YOLO,
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="A new or empty folder.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Write a data set for another program."""
    spec = _made(ExportSpec, name=name, format=format_name, folder=folder.absolute())
    do(spec, name, as_json=as_json, output=folder)


@dataset.command("remove")
def remove(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a data set with its pictures and thumbnails, or what is left of one that was never finished, for good."""
    with refusing(as_json=as_json):
        is_whole = name in store.names()
        if not is_whole and name not in store.unfinished():
            message = f"There is no data set named {name}."
            raise DatasetError(message, hint="`pyroblur dataset list` names those that there are.")
        if not yes:
            _ask_to_remove(name, as_json=as_json)
        if is_whole:
            store.remove(name)
        if name in store.unfinished():
            store.discard(name)
    dataset_lists.tell({"type": "finished", "name": name}, tr("{name} is deleted.", name=name), as_json=as_json)


def _made(kind: Callable[..., Made], /, **values: object) -> Made:
    """The spec, or a usage error that names what it refuses."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = str(first["loc"][0]) if first["loc"] else None
        raise typer.BadParameter(
            translated(str(first["msg"]).removeprefix("Value error, ")), param_hint=where
        ) from error


def _place(path: Path) -> Path:
    """A file is found from anywhere: the worker need not run in the same folder. A data set is named."""
    return path if not path.exists() and str(path) in store.names() else path.absolute()


def accepted(source: str, *, is_accepted: bool, as_json: bool) -> bool:
    """True once the licence of a source that has one is accepted; asks on a terminal, else ends the command."""
    from pyroblur_gui.datasets.sources.catalogue import facts_of  # noqa: PLC0415 - what reads formats: 60 ms, here only

    with refusing(as_json=as_json):
        facts = facts_of(source)
    if Need.NETWORK in facts.needs and not is_accepted:
        _ask_to_accept(facts, as_json=as_json)
    return True


def _ask_to_accept(facts: SourceFacts, *, as_json: bool) -> None:
    """Shows the licence and asks; raises where nobody can be asked."""
    licence = facts.licence
    if as_json or not _is_terminal():
        message = f"{facts.title} is licensed as {licence.name}: {licence.summary} Read it at {licence.url}, and give "
        message += "--accept-licence if you accept it."
        raise typer.BadParameter(translated(message), param_hint="--accept-licence")
    for line in (
        translated(facts.title),
        tr("Licence: {name}", name=translated(licence.name)),
        translated(licence.summary),
        licence.url,
        facts.citation,
    ):
        if line:
            write_line(sys.stdout, printable(line))
    typer.confirm(tr("Do you accept this licence?"), abort=True)


def _ask_to_remove(name: str, *, as_json: bool) -> None:
    if as_json or not _is_terminal():
        message = f"Give --yes to delete {name} without being asked."
        raise typer.BadParameter(translated(message), param_hint="--yes")
    typer.confirm(tr("Delete the data set {name} with all its pictures?", name=name), abort=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
