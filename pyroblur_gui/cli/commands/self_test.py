"""`pyroblur self-test`: whether this installation does what it should."""

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

import typer

from pyroblur_gui.cli.batch import run_one
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.doors import Doors
from pyroblur_gui.cli.output import failure_text, printable, write_line
from pyroblur_gui.core.paths import HOME_VARIABLE
from pyroblur_gui.core.translation import tr, translated
from pyroblur_gui.jobs.events import Failed
from pyroblur_gui.operations.spec import Check, SelfTestSpec, SelfTestStep


def self_test(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Cover a drawn clip, look at the result, open the window without a screen: whether this installation works.

    One line a check. The exit status is 0 only if every check passed. Nothing is left behind, and your own settings
    and files are not looked at.
    """
    began = time.monotonic()
    checks: list[Check] = []
    with _home_of_its_own():
        for check in _checks(context.find_object(Doors)):
            checks.append(check)
            if not as_json:
                _print(check)
    seconds = time.monotonic() - began
    has_passed = all(check.has_passed for check in checks)
    if as_json:
        told = [check.model_dump(mode="json") for check in checks]
        write_line(sys.stdout, json.dumps({"has_passed": has_passed, "seconds": round(seconds, 2), "checks": told}))
    else:
        failed = sum(not check.has_passed for check in checks)
        ending = tr("all passed") if has_passed else tr("{failed} failed", failed=failed)
        write_line(
            sys.stdout,
            tr("{checks} checks in {seconds:.1f} s: {ending}", checks=len(checks), seconds=seconds, ending=ending),
        )
    raise typer.Exit(0 if has_passed else 1)


def _checks(doors: Doors | None) -> Iterator[Check]:
    yield from _in_worker()
    if doors is None or doors.check_window is None:
        yield Check(name=SelfTestStep.WINDOW, has_passed=False, text="This command was started without a window.")
        return
    try:
        yield from doors.check_window()
    except ImportError as error:  # Qt's libraries, or those of the system that it needs
        yield Check(name=SelfTestStep.WINDOW, has_passed=False, text=f"The window's libraries do not load: {error}")


def _in_worker() -> Sequence[Check]:
    end = run_one(SelfTestSpec())
    if isinstance(end, Failed):
        text = f"{failure_text(end.message, end.hint)} {end.detail}".strip()
        return [Check(name=SelfTestStep.WORKER, has_passed=False, text=text)]
    told = end.result.get("checks")
    checks = [Check.model_validate(each) for each in told] if isinstance(told, list) else []
    is_another = end.result.get("process") != os.getpid()
    text = "a process of its own did the work" if is_another else "the work was not done in a process of its own"
    return [Check(name=SelfTestStep.WORKER, has_passed=is_another, text=text), *checks]


@contextlib.contextmanager
def _home_of_its_own() -> Iterator[None]:
    """What is tried is the installation: neither settings nor models of the user, and nothing is left of it."""
    before = os.environ.get(HOME_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="pyroblur-self-test-") as home:
        os.environ[HOME_VARIABLE] = home
        try:
            yield
        finally:
            os.environ.pop(HOME_VARIABLE)
            if before is not None:
                os.environ[HOME_VARIABLE] = before


def _print(check: Check) -> None:
    word = "ok    " if check.has_passed else "FAILED"  # as programs look for it
    write_line(sys.stdout, f"{word} {check.name.value}: {printable(translated(check.text))}")
