"""Builds the packaged program and tries it: `make package` runs it, then makes the installer of the system it runs on.

python packaging/build.py [--output build/package] [--no-check] [--quick]. Needs the extra [package]. Leaves
OUTPUT/pyroblur. --quick spends no minute on making it smaller.
"""

import argparse
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import compress
import shrink
import sizes
import thin_wheel
import unfold

REPOSITORY = Path(__file__).resolve().parents[1]
SPEC = REPOSITORY / "packaging" / "pyroblur.spec"
BUILD = REPOSITORY / "build"
ON_LINUX = sys.platform == "linux"


def build(output: Path, *, is_quick: bool = False) -> Path:
    """The folder with the program in it, made anew."""
    environment = dict(os.environ)
    unfold.unfold()
    pack = what_the_pack_is_made_of(is_quick=is_quick)
    if pack is not None:
        environment["PYROBLUR_PACK"] = str(pack)
    headless = opencv_without_windows()
    if headless is not None:
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([str(headless), *([known] if known else [])])
    work = BUILD / "pyinstaller"
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", str(SPEC)]
    command += ["--distpath", str(output), "--workpath", str(work)]
    subprocess.run(command, cwd=REPOSITORY, env=environment, check=True)
    program = output / "pyroblur"
    if ON_LINUX:
        shrink.main(program)
        compress.main(program, is_quick=is_quick)  # last: until then it tells which other libraries it needs
    return program


def what_the_pack_is_made_of(*, is_quick: bool) -> Path | None:
    """The project's wheel, the constraints and uv, in a folder; None where this version has no training pack."""
    script = REPOSITORY / "packaging" / "pack" / "shipped.py"
    if not script.is_file():
        return None
    folder = BUILD / "pack"
    subprocess.run([sys.executable, script, folder, *(["--quick"] if is_quick else [])], cwd=REPOSITORY, check=True)
    thin_wheel.main(folder)
    return folder


def opencv_without_windows() -> Path | None:
    """OpenCV of the installed version without its own windows, and so without a second Qt.

    None where it cannot be had: the program then carries the other, and is 30 MB larger.
    """
    version = importlib.metadata.version("opencv-python")
    folder = BUILD / f"opencv-{version}"
    if (folder / "cv2").is_dir():
        return folder
    with tempfile.TemporaryDirectory() as fetched:
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        command += ["--dest", fetched, f"opencv-python-headless=={version}"]
        if subprocess.run(command, check=False).returncode != 0:
            print("OpenCV without windows cannot be had here: the program carries a second Qt.", file=sys.stderr)
            return None
        (wheel,) = Path(fetched).glob("*.whl")
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=BUILD / "package")
    parser.add_argument("--quick", action="store_true", help="spend no minute on making it smaller")
    parser.add_argument("--no-check", action="store_true", help="do not run the program's self-test")
    wanted = parser.parse_args()
    program = build(wanted.output.absolute(), is_quick=wanted.quick)
    print("\n".join(sizes.table(program)))
    if wanted.no_check:
        return 0
    return subprocess.run(
        [sys.executable, REPOSITORY / "packaging" / "check.py", program / "pyroblur"], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
