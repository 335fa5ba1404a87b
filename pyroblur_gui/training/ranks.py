"""Several processes that train one model together, each on a device of its own: Ultralytics' DDP without its launcher.

Its launcher deletes the run's folder, hands the trainer over as a pickle, starts torch's own launcher by the name of
the interpreter, and lets them meet on a port that is open to the whole network. Here each process is a worker like any
other (jobs/process.py), told by its environment which of them it is; they meet by a file, and talk to each other over
the loopback device. The first tells its events on its own pipe, and they are passed on as they are.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.errors import DiskFullError, JobCancelledError, OutputError, PyroblurError, RunError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Cancelled, EndEvent, Event, Failed, Finished
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.training.base import Base
from pyroblur_gui.training.devices import Devices
from pyroblur_gui.training.spec import RankSpec, TrainSpec

LOOK_S = 0.1  # how often the user's wishes are passed on
LAST_S = 5.0  # how long the others may take to end after the first
LOOPBACK = {"linux": "lo", "darwin": "lo0"}.get(sys.platform)


@dataclass(frozen=True)
class Sitting:
    """What was trained without a break. first_epoch: from 1; 0 when there was nothing left to train."""

    first_epoch: int
    is_ended_early: bool = False


def sit_on_several(
    spec: TrainSpec, devices: Devices, *, folder: Path, base: Base | None, data: Path, context: Context
) -> Sitting:
    """Trains on all devices to the end. Raises RunError, JobCancelledError; no process is left.

    Stopping after an epoch holds for all of them; stopping at once ends them all, at the next batch of the first.
    """
    check_batch(spec, devices)
    with tempfile.TemporaryDirectory(prefix="pyroblur-ranks-") as place:
        job = RankSpec(
            training=spec,
            folder=folder,
            model=base.model if base is not None else "",
            is_pretrained=base is not None and base.is_pretrained,
            data=data,
            count=devices.count,
            store=Path(place) / "store",
        )
        return asyncio.run(_sit(job, context))


def check_batch(spec: TrainSpec, devices: Devices) -> None:
    """Raises RunError when the batch cannot be divided among the devices."""
    batch = spec.recipe.hyperparameters.batch
    if devices.count == 1 or (batch > 0 and batch % devices.count == 0):
        return
    message = f"A batch of {batch} cannot be divided among {devices.count} devices."
    if batch < 0:
        message = "An automatic batch is for one device only."
    raise RunError(message, hint=f"Choose a multiple of {devices.count}: {8 * devices.count}, say.")


async def _sit(job: RankSpec, context: Context) -> Sitting:
    workers = [WorkerProcess(environment=_place(rank, job.count), is_apart=False) for rank in range(job.count)]
    content = job.model_dump(mode="json")
    ends = [
        worker.run(job.kind, content, on_event=context.emit if rank == 0 else _unheard)
        for rank, worker in enumerate(workers)
    ]
    try:
        end = await _first_to_matter(workers, ends, context)
    finally:
        await asyncio.gather(*(_end(worker) for worker in workers))
    return _sitting(end)


async def _first_to_matter(
    workers: Sequence[WorkerProcess], ends: "Sequence[asyncio.Future[EndEvent]]", context: Context
) -> EndEvent:
    """How the first process ended or, before that, how another failed: alone, the first would wait for it for hours."""
    is_told_to_finish = False
    while True:
        await asyncio.wait(ends, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        failed = [end.result() for end in ends if end.done() and not isinstance(end.result(), Finished)]
        if failed:
            await asyncio.wait(ends, timeout=1.0)  # they fail together: the one that says why comes before "job"
            told = [end.result() for end in ends if end.done() and isinstance(end.result(), Failed)]
            return next((one for one in told if isinstance(one, Failed) and one.code != "job"), failed[0])
        if ends[0].done():
            await asyncio.wait(ends, timeout=LAST_S)
            return ends[0].result()
        try:
            context.check_cancelled()
        except JobCancelledError:
            await workers[0].cancel()
            raise
        if context.should_finish() and not is_told_to_finish:
            is_told_to_finish = True
            workers[0].finish()


async def _end(worker: WorkerProcess) -> None:
    """At once: what matters was told, and the others wait for one that is gone."""
    if not worker.is_reusable:
        await worker.kill()
    await worker.close()


def _sitting(end: EndEvent) -> Sitting:
    if isinstance(end, Cancelled):
        raise JobCancelledError
    if isinstance(end, Failed):
        kind: type[PyroblurError] = {error.code: error for error in (DiskFullError, OutputError)}.get(
            end.code, RunError
        )
        raise kind(end.message, hint=end.hint)
    return Sitting(int(str(end.result["first_epoch"])), bool(end.result["is_ended_early"]))


def _place(rank: int, count: int) -> dict[str, str]:
    """What torch and Ultralytics read: which one it is, and that they talk within this computer only."""
    place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(count)}
    if LOOPBACK is not None:
        place |= {"GLOO_SOCKET_IFNAME": LOOPBACK, "NCCL_SOCKET_IFNAME": LOOPBACK}
    return place


def _unheard(_event: Event) -> None:
    """All but the first train in step with it and have nothing of their own to tell."""
