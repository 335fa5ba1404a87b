"""Does one job about a data set, tells how it goes, and ends the command with the exit status that it comes to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from pydantic import JsonValue

from pyroblur_gui.cli.batch import FAILED, Work, run_batch
from pyroblur_gui.cli.output import File, choose_narrator
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.jobs.events import Event, Finished
from pyroblur_gui.jobs.spec import Spec

Result = dict[str, JsonValue]

GOES_ON = "What was done so far is kept: the same command goes on from there."


@contextmanager
def refusing(*, as_json: bool) -> Iterator[None]:
    """What fails without a job is told as a job's failure is, and ends the command with the same status."""
    try:
        yield
    except PyroblurError as error:
        to = choose_narrator(as_json=as_json)
        to.refuse(error)
        to.close()
        raise typer.Exit(FAILED) from error


def do(
    spec: Spec,
    name: str,
    *,
    as_json: bool,
    output: Path | None = None,
    if_cancelled: str = "",
    extend: Callable[[Result], Result] = lambda result: result,
    then: Callable[[Result], None] = lambda _result: None,
) -> None:
    """Exit status 0 only if it is done, 1 if it failed, 130 after Ctrl-C.

    name: what the job is about. output: what it makes besides. if_cancelled: what a person is told then.
    extend: what the result is told as. then: what a person is shown of it afterwards.
    """
    to = choose_narrator(as_json=as_json)
    results: list[Result] = []

    def hear(file: File, event: Event) -> None:
        if isinstance(event, Finished):
            event = Finished(result=extend(event.result))
            results.append(event.result)
        to.hear(file, event)

    try:
        facts: Result = {} if output is None else {"output": str(output)}
        outcome = run_batch([Work(spec, Path(name), facts)], hear, is_wanted=lambda: not to.is_mute)
        if outcome.cancelled and if_cancelled:
            to.sum_up(if_cancelled)
    finally:
        to.close()
    if results and not as_json:
        then(results[0])
    raise typer.Exit(outcome.status)
