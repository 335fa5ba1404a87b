"""Compresses the libraries of a packaged program that are large and that few need: python packaging/compress.py FOLDER.

The program unpacks them into its cache when they are first asked for (pyroblur_gui/models/packed.py). On Linux only: on
macOS every library has to lie in the signed bundle, and on Windows antivirus programs mistrust one that appears.
ONNX Runtime is such a library. It runs the models only where OpenVINO does not work, or where somebody chooses it.
"""

import hashlib
import json
import lzma
import sys
from importlib.metadata import version
from pathlib import Path

LIBRARIES = {"onnxruntime.capi.onnxruntime_pybind11_state": "onnxruntime"}  # module, the distribution that it is from
PLACE = Path("pyroblur_gui", "resources", "packed")
# Jumps within x86 code are written as places, not as distances: a tenth less. Whoever unpacks need not know of it.
FILTERS = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 6}]
QUICK_FILTERS = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 1}]


def main(program: Path, *, is_quick: bool = False) -> None:
    """program: the folder with both programs. is_quick: in seconds instead of half a minute, and a little larger."""
    inside = program / "_internal"
    for module, distribution in LIBRARIES.items():
        compress(inside, module, version(distribution), is_quick=is_quick)


def compress(inside: Path, module: str, its_version: str, *, is_quick: bool = False) -> None:
    """Puts the compressed library, and what is to be known of it, among the resources, in place of the library."""
    *packages, name = module.split(".")
    (library,) = inside.joinpath(*packages).glob(f"{name}.*so")
    data = library.read_bytes()
    folder = inside / PLACE
    folder.mkdir(parents=True, exist_ok=True)
    packed = folder / f"{library.name}.xz"
    packed.write_bytes(lzma.compress(data, filters=QUICK_FILTERS if is_quick else FILTERS))
    facts = {
        "module": module,
        "version": its_version,
        "library": library.name,
        "packed": packed.name,
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    (folder / f"{module}.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    library.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
