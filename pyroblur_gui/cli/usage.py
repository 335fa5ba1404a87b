"""The command line's own help and complaints in the user's language.

Typer asks gettext for some of its words only, so the tree of commands is walked once it is made: the help of commands
and options, which is declared in English beside them, and what Typer says past gettext, are translated there.
"""

import re
from typing import Any

import typer
from typer.exceptions import TyperException

from pyroblur_gui.core.translation import language, tr, translated

# What Typer says by itself, as texts with gaps (typer/_click/exceptions.py, _param_types.py).
TYPER_SAYS = (
    "Invalid value: {reason}",
    "Invalid value for {name}: {reason}",
    "Missing {kind} {name}.",
    "Missing parameter: {name}",
    "Missing option {name}. {more}",
    "No such option: {name}",
    "No such option: {name} Did you mean {other}?",
    "No such option: {name} (Possible options: {others})",
    "No such command {name}.",
    "No such command {name}. Did you mean {other}?",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument ({arguments})",
    "Got unexpected extra arguments ({arguments})",
    "{value} is not one of {choices}.",
    "{value} is not in the range {range}.",
    "{value} is not a valid integer.",
    "{value} is not a valid float.",
    "{value} is not a valid boolean.",
    "Did you mean {other}?",
    "Missing argument {name}.",
    "Missing option {name}.",
)


def in_users_language(application: typer.Typer) -> Any:  # noqa: ANN401 - Typer's own command, which has no public type
    """The application's command; where the language is not English, with its help translated."""
    command = typer.main.get_command(application)
    if language() != "en":
        _translate(command)
    return command


def complain(error: TyperException) -> int:
    """Says what is wrong with the command line, and returns the exit status."""
    from typer import rich_utils  # noqa: PLC0415 - rich costs a tenth of a second, here only

    text = translated(error.format_message())
    error.format_message = lambda: text  # type: ignore[method-assign]
    rich_utils.rich_format_error(error)  # type: ignore[arg-type]
    return error.exit_code


def _translate(command: Any) -> None:  # noqa: ANN401
    command.help = _paragraphs(command.help)
    command.short_help = translated(command.short_help) if command.short_help else None
    usage, help_option = command.get_usage, command.get_help_option

    def get_usage(context: Any) -> str:  # noqa: ANN401
        text: str = usage(context)
        return text.replace("Usage:", tr("Usage:"), 1).replace("COMMAND [ARGS]", tr("COMMAND [ARGS]"))

    def get_help_option(context: Any) -> Any:  # noqa: ANN401
        option = help_option(context)
        if option is not None:
            option.help = translated(option.help)
        return option

    command.get_usage, command.get_help_option = get_usage, get_help_option
    for parameter in command.params:
        if getattr(parameter, "metavar", None):  # FOLDER, NAME|data.yaml, KEY=VALUE
            parameter.metavar = re.sub(r"[A-Z_]{3,}", lambda found: tr(found[0]), parameter.metavar)
        if getattr(parameter, "help", None):
            parameter.help = translated(parameter.help)
        if getattr(parameter, "rich_help_panel", None):
            parameter.rich_help_panel = translated(parameter.rich_help_panel)
    for child in getattr(command, "commands", {}).values():
        _translate(child)


def _paragraphs(text: str | None) -> str | None:
    if not text:
        return text
    return "\n\n".join(translated(" ".join(part.split())) for part in text.split("\n\n"))
