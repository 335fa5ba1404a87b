"""`pyroblur pack`: the training pack, a Python environment of PyroBlur's own for a program installed without torch."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue, ValidationError

from pyroblur_gui.cli.batch import run_one
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.commands.dataset_work import do, refusing
from pyroblur_gui.cli.output import amount, printable, write_line
from pyroblur_gui.core.errors import PackError, SettingsError
from pyroblur_gui.core.training_part import pack_folder, training_hint
from pyroblur_gui.core.translation import tr, translated
from pyroblur_gui.jobs.events import Failed
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.pack import place
from pyroblur_gui.pack.logins import load_sources
from pyroblur_gui.pack.place import State
from pyroblur_gui.pack.spec import (
    PackCheckSpec,
    PackInstallSpec,
    PackPlanSpec,
    PackRemoveSpec,
    Sources,
)

NAME = "training pack"
TOLD = ("version", "torch", "devices", "python_version", "size_bytes", "source")
GOES_ON = "Nothing is left half-made, and what was fetched is kept: the same command goes on from there."

pack = typer.Typer(
    no_args_is_help=True, help="Get, look through or remove the training pack, where PyroBlur came without torch."
)


def _help(field: str) -> str:
    return Sources.model_fields[field].description or ""


Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before anything is fetched.")]


@pack.command("status")
def show_status(
    *,
    check: Annotated[bool, typer.Option("--check", help="Look at every file, and load what a training loads.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell whether there is a training pack, and whether it is whole and up to date."""
    with refusing(as_json=as_json):
        found = place.status()
        if check and found.manifest is not None:
            _ask(PackCheckSpec())
            found = place.status()
        facts: dict[str, JsonValue] = {
            "state": found.state.value,
            "reason": found.reason,
            "folder": str(pack_folder()),
            "left_bytes": found.left_bytes,
        }
        if found.manifest is not None:
            kept = found.manifest.model_dump(mode="json", exclude={"installed"})
            facts |= {key: kept[key] for key in TOLD}
    if as_json:
        write_line(sys.stdout, json.dumps(facts))
    else:
        write_line(sys.stdout, printable(status_text(found)))
    raise typer.Exit(0 if found.state not in {State.BROKEN, State.OUTDATED} else 1)


