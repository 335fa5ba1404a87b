"""Where runs are kept, and what is said of it."""

import pytest
from pydantic import ValidationError

from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.settings import Settings, SettingsFile
from pyroblur_gui.runs.place import here


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("", ""),
        ("sqlite:////data/runs.db", ""),
        ("http://127.0.0.1:5000", ""),
        ("http://localhost:5000", ""),
        ("https://someone:secret@runs.example.org/mlflow", "runs.example.org"),
    ],
)
def test_only_another_computer_is_told_as_one(uri: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert here().other_host == host


def test_the_setting_says_where_runs_are_kept_and_the_variable_wins_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert here().is_own
    SettingsFile(folders().settings_file, Settings).save(Settings(tracking_address="http://runs.example.org:5000"))
    assert (here().title, here().is_own) == ("http://runs.example.org:5000", False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5001")
    assert here().title == "http://127.0.0.1:5001"
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    damaged = b'{"tracking_address": 7, "version": 1}'
    folders().settings_file.write_bytes(damaged)
    assert here().is_own
    assert folders().settings_file.read_bytes() == damaged, "who only reads mends nothing"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("runs.example.org", "is no tracking address"),
        ("ftp://runs.example.org", "is no tracking address"),
        ("http://", "is no tracking address"),
        ("https://me:secret@runs.example.org", "MLFLOW_TRACKING_PASSWORD"),
    ],
)
def test_what_is_no_address_or_holds_a_password_is_refused(address: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings(tracking_address=address)
