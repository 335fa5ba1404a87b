"""What a report of a mistake needs, as text that names nobody: no file, no folder, no user, no machine.

Nothing is searched for names and cleaned: what may hold one is left out from the beginning. Of messages the wording
stays, without what fills its gaps; of the log the time, the part of the program and where in its code an error arose.
"""

import getpass
import re
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel

from pyroblur_gui.core.translation import wording

LAST_LINES = 400  # of the log
_RECORD = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \d+ (?P<role>window|command|worker) "
    r"(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) (?P<name>[a-zA-Z_][\w.]*): "
)
_FRAME = re.compile(r'\s*File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<function>[\w<>]+)')
_ERROR = re.compile(r"(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit))(?::.*)?")
_KNOWN_PACKAGES = ("pyroblur_gui", "PySide6", "qasync", "pydantic", "av", "numpy", "onnxruntime", "openvino", "torch")


def report(sections: Iterable[tuple[str, Iterable[str]]]) -> str:
    """The sections as text, with the names of user and machine, should one have come through, taken out."""
    text = "\n".join(f"[{title}]\n" + "\n".join(lines) + "\n" for title, lines in sections)
    for name in _own_names():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", text)
    return text


def of_settings(settings: BaseModel) -> list[str]:
    """What differs from the defaults: switches, choices and numbers; of texts and folders only that there is one."""
    lines = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if value == field.get_default(call_default_factory=True):
            continue
        is_plain = isinstance(value, bool | int | float) or type(value).__mro__[1].__name__ == "StrEnum"
        lines.append(f"{name}: {value if is_plain else 'set'}")
    return lines


def of_jobs(jobs: Iterable[Mapping[str, str]], translations: Path) -> list[str]:
    """jobs: kind, state, stage, code, message of each. A line a job, its message by its wording alone."""
    lines = []
    for job in jobs:
        line = f"{job['kind']} {job['state']}"
        line += f" at {job['stage']}" if job["stage"] else ""
        line += f" {job['code']}: {wording(job['message'], translations)}" if job["code"] else ""
        lines.append(line)
    return lines


def of_log(text: str) -> list[str]:
    """Of the log's last lines: when, which part, how grave, and of a traceback the places and the kinds of errors."""
    lines: list[str] = []
    for line in text.splitlines()[-LAST_LINES:]:
        if record := _RECORD.match(line):
            lines.append("{time} {role} {level} {name}".format(**record.groupdict()))
        elif frame := _FRAME.match(line):
            lines.append(f"  {_place(frame['path'])}:{frame['line']} {frame['function']}")
        elif error := _ERROR.fullmatch(line.strip()):
            lines.append(f"  {error['kind']}")
    return lines


def _place(path: str) -> str:
    """Where in the code: below a package that everybody has; else only that it is elsewhere."""
    parts = re.split(r"[/\\]", path)
    for package in _KNOWN_PACKAGES:
        if package in parts:
            return "/".join(parts[parts.index(package) :])
    return "elsewhere"


def _own_names() -> list[str]:
    names = {Path.home().name}
    with suppress(OSError):
        names.add(socket.gethostname())
    with suppress(OSError, KeyError, ImportError):
        names.add(getpass.getuser())
    return sorted((name for name in names if len(name) > 1), key=len, reverse=True)
