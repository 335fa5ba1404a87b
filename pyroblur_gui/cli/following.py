"""Comes to a training that somebody else started: watches it, or asks it to stop."""

import asyncio
from pathlib import Path
from typing import NoReturn

import typer

from pyroblur_gui.cli.batch import DONE, FAILED, INTERRUPTED
from pyroblur_gui.cli.output import File, Narrator
from pyroblur_gui.core.errors import RunError
from pyroblur_gui.jobs.events import EndEvent, Event, Failed
from pyroblur_gui.jobs.job_folder import Wish
from pyroblur_gui.jobs.lone_worker import LoneWorker
from pyroblur_gui.training.run import RunFolder
from pyroblur_gui.training.spec import TrainSpec


def come_to(run: RunFolder, wish: Wish | None, to: Narrator) -> NoReturn:
    """Tells what it tells from its beginning to its end; Ctrl-C leaves it as it is. Raises RunError where none runs.

    Ends the command: 0, also for one that stopped as it was asked to; 1 where it failed; 130 after Ctrl-C.
    """
    record = run.record()
    if not run.job.is_held():
        message = f"The run {run.path.name} is not being trained now."
        raise RunError(message, hint=f"Go on with it: pyroblur train --resume {run.path.name}.", path=run.path)
    file = File(Path(run.path.name), 1, 1)
    try:
        end = asyncio.run(_come_to(run, wish, to, file, record.data))
        to.hear(file, end)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    finally:
        to.close()
    raise typer.Exit(FAILED if isinstance(end, Failed) or to.is_mute else DONE)


async def _come_to(run: RunFolder, wish: Wish | None, to: Narrator, file: File, data: str) -> EndEvent:
    record = run.record()
    spec = TrainSpec(run=run.path.name, recipe=record.recipe, data=data, resumes=True)
    worker = LoneWorker(run.job, may_start=False)

    def hear(event: Event) -> None:
        if wish is not Wish.STOP:  # what it was is no news to who stops it
            to.hear(file, event)

    end = worker.run(spec.kind, spec.model_dump(mode="json"), on_event=hear)
    match wish:
        case Wish.STOP:
            await asyncio.sleep(0)
            await worker.cancel()
            await asyncio.to_thread(run.mark_stopped)
        case Wish.FINISH:
            worker.finish()
        case None:
            pass
    return await end
