"""The command line's door: `pyroblur VERB`."""

import contextlib
import errno
import os
import sys
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from pyroblur_gui import __version__
from pyroblur_gui.cli.doors import Doors
from pyroblur_gui.cli.output import failed_text, silence, unwritten, write_line
from pyroblur_gui.cli.usage import complain, in_users_language
from pyroblur_gui.core import log
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.paths import HOME_VARIABLE, check_folders, translations
from pyroblur_gui.core.translation import language_of, tr, use_language

PROGRAM = "pyroblur"
# Each is a module of its name in commands/, with a command or a group of commands of its name (self-test: self_test).
VERBS = ("blur", "detect", "train", "benchmark", "full", "doctor", "self-test", "dataset", "models", "runs", "pack")


def main(doors: Doors | None = None) -> int:
    """Runs the command of sys.argv and returns the exit status.

    doors: what leads to the window; the command line itself knows none.
    """
    use_language(language_of(os.environ), translations())
    doors = doors or Doors()
    application = make_application(doors, _verbs_named(sys.argv[1:]))
    try:
        command_line = in_users_language(application)
        return int(command_line.main(prog_name=PROGRAM, standalone_mode=False, obj=doors) or 0)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except TyperException as error:
        return complain(error)
    except typer.Abort:
        sys.stderr.write(tr("Aborted.") + "\n")
        return 1
    except PyroblurError as error:
        return _failed(error)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        silence(sys.stdout)  # what typer itself prints, the help among it
        return _failed(unwritten(error))


def _failed(error: PyroblurError) -> int:
    with contextlib.suppress(PyroblurError):  # stderr itself may be what is full
        write_line(sys.stderr, failed_text(error.message, error.hint))
    return 1


def _verbs_named(arguments: list[str]) -> Collection[str]:
    """The verbs that may be meant: loading the others would cost a third of the time until the work begins.

    All of them unless the first word is one: whoever asks for help or mistypes is shown the whole list.
    """
    named = [verb for verb in VERBS if verb in arguments]
    return named if arguments and arguments[0] in named else VERBS


def make_application(doors: Doors, verbs: Collection[str] = VERBS) -> typer.Typer:
    """The command line with these verbs; all of them for whoever describes it (packaging/linux/man_page.py)."""
    application = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    application.callback()(_begin)
    for verb in verbs:
        name = verb.replace("-", "_")
        command = getattr(import_module(f"pyroblur_gui.cli.commands.{name}"), name)
        if isinstance(command, typer.Typer):
            application.add_typer(command, name=verb)
        else:
            application.command()(command)

    @application.command()
    def gui(files: Annotated[list[Path] | None, typer.Argument(help="Photos and clips to open.")] = None) -> None:
        """Open the window."""
        if doors.open_window is None:
            sys.stderr.write(tr("The window is opened by `pyroblur gui` or `pyroblur-gui`.") + "\n")
            raise typer.Exit(1)
        raise typer.Exit(doors.open_window([str(file) for file in files or []]))

    return application


def _print_version(is_asked: bool) -> None:
    if is_asked:
        write_line(sys.stdout, f"{PROGRAM} {__version__}")
        raise typer.Exit


def _begin(
    *,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            metavar="FOLDER",
            help=f"Keep all that PyroBlur keeps for itself (settings, models, projects, cache, logs) in this folder; "
            f"the same as the environment variable {HOME_VARIABLE}.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - acted on before any command is looked for
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """PyroBlur finds faces and licence plates in photos and videos and covers them for good, on this machine."""
    if home is not None:
        os.environ[HOME_VARIABLE] = str(home.expanduser().absolute())  # workers inherit it
    check_folders()
    log.set_up("command")
