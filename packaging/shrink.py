"""Takes out of a packaged program on Linux what is in it twice, and what only a debugger reads.

python packaging/shrink.py FOLDER. The same code is run afterwards:
- `pyroblur` and `pyroblur-gui` differ in their names only, by which they know what they are: one file under two names.
- The wheels of PyAV and OpenCV each carry FFmpeg, those of Pillow and OpenCV each libavif, of one major version, whose
  libraries keep their interface: OpenCV is given the others'.
- The wheels of NumPy and OpenCV carry 25 and 39 MB of OpenBLAS, made to be fast with matrices larger than any in
  PyroBlur: lapack.py makes one small library for each in their place.
- Pillow's wheel carries a libXau of 2 MB, which strip cannot take apart: the system's is there already.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import lapack

SHARED = ("avcodec", "avformat", "avutil", "avdevice", "avfilter", "swscale", "swresample", "avif")
_NAME = re.compile(r"lib(?P<library>[A-Za-z0-9]+)-[0-9a-f]{8}\.so\.(?P<major>\d+)\.")
# Of the system, brought along by parts of Qt that are left out; kept where something else needs them.
ASKED_ABOUT: list[str] = tomllib.loads(Path(__file__).with_name("contents.toml").read_text(encoding="utf-8"))[
    "system_libraries"
]


def main(program: Path) -> None:
    """program: the folder with both programs."""
    inside = program / "_internal"
    one_file_for_both(program / "pyroblur", program / "pyroblur-gui")
    for folder in (inside, *inside.glob("opencv_python*.libs")):  # where they lie hangs on how OpenCV was installed
        for other in ("av.libs", "pillow.libs"):
            share(folder, inside / other)
    use_small_lapack(inside)
    use_system_library(inside, "libXau")
    remove_unneeded(inside)
    strip(inside)
    remove_dead_links(inside)


def one_file_for_both(program: Path, other: Path) -> None:
    other.unlink()
    os.link(program, other)


def share(folder: Path, others: Path) -> None:
    """Replaces libraries in `folder` by links to those of their name and major version in `others`."""
    known = {(found["library"], found["major"]): path for path in others.iterdir() if (found := _NAME.match(path.name))}
    for path in folder.iterdir():
        found = _NAME.match(path.name)
        if found is None or found["library"] not in SHARED or path.is_symlink():
            continue
        other = known.get((found["library"], found["major"]))
        if other is not None:
            path.unlink()
            path.symlink_to(os.path.relpath(other, folder))


def use_small_lapack(inside: Path) -> None:
    """In place of each OpenBLAS; where none can be made, the large one stays."""
    for large in [path for path in inside.rglob("lib*openblas*") if not path.is_symlink()]:
        users = [path for path in inside.rglob("*.so") if large.name in _needed(path)]
        lapack.replace(large, users)


def use_system_library(inside: Path, name: str) -> None:
    """Links a wheel's copy to the system's of the same major version, which lies in `inside`."""
    for path in inside.glob(f"*.libs/{name}-*.so.*"):
        found = _NAME.match(path.name)
        system = inside / f"{name}.so.{found['major']}" if found else path
        if found and system.is_file() and not system.is_symlink():
            path.unlink()
            path.symlink_to(os.path.relpath(system, path.parent))


def remove_unneeded(inside: Path) -> None:
    """Libraries that nothing asks for any more, until there are none."""
    while True:
        files = [path for path in inside.rglob("*.so*") if path.is_file() and not path.is_symlink()]
        needed = {name for path in files for name in _needed(path)}
        unneeded = [path for path in files if path.name not in needed and _may_go(path)]
        if not unneeded:
            return
        for path in unneeded:
            path.unlink()


def _may_go(path: Path) -> bool:
    is_of_wheel = path.parent.name in {"_internal"} and _NAME.match(path.name) is not None
    is_of_opencv = is_of_wheel or path.parent.name.startswith("opencv_python")
    is_of_fortran = path.parent.name == "numpy.libs" and path.name.startswith(("libgfortran", "libquadmath"))
    return is_of_opencv or is_of_fortran or path.name.startswith(tuple(ASKED_ABOUT))


def _needed(path: Path) -> list[str]:
    """Names of the libraries that the loader will look for."""
    told = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=False).stdout
    return re.findall(r"\(NEEDED\)[^\[]*\[([^\]]+)\]", told)


def strip(inside: Path) -> None:
    """A library that does not allow it stays as it is: some tools that made wheels leave what strip takes apart."""
    for path in inside.rglob("*.so*"):
        if not path.is_file() or path.is_symlink():
            continue
        lighter = path.with_name(path.name + ".stripped")
        command = ["strip", "--strip-unneeded", "-o", lighter, path]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode == 0 and is_loadable(lighter):
            lighter.replace(path)
        lighter.unlink(missing_ok=True)


def is_loadable(path: Path) -> bool:
    """Whether each part of it that is loaded lies in the file as the loader asks for."""
    told = subprocess.run(["readelf", "-lW", path], capture_output=True, text=True, check=False).stdout
    parts = re.findall(r"^\s*LOAD\s+(0x\w+)\s+(0x\w+)\s.*\s(0x\w+)$", told, re.MULTILINE)
    numbers = [tuple(int(number, 16) for number in part) for part in parts]
    return bool(numbers) and all((offset - address) % alignment == 0 for offset, address, alignment in numbers)


def remove_dead_links(inside: Path) -> None:
    for path in inside.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
