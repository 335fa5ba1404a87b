"""Writes the man pages, from what the commands themselves say of their arguments: python man_page.py FOLDER.

One page, pyroblur(1), with every command and option; pyroblur-gui(1) for the window.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

REPOSITORY = Path(__file__).resolve().parents[2]


def page() -> str:
    from pyroblur_gui import __version__
    from pyroblur_gui.cli.doors import Doors
    from pyroblur_gui.cli.main import make_application

    root: Any = typer.main.get_command(make_application(Doors()))
    lines = [
        f'.TH PYROBLUR 1 "" "PyroBlur {__version__}" "User Commands"',
        ".SH NAME",
        r"pyroblur \- cover faces and license plates in photos and videos, on this machine",
        ".SH SYNOPSIS",
        r".B pyroblur",
        r"[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]",
        ".SH DESCRIPTION",
        escaped(root.callback.__doc__ or root.help or ""),
        ".SH OPTIONS",
        *_parameters(root),
        ".SH COMMANDS",
    ]
    for name, command in sorted(root.commands.items()):
        lines += _command(f"pyroblur {name}", command)
    lines += [
        ".SH EXIT STATUS",
        "0 if everything was done, 1 if something failed, 2 if the command makes no sense, 130 after Ctrl-C.",
        ".SH ENVIRONMENT",
        ".TP",
        r"\fBPYROBLUR_HOME\fR",
        "A folder for everything that PyroBlur keeps for itself: settings, models, projects, cache, logs.",
        ".SH SEE ALSO",
        r"\fBpyroblur\-gui\fR(1)",
    ]
    return "\n".join(lines) + "\n"


def window_page() -> str:
    from pyroblur_gui import __version__

    return "\n".join(
        [
            f'.TH PYROBLUR\\-GUI 1 "" "PyroBlur {__version__}" "User Commands"',
            ".SH NAME",
            r"pyroblur\-gui \- the window of PyroBlur, which covers faces and license plates",
            ".SH SYNOPSIS",
            r".B pyroblur\-gui",
            r"[\fB\-\-home\fR \fIFOLDER\fR] [\fIFILE\fR ...]",
            ".SH DESCRIPTION",
            "Opens the window, with the photos, videos and folders that are named.",
            ".SH OPTIONS",
            ".TP",
            r"\fB\-\-home\fR \fIFOLDER\fR",
            "Keep everything of PyroBlur in this folder.",
            ".SH SEE ALSO",
            r"\fBpyroblur\fR(1)",
            "",
        ]
    )


def _command(name: str, command: Any) -> Iterator[str]:
    """A command, or each of a group's."""
    if hasattr(command, "commands"):
        for below, one in sorted(command.commands.items()):
            yield from _command(f"{name} {below}", one)
        return
    arguments = [_shown(each) for each in command.params if _is_argument(each)]
    yield f".SS {escaped(' '.join([name, *arguments]))}"
    yield escaped(command.help or "")
    yield from _parameters(command)


def _parameters(command: Any) -> Iterator[str]:
    for each in command.params:
        if _is_argument(each) or getattr(each, "hidden", False):
            continue
        names = ", ".join(f"\\fB{escaped(name)}\\fR" for name in (*each.opts, *each.secondary_opts))
        is_flag = getattr(each, "is_flag", False)
        shown = "" if is_flag else f" \\fI{escaped(_value(each))}\\fR"
        yield ".TP"
        yield f"{names}{shown}"
        default = f" Default: {each.show_default}." if isinstance(each.show_default, str) else ""
        yield escaped(f"{each.help or ''}{default}")


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _value(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _shown(argument: Any) -> str:
    """An argument in the synopsis: in brackets where it may be left out, with dots where there may be several."""
    value = _value(argument) + ("..." if argument.nargs == -1 else "")
    return value if argument.required else f"[{value}]"


def escaped(text: str) -> str:
    """As troff wants it: on one line, with nothing that it takes for its own."""
    line = re.sub(r"\s+", " ", text.replace("\b", "")).strip().replace("\\", r"\e").replace("-", r"\-")
    return r"\&" + line if line.startswith((".", "'")) else line


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.path.insert(0, str(REPOSITORY))
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    (target / "pyroblur.1").write_text(page(), encoding="utf-8")
    (target / "pyroblur-gui.1").write_text(window_page(), encoding="utf-8")
