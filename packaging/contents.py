"""What the packaged program is made of, worked out from the program itself: read by pyroblur.spec and by the tests.

Operations, commands, sources, formats and engines are named in the program's own tables and imported by those names,
which no analysis of imports can see. So the tables are asked, and what is new in them needs no change here.
"""

import ast
import importlib.util
import tomllib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = "pyroblur_gui"

_LISTS = tomllib.loads(Path(__file__).with_name("contents.toml").read_text(encoding="utf-8"))
WHOLE: list[str] = _LISTS["whole"]
EXCLUDED: list[str] = _LISTS["training"] + _LISTS["unused"] + _LISTS["of_mlflow"]
LEFT_OUT: list[str] = _LISTS["left_out"]
HOOKS_LEFT_OUT: list[str] = _LISTS["hooks_left_out"]


class Data(NamedTuple):
    source: str  # a file
    folder: str  # in the program


def hidden_imports() -> list[str]:
    """Every module that one of the program's tables names, and what those import within functions."""
    from pyroblur_gui.cli.main import VERBS
    from pyroblur_gui.operations.catalogue import OPERATIONS

    places = [place for each in OPERATIONS.values() for place in (each.spec_name, each.handler, each.folder) if place]
    named = {f"{PACKAGE}.{place.partition(':')[0]}" for place in places}
    named |= {f"{PACKAGE}.cli.commands.{verb.replace('-', '_')}" for verb in VERBS}
    return sorted(named | _by_import_module() | {name for name in _LISTS["by_name"] if _is_there(name)})


def _by_import_module() -> set[str]:
    """Modules of ours that lie beside a table which is read with import_module: all that such a package holds."""
    found = set()
    for path in (REPOSITORY / PACKAGE).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if "import_module" in names:
            found |= {module_name(each) for each in path.parent.glob("*.py")}
            found |= {
                module_name(each) for folder in path.parent.iterdir() if folder.is_dir() for each in folder.glob("*.py")
            }
    return found


def module_name(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def resources() -> list[Data]:
    """The program's own resources, the guide with its pictures, where core/paths.py looks for them; its licences."""
    root = REPOSITORY / "resources"
    files = sorted(path for path in root.rglob("*") if path.is_file())
    data = [Data(str(path), str(Path(PACKAGE, "resources", path.parent.relative_to(root)))) for path in files]
    docs = REPOSITORY / "docs"
    guide = [*sorted(docs.glob("guide*.md")), *sorted(path for path in (docs / "guide").iterdir() if path.is_file())]
    data += [Data(str(path), str(Path(PACKAGE, "resources", "docs", path.parent.relative_to(docs)))) for path in guide]
    return [*data, *(Data(str(REPOSITORY / name), ".") for name in ("LICENSE", "THIRD_PARTY.md"))]


def carried() -> list[Data]:
    """Files that lie in packages of which no code is run."""
    data = []
    for package, pattern in _LISTS["carried"]:
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            message = f"{package} is not installed, and the packaged program needs its {pattern}."
            raise FileNotFoundError(message)
        root = Path(spec.submodule_search_locations[0])
        data += [
            Data(str(file), str(Path(package, file.parent.relative_to(root)))) for file in sorted(root.glob(pattern))
        ]
    return data


def files_of_packages() -> list[Data]:
    """Modules that a package runs from files: the steps that bring a store of runs to the newest form."""
    data = []
    for place in _LISTS["with_files"]:
        package, _, below = place.partition("/")
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:  # a program without the part that keeps runs
            continue
        root = Path(spec.submodule_search_locations[0])
        files = [path for path in sorted((root / below).rglob("*")) if path.is_file() and path.suffix != ".pyc"]
        data += [Data(str(path), str(Path(package, path.parent.relative_to(root)))) for path in files]
    return data


def is_brought_along(module: str) -> bool:
    """Neither left out itself nor part of a package that is."""
    return not any(module == name or module.startswith(f"{name}.") for name in EXCLUDED)


def unfolded() -> list[Data]:
    """Qt's Python part as files, with what Python made of them, where unfold.py has laid them out."""
    spec = importlib.util.find_spec("shiboken6")
    folder = Path(spec.origin or "").parent / "files.dir" if spec is not None else Path()
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.name else []
    return [Data(str(path), str(path.parent.relative_to(folder.parents[1]))) for path in files]


def engine_libraries() -> list[Data]:
    """OpenVINO's plugins, which it loads by a list of its own."""
    spec = importlib.util.find_spec("openvino")
    places = spec.submodule_search_locations if spec is not None else None
    root = Path(next(iter(places or ()), ""))
    return [Data(str(file), "openvino/libs") for file in sorted(root.glob("libs/*")) if file.is_file()]


def pack(folder: str | None) -> list[Data]:
    """What the training part is made from (the project's wheel, constraints.txt, uv), beside the resources."""
    if not folder:
        return []
    files = sorted(path for path in Path(folder).iterdir() if path.is_file())
    return [Data(str(path), str(Path(PACKAGE, "resources", "pack"))) for path in files]


def version() -> str:
    from pyroblur_gui import __version__

    return __version__


def declared_distributions() -> list[str]:
    """Installed distributions whose versions the program tells (`pyroblur doctor`, About), with all that they need."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runs = [each for each in project["optional-dependencies"]["train"] if each.startswith("mlflow")]
    return sorted(_installed([*project["dependencies"], *runs]))


def _installed(requirements: Iterable[str]) -> Iterator[str]:
    for text in requirements:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        name = canonicalize_name(requirement.name)
        try:
            distribution(name)
        except PackageNotFoundError:
            continue
        yield name


def _words_of_qt() -> set[str]:
    """Qt's own words (buttons of dialogs, the file dialog) in the languages of the program, of three dozen."""
    from pyroblur_gui.core.translation import LANGUAGES

    return {f"qtbase_{code}.qm" for code in LANGUAGES}


def is_asked_for(module: str) -> bool:
    """False for one of many modules that a package would find by name, of which nothing here asks for this one."""
    kept = any(fnmatch(module, pattern) for pattern in _LISTS["of_many_kept"])
    return kept or not any(fnmatch(module, pattern) for pattern in _LISTS["of_many"])


def is_wanted(name: str) -> bool:
    """Whether a file that a package brought along belongs into the program. name: its place there."""
    place = name.replace("\\", "/")
    if place.rpartition("/")[2] in _words_of_qt():
        return True
    return not any(fnmatch(place, pattern) for pattern in LEFT_OUT)
