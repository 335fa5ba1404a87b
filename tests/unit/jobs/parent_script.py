"""A parent to be killed: starts a job and prints the numbers of the processes below it."""

import asyncio
import sys

import psutil

from pyroblur_gui.jobs.events import Event
from pyroblur_gui.jobs.process import WorkerProcess


async def main(script: str, kind: str) -> None:
    worker = WorkerProcess([sys.executable, "-P", script, "0.5"])
    begun = asyncio.Event()

    def listen(event: Event) -> None:
        begun.set()

    end = worker.run(kind, {"count": 10_000}, previews=True, on_event=listen)
    await begun.wait()
    pids = [str(child.pid) for child in psutil.Process().children(recursive=True)]
    sys.stdout.write(" ".join(pids) + "\n")
    sys.stdout.flush()
    await end


asyncio.run(main(*sys.argv[1:]))
