"""What a training pack consists of, to the file: uv resolves it against the shipped versions, and nothing is fetched.

The window's libraries are left out: no worker loads them.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import url2pathname

from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from pyroblur_gui.core.errors import MissingFileError, PackError, SourceError
from pyroblur_gui.core.files import writing
from pyroblur_gui.core.training_part import pack_folder
from pyroblur_gui.pack.machine import estimated_bytes, torch_arguments, torch_host
from pyroblur_gui.pack.place import WHEELS
from pyroblur_gui.pack.python import FETCHED_BYTES, FoundPython, python_host
from pyroblur_gui.pack.shipped import Shipped
from pyroblur_gui.pack.spec import INDEX, Sources
from pyroblur_gui.pack.uv import Uv

OWN = "pyroblur"
OF_THE_WINDOW = ("pyside6-essentials", "shiboken6", "pyqtgraph", "qasync", "qtawesome", "qtpy")
# Times the size of a wheel. Measured: all of a pack 2.0 with CUDA (6.9 GB), 3.0 without PyTorch's own (1.4 GB).
UNPACKED_SMALL, UNPACKED_LARGE, LARGE_BYTES = 3.3, 2.0, 100_000_000
LOCK, NEEDS, LEFT_OUT = "pylock.pack.toml", "needs.txt", "left-out.txt"


@dataclass(frozen=True)
class Part:
    """A wheel. address: https, or of a file. size_bytes: None where the index does not tell it."""

    name: str
    version: str
    address: str
    sha256: str
    size_bytes: int | None = None

    @property
    def file(self) -> str:
        return unquote(urlsplit(self.address).path.rpartition("/")[2])

    @property
    def local(self) -> Path | None:
        """Where it lies on this computer already; None for one that is to be fetched."""
        parts = urlsplit(self.address)
        return Path(url2pathname(parts.path)) if parts.scheme == "file" else None

    @property
    def target(self) -> Path:
        """Where it lies once it was fetched."""
        return self.local or pack_folder() / WHEELS / self.file


@dataclass(frozen=True)
class Plan:
    """hosts: who is asked for files. estimate_bytes: about what is fetched, where no part is known yet: uv needs a
    Python to know them.
    """

    python: FoundPython
    parts: tuple[Part, ...]
    hosts: tuple[str, ...]
    estimate_bytes: int = 0

    @property
    def torch(self) -> str:
        return next((part.version for part in self.parts if part.name == "torch"), "")

    @property
    def whole_bytes(self) -> int:
        """Of all wheels."""
        return sum(part.size_bytes or 0 for part in self.parts)

    def to_fetch(self, kept: Iterable[str] = ()) -> list[Part]:
        """What does not lie here yet. kept: names of what is taken from an earlier pack."""
        there = set(kept)
        return [part for part in self.parts if part.name not in there and not _is_here(part)]

    def fetch_bytes(self, kept: Iterable[str] = ()) -> int:
        python = FETCHED_BYTES if self.python.path is None else 0
        return python + self.estimate_bytes + sum((part.size_bytes or 0) - _begun(part) for part in self.to_fetch(kept))


def make_plan(uv: Uv, sources: Sources, mine: Shipped, python: FoundPython) -> Plan:
    """python: one that is there. Raises NetworkError, SourceError, AccessError, PackError, MissingFileError,
    OutputError, JobCancelledError.
    """
    folder = pack_folder()
    with writing(folder / LOCK):
        folder.mkdir(parents=True, exist_ok=True)
        own = mine.wheel_file
        (folder / NEEDS).write_text(f"{OWN}[train] @ {own.as_uri()}\n", encoding="utf-8")
        (folder / LEFT_OUT).write_text("".join(f"{name}\n" for name in OF_THE_WINDOW), encoding="utf-8")
    try:
        uv.run(
            "pip", "compile", folder / NEEDS, "-c", mine.constraints_file, "--excludes", folder / LEFT_OUT,
            "--format", "pylock.toml", "-o", folder / LOCK, "--only-binary", ":all:", "--no-header", "--quiet",
            "--upgrade", "--python", str(python.path), *source_arguments(sources), *torch_arguments(sources),
        )  # fmt: skip
        lock = tomllib.loads((folder / LOCK).read_text(encoding="utf-8"))
    finally:
        for name in (LOCK, NEEDS, LEFT_OUT):
            (folder / name).unlink(missing_ok=True)
    pick = _picker(python)
    parts = tuple(_part(package, pick, mine, own) for package in lock.get("packages", ()))
    if sources.index:
        parts = tuple(_with_login(part, sources.index) for part in parts)
    hosts = {urlsplit(part.address).hostname or "" for part in parts if part.local is None}
    return Plan(python, parts, tuple(sorted(hosts)))


def rough_plan(sources: Sources, python: FoundPython) -> Plan:
    """While there is no Python to resolve with: what is known beforehand."""
    places = (sources.index or INDEX, torch_host(sources))
    hosts = {urlsplit(place).hostname or place for place in places if place} | {python_host(sources)}
    return Plan(python, (), tuple(sorted(hosts)), estimated_bytes())


def source_arguments(sources: Sources) -> list[str]:
    """Raises MissingFileError for a folder of wheels that is not there."""
    if sources.wheels is not None:
        if not sources.wheels.is_dir():
            message = f"There is no folder of wheels at {sources.wheels}."
            raise MissingFileError(message, hint="Name another folder, or none.", path=sources.wheels)
        return ["--no-index", "--find-links", str(sources.wheels)]
    return ["--default-index", sources.index or INDEX]


def _part(package: Mapping[str, Any], pick: Callable[[Sequence[str]], int], mine: Shipped, own: Path) -> Part:
    """own: PyroBlur's wheel. Raises SourceError for a package without a wheel that fits this computer."""
    name, version = canonicalize_name(package["name"]), str(package.get("version", ""))
    if name == OWN:
        return Part(OWN, version or mine.version, own.as_uri(), mine.wheel_sha256, own.stat().st_size)
    wheels = [wheel for wheel in package.get("wheels", ()) if _address(wheel)]
    index = pick([_address(wheel).rpartition("/")[2] for wheel in wheels])
    if index < 0:
        message = f"{name} {version} has no wheel for this computer and its Python."
        raise SourceError(message, hint="Choose another index, or another Python.")
    chosen = wheels[index]
    address, size = _address(chosen), chosen.get("size")
    part = Part(name, version, address, chosen["hashes"].get("sha256", ""), size)
    if size is None and part.local is not None:
        size = part.local.stat().st_size
    return Part(name, version, address, part.sha256, size)


