"""`pyroblur full`: from data to a covered picture in one command: get data, train, benchmark, blur a sample."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue, ValidationError

from pyroblur_gui.cli.commands import train as training
from pyroblur_gui.cli.commands.benchmark import show
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.commands.dataset import accepted
from pyroblur_gui.cli.commands.dataset_work import GOES_ON, do, refusing
from pyroblur_gui.core.translation import tr, translated
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.spec import DownloadSpec, SourceOptions
from pyroblur_gui.operations.spec import FullSpec
from pyroblur_gui.training import recipes

SOURCE = "open_images"  # labels both faces and plates, and needs no key
NAME = "full"


def full(
    *,
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="NAME", help="A data set that is there already, instead of a download."),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", metavar="SOURCE", help="Where the data comes from: `pyroblur dataset sources`.")
    ] = SOURCE,
    accept_licence: Annotated[
        bool,
        typer.Option("--accept-licence", "--accept-license", help="You have read the source's licence and accept it."),
    ] = False,
    max_samples: Annotated[
        int, typer.Option("--max-samples", min=1, max=10_000_000, help="At most so many pictures with each class.")
    ] = 1000,
    recipe: Annotated[
        str | None, typer.Option("--recipe", metavar="R", help=f"Recipe, or its file. Without it: {recipes.DEFAULT}.")
    ] = None,
    model: training.Model = None,
    from_scratch: training.FromScratch = False,
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="Instead of the recipe's.")] = None,
    batch: Annotated[
        int | None, typer.Option("--batch", min=-1, help="Instead of the recipe's; -1: as many as fit.")
    ] = None,
    settings: training.Settings = None,
    device: training.Device = "auto",
    samples: Annotated[
        list[Path] | None,
        typer.Option(
            "--sample", metavar="FILE", help="A photo or clip to cover at the end. Without it: a held-back picture."
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", metavar="RUN", help="What to call the run and its model.")] = NAME,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT", help="Folder for the report and the sample. Without it: RUN."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Get data, train on it, measure the model, and cover a sample with it.

    Stopped by whatever, the same command goes on where it was.
    """
    given = {"epochs": epochs, "batch": batch}
    pairs = training.pairs(settings or []) | {key: str(value) for key, value in given.items() if value is not None}
    with refusing(as_json=as_json):
        chosen = training.chosen_recipe(recipe, pairs, model=model, from_scratch=from_scratch)
        download = None
        if data is None:
            data = f"{name}-{source}"
            if data not in store.names():
                has_accepted = accepted(source, is_accepted=accept_licence, as_json=as_json)
                options = SourceOptions(max_samples=max_samples)
                download = DownloadSpec(source=source, name=data, options=options, has_accepted=has_accepted)
    try:
        spec = FullSpec(
            run=name,
            recipe=chosen,
            data=data,
            download=download,
            device=device,
            samples=tuple(sample.absolute() for sample in samples or ()),
            folder=(out or Path(name)).absolute(),
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = {"run": "--name"}.get(str(first["loc"][0]), f"--{first['loc'][0]}")
        raise typer.BadParameter(
            translated(str(first["msg"]).removeprefix("Value error, ")), param_hint=option
        ) from error
    try:
        do(spec, name, as_json=as_json, if_cancelled=GOES_ON, then=_show)
    finally:
        training.log_runs()


def _show(result: dict[str, JsonValue]) -> None:
    show(result)
    typer.echo(
        tr("The model is called {model}. Report and sample: {output}", model=result["model"], output=result["output"])
    )
