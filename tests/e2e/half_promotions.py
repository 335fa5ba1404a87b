"""The program of test_promotion.py that dies in the middle: promotes "fast", killed at one step after another.

Prints a line of JSON a step: what the next look at the registry shows, and what lies on the disk. MLflow is loaded
once: each promotion is a fork of this process, and ends as one that is killed does.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models import production
from pyroblur_gui.operations import promote
from pyroblur_gui.runs.spec import PromoteSpec, RegistrySpec
from pyroblur_gui.runs.tracking import Tracking

STEPS: dict[str, tuple[Any, str]] = {
    "register": (Tracking, "register"),
    "record": (Tracking, "keep_text"),
    "alias": (Tracking, "set_alias"),
    "file": (production, "keep"),
}


class Quiet:
    def emit(self, _event: object) -> None: ...

    def check_cancelled(self) -> None: ...


def wanted(reason: str) -> PromoteSpec:
    return PromoteSpec(model="fast", reason=reason)


def look() -> dict[str, Any]:
    seen = promote.registry(RegistrySpec(), Quiet())
    records = folders().data / "decisions"
    return {
        "production": seen["production"],
        "versions": [(each["model"], each["aliases"]) for each in seen["versions"]],
        "records": len(list(records.glob("*"))) if records.exists() else 0,
    }


def died(step: str) -> dict[str, Any]:
    """Killed when the step is done, before the next one."""
    child = os.fork()
    if child == 0:
        owner, name = STEPS[step]
        real: Callable[..., object] = getattr(owner, name)

        def kill(*arguments: object, **more: object) -> None:
            real(*arguments, **more)
            os._exit(9)

        setattr(owner, name, kill)
        promote.run(wanted("killed"), Quiet())
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9, step
    return look()


def failed(step: str, error: Exception) -> dict[str, Any]:
    """The step raises instead: what was begun is taken back at once."""
    owner, name = STEPS[step]
    real = getattr(owner, name)

    def refuse(*_arguments: object, **_more: object) -> None:
        setattr(owner, name, real)
        raise error

    setattr(owner, name, refuse)
    with contextlib.suppress(type(error)):
        promote.run(wanted("refused"), Quiet())
    return look()


def main() -> None:
    told = {}
    told["refused file"] = failed("file", OutputError("The disk is full."))
    for step in STEPS:
        told[f"after {step}"] = died(step)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
