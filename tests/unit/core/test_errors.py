"""Errors: one root, a code that stays, and the built-in that fits."""

from pathlib import Path

import pytest

from pyroblur_gui.core import errors

LEAVES = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.PyroblurError) and kind is not errors.PyroblurError
]


@pytest.mark.parametrize("kind", LEAVES)
def test_every_error_says_what_failed_where_and_what_to_do(kind: type[errors.PyroblurError]) -> None:
    error = kind("It failed.", hint="Do this.", path=Path("clip.mp4"))
    assert (error.message, error.hint, error.path, str(error)) == (
        "It failed.",
        "Do this.",
        Path("clip.mp4"),
        "It failed.",
    )
    assert kind.code != errors.PyroblurError.code


def test_codes_tell_errors_apart() -> None:
    assert len({kind.code for kind in LEAVES}) == len(LEAVES)


@pytest.mark.parametrize(
    ("kind", "built_in"),
    [
        (errors.MissingFileError, FileNotFoundError),
        (errors.OutputError, OSError),
        (errors.UnreadableMediaError, ValueError),
    ],
)
def test_callers_may_catch_the_built_in(kind: type[errors.PyroblurError], built_in: type[Exception]) -> None:
    with pytest.raises(built_in):
        raise kind("It failed.")


def test_cancelling_is_no_failure() -> None:
    assert not issubclass(errors.JobCancelledError, errors.PyroblurError)
