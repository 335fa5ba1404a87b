"""Makes a small library of linear algebra in place of the OpenBLAS that a wheel brings along (25 to 39 MB each).

OpenBLAS is large because it has every function tuned for every processor. NumPy and OpenCV ask it for a few dozen, and
PyroBlur gives those nothing larger than a few small matrices, and vectors as long as a test set. So the reference
functions are taken (Debian's, as archives: liblapack-dev with 32-bit integers for OpenCV, liblapack64-dev with 64-bit
integers for NumPy), only those that are asked for and what they call, under the names of the wheel: 0.5 to 1.5 MB.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNTIME = HERE / "linux" / "lapack" / "runtime.c"
# Bits of an integer: the archives of LAPACK (built for shared libraries) and BLAS.
ARCHIVES = {32: ("liblapack_pic.a", "blas/libblas.a"), 64: ("liblapack64_pic.a", "blas64/libblas64.a")}
# NumPy's have names that no other library of the process has: scipy_dgesv_64_, scipy_cblas_dgemm64_.
_OF_NUMPY = re.compile(r"scipy_(?P<name>\w+?)64_")


def replace(large: Path, users: list[Path]) -> bool:
    """Puts the small library in the place of `large`, an OpenBLAS that `users` load; says whether it could be made.

    Where it could not, the large one stays, and a line on standard error says why.
    """
    wanted = set().union(*(symbols(user, "--undefined-only") for user in users)) & symbols(large, "--defined-only")
    names = {name: plain_name(name) for name in sorted(wanted)}
    bits = 64 if all(name != plain for name, plain in names.items()) else 32
    missing = what_is_missing(bits)
    if missing:
        print(f"{large.name} stays: not installed are {', '.join(missing)}.", file=sys.stderr)
        return False
    archives = [_archive(name) for name in ARCHIVES[bits]]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / large.name
        done = subprocess.run(
            _command(made, names, bits, [str(path) for path in archives]), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            print(f"{large.name} stays, as no smaller one could be linked:\n{done.stderr}", file=sys.stderr)
            return False
        large.unlink()  # the name only: the file may have others
        shutil.copy(made, large)
    return True


def what_is_missing(*bits: int) -> list[str]:
    """What the system would need for the libraries with integers of so many bits: of those it has, none."""
    names = [name for each in bits for name in ARCHIVES[each] if _archive(name) is None]
    return names if shutil.which("gcc") else ["gcc", *names]


def _archive(name: str) -> Path | None:
    return next(Path("/usr/lib").glob(f"*-linux-gnu/{name}"), None)


def plain_name(name: str) -> str:
    """A function's name in the reference library."""
    found = _OF_NUMPY.fullmatch(name)
    return found["name"] if found else name


def symbols(library: Path, which: str) -> set[str]:
    """which: --undefined-only or --defined-only."""
    told = subprocess.run(["nm", "-D", which, library], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].partition("@")[0] for line in told.splitlines()}


def _command(made: Path, names: dict[str, str], bits: int, archives: list[str]) -> list[str]:
    """Of the linker. Only the wanted names can be seen from outside; all others are bound within the library."""
    script = made.with_name("names")
    script.write_text("{ global: " + " ".join(f"{name};" for name in names) + " local: *; };\n", encoding="utf-8")
    options = ["-shared", "-fPIC", "-O2", "-s", f"-DINTEGER=int{bits}_t", "-o", str(made), str(RUNTIME)]
    options += [f"-Wl,-soname,{made.name},--version-script,{script},--no-undefined,-z,now"]
    options += [f"-Wl,-u,{plain}" for plain in names.values()]
    options += [f"-Wl,--defsym={name}={plain}" for name, plain in names.items() if name != plain]
    return ["gcc", *options, "-Wl,--start-group", *archives, "-Wl,--end-group", "-lm"]
