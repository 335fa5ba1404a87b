"""Lays out what Qt's Python part is partly written in, so that no start of the window has to compile it again.

    python packaging/unfold.py

PySide6's wheels carry these Python files inside a library, as text that every process translates anew (50 ms). Its own
switch SBK_EMBED=0 writes them beside that library, from where they are taken from then on; SBK_EMBED=1 removes them.
Prints the folder.
"""

import compileall
import os
import py_compile
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path


def unfold() -> Path | None:
    """The folder with the files and what Python made of them; None where they cannot be written."""
    spec = find_spec("shiboken6")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "files.dir"
    if not folder.is_dir():
        switched = {**os.environ, "SBK_EMBED": "0"}
        subprocess.run([sys.executable, "-c", "import shiboken6"], env=switched, check=True)
    # Not by the time of the file, which packages do not keep; there is no other version of it to take by mistake.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, quiet=2, force=True, invalidation_mode=mode)
    return folder if folder.is_dir() else None


if __name__ == "__main__":
    print(unfold() or "Qt's Python part stays as it is.")
