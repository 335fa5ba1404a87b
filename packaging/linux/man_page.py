"""Writes the man pages, in both languages, from what the commands say of their arguments: python man_page.py FOLDER.

One page, pyroblur(1), with every command and option; pyroblur-gui(1) for the window.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


WORDS = {
    "en": {
        "manual": "User Commands", "NAME": "NAME", "SYNOPSIS": "SYNOPSIS", "DESCRIPTION": "DESCRIPTION",
        "OPTIONS": "OPTIONS", "COMMANDS": "COMMANDS", "EXIT": "EXIT STATUS", "ENVIRONMENT": "ENVIRONMENT",
        "SEE": "SEE ALSO", "command": "COMMAND", "arguments": "ARGUMENTS", "folder": "FOLDER", "file": "FILE",
        "default": "Default", "colon": ":",
        "what": "cover faces and license plates in photos and videos, on this machine",
        "exits": "0 if everything was done, 1 if something failed, 2 if the command makes no sense, 130 after Ctrl-C.",
        "home": "A folder for everything that PyroBlur keeps for itself: settings, models, projects, cache, logs.",
        "language": "The language: en or fr; otherwise that of the system.",
        "window": "the window of PyroBlur, which covers faces and license plates",
        "opens": "Opens the window, with the photos, videos and folders that are named.",
        "keeps": "Keep everything of PyroBlur in this folder.",
    },
    "fr": {
        "manual": "Commandes", "NAME": "NOM", "SYNOPSIS": "SYNOPSIS", "DESCRIPTION": "DESCRIPTION",
        "OPTIONS": "OPTIONS", "COMMANDS": "COMMANDES", "EXIT": "CODE DE RETOUR", "ENVIRONMENT": "ENVIRONNEMENT",
        "SEE": "VOIR AUSSI", "command": "COMMANDE", "arguments": "ARGUMENTS", "folder": "DOSSIER", "file": "FICHIER",
        "default": "Par défaut", "colon": "\u00a0:",
        "what": "couvrir visages et plaques d’immatriculation dans des photos et vidéos, sur cet ordinateur",
        "exits": "0 si tout est fait, 1 si quelque chose a échoué, 2 si la commande n’a pas de sens, 130 après Ctrl-C.",
        "home": "Un dossier pour tout ce que PyroBlur garde pour lui : paramètres, modèles, projets, cache, journaux.",
        "language": "La langue : en ou fr ; sinon celle du système.",
        "window": "la fenêtre de PyroBlur, qui couvre visages et plaques d’immatriculation",
        "opens": "Ouvre la fenêtre, avec les photos, vidéos et dossiers nommés.",
        "keeps": "Tout garder de PyroBlur dans ce dossier.",
    },
}  # fmt: skip


def page(code: str = "en") -> str:
    """pyroblur(1) in that language: the texts of the commands are the program's own."""
    from pyroblur_gui import __version__
    from pyroblur_gui.cli.doors import Doors
    from pyroblur_gui.cli.main import make_application
    from pyroblur_gui.cli.usage import in_users_language
    from pyroblur_gui.core.paths import translations
    from pyroblur_gui.core.translation import language, use_language

    before, words = language(), WORDS[code]
    use_language(code, translations())
    try:
        root: Any = in_users_language(make_application(Doors()))
        lines = [
            f'.TH PYROBLUR 1 "" "PyroBlur {__version__}" "{words["manual"]}"',
            f".SH {words['NAME']}",
            rf"pyroblur \- {words['what']}",
            f".SH {words['SYNOPSIS']}",
            r".B pyroblur",
            rf"[\fIOPTIONS\fR] \fI{words['command']}\fR [\fI{words['arguments']}\fR]",
            f".SH {words['DESCRIPTION']}",
            escaped(root.help or root.callback.__doc__ or ""),
            f".SH {words['OPTIONS']}",
            *_parameters(root, words),
            f".SH {words['COMMANDS']}",
        ]
        for name, command in sorted(root.commands.items()):
            lines += _command(f"pyroblur {name}", command, words)
    finally:
        use_language(before, translations())
    lines += [
        f".SH {words['EXIT']}",
        words["exits"],
        f".SH {words['ENVIRONMENT']}",
        ".TP",
        r"\fBPYROBLUR_HOME\fR",
        words["home"],
        ".TP",
        r"\fBPYROBLUR_LANG\fR",
        words["language"],
        f".SH {words['SEE']}",
        r"\fBpyroblur\-gui\fR(1)",
    ]
    return "\n".join(lines) + "\n"


def window_page(code: str = "en") -> str:
    from pyroblur_gui import __version__

    words = WORDS[code]
    return "\n".join(
        [
            f'.TH PYROBLUR\\-GUI 1 "" "PyroBlur {__version__}" "{words["manual"]}"',
            f".SH {words['NAME']}",
            rf"pyroblur\-gui \- {words['window']}",
            f".SH {words['SYNOPSIS']}",
            r".B pyroblur\-gui",
            rf"[\fB\-\-home\fR \fI{words['folder']}\fR] [\fI{words['file']}\fR ...]",
            f".SH {words['DESCRIPTION']}",
            words["opens"],
            f".SH {words['OPTIONS']}",
            ".TP",
            rf"\fB\-\-home\fR \fI{words['folder']}\fR",
            words["keeps"],
            f".SH {words['SEE']}",
            r"\fBpyroblur\fR(1)",
            "",
        ]
    )


def pages(folder: Path) -> list[Path]:
    """Writes all of them as manuals lie in /usr/share/man: man1, fr/man1."""
    written = []
    for code in WORDS:
        section = folder / ("" if code == "en" else code) / "man1"
        section.mkdir(parents=True, exist_ok=True)
        for name, text in (("pyroblur.1", page(code)), ("pyroblur-gui.1", window_page(code))):
            (section / name).write_text(text, encoding="utf-8")
            written.append(section / name)
    return written


def _command(name: str, command: Any, words: dict[str, str]) -> Iterator[str]:
    """A command, or each of a group's."""
    if hasattr(command, "commands"):
        for below, one in sorted(command.commands.items()):
            yield from _command(f"{name} {below}", one, words)
        return
    arguments = [_shown(each) for each in command.params if _is_argument(each)]
    yield f".SS {escaped(' '.join([name, *arguments]))}"
    yield escaped(command.help or "")
    yield from _parameters(command, words)


def _parameters(command: Any, words: dict[str, str]) -> Iterator[str]:
    for each in command.params:
        if _is_argument(each) or getattr(each, "hidden", False):
            continue
        names = ", ".join(f"\\fB{escaped(name)}\\fR" for name in (*each.opts, *each.secondary_opts))
        is_flag = getattr(each, "is_flag", False)
        shown = "" if is_flag else f" \\fI{escaped(_value(each))}\\fR"
        yield ".TP"
        yield f"{names}{shown}"
        default = (
            f" {words['default']}{words['colon']} {each.show_default}." if isinstance(each.show_default, str) else ""
        )
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
    pages(Path(sys.argv[1]))
