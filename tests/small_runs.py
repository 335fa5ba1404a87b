"""Small real trainings: a data set of crops of two real pictures, a recipe of seconds, and a worker that is led by what
it tells.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from rows import make_dataset

from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Box, Picture
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.jobs.events import EndEvent, Event, Finished, Log, Metric
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.training.spec import Hyperparameters, Recipe

LIMIT_S = 600  # a guard against hanging: a busy machine takes its time
NETWORK = Path(__file__).with_name("tiny.yaml")
TINY = Recipe(
    name="tiny",
    title="Tiny",
    summary="For a test.",
    model=str(NETWORK),
    is_pretrained=False,
    hyperparameters=Hyperparameters(epochs=3, batch=4, imgsz=64, lr0=0.002, save_period=-1),
)


def tiny(**changes: object) -> Recipe:
    """TINY with other hyperparameters."""
    return TINY.model_copy(update={"hyperparameters": TINY.hyperparameters.model_copy(update=changes)})


def make_crops(
    pictures: dict[str, Path],
    name: str = "street",
    *,
    count: int = 16,
    watched: int = 4,
    labels: Sequence[int] = (0, 1),
    classes: Sequence[str] = ("face", "license_plate"),
) -> str:
    """A data set of crops of two real pictures with a box each; the last `watched` of them for validation."""
    with make_dataset(name, classes) as dataset:
        rows = []
        for number in range(count):
            left = 20 * (number % 16)
            with Image.open(pictures["bus" if number % 2 else "zidane"]) as whole:
                crop = whole.crop((left, 100 + number, left + 400, 500 + number))
            file = dataset.folder / "images" / "00" / f"{number:02d}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            crop.save(file)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            rows.append(
                Picture(
                    id=0, file=f"images/00/{file.name}", name=file.name, source=1, width=400, height=400,
                    size_bytes=file.stat().st_size, sha256=digest, likeness=None,
                    split=Split.VAL if number >= count - watched else Split.TRAIN,
                    labelled=frozenset(range(len(classes))),
                    boxes=(Box(labels[number % len(labels)], 0.2, 0.2, 0.7, 0.8),),
                )
            )  # fmt: skip
        dataset.add(rows)
        layout.write_all(dataset)
    return name


@dataclass
class Course:
    """How a job went: what it told, in order, and how it ended."""

    events: list[Event] = field(default_factory=list)
    end: EndEvent | None = None

    def steps(self, name: str) -> list[int]:
        return [event.step for event in self.events if isinstance(event, Metric) and event.name == name]

    def values(self, name: str) -> list[float]:
        return [event.value for event in self.events if isinstance(event, Metric) and event.name == name]

    @property
    def remarks(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Log)]

    @property
    def result(self) -> dict:
        assert isinstance(self.end, Finished), self.end
        return self.end.result


Lead = Callable[[Event, WorkerProcess], object]


class WarmWorker:
    """One worker for several jobs, which saves loading torch for each; a fresh one after a job that spoilt it."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = command
        self._loop = asyncio.new_event_loop()
        self._worker: WorkerProcess | None = None

    def __enter__(self) -> "WarmWorker":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._worker is not None:
                self._loop.run_until_complete(self._worker.close())
        finally:
            self._loop.close()

    def follow(self, spec: Spec, lead: Lead = lambda _event, _worker: None, *, limit_s: float = LIMIT_S) -> Course:
        """Runs the job. lead: told each event; gives True to cancel the job."""
        return self._loop.run_until_complete(self._follow(spec, lead, limit_s))

    async def _follow(self, spec: Spec, lead: Lead, limit_s: float) -> Course:
        if self._worker is not None and not self._worker.is_reusable:
            await self._worker.close()
            self._worker = None
        worker = self._worker = self._worker or WorkerProcess(self._command)
        course = Course()
        cancels: list[asyncio.Task[None]] = []

        def heard(event: Event) -> None:
            course.events.append(event)
            if lead(event, worker) is True:
                cancels.append(asyncio.get_running_loop().create_task(worker.cancel()))

        try:
            async with asyncio.timeout(limit_s):
                course.end = await worker.run(spec.kind, spec.model_dump(mode="json"), on_event=heard)
        finally:
            await asyncio.gather(*cancels)
        return course


def follow(
    spec: Spec,
    lead: Lead = lambda _event, _worker: None,
    *,
    command: Sequence[str] | None = None,
    limit_s: float = LIMIT_S,
) -> Course:
    """Runs the job in a worker of its own. lead: told each event; gives True to cancel the job."""
    with WarmWorker(command) as worker:
        return worker.follow(spec, lead, limit_s=limit_s)
