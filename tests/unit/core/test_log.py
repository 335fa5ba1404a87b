"""The log file, written by several processes."""

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyroblur_gui.core import log, paths


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(capture=False)
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_records_go_to_the_file_and_warnings_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    log.set_up("worker")
    logging.getLogger("test").info("for the file")
    logging.getLogger("test").warning("for both")
    text = log.log_file().read_text(encoding="utf-8")
    assert "worker INFO test: for the file" in text
    assert "for both" in text
    seen = capfd.readouterr()
    assert seen.out == ""
    assert "for both" in seen.err
    assert "for the file" not in seen.err


def test_warnings_of_libraries_are_records() -> None:
    log.set_up("worker")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning("deprecated thing", DeprecationWarning, "library.py", 1)
    assert "deprecated thing" in log.log_file().read_text(encoding="utf-8")


def test_names_that_are_no_text_are_written() -> None:
    log.set_up("worker")
    logging.getLogger("test").info("read %s", "\udcff.jpg")
    assert r"\udcff.jpg" in log.log_file().read_text(encoding="utf-8")


def test_a_large_file_is_rotated_at_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "ROTATE_BYTES", 10)
    path = log.log_file()
    path.parent.mkdir(parents=True)
    for number in range(log.KEPT + 2):
        path.write_text(f"content number {number}")
        log._rotate(path)
    assert not path.exists()
    kept = [path.with_name(f"{path.name}.{number}").read_text() for number in range(1, log.KEPT + 1)]
    assert kept == ["content number 4", "content number 3", "content number 2"]
    assert len(list(path.parent.iterdir())) == log.KEPT


def test_a_small_file_goes_on() -> None:
    log.log_file().parent.mkdir(parents=True)
    log.log_file().write_text("before\n")
    log.set_up("window")
    logging.getLogger("test").warning("after")
    assert log.log_file().read_text().startswith("before\n")


def test_without_a_place_for_the_file_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "file"))
    log.set_up("worker")
    assert "no log file" in capfd.readouterr().err
