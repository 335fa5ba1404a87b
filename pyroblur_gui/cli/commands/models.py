"""`pyroblur models`: which models there are, and bringing in another."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue, ValidationError

from pyroblur_gui.cli.batch import run_one
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.commands.dataset_work import do, refusing
from pyroblur_gui.cli.output import File, JsonLines, failed_text, printable, write_line
from pyroblur_gui.core.translation import numeral, tr, translated
from pyroblur_gui.jobs.events import Failed
from pyroblur_gui.models import bases, catalogue
from pyroblur_gui.operations.spec import EXPORT_ENDINGS as ENDINGS
from pyroblur_gui.operations.spec import BaseDownloadSpec, ExportModelSpec, ImportModelSpec

MAPS = ("mAP50", "mAP50-95")

models = typer.Typer(no_args_is_help=True, help="List models and import others; get weights to start trainings from.")


@models.command("list")
def list_models(
    *,
    with_all: Annotated[
        bool, typer.Option("--all", help="Also those of plans that another run was better than.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the models by name, with what they find."""
    for entry in catalogue.entries(with_aside=with_all):
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
            origin = "" if entry.is_shipped else f" ({tr('imported')})"
            write_line(
                sys.stdout, printable(f"{entry.name}{origin}: {', '.join(entry.classes)}. {translated(entry.summary)}")
            )


@models.command("bases")
def list_bases(*, as_json: AsJson = False) -> None:
    """List the published weights that a training can start from, and which of them lie on this computer."""
    with refusing(as_json=as_json):
        for base in bases.published().base:
            path, first = bases.weights_of(base.name), bases.seen(base.name)
            sha256 = first.sha256 if first is not None else None
            if as_json:
                facts = {"name": base.name, "address": base.address, "size_bytes": base.size_bytes}
                facts |= {"is_here": path.is_file(), "sha256": sha256}
                write_line(sys.stdout, json.dumps(facts))
            else:
                where = (
                    tr("on this computer")
                    if path.is_file()
                    else tr("about {size:,.0f} MB to download", size=base.size_bytes / 1e6)
                )
                mark = f", SHA-256 {sha256}" if sha256 else ""
                write_line(sys.stdout, printable(f"{base.name}: {where}{mark}"))


@models.command("download")
def download_base(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from `pyroblur models bases`, such as yolo11l.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before the download.")] = False,
    as_json: AsJson = False,
) -> None:
    """Download published weights to start trainings from. Stopped by whatever, the same command goes on.

    Its SHA-256 is shown and kept: a later download of another file under the same name is refused.
    """
    with refusing(as_json=as_json):
        base = bases.base(name)
    if not yes and not bases.weights_of(name).is_file():
        _ask_to_download(base, as_json=as_json)
    do(BaseDownloadSpec(name=name, has_accepted=True), name, as_json=as_json, then=_show_base)


def _ask_to_download(base: bases.Base, *, as_json: bool) -> None:
    published = bases.published()
    about = (
        f"{base.name}: about {base.size_bytes / 1e6:,.0f} MB from {base.address}, published by {published.publisher} "
        f"under {published.licence}"
    )
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        message = f"{about}. Give --yes to download it."
        raise typer.BadParameter(translated(message), param_hint="--yes")
    write_line(sys.stdout, printable(translated(f"{about}.")))
    typer.confirm(tr("Download it?"), abort=True)


def _show_base(result: dict[str, JsonValue]) -> None:
    write_line(
        sys.stdout,
        printable(
            tr(
                "{path}: {size_bytes:,} bytes, SHA-256 {sha256}",
                path=result["path"],
                size_bytes=result["size_bytes"],
                sha256=result["sha256"],
            )
        ),
    )


@models.command("export")
def export_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from `pyroblur models list`.")],
    *,
    kind: Annotated[
        str,
        typer.Option("--format", metavar="F", help="onnx, openvino (fp16), openvino-int8, torchscript or tensorrt."),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="File, or folder for OpenVINO.")
    ] = None,
    data: Annotated[
        str, typer.Option("--data", metavar="NAME|data.yaml", help="What to calibrate int8 on. Default: its own data.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write a model in another program's format. For int8, its accuracy before and after is told."""
    where = (output or Path(f"{name}{ENDINGS.get(kind, '')}")).absolute()
    if data and Path(data).suffix in {".yaml", ".yml"}:
        data = str(Path(data).absolute())
    try:
        spec = ExportModelSpec(model=name, format=kind, output=where, data=data)
    except ValidationError as error:
        message = f"{kind!r} is none of {', '.join(ENDINGS)}."
        raise typer.BadParameter(translated(message), param_hint="--format") from error
    do(spec, name, as_json=as_json, output=where, then=_show_change)


def _show_change(result: dict[str, JsonValue]) -> None:
    """What int8 cost."""
    if "mAP50" in result:
        figures = (
            tr(
                "{name} {after} instead of {before}",
                name=each,
                after=_figure(result[each]),
                before=_figure(result[f"{each}_before"]),
            )
            for each in MAPS
        )
        write_line(sys.stdout, printable(tr("On the validation pictures: {figures}.", figures=", ".join(figures))))


def _figure(value: JsonValue) -> str:
    return numeral(value, ".3f") if isinstance(value, float) else "-"


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
        write_line(sys.stderr, failed_text(end.message, end.hint))
    else:
        write_line(sys.stdout, printable(tr("imported as {name}", name=end.result["name"])))
    raise typer.Exit(1 if isinstance(end, Failed) else 0)
