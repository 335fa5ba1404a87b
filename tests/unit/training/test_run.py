"""A run's folder says what was trained, and nothing takes the place of what was learnt."""

from datetime import UTC, datetime

import pytest

from pyroblur_gui.core.errors import RunError
from pyroblur_gui.training import recipes, run
from pyroblur_gui.training.run import RunFolder, RunRecord, RunState


def _record(name: str) -> RunRecord:
    return RunRecord(name=name, recipe=recipes.recipe("quick"), data="street", created=datetime.now(UTC))


def test_a_record_is_read_back_as_it_was_kept() -> None:
    folder = RunFolder.of("first")
    folder.begin(_record("first"))
    kept = folder.record().model_copy(update={"state": RunState.STOPPED, "last_epoch": 3, "best": {"mAP50": 0.5}})
    folder.keep(kept)
    assert RunFolder.of("first").record() == kept
    assert run.names() == ["first"]


def test_a_run_that_has_learnt_something_is_never_begun_again() -> None:
    folder = RunFolder.of("first")
    folder.begin(_record("first"))
    folder.begin(_record("first"))  # nothing was learnt yet: it starts clean
    folder.last.parent.mkdir()
    folder.last.write_bytes(b"weights")
    with pytest.raises(RunError, match="already"):
        folder.begin(_record("first"))
    assert folder.last.read_bytes() == b"weights"


def test_a_run_that_is_not_there_is_answered_with_those_that_are() -> None:
    RunFolder.of("first").begin(_record("first"))
    with pytest.raises(RunError, match="no run named second") as caught:
        RunFolder.of("second").record()
    assert "first" in caught.value.hint


def test_a_damaged_record_is_told_as_such() -> None:
    folder = RunFolder.of("first")
    folder.begin(_record("first"))
    (folder.path / run.RECORD_FILE).write_text("{")
    with pytest.raises(RunError, match="cannot be read"):
        folder.record()


def test_names_of_new_runs_differ_even_within_a_second() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first = run.unused_name("quick", now)
    RunFolder.of(first).begin(_record(first))
    assert first == "quick-20260102-030405"
    assert run.unused_name("quick", now) == "quick-20260102-030405-2"
