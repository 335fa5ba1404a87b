"""Makes the folder that a packaged program carries to make a training pack with: PyroBlur's wheel, constraints.txt, uv.

    python packaging/pack/shipped.py FOLDER [--quick]

--quick packs uv loosely, in seconds instead of half a minute.
Needs hatchling and uv (the extra [package]); builds without the network.
"""

import argparse
import hashlib
import json
import lzma
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.utils import parse_wheel_filename
from uv import find_uv_bin

REPOSITORY = Path(__file__).resolve().parents[2]
CONSTRAINTS = "constraints.txt"
SHIPPED_FILE = "shipped.json"  # pyroblur_gui/pack/shipped.py reads it


def make(folder: Path, *, is_quick: bool = False) -> None:
    """Writes FOLDER anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    constraints = folder / CONSTRAINTS
    shutil.copyfile(REPOSITORY / CONSTRAINTS, constraints)
    uv = Path(find_uv_bin())
    program = uv.read_bytes()
    packed = folder / f"{uv.name}.xz"
    # Jumps within x86 code are written as places, not as distances: that packs better, and unpacks as ever.
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 1 if is_quick else 6}]
    packed.write_bytes(lzma.compress(program, filters=filters))
    facts = {
        "version": str(parse_wheel_filename(wheel.name)[1]),
        "wheel": wheel.name,
        "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "constraints": constraints.name,
        "constraints_sha256": hashlib.sha256(constraints.read_bytes()).hexdigest(),
        "packed_uv": packed.name,
        "uv_sha256": hashlib.sha256(program).hexdigest(),
    }
    (folder / SHIPPED_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    wanted = parser.parse_args()
    make(wanted.folder.absolute(), is_quick=wanted.quick)
