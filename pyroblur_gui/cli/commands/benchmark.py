"""`pyroblur benchmark`: measures models side by side, and says which is better, as far as that can be told."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue, ValidationError

from pyroblur_gui.benchmark.spec import BenchmarkOptions, BenchmarkSpec
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.commands.dataset_work import Result, do
from pyroblur_gui.cli.options import with_options
from pyroblur_gui.cli.output import columns, heads
from pyroblur_gui.cli.targets import absolute
from pyroblur_gui.core.translation import numeral, tr, translated

SHARES = {
    "map50": "mAP50", "map50_95": "mAP50-95", "precision": "precision", "recall": "recall", "f1": "F1",
    "leak_objects": "leaked", "leak_area": "leaked area",
}  # fmt: skip
NUMBERS = {
    "latency_ms_median": "ms", "fps": "pictures/s", "clip_fps": "clip: frames/s", "clip_leaked": "clip: bare",
    "clip_object_frames": "clip: object-frames",
}  # fmt: skip


@with_options(BenchmarkOptions)
def benchmark(
    *,
    models: Annotated[
        list[str],
        typer.Option("--model", metavar="M", help="Name of a model, an .onnx or a .pt file; as often as wanted."),
    ],
    data: Annotated[
        str | None, typer.Option("--data", metavar="NAME|data.yaml", help="Name of a data set, or a data.yaml.")
    ] = None,
    speed: Annotated[
        bool, typer.Option("--speed", help="Time every engine, device, precision and batch that works here.")
    ] = False,
    clip: Annotated[
        Path | None,
        typer.Option("--clip", help="Also blur this clip: its speed and, with --truth, what is left bare in it."),
    ] = None,
    truth: Annotated[
        Path | None, typer.Option("--truth", help="Labels of the clip: CSV with frame,class,x,y,w,h in pixels.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="REPORT_DIR", help="Folder for the report. Without it: PyroBlur's own."),
    ] = None,
    as_json: AsJson = False,
    options: BenchmarkOptions,
) -> None:
    """Measure models on a data set, for speed, or on a clip; several side by side with --model A --model B.

    The report (Markdown, HTML, JSON, CSV, PNG) holds no picture of the data set.
    """
    try:
        spec = BenchmarkSpec(
            models=tuple(absolute(model) for model in models),
            data=None if data is None else absolute(data),
            options=options,
            speed=speed,
            clip=None if clip is None else clip.absolute(),
            truth=None if truth is None else truth.absolute(),
            report_dir=None if out is None else out.absolute(),
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = {"models": "--model"}.get(str(first["loc"][0]) if first["loc"] else "", "--data")
        raise typer.BadParameter(
            translated(str(first["msg"]).removeprefix("Value error, ")), param_hint=option
        ) from error
    do(spec, data or "speed", as_json=as_json, output=None, then=show)


def show(result: Result) -> None:
    """What a person reads of a benchmark: a line a model with what was measured of it, and the verdicts."""
    measured = result["models"]
    models = [model for model in measured if isinstance(model, dict)] if isinstance(measured, list) else []
    heads_of = {
        name: head for name, head in (SHARES | NUMBERS).items() if any(model.get(name) is not None for model in models)
    }
    rows = [heads("model", *heads_of.values())]
    for model in models:
        figures = [_share(model.get(name)) if name in SHARES else _number(model.get(name)) for name in heads_of]
        rows.append((str(model["model"]), *figures))
    if heads_of:
        for line in columns(rows):
            typer.echo(line)
    verdicts = result.get("verdicts")
    for sentence in verdicts if isinstance(verdicts, list) else ():
        typer.echo(translated(str(sentence)))
    typer.echo(tr("report: {report_dir}", report_dir=result["report_dir"]))


def _share(value: JsonValue) -> str:
    return numeral(value, ".3f") if isinstance(value, int | float) else "-"


def _number(value: JsonValue) -> str:
    if isinstance(value, int):
        return str(value)
    return numeral(value, ".1f") if isinstance(value, float) else "-"
