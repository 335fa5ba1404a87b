"""The wheel that the packaged program carries without its resources is whole again when a training pack is made."""

import importlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pyroblur_gui.core.errors import PackError
from pyroblur_gui.core.training_part import pack_folder
from pyroblur_gui.pack.shipped import Shipped, shipped

REPOSITORY = Path(__file__).resolve().parents[3]
SMALL_BYTES = 2_000_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own wheel."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture
def program(tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The resources of a packaged program, with the wheel among them as packaging/build.py puts it there."""
    monkeypatch.syspath_prepend(REPOSITORY / "packaging")
    inside = tmp_path / "program"
    for data in importlib.import_module("contents").resources():
        (inside / data.folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(data.source, inside / data.folder)
    resources = inside / "pyroblur_gui" / "resources"
    pack = resources / "pack"
    pack.mkdir()
    shutil.copy(built, pack)
    (pack / "constraints.txt").write_text("")
    facts = dict.fromkeys(Shipped.model_fields, "") | {"wheel": built.name, "constraints": "constraints.txt"}
    (pack / "shipped.json").write_text(json.dumps(facts))
    importlib.import_module("thin_wheel").main(pack)
    monkeypatch.setattr(sys, "_MEIPASS", str(inside), raising=False)
    return resources


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_completed_wheel_is_the_one_that_was_built(program: Path, built: Path) -> None:
    thin = program / "pack" / shipped().thin_wheel
    assert [path.name for path in (program / "pack").glob("*.whl")] == []
    assert thin.stat().st_size < SMALL_BYTES < built.stat().st_size
    whole = shipped().wheel_file
    assert whole.name == built.name
    assert members(whole) == members(built)
    first = whole.read_bytes()
    assert shipped().wheel_file.read_bytes() == first
    assert list(whole.parent.iterdir()) == [whole]


def test_a_resource_that_was_changed_makes_no_wheel(program: Path) -> None:
    model = program / "starter" / "starter.onnx"
    model.write_bytes(model.read_bytes()[:-1] + b"?")
    with pytest.raises(PackError, match=r"starter\.onnx, which came with PyroBlur, is damaged") as raised:
        _ = shipped().wheel_file
    assert "Install PyroBlur again" in raised.value.hint
    assert [path for path in pack_folder().rglob("*") if path.is_file()] == []


def test_a_thin_wheel_that_was_cut_short_makes_no_wheel(program: Path) -> None:
    thin = program / "pack" / shipped().thin_wheel
    thin.write_bytes(thin.read_bytes()[:-500])
    for act in (lambda: shipped().wheel_file, lambda: shipped().check()):
        with pytest.raises(PackError, match="is damaged"):
            act()
