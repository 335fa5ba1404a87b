"""Which operations there are: kind -> spec, handler, lane.

Handlers and specs are named, not imported: the window and the command line must never load an inference engine, and
a worker builds the models of one job's spec rather than of all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from pydantic import JsonValue

from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.spec import Spec

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
# to the system and asks for them again: a CPU then trains on a quarter fewer pictures a second. Where clips are covered
# it is the other way round: it keeps an encoder's frames among other things when the encoder of a segment is closed,
# and those of the next find no room there. What is as large is handed back at once.
ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    Lane.CPU: {
        "MALLOC_MMAP_THRESHOLD_": str(4 * 2**20),  # x264's frames at 1080p are larger, a decoder's are not
        "MALLOC_TRIM_THRESHOLD_": str(32 * 2**20),
    },
    Lane.GPU: {
        "MALLOC_MMAP_THRESHOLD_": str(4 * 2**30),
        "MALLOC_TRIM_THRESHOLD_": str(16 * 2**30),
        "MALLOC_TOP_PAD_": str(256 * 2**20),
    },
}


@dataclass(frozen=True)
class Operation:
    kind: str  # as the spec's class says it, too
    spec_name: str  # "package.module:Class"
    handler: str  # "package.module:function", called as function(spec, context) -> result
    lane: Lane
    folder: str = ""  # "package.module:function" of the spec: where any window or command line may come to the job
    ahead: str = ""  # "package.module:function", called as function(): what is made ready before the spec is known

    @property
    def spec(self) -> type[Spec]:
        return cast("type[Spec]", _named(self.spec_name))

    def load(self) -> Handler:
        return cast("Handler", _named(self.handler))

    def folder_of(self, spec: Any) -> Path | None:  # noqa: ANN401 - of the class `spec`
        return cast("Callable[[Any], Path]", _named(self.folder))(spec) if self.folder else None

    def prepare(self) -> None:
        if self.ahead:
            cast("Callable[[], None]", _named(self.ahead))()


def _named(place: str) -> object:
    module, _, name = place.partition(":")
    return getattr(import_module(f"pyroblur_gui.{module}"), name)


OPERATIONS: dict[str, Operation] = {
    operation.kind: operation
    for operation in (
        Operation("blur", "blurring.spec:BlurSpec", "operations.blur:run", Lane.CPU),
        Operation("detect", "blurring.spec:DetectSpec", "operations.detect:run", Lane.CPU),
        Operation(
            "preview",
            "blurring.spec:PreviewSpec",
            "operations.preview:run",
            Lane.INTERACTIVE,
            ahead="operations.preview:prepare",
        ),
        Operation("import_model", "operations.spec:ImportModelSpec", "operations.import_model:run", Lane.CPU),
        Operation("base_download", "operations.spec:BaseDownloadSpec", "operations.base_download:run", Lane.NET),
        Operation("export_model", "operations.spec:ExportModelSpec", "operations.export_model:run", Lane.CPU),
        Operation("doctor", "operations.spec:DoctorSpec", "operations.doctor:run", Lane.CPU),
        Operation("pack_plan", "pack.spec:PackPlanSpec", "operations.pack:plan", Lane.NET),
        Operation("pack_install", "pack.spec:PackInstallSpec", "operations.pack:install", Lane.NET),
        Operation("pack_check", "pack.spec:PackCheckSpec", "operations.pack:check", Lane.NET),
        Operation("pack_remove", "pack.spec:PackRemoveSpec", "operations.pack:remove", Lane.NET),
        Operation("updates", "operations.spec:UpdatesSpec", "operations.updates:run", Lane.NET),
        Operation("self_test", "operations.spec:SelfTestSpec", "operations.self_test:run", Lane.CPU),
        Operation("preflight", "training.spec:PreflightSpec", "operations.preflight:run", Lane.GPU),
        Operation("train", "training.spec:TrainSpec", "operations.train:run", Lane.GPU, "training.run:job_folder"),
        Operation("benchmark", "benchmark.spec:BenchmarkSpec", "operations.benchmark:run", Lane.CPU),
        Operation("runs_sync", "runs.spec:SyncSpec", "operations.runs_sync:run", Lane.RUNS),
        Operation("runs_list", "runs.spec:ListSpec", "operations.runs_read:list_runs", Lane.RUNS),
        Operation("runs_show", "runs.spec:ShowSpec", "operations.runs_read:show", Lane.RUNS),
        Operation("promote", "runs.spec:PromoteSpec", "operations.promote:run", Lane.RUNS),
        Operation("roll_back", "runs.spec:RollBackSpec", "operations.promote:roll_back", Lane.RUNS),
        Operation("registry", "runs.spec:RegistrySpec", "operations.promote:registry", Lane.RUNS),
        Operation("mlflow_pages", "runs.spec:PagesSpec", "operations.mlflow_pages:run", Lane.RUNS),
        Operation("runs_change", "runs.spec:ChangeSpec", "operations.runs_change:run", Lane.RUNS),
        Operation("train_rank", "training.spec:RankSpec", "operations.train_rank:run", Lane.GPU),
        Operation("full", "operations.spec:FullSpec", "operations.full:run", Lane.GPU),
        Operation("dataset_download", "datasets.spec:DownloadSpec", "operations.dataset_download:run", Lane.NET),
        Operation("dataset_import", "datasets.spec:ImportSpec", "operations.dataset_import:run", Lane.DATA),
        Operation("dataset_recognise", "datasets.spec:RecogniseSpec", "operations.dataset_recognise:run", Lane.DATA),
        Operation("dataset_split", "datasets.spec:SplitSpec", "operations.dataset_split:run", Lane.DATA),
        Operation("dataset_check", "datasets.spec:CheckSpec", "operations.dataset_check:run", Lane.DATA),
        Operation("dataset_fix", "datasets.spec:FixSpec", "operations.dataset_fix:run", Lane.DATA),
        Operation("dataset_undo", "datasets.spec:UndoSpec", "operations.dataset_fix:undo", Lane.DATA),
        Operation("dataset_stats", "datasets.spec:StatsSpec", "operations.dataset_stats:run", Lane.DATA),
        Operation("dataset_suggest", "datasets.spec:SuggestSpec", "operations.dataset_suggest:run", Lane.CPU),
        Operation("dataset_export", "datasets.spec:ExportSpec", "operations.dataset_export:run", Lane.DATA),
        Operation(
            "dataset_thumbnails", "datasets.spec:ThumbnailsSpec", "operations.dataset_thumbnails:run", Lane.INTERACTIVE
        ),
    )
}
