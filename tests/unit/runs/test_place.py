"""Where runs are kept, and what is said of it."""

import pytest

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