@pack.command("install")
def install(
    *,
    wheels: Annotated[Path | None, typer.Option("--wheels", metavar="FOLDER", help=_help("wheels"))] = None,
    index: Annotated[str | None, typer.Option("--index", metavar="URL", help=_help("index"))] = None,
    torch_index: Annotated[str | None, typer.Option("--torch-index", metavar="URL", help=_help("torch_index"))] = None,
    torch: Annotated[str | None, typer.Option("--torch", metavar="BUILD", help=_help("torch"))] = None,
    python: Annotated[str | None, typer.Option("--python", metavar="PATH|VERSION", help=_help("python"))] = None,
    python_mirror: Annotated[
        str | None, typer.Option("--python-mirror", metavar="URL", help=_help("python_mirror"))
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Get the training pack, or mend or update it. Stopped by whatever, the same command goes on.

    What is not named is as the training pack's sources are set in the window.
    """
    given = {
        "wheels": wheels.absolute() if wheels is not None else None, "index": index, "torch_index": torch_index,
        "torch": torch, "python": python, "python_mirror": python_mirror,
    }  # fmt: skip
    with refusing(as_json=as_json):
        found = place.status()
        if found.state is State.UNAVAILABLE:
            message = "This installation of PyroBlur brings nothing along to make a training pack with."
            raise PackError(message, hint=training_hint())
        sources = _sources({key: value for key, value in given.items() if value is not None})
    if found.state is State.NOT_NEEDED:
        _tell_not_needed(as_json=as_json)
    if not yes:
        with refusing(as_json=as_json):
            _ask_to_fetch(_ask(PackPlanSpec(sources=sources)), as_json=as_json)
    spec = PackInstallSpec(sources=sources, has_accepted=True)
    do(spec, NAME, as_json=as_json, if_cancelled=GOES_ON, then=_show_made)


@pack.command("remove")
def remove(*, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete the training pack and what was fetched for it. Runs and models stay."""
    size = place.size_of(pack_folder())
    if not yes and size:
        about = f"The training pack in {pack_folder()} takes {amount(size, 'bytes')}"
        _confirm(about, "Remove it?", "to remove it", as_json=as_json)
    do(PackRemoveSpec(), NAME, as_json=as_json, then=_show_freed)


def status_text(found: place.Status) -> str:
    """In a sentence or two, with what to do."""
    manifest = found.manifest
    if found.state is State.READY and manifest is not None:
        return (
            f"Ready: PyTorch {manifest.torch} on Python {manifest.python_version}, for {manifest.devices}; "
            f"{amount(manifest.size_bytes, 'bytes')} in {manifest.folder}."
        )
    kept = amount(found.left_bytes, "bytes")
    return {
        State.NOT_NEEDED: "Not needed: training is installed in the Python that PyroBlur runs in.",
        State.UNAVAILABLE: f"This installation can make no training pack. {training_hint()}",
        State.ABSENT: "There is no training pack. Get it: pyroblur pack install.",
        State.UNFINISHED: f"The training pack is not finished; {kept} are fetched. Go on: pyroblur pack install.",
        State.OUTDATED: f"Outdated. {found.reason} Bring it up to date: pyroblur pack install.",
    }.get(found.state, f"Broken. {found.reason} Have it mended: pyroblur pack install.")


def _sources(given: dict[str, JsonValue | Path]) -> Sources:
    """Raises SettingsError."""
    kept = load_sources()
    if given.keys() & {"wheels", "index"}:  # one of them instead of the other
        kept = kept.model_copy(update={"wheels": None, "index": ""})
    try:
        return Sources.model_validate({**kept.model_dump(), **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        reason = str(first["msg"]).removeprefix("Value error, ")
        message = f"{option}: {reason}"
        raise SettingsError(message, hint="See pyroblur pack install --help.") from error


def _tell_not_needed(*, as_json: bool) -> None:
    text = status_text(place.Status(State.NOT_NEEDED))
    write_line(sys.stdout, json.dumps({"type": "finished", "input": NAME, "state": "not_needed"}) if as_json else text)
    raise typer.Exit(0)


def _ask(spec: Spec) -> dict[str, JsonValue]:
    end = run_one(spec)
    if isinstance(end, Failed):
        raise _ToldError(end)
    return end.result


class _ToldError(PackError):
    """A job's failure, under its own code."""

    def __init__(self, end: Failed) -> None:
        super().__init__(end.message, hint=end.hint)
        self.code = end.code  # type: ignore[misc]


def _ask_to_fetch(plan: dict[str, JsonValue], *, as_json: bool) -> None:
    hosts = plan["hosts"]
    where = ", ".join(map(str, hosts)) if isinstance(hosts, list) and hosts else ""
    size, disk = (amount(float(str(plan[key])), "bytes") for key in ("fetch_bytes", "disk_bytes"))
    fetched = f"{size} in {plan['packages']} packages from {where}" if where else "nothing over the network"
    if plan["is_estimate"]:
        fetched = f"about {size} from {where} (which packages is known once there is a Python)"
    python = f"Python {plan['python']}" + (", which is fetched as well" if plan["fetches_python"] else "")
    about = (
        f"The training pack: {fetched}; about {disk} on the disk, in {pack_folder()}. "
        f"PyTorch {plan['torch']} (this computer: {plan['accelerator']}), {python}".replace("  ", " ")
    )
    _confirm(about, "Get it?", "to get it", as_json=as_json)


def _confirm(about: str, question: str, what: str, *, as_json: bool) -> None:
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        message = f"{about}. Give --yes {what}."
        raise typer.BadParameter(translated(message), param_hint="--yes")
    write_line(sys.stdout, printable(f"{about}."))
    typer.confirm(question, abort=True)


def _show_made(result: dict[str, JsonValue]) -> None:
    size = amount(float(str(result["size_bytes"])), "bytes")
    text = f"PyTorch {result['torch']} on Python {result['python']}, for {result['devices']}; {size}."
    write_line(sys.stdout, printable(tr("The training pack is ready: {text}", text=text)))


def _show_freed(result: dict[str, JsonValue]) -> None:
    write_line(sys.stdout, tr("{str} were freed.", str=amount(float(str(result["freed_bytes"])), "bytes")))
