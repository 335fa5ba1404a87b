"""The settings file: nothing that a user wrote is ever lost, and nothing bad in it stops the program."""

import json
import os
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from pyroblur_gui.core.errors import SettingsError
from pyroblur_gui.core.settings import ColorScheme, Settings, SettingsFile
from pyroblur_gui.core.translation import Language


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "settings.json"


def test_what_is_saved_is_read_back(path: Path) -> None:
    file = SettingsFile(path, Settings)
    settings = Settings(scheme=ColorScheme.DARK, output_folder=Path("/media/out"), name_pattern="safe-{stem}.{ext}")
    file.save(settings)
    loaded = file.load()
    assert loaded.value == settings
    assert loaded.message == ""
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_no_file_means_the_defaults_and_writes_nothing(path: Path) -> None:
    loaded = SettingsFile(path, Settings).load()
    assert loaded.value == Settings()
    assert loaded.message == ""
    assert not path.parent.exists()


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"version": "x"}', '{"version": true}', b"\xff\xfe\x00"])
def test_a_damaged_file_is_moved_aside_and_said(path: Path, text: str | bytes) -> None:
    path.parent.mkdir()
    content = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(content)
    loaded = SettingsFile(path, Settings).load()
    assert loaded.value == Settings()
    (kept,) = path.parent.iterdir()
    assert kept.name in loaded.message
    assert kept.read_bytes() == content


def test_a_bad_value_falls_back_alone_and_the_file_is_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 1, "scheme": "pink", "start_when_added": True}))
    loaded = SettingsFile(path, Settings).load()
    assert loaded.value.scheme is ColorScheme.SYSTEM
    assert loaded.value.start_when_added is True
    assert "scheme" in loaded.message
    assert len(list(path.parent.iterdir())) == 2


def test_unknown_keys_survive_a_save(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 1, "from_a_plugin": {"a": 1}}))
    file = SettingsFile(path, Settings)
    file.save(file.load().value)
    assert json.loads(path.read_text())["from_a_plugin"] == {"a": 1}


def test_a_newer_file_is_used_as_far_as_known_and_kept_as_it_was(path: Path) -> None:
    path.parent.mkdir()
    text = json.dumps({"version": 99, "scheme": "dark", "name_pattern": {"new": "shape"}, "later": 1})
    path.write_text(text)
    file = SettingsFile(path, Settings)
    loaded = file.load()
    assert loaded.value.scheme is ColorScheme.DARK
    assert "newer" in loaded.message
    file.save(loaded.value)
    kept = next(each for each in path.parent.iterdir() if "version-99" in each.name)
    assert kept.read_text() == text


def test_a_downgrade_and_an_upgrade_lose_no_choice(path: Path) -> None:
    """An older PyroBlur keeps what it does not know; the newer one finds it again."""

    class Older(BaseModel):
        model_config = ConfigDict(frozen=True, extra="allow")
        start_when_added: bool = False

    newer = SettingsFile(path, Settings)
    newer.save(Settings(language=Language.FRENCH, update_address="https://example.org/x", was_welcomed=True))
    older = SettingsFile(path, Older)
    older.save(older.load().value.model_copy(update={"start_when_added": True}))
    again = newer.load()
    assert again.message == ""
    assert again.value == Settings(
        language=Language.FRENCH, update_address="https://example.org/x", was_welcomed=True, start_when_added=True
    )


@pytest.mark.parametrize("address", ["http://example.org", "example.org", "https://", "https://a b", "file:///x"])
def test_updates_are_asked_for_over_https_only(address: str) -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        Settings(update_address=address)


def test_an_older_file_is_migrated_step_by_step(path: Path) -> None:
    class Now(BaseModel):
        model_config = ConfigDict(frozen=True, extra="allow")
        width_px: int = 1

    migrations = {
        1: lambda old: {("breadth" if key == "w" else key): value for key, value in old.items()},
        2: lambda old: {("width_px" if key == "breadth" else key): value for key, value in old.items()},
    }
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 1, "w": 7}))
    file = SettingsFile(path, Now, version=3, migrations=migrations)
    loaded = file.load()
    assert loaded.value.width_px == 7
    file.save(loaded.value)
    assert json.loads(path.read_text()) == {"version": 3, "width_px": 7}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    with pytest.raises(SettingsError, match="could not be saved"):
        SettingsFile(path, Settings).save(Settings())


def test_a_folder_in_the_files_place_is_told_and_survives(path: Path) -> None:
    (path / "inside").mkdir(parents=True)
    with pytest.raises(SettingsError, match="could not be saved"):
        SettingsFile(path, Settings).save(Settings())
    assert (path / "inside").is_dir()
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "pattern", ["{stem}.{ext}", "{stem}_x", "x.{ext}", "a/{stem}.{ext}", "{stem}{n}.{ext}", "{stem_x.{ext}", "{}.{ext}"]
)
def test_a_name_pattern_that_could_harm_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        Settings(name_pattern=pattern)


def test_a_place_that_is_no_folder_is_one_clear_error(tmp_path: Path) -> None:
    """It once also failed to remove the temporary file that it could not write: the window could not be closed."""
    wall = tmp_path / "a file"
    wall.write_text("in the way")
    with pytest.raises(SettingsError, match="could not be saved"):
        SettingsFile(wall / "settings" / "settings.json", Settings).save(Settings())
