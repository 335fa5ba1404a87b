"""What the user is told of an exception."""

import errno
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from pyroblur_gui.core.errors import DiskFullError, MissingFileError
from pyroblur_gui.jobs.events import Failed, from_line, to_line
from pyroblur_gui.jobs.failure import failure_of, failure_of_spec


class Options(BaseModel):
    crf: int


class Wanted(BaseModel):
    options: Options


def test_an_expected_error_keeps_its_words() -> None:
    error = MissingFileError("clip.mp4 is gone.", hint="Look for it.", path=Path("clip.mp4"))
    assert failure_of(error) == Failed(code="missing_file", message="clip.mp4 is gone.", hint="Look for it.")


@pytest.mark.parametrize("exc", [OSError(errno.ENOSPC, "full"), DiskFullError("full")])
def test_a_full_disk_is_a_full_disk_whoever_noticed(exc: OSError) -> None:
    assert failure_of(exc).code == "disk_full"


def test_an_unforeseen_error_brings_its_traceback_without_values() -> None:
    def work() -> None:
        content = "what the file holds"
        raise LookupError(str(len(content)))

    with pytest.raises(LookupError) as caught:
        work()
    failure = failure_of(caught.value)
    assert failure.code == "internal"
    assert "LookupError" in failure.message
    assert "in work" in failure.detail
    assert "doctor" in failure.hint


def test_a_wrong_setting_is_named_with_its_place() -> None:
    with pytest.raises(ValidationError) as caught:
        Wanted.model_validate({"options": {"crf": "good"}})
    failure = failure_of_spec("blur", caught.value)
    assert failure.code == "settings"
    assert "options.crf" in failure.message
    assert "good" not in failure.message


def test_text_that_cannot_be_encoded_is_carried_all_the_same() -> None:
    failure = Failed(code="x", message="\udcff.jpg is gone")
    assert from_line(to_line(failure)) == failure


def test_garbage_is_no_event() -> None:
    for line in (b"", b"null", b"{}", b"\xff", b'{"type": "finished", "extra": 1}'):
        with pytest.raises(ValueError):  # noqa: PT011 - pydantic's and json's have it in common
            from_line(line)
