"""From nothing to a covered picture: gets data, trains on it, measures what came of it, and covers a sample with it."""

from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.benchmark.spec import BenchmarkOptions, BenchmarkSpec
from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec
from pyroblur_gui.core.errors import BenchmarkError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log, Started
from pyroblur_gui.jobs.held import run_held
from pyroblur_gui.models import catalogue
from pyroblur_gui.models import store as store_of_models
from pyroblur_gui.operations import benchmark, blur, dataset_download, train
from pyroblur_gui.operations.benchmark_data import labelled_set
from pyroblur_gui.operations.spec import FullSpec
from pyroblur_gui.training.base import base_of
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.training.spec import TrainSpec

REPORT_FOLDER, SAMPLE_FOLDER = "report", "covered"
STEPS = ("data", "train", "benchmark", "blur")


def run(spec: FullSpec, context: Context) -> dict[str, JsonValue]:
    """What training and benchmark return, and {"data", "samples": [what blurring tells of each], "output": folder}.

    Stopped by whatever, the same spec goes on: a data set that is there is taken as it is, a run is resumed or, when it
    is done, used. Raises PyroblurError, JobCancelledError.
    """
    train.load_training(context)
    folder = RunFolder.of(spec.run)
    if not folder.last.is_file():
        base_of(spec.recipe)  # what cannot begin should not download first
    context.emit(Started(kind=spec.kind, detail={"steps": list(STEPS), "run": spec.run, "output": str(spec.folder)}))
    if spec.download is not None and spec.data not in store.names():
        dataset_download.run(spec.download, context)
    trained = _trained(spec, folder, context)
    measured_on, sample = _held_back(spec.data, context)
    measured = benchmark.run(
        BenchmarkSpec(
            models=(str(trained["model"]),),
            data=spec.data,
            options=BenchmarkOptions(split=measured_on),
            report_dir=spec.folder / REPORT_FOLDER,
        ),
        context,
    )
    options = BlurOptions(model=str(trained["model"]))
    covered: list[JsonValue] = []
    for source in spec.samples or (sample,):
        target = spec.folder / SAMPLE_FOLDER / f"{source.stem}_blurred{source.suffix}"
        told = blur.run(BlurSpec(source=source, target=target, options=options), context)
        covered.append({"input": str(source), **told})
    return {**trained, **measured, "data": spec.data, "samples": covered, "output": str(spec.folder)}


def _trained(spec: FullSpec, folder: RunFolder, context: Context) -> dict[str, JsonValue]:
    """What train.run returns; of a run that had ended, what it returned then."""
    begun = folder.exists() and folder.last.is_file()
    record = folder.record() if begun else None
    model = store_of_models.name_from(spec.run)
    if record is not None and record.state is RunState.DONE and model in catalogue.names():
        context.emit(Log(level="info", text=f"The run {spec.run} is done: its model is taken as it is."))
        return {
            "run": spec.run,
            "run_dir": str(folder.path),
            "first_epoch": 1,
            "last_epoch": record.last_epoch,
            "best": dict(record.best),
            "model": model,
            "onnx": str(store_of_models.model_file(model)),
        }
    training = TrainSpec(run=spec.run, recipe=spec.recipe, data=spec.data, device=spec.device, resumes=begun)
    return run_held(train.run, training, context, folder.job)


def _held_back(data: str, context: Context) -> tuple[str, Path]:
    """The split that is measured on, test where there is one, and a picture of it."""
    try:
        found = labelled_set(data, Split.TEST.value, context)
    except BenchmarkError:
        found = labelled_set(data, Split.VAL.value, context)
    shown = max(found.pictures, key=lambda each: len(each.boxes))
    return found.split, shown.path
