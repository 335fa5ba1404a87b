"""`pyroblur blur`: covers photos and clips."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec
from pyroblur_gui.cli.batch import Outcome, Work, run_batch
from pyroblur_gui.cli.options import with_options
from pyroblur_gui.cli.output import Narrator, choose_narrator, summary
from pyroblur_gui.cli.targets import Found, find_sources, names_one_file, targets_of
from pyroblur_gui.core.classes import ANY_CLASS, FACE, LICENSE_PLATE
from pyroblur_gui.core.translation import tr, translated
from pyroblur_gui.models import production

Inputs = Annotated[
    list[Path],
    typer.Argument(metavar="INPUT", help="Photos, clips, or folders of them, which are searched recursively."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one event a line, as JSON.")]


DEFAULTS = {"model": production.default_model}  # asked when the command runs: --home may move it


@with_options(BlurOptions, defaults=DEFAULTS)
def blur(
    inputs: Inputs,
    *,
    out: Annotated[
        str | None,  # a Path would lose the separator at the end
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="A file, when the only input is a file and OUT has a suffix and no / at its end; else a folder (made "
            "if missing) in which results lie as their sources do. Without it: beside each source.",
        ),
    ] = None,
    as_json: AsJson = False,
    options: BlurOptions,
) -> None:
    """Cover faces and licence plates in photos and clips; sources are never changed.

    Results are named STEM_blurred.EXT unless -o names the file. In a folder, results of earlier runs are passed over.
    The exit status is 0 only if every file is done, 1 if one failed, 2 if the command makes no sense, 130 after Ctrl-C.
    """
    check_confidence(options)
    output = Path(out) if out is not None else None
    is_folder = out is not None and out.endswith((os.sep, "/"))
    one_file = not is_folder and names_one_file(inputs, output)
    if output is not None and not one_file and output.exists() and not output.is_dir():
        message = f"{output} is a file, and the results of these inputs need a folder."
        raise typer.BadParameter(translated(message), param_hint="-o")
    found = find_sources(inputs, output=None if one_file else output)
    targets = [output] if one_file and output is not None else targets_of(found.sources, output=output)
    work = [
        Work(
            BlurSpec(source=source.path.absolute(), target=target.absolute(), options=absolute_model(options)),
            source.path,
            {"output": str(target)},
        )
        for source, target in zip(found.sources, targets, strict=True)
    ]
    finish(work, found, choose_narrator(as_json=as_json))


def finish(work: list[Work], found: Found, to: Narrator, *, is_listing: bool = False) -> None:
    """Does the work, tells about it, and ends the command with the exit status that it comes to.

    is_listing: what is told is all that comes of the work; so it ends where that cannot be written any more.
    """
    outcome = Outcome()
    try:
        for path in found.passed_over:
            to.pass_over(path, "passed over: the result of an earlier run")
        for failure in found.failures:
            to.refuse(failure)
        if work and not (is_listing and to.is_mute):
            outcome = run_batch(work, to.hear, is_wanted=lambda: not (is_listing and to.is_mute))
        if outcome.done + outcome.failed + outcome.cancelled > 1:
            counts = ((outcome.done, "done"), (outcome.failed, "failed"), (outcome.cancelled, "cancelled"))
            to.sum_up(tr("{counts} of {work} files", counts=summary(counts), work=len(work)))
    finally:
        to.close()
    raise typer.Exit(outcome.status or (1 if found.failures or to.is_mute else 0))


def check_confidence(options: BlurOptions) -> None:
    """A threshold for a class that is not looked for is a slip of the pen, and must not pass for one that counts."""
    known = {ANY_CLASS, FACE, LICENSE_PLATE, *options.classes}
    strange = [label for label in options.confidence if label not in known]
    if strange:
        message = f"{', '.join(strange)} is not among the classes to cover: {', '.join(options.classes)}."
        raise typer.BadParameter(translated(message), param_hint="--conf")


def absolute_model(options: BlurOptions) -> BlurOptions:
    """A model given as a file is found from anywhere: the worker need not run in the same folder."""
    is_path = os.sep in options.model or Path(options.model).suffix == ".onnx"
    return options.model_copy(update={"model": str(Path(options.model).absolute())}) if is_path else options
