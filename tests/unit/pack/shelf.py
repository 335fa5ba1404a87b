"""A small world to make training packs in: wheels of a few kilobytes under the names of the real ones, an index that
serves them as PyPI does, and what a packaged program carries. uv, the Pythons and the environments are real.
"""

import base64
import hashlib
import json
import lzma
import random
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from server import Fault, Server
from uv import find_uv_bin

VERSIONS = {"torch": "2.14.1", "torchvision": "0.29.1", "ultralytics": "8.4.190"}
TORCH_BYTES = 400_000
TRIAL = """
import json, torch, torchvision, ultralytics
print(json.dumps({"torch": torch.__version__, "devices": "CPU"}))
"""
JSON_KIND = "application/vnd.pypi.simple.v1+json"


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes], metadata: Sequence[str] = ()) -> Path:
    """A wheel for any Python, with a list of its files."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    heads = "\n".join(["Metadata-Version: 2.3", f"Name: {name}", f"Version: {version}", *metadata, ""])
    content = dict(files) | {
        f"{info}/METADATA": heads.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in content.items()]
    content[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for place, data in content.items():
            wheel.writestr(place, data)
    return path


def make_wheels(folder: Path) -> list[Path]:
    """Under the names of what a training needs; torch has some hundred kilobytes."""
    noise = random.Random(7).randbytes(TORCH_BYTES)  # noqa: S311 - only bulk
    wheels = []
    for name, version in VERSIONS.items():
        files = {f"{name}/__init__.py": f'__version__ = "{version}"\n'.encode()}
        if name == "torch":
            files["torch/lib.bin"] = noise
        wheels.append(make_wheel(folder, name, version, files))
    return wheels


def make_shipped(folder: Path, *, version: str = "0.1.0", remark: str = "") -> None:
    """As packaging/pack/shipped.py does, with a small wheel of PyroBlur."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.whl"):
        left.unlink()
    needs = [f'Requires-Dist: {name}; extra == "train"' for name in VERSIONS]
    files = {
        "pyroblur_gui/__init__.py": f"# {remark}\n".encode(),
        "pyroblur_gui/pack/__init__.py": b"",
        "pyroblur_gui/pack/trial.py": TRIAL.encode(),
    }
    wheel = make_wheel(folder, "pyroblur", version, files, ["Provides-Extra: train", *needs])
    constraints = folder / "constraints.txt"
    constraints.write_text("".join(f"{name}=={value}\n" for name, value in VERSIONS.items()), encoding="utf-8")
    program, packed = _uv()
    (folder / "uv.xz").write_bytes(packed)
    facts = {
        "version": version,
        "wheel": wheel.name,
        "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "constraints": constraints.name,
        "constraints_sha256": hashlib.sha256(constraints.read_bytes()).hexdigest(),
        "packed_uv": "uv.xz",
        "uv_sha256": program,
    }
    (folder / "shipped.json").write_text(json.dumps(facts), encoding="utf-8")


@cache
def _uv() -> tuple[str, bytes]:
    """Its SHA-256, and the program packed as loosely as it goes."""
    program = Path(find_uv_bin()).read_bytes()
    return hashlib.sha256(program).hexdigest(), lzma.compress(program, preset=0)


def serve(server: Server, wheels: Sequence[Path], faults: Mapping[str, Sequence[Fault]] | None = None) -> str:
    """Puts the wheels on an index; gives its address. faults: what happens to a package's file, by name."""
    for wheel in wheels:
        name, data = wheel.name.split("-")[0], wheel.read_bytes()
        server.put(f"/files/{wheel.name}", data, *(faults or {}).get(name, ()))
        with zipfile.ZipFile(wheel) as content:
            metadata = content.read(next(path for path in content.namelist() if path.endswith("/METADATA")))
        server.put(f"/files/{wheel.name}.metadata", metadata)
        listed = {
            "filename": wheel.name,
            "url": f"{server.address}/files/{wheel.name}",
            "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
            "size": len(data),
            "core-metadata": {"sha256": hashlib.sha256(metadata).hexdigest()},
        }
        page = {"meta": {"api-version": "1.0"}, "name": name, "files": [listed]}
        server.put(f"/simple/{name}/", json.dumps(page).encode(), kind=JSON_KIND, etag=None)
    return f"{server.address}/simple"


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
