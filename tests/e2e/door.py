"""PyroBlur as a user meets it: the real command line in a process of its own, and everything it leaves behind.

Each `Door` has its own home, temporary folder and current folder, so that a test can tell what a command wrote where
it had no business to write, and which processes it left running.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

LIMIT_S = 200.0  # a command that takes longer hangs
SETTLE_S = 5.0  # how long processes may take to go once the command has ended
END_TYPES = ("finished", "failed", "cancelled")

Line = dict[str, Any]

LEFT_OUT = ("XDG_", "PYROBLUR_", "PYTHONUNBUFFERED")  # of whoever runs the tests: users have none of it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to. `lines`: standard output as JSON lines (empty when it was not asked for)."""

    status: int
    out: str
    err: str
    lines: tuple[Line, ...]
    strays: tuple[str, ...]  # processes that outlived the command
    litter: tuple[str, ...]  # files in the user's home, the temporary folder and the current folder

    def of(self, path: Path) -> list[Line]:
        """All lines about an input, in order."""
        return [line for line in self.lines if line.get("input") == str(path)]

    def last(self, path: Path) -> Line:
        """The last line about an input: how it ended."""
        lines = self.of(path)
        assert lines, f"no line about {path.name!r}; inputs: {sorted({str(line.get('input')) for line in self.lines})}"
        return lines[-1]

    def finished(self, path: Path) -> Line:
        line = self.last(path)
        assert line["type"] == "finished", f"{path.name!r} ended with {line}"
        return line

    def failed(self, path: Path) -> Line:
        line = self.last(path)
        assert line["type"] == "failed", f"{path.name!r} ended with {line}"
        return line

    def output(self, path: Path) -> Path:
        """The finished file of an input; it must be there."""
        output = Path(str(self.finished(path)["output"]))
        assert output.is_file(), f"{output.name!r} is said to be finished and is not there"
        return output


@dataclass(frozen=True, slots=True)
class Door:
    """Where commands run: folders below `root`, which must be empty."""

    root: Path
    home: Path = field(init=False)
    current: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", self.root / "pyroblur-home")
        object.__setattr__(self, "current", self.root / "current")
        for folder in (self.current, self._user_home, self._temporary):
            folder.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        *arguments: str | Path,
        wrapper: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        limit_s: float = LIMIT_S,
    ) -> Answer:
        """Runs `pyroblur ARGUMENTS` to its end. `wrapper`: a command that runs the one appended to it."""
        process = self.start(*arguments, wrapper=wrapper, environment=environment)
        try:
            out, err = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            end_tree(process)
            out, err = process.communicate()
            last = out.decode().splitlines()[-3:]
            message = f"the command hangs; its last words: {last} {err.decode()}"
            raise AssertionError(message) from None
        return self.answer(process.returncode, out, err)

    def start(
        self, *arguments: str | Path, wrapper: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """The command, just started, in a process group of its own (as a terminal's foreground job is)."""
        return subprocess.Popen(
            [*wrapper, sys.executable, "-m", "pyroblur_gui", *map(str, arguments)],
            cwd=self.current,
            env=self.environment() | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def answer(self, status: int, out: bytes, err: bytes) -> Answer:
        """What an ended command came to."""
        text = out.decode()
        return Answer(
            status=status,
            out=text,
            err=err.decode(errors="backslashreplace"),
            lines=tuple(json.loads(line) for line in text.splitlines()) if text.startswith("{") else (),
            strays=tuple(self.strays()),
            litter=tuple(self._litter()),
        )

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
        return kept | {
            "PYROBLUR_HOME": str(self.home),
            "HOME": str(self._user_home),
            "TMPDIR": str(self._temporary),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def strays(self) -> list[str]:
        """Processes of this home that still run once they had time to go."""
        deadline = time.monotonic() + SETTLE_S
        while (found := self.processes()) and time.monotonic() < deadline:
            psutil.wait_procs(found, timeout=0.2)
        return [f"{process.pid} {process.cmdline()}" for process in found if process.is_running()]

    def processes(self) -> list[psutil.Process]:
        """Every process that was started with this home."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("PYROBLUR_HOME") == str(self.home) and process.pid != os.getpid():
                    found.append(process)
            except (psutil.Error, OSError):  # ended meanwhile, or another user's
                continue
        return found

    @property
    def _user_home(self) -> Path:
        return self.root / "user-home"

    @property
    def _temporary(self) -> Path:
        return self.root / "temporary"

    def _litter(self) -> list[str]:
        places = (self.current, self._user_home, self._temporary)
        return sorted(str(path.relative_to(self.root)) for place in places for path in place.rglob("*"))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a folder holds: each path below it, with what must not change. Links are taken as links."""

    entries: Mapping[str, tuple[object, ...]]

    @classmethod
    def of(cls, folder: Path) -> "Snapshot":
        return cls({str(path.relative_to(folder)): _state(path) for path in sorted(folder.rglob("*"))})

    def names(self) -> set[str]:
        return set(self.entries)


def end_tree(process: "subprocess.Popen[bytes]") -> None:
    """Kills a process that this test started, and its children."""
    tree = psutil.Process(process.pid)
    for member in [*tree.children(recursive=True), tree]:
        member.kill()


def _state(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content: object = None
    if path.is_symlink():
        content = path.readlink()
    elif path.is_file():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    mtime_ns = None if path.is_dir() and not path.is_symlink() else status.st_mtime_ns
    return (status.st_mode, mtime_ns, content)
