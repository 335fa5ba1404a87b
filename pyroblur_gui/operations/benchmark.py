"""Measures models: on labelled pictures, for speed, on clips; keeps the result and writes the report."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue

from pyroblur_gui.benchmark import intervals, report, store
from pyroblur_gui.benchmark.measure import Measured, compare, measure
from pyroblur_gui.benchmark.result import BenchmarkResult, DataFacts, ModelResult, SpeedResult
from pyroblur_gui.benchmark.spec import BenchmarkSpec
from pyroblur_gui.benchmark.speed import measure_speed, ways
from pyroblur_gui.benchmark.truth import LabelledSet
from pyroblur_gui.benchmark.verdict import sentences
from pyroblur_gui.core.errors import BenchmarkError
from pyroblur_gui.core.system import give_way_to_window, platform_facts, version_of
from pyroblur_gui.datasets.classes import KNOWN_NAMES, plain
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Artifact, Log, Progress, Started
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.models.evaluation import MeasuredModel
from pyroblur_gui.operations.benchmark_clip import check_clip, clip_results
from pyroblur_gui.operations.benchmark_data import labelled_set
from pyroblur_gui.operations.run_figures import note_in_runs

LIBRARIES = ("openvino", "onnxruntime", "onnxruntime-gpu", "torch", "ultralytics", "numpy", "opencv-python")


def run(spec: BenchmarkSpec, context: Context) -> dict[str, JsonValue]:
    """{"models": [{"model", "map50", ..., "latency_ms_median", "fps"}], "verdicts": sentences, "report_dir"}.

    Everything is opened and looked through before anything is measured, so that a slip shows at once. Raises
    BenchmarkError, DatasetError, ModelError, UnsafeModelError, EngineError, MissingExtraError, OutputError,
    JobCancelledError.
    """
    give_way_to_window()
    began, made = time.monotonic(), datetime.now(UTC)
    folder = spec.report_dir or store.new_folder(made.astimezone(), spec.models)
    data = None if spec.data is None else labelled_set(spec.data, spec.options.split, context)
    classes = {name: _check(name, spec, data) for name in spec.models}
    check_clip(spec)
    context.emit(
        Started(
            kind=spec.kind,
            detail={
                "models": list(spec.models),
                "data": spec.data,
                "pictures": None if data is None else len(data.pictures),
                "report_dir": str(folder),
            },
        )
    )
    measured = [] if data is None else _accuracy(spec, data, classes, context)
    clips, clip_speed = clip_results(spec, context)
    speed = _speed(spec, context) if spec.speed else ()
    result = BenchmarkResult(
        made=made,
        spec=spec.model_dump(mode="json"),
        machine=platform_facts(),
        versions={name: version for name in LIBRARIES if (version := version_of(name))},
        data=None if data is None else _facts(data),
        resamples=spec.options.resamples,
        seed=spec.options.seed,
        models=tuple(each.result for each in measured),
        comparisons=compare(measured),
        speed=speed,
        clips=clips,
        clip_speed=clip_speed,
        notes=() if data is None else data.notes,
    )
    result = result.model_copy(update={"wall_s": round(time.monotonic() - began, 3)})
    context.emit(Progress(stage="report", done=0, unit="files"))
    written = report.write(result, folder, context.check_cancelled)
    context.emit(Artifact(path=written[-1], kind="report"))
    note_in_runs(result)
    return {
        "models": _lines(result),
        "verdicts": [*sentences(result)],
        "report_dir": str(folder),
    }


def _check(name: str, spec: BenchmarkSpec, data: LabelledSet | None) -> Mapping[str, int]:
    """Opens a model and closes it again. Gives its own names of the classes that are labelled."""
    model = MeasuredModel(
        name, engine=spec.options.engine, device=spec.options.device, precision=spec.options.precision
    )
    try:
        return {} if data is None else common_classes(name, model.detector.classes, data)
    finally:
        model.close()


def common_classes(name: str, own: tuple[str, ...], data: LabelledSet) -> Mapping[str, int]:
    """The model's names of the set's classes, by name and not by number, whatever the order. Raises BenchmarkError."""
    truths = data.truths()
    found: dict[str, int] = {}
    for label, theirs in enumerate(data.classes):
        same = theirs if theirs in own else next((each for each in own if _meant(each) == _meant(theirs)), None)
        if same is not None and same not in found:
            found[same] = label
    if not any(truths[data.classes[label]] for label in found.values()):
        labelled = ", ".join(each for each, count in truths.items() if count)
        message = f"The model {name} finds no class that is labelled in {data.name} ({data.split})."
        hint = f"It finds {', '.join(own[:10])}; labelled are {labelled}. Choose another model or data set."
        raise BenchmarkError(message, hint=hint)
    return found


def _meant(name: str) -> str:
    return KNOWN_NAMES.get(plain(name), plain(name))


def _accuracy(
    spec: BenchmarkSpec, data: LabelledSet, classes: Mapping[str, Mapping[str, int]], context: Context
) -> list[Measured]:
    weights = intervals.weights(len(data.pictures), resamples=spec.options.resamples, seed=spec.options.seed)
    meter = Meter(context, "accuracy", total=len(data.pictures) * len(spec.models), unit="pictures")
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        meter.at(done)
        context.check_cancelled()

    measured: list[Measured] = []
    for name in spec.models:
        model = MeasuredModel(
            name, engine=spec.options.engine, device=spec.options.device, precision=spec.options.precision
        )
        try:
            measured.append(measure(name, model, data, classes[name], options=spec.options, weights=weights, step=step))
        finally:
            model.close()
        for note in measured[-1].result.notes:
            context.emit(Log(level="warning", text=f"{name}: {note}"))
        missing = measured[-1].result.missing
        if missing:
            text = f"{name} does not find {', '.join(missing)}: its figures are about its other classes."
            context.emit(Log(level="warning", text=text))
    meter.finish(done)
    return measured


def _facts(data: LabelledSet) -> DataFacts:
    truths = data.truths()
    return DataFacts(
        name=data.name,
        dataset=data.dataset,
        split=data.split,
        fingerprint=data.fingerprint,
        pictures=len(data.pictures),
        classes=data.classes,
        truths=truths,
        without_truth=tuple(name for name, count in truths.items() if not count),
    )


def _speed(spec: BenchmarkSpec, context: Context) -> tuple[SpeedResult, ...]:
    every = ways(spec.models, spec.options)
    meter = Meter(context, "speed", total=len(every), unit="ways")
    rows: list[SpeedResult] = []

    def step() -> None:
        context.check_cancelled()
        meter.at(len({(row.model, row.engine, row.device, row.precision, row.size) for row in rows}))

    for row in measure_speed(every, spec.options, step=step):
        rows.append(row)
    meter.finish(len(every))
    return tuple(rows)


def _lines(result: BenchmarkResult) -> list[JsonValue]:
    """A line a model; where the speed was measured, with the best of what one picture at a time takes.

    Of a clip: frames a second from file to file; labelled object-frames, those left bare, the most in a row.
    """
    lines: dict[str, dict[str, JsonValue]] = {name: {"model": name} for name in _named(result)}
    for model in result.models:
        lines[model.model] = _line(model)
    for name, line in lines.items():
        alone = [row.times for row in result.speed if row.model == name and row.batch == 1 and row.times is not None]
        if alone:
            best = min(alone, key=lambda times: times.median_ms)
            line |= {"latency_ms_median": best.median_ms, "fps": best.pictures_s}
    for blurred in result.clip_speed:
        lines[blurred.model] |= {"clip_fps": blurred.frames_s}
    for clip in result.clips:
        lines[clip.model] |= {
            "clip_object_frames": clip.object_frames, "clip_leaked": clip.leaked, "clip_longest_leak": clip.longest
        }  # fmt: skip
    return [*lines.values()]


def _named(result: BenchmarkResult) -> list[str]:
    parts = (result.models, result.speed, result.clips, result.clip_speed)
    return list(dict.fromkeys(each.model for part in parts for each in part))


def _line(result: ModelResult) -> dict[str, JsonValue]:
    """What the command line ends with of a model."""
    figures = result.figures
    return {
        "model": result.model,
        "map50": figures.map50,
        "map50_95": figures.map50_95,
        "precision": figures.precision,
        "recall": figures.recall,
        "f1": figures.f1,
        "leak_objects": figures.leak_objects,
        "leak_area": figures.leak_area,
        "by_class": {each.name: _short(each.figures.model_dump(mode="json")) for each in result.by_class},
        "by_size": {each.name: _short(each.figures.model_dump(mode="json")) for each in result.by_size},
        "latency_ms_median": None if result.times is None else result.times.median_ms,
        "fps": None if result.times is None else result.times.pictures_s,
    }


def _short(figures: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: value for key, value in figures.items() if key != "intervals"}