def _address(wheel: Mapping[str, Any]) -> str:
    if "url" in wheel:
        return str(wheel["url"])
    return Path(pack_folder(), str(wheel["path"])).resolve().as_uri() if "path" in wheel else ""


def _picker(python: FoundPython) -> Callable[[Sequence[str]], int]:
    """Chooses among wheels' names the one that fits best; -1: none does."""
    version = tuple(int(part) for part in python.minor.split("."))
    interpreter = f"cp{python.minor.replace('.', '')}"
    platforms = list(platform_tags())
    order: dict[Tag, int] = {}
    for tag in (*cpython_tags(version, platforms=platforms), *compatible_tags(version, interpreter, platforms)):
        order.setdefault(tag, len(order))

    def rank(name: str) -> int:
        try:
            tags = parse_wheel_filename(unquote(name))[3]
        except InvalidWheelFilename:
            return len(order)
        return min((order.get(tag, len(order)) for tag in tags), default=len(order))

    def pick(names: Sequence[str]) -> int:
        ranks = [rank(name) for name in names]
        best = min(ranks, default=len(order))
        return ranks.index(best) if best < len(order) else -1

    return pick


def _with_login(part: Part, index: str) -> Part:
    """An index that asks for a name and a password asks so for its files, too."""
    mine, theirs = urlsplit(index), urlsplit(part.address)
    if not mine.username or theirs.username or (mine.hostname, mine.port) != (theirs.hostname, theirs.port):
        return part
    address = urlunsplit(theirs._replace(netloc=mine.netloc))
    return Part(part.name, part.version, address, part.sha256, part.size_bytes)


def _is_here(part: Part) -> bool:
    if part.local is not None:
        return True
    try:
        return part.target.stat().st_size == part.size_bytes
    except OSError:
        return False


def _begun(part: Part) -> int:
    try:
        return part.target.with_name(f"{part.target.name}.part").stat().st_size
    except OSError:
        return 0


def disk_bytes(parts: Iterable[Part], estimate_bytes: int = 0) -> int:
    """About what they take once they are unpacked."""
    sizes = [part.size_bytes or 0 for part in parts]
    large = sum(size for size in sizes if size > LARGE_BYTES)
    guess = estimate_bytes * (UNPACKED_SMALL if estimate_bytes < 10 * LARGE_BYTES else UNPACKED_LARGE)
    return int(guess + UNPACKED_LARGE * large + UNPACKED_SMALL * (sum(sizes) - large))


def check_plan(plan: Plan) -> None:
    """Raises PackError where something that a training needs is not among the parts."""
    missing = {"torch", "torchvision", "ultralytics", OWN} - {part.name for part in plan.parts}
    if missing:
        message = f"The index gave no {', '.join(sorted(missing))}."
        raise PackError(message, hint="Choose another source for the training pack.")
