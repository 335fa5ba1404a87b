"""Turns an exception into the `Failed` that is shown, kept in the queue and printed: one place for all doors."""

import errno
import traceback

from pydantic import ValidationError

from pyroblur_gui.core.errors import DiskFullError, MissingExtraError, PyroblurError, SettingsError
from pyroblur_gui.core.training_part import training_hint
from pyroblur_gui.jobs.events import Failed

INTERNAL = "internal"
MEMORY = "memory"

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def failure_of(exc: BaseException) -> Failed:
    """What failed and what to do. An error that nobody foresaw has the code "internal" and its traceback as detail."""
    if isinstance(exc, PyroblurError):
        return Failed(code=exc.code, message=exc.message, hint=exc.hint)
    if isinstance(exc, MemoryError):
        return Failed(
            code=MEMORY,
            message="There was not enough memory for this job.",
            hint="Close other programs, or choose the fast model, and try again.",
            detail=_trace(exc),
        )
    if isinstance(exc, OSError) and exc.errno in _FULL:
        return Failed(
            code=DiskFullError.code,
            message="The disk is full.",
            hint="Make room there or choose another output folder, then try again.",
            detail=_trace(exc),
        )
    if isinstance(exc, ImportError):
        return Failed(
            code=MissingExtraError.code,
            message=f"A part that this needs is missing or damaged: {exc.name or exc}.",
            hint=training_hint(),
            detail=_trace(exc),
        )
    return Failed(
        code=INTERNAL,
        message=f"Something went wrong that should not have: {type(exc).__name__}: {exc}",
        hint="Try again. If it happens again, please report it with the output of `pyroblur doctor`.",
        detail=_trace(exc),
    )


def failure_of_spec(kind: str, exc: ValidationError) -> Failed:
    """A job description that does not hold what its operation asks for; says which field is wrong and why."""
    faults = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or kind}: {fault['msg']}"
        for fault in exc.errors(include_url=False, include_context=False, include_input=False)
    )
    return Failed(
        code=SettingsError.code,
        message=f"The settings of this job ({kind}) cannot be used: {faults}",
        hint="Correct these settings and add the job again.",
    )


def _trace(exc: BaseException) -> str:
    """The traceback: places in the code and messages, never the values of variables."""
    return "".join(traceback.format_exception(exc))
