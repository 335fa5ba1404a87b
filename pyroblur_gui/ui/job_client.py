"""The window's thin line to the jobs: the queue on disk, and the interactive lane with its answers made typed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, ValidationError

from pyroblur_gui.blurring.spec import BlurSpec, FrameRequest, ThumbnailRequest
from pyroblur_gui.core.errors import JobError, OutputError, PyroblurError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.events import Answer, Box, Preview, SharedImage
from pyroblur_gui.jobs.interactive import InteractiveLane
from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.queue import Queue
from pyroblur_gui.jobs.shared_images import read
from pyroblur_gui.jobs.store import JobStore
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.operations.catalogue import ENVIRONMENTS, OPERATIONS, Lane
from pyroblur_gui.operations.lone_workers import lone_worker_of
from pyroblur_gui.operations.pack_workers import interpreter_of
from pyroblur_gui.training.spec import TrainSpec
from pyroblur_gui.ui.errands import Errands
from pyroblur_gui.ui.i18n import failure_text
from pyroblur_gui.ui.pictures import Picture

log = logging.getLogger(__name__)


class PreviewError(PyroblurError):
    """The interactive lane's reason why a file cannot be shown."""

    code = "preview"


@dataclass(frozen=True, slots=True)
class PreviewFrame:
    """The answer to a FrameRequest. thresholds: the model's own confidence by class, where it told."""

    plain: Picture
    covered: Picture | None
    boxes: tuple[Box, ...]
    time_s: float
    duration_s: float
    engine: str
    thresholds: dict[str, float]


class JobClient:
    """Owns the queue, the lane and the errands. Make it on the running loop, close it before the loop ends."""

    def __init__(self, queue: Queue, lane: InteractiveLane, errands: Errands | None = None) -> None:
        self.queue = queue
        self.errands = errands or Errands()
        self._lane = lane

    @classmethod
    def open(cls, *, lane: InteractiveLane, on_problem: Callable[[str], None]) -> "JobClient":
        """lane: the preview's. The queue is under the user's data folder, or ends with us where it cannot be kept."""
        try:
            store = JobStore.open(folders().queue_file)
        except OutputError as error:
            log.warning("%s", error.message)
            on_problem(failure_text(error))
            store = JobStore.in_memory()
        queue = Queue(
            store,
            lambda kind: OPERATIONS[kind].lane,
            pool=WorkerPool(environments=ENVIRONMENTS),
            unheld=lambda kind: kind != BlurSpec.kind,
            alone=lone_worker_of,
            interpreter_of=interpreter_of,
        )
        return cls(queue, lane)

    async def close(self, *, keeps_training: bool = False) -> None:
        """Stops what runs; no process is left afterwards but, if that is wished, those that train.

        A training that this window only looks at goes on in any case.
        """
        await self._lane.close()
        await self.errands.close()
        await self.queue.close(
            keeps=lambda job: job.lane == Lane.FOLLOW or (keeps_training and job.kind == TrainSpec.kind)
        )

    async def thumbnail(self, path: Path, *, width: int, height: int) -> tuple[Picture | None, MediaFacts]:
        """A small picture and the facts of a file. Raises PreviewError when it cannot be read."""
        preview, answer = await self._lane.request(ThumbnailRequest(path=path, width=width, height=height))
        _check(answer, path)
        try:
            facts = MediaFacts.model_validate(answer.result)
        except ValidationError as error:
            message = f"The preview of {path.name} gave no facts."
            raise JobError(message, path=path) from error
        return (_picture(preview.image) if preview is not None else None), facts

    async def frame(self, request: FrameRequest) -> PreviewFrame:
        """One frame before and after covering. Raises PreviewError when it cannot be shown."""
        preview, answer = await self._lane.request(request, urgent=True)
        _check(answer, request.path)
        plain = _picture(preview.image) if preview is not None else None
        if preview is None or plain is None:
            message = f"The preview of {request.path.name} did not arrive."
            raise PreviewError(message, hint="Move the time line a little to try again.", path=request.path)
        return PreviewFrame(
            plain=plain,
            covered=_picture(preview.covered) if preview.covered is not None else None,
            boxes=preview.boxes,
            time_s=preview.time_s,
            duration_s=_number(answer.result.get("duration_s")),
            engine=str(answer.result.get("engine", "")),
            thresholds=_numbers(answer.result.get("thresholds")),
        )

    def picture(self, preview: Preview) -> Picture | None:
        """The picture of a running job's preview; None when newer ones have pushed it out."""
        return _picture(preview.image)


def _check(answer: Answer, path: Path) -> None:
    if answer.error is not None:
        raise PreviewError(answer.error.message, hint=answer.error.hint, path=path)


def _picture(image: SharedImage) -> Picture | None:
    data = read(image)
    return Picture(image.width, image.height, data) if data is not None else None


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _numbers(value: JsonValue) -> dict[str, float]:
    if not isinstance(value, dict):
        return {}
    return {name: float(number) for name, number in value.items() if isinstance(number, int | float)}
