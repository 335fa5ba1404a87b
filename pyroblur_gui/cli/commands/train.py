"""`pyroblur train`: trains a detector on a data set, or goes on with a run that was stopped."""

import os
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from pyroblur_gui.cli.batch import DONE, FAILED, Work, run_batch
from pyroblur_gui.cli.commands.blur import AsJson, finish
from pyroblur_gui.cli.following import come_to
from pyroblur_gui.cli.output import choose_narrator
from pyroblur_gui.cli.targets import Found, absolute
from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.core.errors import RunError
from pyroblur_gui.core.translation import translated
from pyroblur_gui.jobs.job_folder import Wish
from pyroblur_gui.runs.spec import SyncSpec
from pyroblur_gui.training import recipes, run
from pyroblur_gui.training.run import RunFolder
from pyroblur_gui.training.spec import Recipe, TrainSpec

LAST = "last"
OF_A_RUN_THAT_RUNS: dict[str, Wish | None] = {
    "--follow": None, "--stop": Wish.STOP, "--stop-after-epoch": Wish.FINISH,
}  # fmt: skip

Model = Annotated[
    str | None, typer.Option("--model", metavar="M", help="Base model instead of the recipe's, or a .pt or .yaml file.")
]
FromScratch = Annotated[
    bool, typer.Option("--from-scratch", help="Start from random weights; needs far more pictures.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A hyperparameter instead of the recipe's; may be repeated."),
]
Device = Annotated[str, typer.Option("--device", metavar="D", help="auto, cpu, mps, or GPUs: 0 or 0,1.")]


def train(
    *,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe", metavar="R", help=f"Name of a recipe, or its .toml file. Without it: {recipes.DEFAULT}."
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="NAME|data.yaml", help="Name of a data set, or the path of a data.yaml (YOLO)."),
    ] = None,
    model: Model = None,
    from_scratch: FromScratch = False,
    settings: Settings = None,
    device: Device = "auto",
    unlabelled: Annotated[
        Unlabelled,
        typer.Option("--unlabelled", help="Pictures in which a class was not looked for."),
    ] = Unlabelled.LEAVE_OUT,
    name: Annotated[str | None, typer.Option("--name", metavar="RUN", help="What to call the run.")] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            metavar="RUN|last",
            help="Go on with this run; needs nothing else (--data where it was renamed).",
        ),
    ] = None,
    follow: Annotated[
        str | None, typer.Option("--follow", metavar="RUN|last", help="Watch a training that runs; Ctrl-C leaves it.")
    ] = None,
    stop: Annotated[
        str | None, typer.Option("--stop", metavar="RUN|last", help="Stop a training that runs; it can be resumed.")
    ] = None,
    finish_after_epoch: Annotated[
        str | None, typer.Option("--stop-after-epoch", metavar="RUN|last", help="Stop it after its present epoch.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a detector on a data set. Ctrl-C stops it; --resume goes on from the last epoch.

    What it has learnt is a model afterwards, for `pyroblur blur --model NAME`.
    """
    asked = {"--follow": follow, "--stop": stop, "--stop-after-epoch": finish_after_epoch, "--resume": resume}
    option, wanted = next(((key, value) for key, value in asked.items() if value is not None), ("", ""))
    if option and (recipe or model or settings or name or from_scratch or (data and option != "--resume")):
        message = "It is about a run that has its own recipe and data: give nothing else."
        raise typer.BadParameter(translated(message), param_hint=option)
    if option in OF_A_RUN_THAT_RUNS:
        come_to(folder_of(wanted), OF_A_RUN_THAT_RUNS[option], choose_narrator(as_json=as_json))
    if resume is not None:
        spec = _resumed(resume, device, data)
    else:
        chosen = chosen_recipe(recipe, pairs(settings or []), model=model, from_scratch=from_scratch)
        spec = _new(chosen, data=data, device=device, name=name, unlabelled=unlabelled)
    try:
        finish([Work(spec, Path(spec.run))], Found(()), choose_narrator(as_json=as_json))
    except typer.Exit as end:
        if end.exit_code in (DONE, FAILED):  # who pressed Ctrl-C waits for nothing: it is logged later
            log_runs()
        raise


def log_runs() -> None:
    """Logs what was trained. What the store does not take now it is given later, so that nothing is said of it."""
    run_batch([Work(SyncSpec(), Path())], lambda _file, _event: None)


def _new(recipe: Recipe, *, data: str | None, device: str, name: str | None, unlabelled: Unlabelled) -> TrainSpec:
    if data is None:
        message = "Say which data set: pyroblur dataset list names them."
        raise typer.BadParameter(translated(message), param_hint="--data")
    try:
        named = name or run.unused_name(recipe.name)
        return TrainSpec(run=named, recipe=recipe, data=absolute(data), device=device, unlabelled=unlabelled)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = {"run": "--name"}.get(str(first["loc"][0]), f"--{first['loc'][0]}")
        raise typer.BadParameter(
            translated(str(first["msg"]).removeprefix("Value error, ")), param_hint=option
        ) from error


def _resumed(wanted: str, device: str, data: str | None) -> TrainSpec:
    """Raises RunError when there is no such run."""
    folder = folder_of(wanted)
    record = folder.record()
    where = device if device != "auto" else record.device
    return TrainSpec(
        run=folder.path.name,
        recipe=record.recipe,
        data=absolute(data) if data is not None else record.data,
        device=where,
        resumes=True,
        folder=None if folder.path == RunFolder.of(folder.path.name).path else folder.path,
    )


def folder_of(wanted: str) -> RunFolder:
    """Of a run by its name, of the last one, or where it was moved to. Raises RunError."""
    known = run.names()
    if wanted == LAST and not known:
        message = "There is no run yet."
        raise RunError(message, hint="Begin one: pyroblur train --data NAME.")
    if os.sep in wanted or "/" in wanted:
        return RunFolder(Path(wanted).absolute())
    return RunFolder.of(known[0] if wanted == LAST else wanted)


def chosen_recipe(name: str | None, changes: dict[str, str], *, model: str | None, from_scratch: bool) -> Recipe:
    """The recipe of that name with what the command line changes of it. Raises RecipeError."""
    update: dict[str, object] = {} if model is None else {"model": absolute(model)}
    if from_scratch:
        update["is_pretrained"] = False
    return recipes.changed(recipes.recipe(name or recipes.DEFAULT), changes).model_copy(update=update)


def pairs(settings: list[str]) -> dict[str, str]:
    """KEY=VALUE as it was given, by key. Raises typer.BadParameter."""
    found: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip():
            message = f"{setting!r} is not KEY=VALUE."
            raise typer.BadParameter(translated(message), param_hint="--set")
        found[key.strip()] = value.strip()
    return found
