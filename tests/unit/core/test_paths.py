"""Where PyroBlur's own files lie."""

from pathlib import Path

import pytest

from pyroblur_gui.core import paths
from pyroblur_gui.core.errors import SettingsError
from pyroblur_gui.core.paths import check_folders, folders, resource


def test_one_variable_moves_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    mine = folders()
    for folder in (mine.settings, mine.models, mine.data, mine.runs, mine.projects, mine.cache, mine.logs):
        assert tmp_path in folder.parents
    assert mine.queue_file.parent == mine.data
    assert mine.settings_file.parent == mine.settings
    assert not list(tmp_path.iterdir())


def test_without_it_they_lie_where_the_platform_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(paths.HOME_VARIABLE)
    assert all("pyroblur" in str(folder).lower() for folder in (folders().data, folders().logs, folders().cache))


def test_a_resource_is_found_in_a_checkout_and_in_a_packaged_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "pyroblur_gui" / "resources" / "thing"
    inside.mkdir(parents=True)
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert resource("thing") == inside


def test_a_resource_that_is_missing_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match="Install PyroBlur again"):
        resource("no", "such.thing")


@pytest.mark.parametrize("below", ["", "home/of/mine"])
def test_a_file_where_the_folders_should_be_is_named(
    below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = tmp_path / "a file"
    wall.write_text("in the way")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(wall / below))
    with pytest.raises(SettingsError, match="a file is a file, not a folder") as caught:
        check_folders()
    assert "--home" in caught.value.hint


def test_folders_that_are_there_or_can_be_made_are_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for home in (tmp_path, tmp_path / "not" / "there yet"):
        monkeypatch.setenv(paths.HOME_VARIABLE, str(home))
        check_folders()
    assert not list(tmp_path.iterdir())
