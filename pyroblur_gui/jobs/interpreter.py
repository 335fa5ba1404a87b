"""A Python of its own for some workers: that of the training pack, when this program has no torch."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# What leads an interpreter to the files of another one. PyInstaller's start-up sets the paths of libraries and keeps
# what they were before under the second name.
_FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONEXECUTABLE", "PYTHONUSERBASE", "VIRTUAL_ENV", "CONDA_PREFIX")
_LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")
_KEPT_SUFFIX = "_ORIG"


@dataclass(frozen=True)
class Interpreter:
    """python: its executable, in which PyroBlur's own package is installed."""

    python: Path

    @property
    def command(self) -> list[str]:
        """-I: no variable and no folder of the user's brings Python code of its own."""
        return [str(self.python), "-I", "-X", "utf8", "-m", "pyroblur_gui", "worker"]

    def environment(self, also: Mapping[str, str] | None = None) -> dict[str, str | None]:
        """Changes to this process's variables; None removes one."""
        return {**clean_environment(), **(also or {})}


def clean_environment() -> dict[str, str | None]:
    """Without what belongs to this process's own interpreter, as changes to its variables."""
    changes: dict[str, str | None] = dict.fromkeys(_FOREIGN)
    if getattr(sys, "frozen", False):
        changes |= {name: os.environ.get(name + _KEPT_SUFFIX) for name in _LIBRARY_PATHS}
        changes["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    return changes
