"""Writes a model in another program's format; says how much quantizing to int8 changed it."""

from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.benchmark import intervals
from pyroblur_gui.benchmark.measure import measure
from pyroblur_gui.benchmark.result import Figures
from pyroblur_gui.benchmark.spec import BenchmarkOptions
from pyroblur_gui.benchmark.truth import LabelledSet
from pyroblur_gui.core.engines import EngineChoice
from pyroblur_gui.core.errors import BenchmarkError, DatasetError, ModelError
from pyroblur_gui.core.system import give_way_to_window
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Artifact, Log, Started
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.models.choice import OPENVINO
from pyroblur_gui.models.evaluation import MeasuredModel
from pyroblur_gui.models.exporting import MODEL_XML, MOST_CALIBRATED, Format, check_possible, export
from pyroblur_gui.operations.benchmark_data import labelled_set
from pyroblur_gui.operations.spec import EXPORT_ENDINGS, ExportModelSpec
from pyroblur_gui.operations.trained_model import MOST_MEASURED, spread


def run(spec: ExportModelSpec, context: Context) -> dict[str, JsonValue]:
    """{"model", "format", "output", "size_bytes"}, and for int8 {"calibrated_on", "mAP50", "mAP50-95", each before and
    after}.

    Raises ModelError, MissingExtraError, DatasetError, OutputError, JobCancelledError.
    """
    give_way_to_window()
    kind = Format(spec.format)
    model = check_possible(spec.model, kind)
    target = spec.output or Path.cwd() / f"{spec.model}{EXPORT_ENDINGS[kind]}"
    context.emit(Started(kind=spec.kind, detail={"model": spec.model, "format": kind.value}))
    is_int8 = kind is Format.OPENVINO_INT8
    data = _data_of(spec, model.card.recipe) if is_int8 else ""
    pictures = _calibration(data, context) if is_int8 else []
    meter = Meter(context, "calibrate", total=len(pictures) or None, unit="pictures")

    def step(done: int) -> None:
        meter.at(done)
        context.check_cancelled()

    export(model, kind, target, pictures=pictures, on_picture=step)
    context.emit(Artifact(path=target, kind="model"))
    size = sum(path.stat().st_size for path in target.rglob("*")) if target.is_dir() else target.stat().st_size
    result: dict[str, JsonValue] = {
        "model": spec.model,
        "format": kind.value,
        "output": str(target),
        "size_bytes": size,
    }
    if is_int8:
        result |= {"calibrated_on": len(pictures), **_compared(spec.model, target / MODEL_XML, data, context)}
    return result


def _data_of(spec: ExportModelSpec, recipe: dict[str, JsonValue]) -> str:
    """The data set whose training pictures choose the ranges: the one that was asked for, or the training's own."""
    data = spec.data or recipe.get("data")
    if not isinstance(data, str) or not data:
        message = f"int8 is calibrated on pictures, and {spec.model} does not say what it was trained on."
        raise ModelError(message, hint="Name a data set with pictures like those that it will see: --data NAME.")
    return data


def _calibration(data: str, context: Context) -> list[Path]:
    try:
        return spread([each.path for each in labelled_set(data, Split.TRAIN, context).pictures], MOST_CALIBRATED)
    except (BenchmarkError, DatasetError) as error:
        hint = f"{error.hint} Or name another data set: --data NAME.".strip()
        raise DatasetError(f"The pictures to calibrate with cannot be had. {error.message}", hint=hint) from error


def _compared(name: str, quantized: Path, data: str, context: Context) -> dict[str, JsonValue]:
    """Both on the same validation pictures; empty, and told, where there are none."""
    try:
        watched = labelled_set(data, Split.VAL, context)
    except BenchmarkError as error:
        context.emit(Log(level="warning", text=f"Nobody knows how good it is: {error.message}"))
        return {}
    pictures = tuple(spread(watched.pictures, MOST_MEASURED))
    watched = LabelledSet(watched.name, watched.split, watched.classes, pictures, watched.fingerprint)
    before, after = (_figures(each, watched, context) for each in (name, str(quantized)))
    text = (
        f"int8 on {len(pictures)} validation pictures: mAP50 {_text(after.map50)} instead of {_text(before.map50)}, "
        f"mAP50-95 {_text(after.map50_95)} instead of {_text(before.map50_95)}."
    )
    context.emit(Log(level="info", text=text))
    return {
        "mAP50": after.map50,
        "mAP50-95": after.map50_95,
        "mAP50_before": before.map50,
        "mAP50-95_before": before.map50_95,
    }


def _figures(name: str, watched: LabelledSet, context: Context) -> Figures:
    options = BenchmarkOptions(resamples=0, engine=EngineChoice.OPENVINO)
    model = MeasuredModel(name, engine=OPENVINO, device="cpu", precision="f32")
    own = {label: number for number, label in enumerate(watched.classes) if label in model.detector.classes}
    try:
        weights = intervals.weights(len(watched.pictures), resamples=0, seed=0)
        measured = measure(name, model, watched, own, options=options, weights=weights, step=context.check_cancelled)
        return measured.result.figures
    finally:
        model.close()


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
