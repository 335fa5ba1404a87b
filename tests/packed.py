"""PyroBlur as it is installed without torch, and a folder of wheels to make a training pack from, both made of the
running environment's own packages.

Wheels are written without compression. Packages of more than some megabytes (PyTorch and CUDA have five gigabytes) are
not copied: their wheels have their own names, versions and needs, and lead to where the package is installed.
"""

import importlib.metadata
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from uv import find_uv_bin

REPOSITORY = Path(__file__).resolve().parents[1]
LARGE_BYTES = 12_000_000
OF_THE_PACK = ("torch", "torchvision", "ultralytics")
NOT_WRITTEN = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def make_shipped(folder: Path) -> Path:
    """What a packaged program carries."""
    subprocess.run([sys.executable, REPOSITORY / "packaging" / "pack" / "shipped.py", folder, "--quick"], check=True)
    return folder


def make_program(folder: Path, shipped: Path) -> Path:
    """A Python in which PyroBlur is installed without torch and Ultralytics; the path of it."""
    environment = folder / "program"
    subprocess.run(
        [find_uv_bin(), "venv", environment, "--python", base_python(), "--no-project", "--quiet", "--offline"],
        check=True,
    )
    (target,) = environment.glob("lib/*/site-packages")
    for source in site_packages():
        for entry in source.iterdir():
            if not _is_left_out(entry.name) and not (target / entry.name).exists():
                (target / entry.name).symlink_to(entry)
    with zipfile.ZipFile(next(shipped.glob("*.whl"))) as wheel:
        wheel.extractall(target)
    (target / "pyroblur_gui" / "resources" / "pack").symlink_to(shipped)
    return environment / "bin" / "python"


def make_wheels(folder: Path) -> Path:
    """Everything that pyroblur[train] needs, but for the window's libraries."""
    folder.mkdir(parents=True)
    for distribution in _needed():
        _write_wheel(distribution, folder)
    return folder


def base_python() -> str:
    """The Python that the running environment was made with."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")


def site_packages() -> list[Path]:
    return [Path(entry) for entry in sys.path if entry.endswith("-packages") and Path(entry).is_dir()]


def _is_left_out(name: str) -> bool:
    plain = canonicalize_name(name.split("-", maxsplit=1)[0].split(".", maxsplit=1)[0])
    return plain in {*OF_THE_PACK, "nvidia", "triton", "nncf", "pyroblur", "pyroblur-gui", "pip"} or name.startswith(
        ("_pyroblur", "__editable__", "torchgen", "functorch")
    )


def _needed() -> Iterator[Distribution]:
    own = _own_requirements()
    seen: set[str] = set()
    waiting = list(own)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in seen:
            continue
        try:
            distribution = importlib.metadata.distribution(requirement.name)
        except importlib.metadata.PackageNotFoundError:  # for another system
            continue
        seen.add(name)
        yield distribution
        for text in distribution.requires or ():
            need = Requirement(text)
            extras = requirement.extras or {""}
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(need)


def _own_requirements() -> list[Requirement]:
    import tomllib

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["train"]]
    wanted = [Requirement(text) for text in texts]
    left_out = {"pyside6-essentials", "pyqtgraph", "qasync", "qtawesome"}
    return [each for each in wanted if (each.marker is None or each.marker.evaluate()) and each.name not in left_out]


def _write_wheel(distribution: Distribution, folder: Path) -> None:
    info = next(Path(str(file)).parts[0] for file in distribution.files or () if ".dist-info" in str(file))
    place = Path(str(distribution.locate_file("")))
    files = [
        (str(file), Path(str(file.locate())), file.hash.value if file.hash else "", file.size)
        for file in distribution.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and "__pycache__" not in file.parts
    ]
    metadata = [each for each in files if each[0].startswith(f"{info}/") and Path(each[0]).name not in NOT_WRITTEN]
    content = [each for each in files if not each[0].startswith(f"{info}/")]
    is_large = sum(each[3] or 0 for each in content) > LARGE_BYTES
    tag = "py3-none-any" if is_large else _tag(place / info)
    name = f"{info.removesuffix('.dist-info')}-{tag}.whl"
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_STORED) as wheel:
        record: list[str] = []
        for path, source, digest, size in [*metadata, *([] if is_large else content)]:
            if path == f"{info}/WHEEL" and is_large:
                wheel.writestr(path, f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n")
                record.append(f"{path},,")
                continue
            if source.is_file():
                wheel.write(source, path)
                record.append(f'"{path}",{f"sha256={digest}" if digest else ""},{size if digest else ""}')
        if is_large:
            link = f"{info.removesuffix('.dist-info').replace('.', '_')}.pth"
            wheel.writestr(link, f"{_signpost(folder, info, place, [each[0] for each in content])}\n")
            record.append(f"{link},,")
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")


def _signpost(folder: Path, info: str, place: Path, paths: list[str]) -> Path:
    """A folder with links to what a package consists of at the top."""
    post = folder.parent / "installed" / info
    post.mkdir(parents=True)
    for top in {Path(path).parts[0] for path in paths}:
        (post / top).symlink_to(place / top)
    return post


def _tag(info: Path) -> str:
    lines = (info / "WHEEL").read_text(encoding="utf-8").splitlines()
    tags = [line.partition(":")[2].strip().split("-") for line in lines if line.startswith("Tag:")]
    return "-".join(".".join(dict.fromkeys(parts)) for parts in zip(*tags, strict=True))


if __name__ == "__main__":
    root = Path(sys.argv[1])
    made = make_shipped(root / "shipped")
    sys.stdout.write(f"{make_program(root, made)}\n{make_wheels(root / 'wheels')}\n")
    os.sync()
