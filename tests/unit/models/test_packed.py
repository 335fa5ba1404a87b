"""A library that the packaged program carries compressed: a real small one, compressed as the build does it."""

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import disks
import pytest

from pyroblur_gui.core.errors import DiskFullError, EngineError, OutputError
from pyroblur_gui.core.files import sha256
from pyroblur_gui.core.paths import folders, resource
from pyroblur_gui.models import catalogue, loading
from pyroblur_gui.models.choice import Candidate, Choice
from pyroblur_gui.models.packed import PACKED, PackedLibrary

MODULE = "markupsafe._speedups"
VERSION = "3.0"
PACKAGING = Path(__file__).resolve().parents[3] / "packaging"
IMPORTING = """
import sys
sys._MEIPASS = sys.argv[1]
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.models.packed import make_importable
make_importable("markupsafe._speedups")
make_importable("not.carried")
try:
    import markupsafe._speedups
except PyroblurError as error:
    sys.exit(f"{type(error).__name__}: {error.message} {error.hint}")
print(markupsafe._speedups.__file__, markupsafe._speedups._escape_inner("<>"))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="libraries are compressed on Linux only")


def pack(inside: Path, monkeypatch: pytest.MonkeyPatch, *, version: str = VERSION) -> PackedLibrary:
    """What a packaged program whose files lie in `inside` carries."""
    monkeypatch.syspath_prepend(PACKAGING)
    found = importlib.util.find_spec(MODULE)
    assert found is not None
    assert found.origin is not None
    (inside / "markupsafe").mkdir(parents=True, exist_ok=True)
    library = Path(shutil.copy(found.origin, inside / "markupsafe"))
    importlib.import_module("compress").compress(inside, MODULE, version, is_quick=True)
    assert not library.exists()
    monkeypatch.setattr(sys, "_MEIPASS", str(inside), raising=False)
    return PackedLibrary.model_validate_json(resource(PACKED, f"{MODULE}.json").read_bytes())


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackedLibrary:
    return pack(tmp_path / "program", monkeypatch)


def importing(inside: Path, *before: str) -> subprocess.Popen[str]:
    command = [*before, sys.executable, "-c", IMPORTING, str(inside)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.usefixtures("packed")
def test_two_processes_at_once_import_the_same_library_from_the_cache(tmp_path: Path, packed: PackedLibrary) -> None:
    processes = [importing(tmp_path / "program") for _ in range(2)]
    said = [process.communicate(timeout=60) for process in processes]
    assert said == [(f"{packed.place} &lt;&gt;\n", "")] * 2
    assert [path for path in folders().cache.rglob("*") if path.is_file()] == [packed.place]


def test_it_is_unpacked_once_and_anew_when_it_was_changed(packed: PackedLibrary) -> None:
    place = packed.unpacked()
    whole, first = place.read_bytes(), place.stat().st_ino
    assert packed.unpacked().stat().st_ino == first
    place.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert packed.unpacked().read_bytes() == whole
    place.write_bytes(whole[:100])
    assert packed.unpacked().read_bytes() == whole
    assert list(place.parent.iterdir()) == [place]


def test_a_newer_version_removes_what_the_older_one_unpacked(
    packed: PackedLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = packed.unpacked()
    other = old.parents[1] / "another.library-1"
    other.mkdir()
    new = pack(tmp_path / "newer", monkeypatch, version="4.0").unpacked()
    assert sorted(new.parents[1].iterdir()) == sorted([new.parent, other])
    assert not old.exists()


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_program_says_so_and_unpacks_nothing(packed: PackedLibrary, damage: bytes | None) -> None:
    archive = resource(PACKED, packed.packed)
    archive.write_bytes(archive.read_bytes()[:-40] if damage is None else damage)
    with pytest.raises(EngineError, match=r"\.xz, which came with PyroBlur, is damaged") as raised:
        packed.unpacked()
    assert "Install PyroBlur again" in raised.value.hint
    assert not [path for path in folders().cache.rglob("*") if path.is_file()]


def test_another_library_under_its_name_is_refused(packed: PackedLibrary) -> None:
    other = packed.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(EngineError, match="damaged"):
        other.unpacked()
    assert not other.place.exists()


def test_without_a_place_to_unpack_it_to_the_error_is_the_usual_one(packed: PackedLibrary) -> None:
    folders().cache.parent.mkdir(parents=True, exist_ok=True)
    folders().cache.write_text("a file")
    with pytest.raises(OutputError) as raised:
        packed.unpacked()
    assert "PYROBLUR_HOME" in raised.value.hint


def test_a_library_that_cannot_be_loaded_from_the_cache_says_what_to_do(packed: PackedLibrary, tmp_path: Path) -> None:
    """As on a disk from which no program may run: the file is what it should be, and is no library here."""
    place = packed.unpacked()
    place.write_bytes(b"no library")
    facts = resource(PACKED, f"{MODULE}.json")
    mended = {"sha256": sha256(place), "size_bytes": place.stat().st_size}
    facts.write_text(packed.model_copy(update=mended).model_dump_json())
    other = PackedLibrary.model_validate_json(facts.read_bytes()).place
    other.parent.mkdir()
    place.rename(other)
    process = importing(tmp_path / "program")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("EngineError: markupsafe cannot be loaded from PyroBlur's cache: ")


@pytest.mark.usefixtures("packed")
def test_on_a_full_disk_the_error_is_the_usual_one(tmp_path: Path) -> None:
    home = Path(os.environ["PYROBLUR_HOME"])
    process = importing(tmp_path / "program", *disks.small(home, 16384, listing=tmp_path / "left"))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("DiskFullError: ")
    assert "PYROBLUR_HOME" in err
    assert (tmp_path / "left").read_text() == ""


def test_a_model_runs_on_the_next_engine_where_one_cannot_be_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    import_module = importlib.import_module

    def full(name: str) -> object:
        if name.endswith("models.onnxruntime"):
            message = "The disk is full."
            raise DiskFullError(message, hint="Make room.")
        return import_module(name)

    monkeypatch.setattr(loading, "import_module", full)
    ways = [Choice(Candidate(engine, "cpu", "f32"), "as chosen") for engine in ("onnxruntime", "openvino")]
    detector = loading.start(catalogue.find("centerface"), ways)
    detector.close()
    assert "The disk is full." in detector.engine
    with pytest.raises(DiskFullError):
        loading.start(catalogue.find("centerface"), ways[:1])
