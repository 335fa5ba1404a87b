"""Which operations there are: kind -> spec, handler, lane.

Handlers are named, not imported, so that the window and the command line never load an inference engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from pydantic import JsonValue, ValidationError

from pyroblur_gui.benchmark.spec import BenchmarkSpec
from pyroblur_gui.blurring.spec import BlurSpec, DetectSpec, PreviewSpec
from pyroblur_gui.datasets.spec import (
    CheckSpec,
    DownloadSpec,
    ExportSpec,
    FixSpec,
    ImportSpec,
    RecogniseSpec,
    SplitSpec,
    StatsSpec,
    SuggestSpec,
    ThumbnailsSpec,
    UndoSpec,
)
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.job import Job
from pyroblur_gui.jobs.job_folder import JobFolder
from pyroblur_gui.jobs.lone_worker import LoneWorker
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.operations.spec import BaseDownloadSpec, DoctorSpec, FullSpec, ImportModelSpec
from pyroblur_gui.runs.spec import (
    ChangeSpec,
    ListSpec,
    PromoteSpec,
    RegistrySpec,
    RollBackSpec,
    ShowSpec,
    SyncSpec,
)
from pyroblur_gui.training import run
from pyroblur_gui.training.spec import PreflightSpec, RankSpec, TrainSpec

Handler = Callable[[Any, Context], dict[str, JsonValue]]


class Lane(StrEnum):
    """Jobs of one lane wait for each other; lanes run side by side."""

    GPU = "gpu"
    CPU = "cpu"
    NET = "net"
    DATA = "data"  # reads and writes pictures of data sets: must not wait for an hour of video, nor hold it up
    RUNS = "runs"  # writes to the store of runs, which may be far away
    INTERACTIVE = "interactive"
    FOLLOW = "follow"  # looks at a job that somebody else started: there is nothing to wait for


# glibc reads these at the start of a process only. Left alone, it hands the large buffers of every training step back
# to the system and asks for them again: a CPU then trains on a quarter fewer pictures a second.
ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    Lane.GPU: {
        "MALLOC_MMAP_THRESHOLD_": str(4 * 2**30),
        "MALLOC_TRIM_THRESHOLD_": str(16 * 2**30),
        "MALLOC_TOP_PAD_": str(256 * 2**20),
    }
}


@dataclass(frozen=True)
class Operation:
    spec: type[Spec]
    handler: str  # "package.module:function", called as function(spec, context) -> result
    lane: Lane
    folder: Callable[[Any], Path] | None = None  # of the job, where any window or command line may come to it

    def folder_of(self, spec: Any) -> Path | None:  # noqa: ANN401 - of the class `spec`
        return self.folder(spec) if self.folder is not None else None

    def load(self) -> Handler:
        module, _, name = self.handler.partition(":")
        return cast("Handler", getattr(import_module(module), name))


OPERATIONS: dict[str, Operation] = {
    operation.spec.kind: operation
    for operation in (
        Operation(BlurSpec, "pyroblur_gui.operations.blur:run", Lane.CPU),
        Operation(DetectSpec, "pyroblur_gui.operations.detect:run", Lane.CPU),
        Operation(PreviewSpec, "pyroblur_gui.operations.preview:run", Lane.INTERACTIVE),
        Operation(ImportModelSpec, "pyroblur_gui.operations.import_model:run", Lane.CPU),
        Operation(BaseDownloadSpec, "pyroblur_gui.operations.base_download:run", Lane.NET),
        Operation(DoctorSpec, "pyroblur_gui.operations.doctor:run", Lane.CPU),
        Operation(PreflightSpec, "pyroblur_gui.operations.preflight:run", Lane.GPU),
        Operation(TrainSpec, "pyroblur_gui.operations.train:run", Lane.GPU, run.job_folder),
        Operation(BenchmarkSpec, "pyroblur_gui.operations.benchmark:run", Lane.CPU),
        Operation(SyncSpec, "pyroblur_gui.operations.runs_sync:run", Lane.RUNS),
        Operation(ListSpec, "pyroblur_gui.operations.runs_read:list_runs", Lane.RUNS),
        Operation(ShowSpec, "pyroblur_gui.operations.runs_read:show", Lane.RUNS),
        Operation(PromoteSpec, "pyroblur_gui.operations.promote:run", Lane.RUNS),
        Operation(RollBackSpec, "pyroblur_gui.operations.promote:roll_back", Lane.RUNS),
        Operation(RegistrySpec, "pyroblur_gui.operations.promote:registry", Lane.RUNS),
        Operation(ChangeSpec, "pyroblur_gui.operations.runs_change:run", Lane.RUNS),
        Operation(RankSpec, "pyroblur_gui.operations.train_rank:run", Lane.GPU),
        Operation(FullSpec, "pyroblur_gui.operations.full:run", Lane.GPU),
        Operation(DownloadSpec, "pyroblur_gui.operations.dataset_download:run", Lane.NET),
        Operation(ImportSpec, "pyroblur_gui.operations.dataset_import:run", Lane.DATA),
        Operation(RecogniseSpec, "pyroblur_gui.operations.dataset_recognise:run", Lane.DATA),
        Operation(SplitSpec, "pyroblur_gui.operations.dataset_split:run", Lane.DATA),
        Operation(CheckSpec, "pyroblur_gui.operations.dataset_check:run", Lane.DATA),
        Operation(FixSpec, "pyroblur_gui.operations.dataset_fix:run", Lane.DATA),
        Operation(UndoSpec, "pyroblur_gui.operations.dataset_fix:undo", Lane.DATA),
        Operation(StatsSpec, "pyroblur_gui.operations.dataset_stats:run", Lane.DATA),
        Operation(SuggestSpec, "pyroblur_gui.operations.dataset_suggest:run", Lane.CPU),
        Operation(ExportSpec, "pyroblur_gui.operations.dataset_export:run", Lane.DATA),
        Operation(ThumbnailsSpec, "pyroblur_gui.operations.dataset_thumbnails:run", Lane.INTERACTIVE),
    )
}


def lone_worker_of(job: Job) -> LoneWorker | None:
    """The worker of a job that may outlive the window; None for all others."""
    operation = OPERATIONS[job.kind]
    if operation.folder is None:
        return None
    try:
        folder = JobFolder(operation.folder(operation.spec.model_validate(job.spec)))
    except ValidationError:  # of another version: a common worker says so
        return None
    environment = ENVIRONMENTS.get(operation.lane)
    return LoneWorker(folder, may_start=job.lane != Lane.FOLLOW, environment=environment)
