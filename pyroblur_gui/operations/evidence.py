"""What is known of models that may be promoted: from a benchmark where there is one, else from their cards and runs."""

from collections.abc import Sequence
from pathlib import Path

from pyroblur_gui.benchmark import store as benchmarks
from pyroblur_gui.benchmark.result import FIGURES, BenchmarkResult, Comparison, ModelResult
from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.errors import BenchmarkError, ModelError, PromotionError
from pyroblur_gui.core.translation import moment, term, tr, translated
from pyroblur_gui.models import catalogue, choice, production, store
from pyroblur_gui.runs.decision import TITLES, Evidence, Figure, Measured, figure_name, judge, rule_of
from pyroblur_gui.runs.spec import PromoteSpec


def gather(spec: PromoteSpec) -> Evidence:
    """Raises PromotionError for an unknown model, goal or benchmark."""
    rules = [rule_of(text) for text in spec.rules]
    folder, result = _benchmark(spec)
    candidate = measured(spec.model, folder, result)
    others = dict.fromkeys(spec.alternatives or (production.default_model(),))
    alternatives = tuple(measured(name, folder, result) for name in others if name != spec.model)
    wanted = BlurOptions().classes
    comparisons = (
        [_sentence(each) for each in result.comparisons if spec.model in (each.one, each.other)] if result else []
    )
    facts = {}
    if result is not None and result.data is not None:
        data = result.data
        facts = {
            "measured on": f"{data.name}, split {data.split}, {data.pictures:,} pictures",
            "fingerprint of the data": data.fingerprint[:12],
            "measured at": moment(result.made),
        }
    return Evidence(
        candidate,
        alternatives,
        judge(rules, candidate),
        tuple(comparisons),
        tuple(label for label in wanted if label not in candidate.classes),
        facts,
    )


def measured(name: str, folder: Path | None, result: BenchmarkResult | None) -> Measured:
    """Raises PromotionError when there is no such model."""
    entry = next((each for each in catalogue.entries(with_aside=True) if each.name == name), None)
    if entry is None:
        message = f"There is no model called {name}."
        raise PromotionError(message, hint=f"There are: {', '.join(catalogue.names())}.")
    found = next((each for each in result.models if each.model == name), None) if result is not None else None
    run, figures, source = _of_card(name)
    if found is not None and result is not None:
        figures = figures | _of_benchmark(found, result)
        source = f"the benchmark {folder.name}" if folder is not None else "a benchmark"
    return Measured(name, entry.title, entry.classes, figures, source, run, found.notes if found is not None else ())


def _benchmark(spec: PromoteSpec) -> tuple[Path | None, BenchmarkResult | None]:
    """The one that was named, else the newest that measured the model as it is now."""
    if spec.benchmark is not None:
        folder = spec.benchmark.parent if spec.benchmark.is_file() else spec.benchmark
        try:
            result = benchmarks.read(folder)
        except BenchmarkError as error:
            raise PromotionError(error.message, hint=error.hint, path=folder) from error
        if all(each.model != spec.model for each in result.models):
            message = f"The benchmark {folder.name} did not measure {spec.model}."
            raise PromotionError(message, hint="Name one that did, or run one now.", path=folder)
        return folder, result
    for name in benchmarks.names():
        folder = benchmarks.benchmarks_folder() / name
        try:
            result = benchmarks.read(folder)
        except BenchmarkError:
            continue
        if any(each.model == spec.model and _is_same(spec.model, each.files) for each in result.models):
            return folder, result
    return None, None


def _is_same(name: str, files: Sequence[str]) -> bool:
    """Whether figures of these files are those of the model as it is now."""
    if catalogue.is_shipped(name):
        return True
    try:
        return store.card(name).sha256 in files
    except ModelError:
        return False


def _of_card(name: str) -> tuple[str, dict[str, Figure], str]:
    """Its run, its figures and where they come from."""
    if catalogue.is_shipped(name):
        return "", {}, "nothing: no benchmark measured it"
    card = store.card(name)
    figures = {
        figure_name(key): Figure(float(value))
        for key, value in card.figures.items()
        if isinstance(value, int | float) and figure_name(key) in FIGURES
    }
    times = choice.timings_of(card.sha256)
    if times:
        figures["latency_ms"] = Figure(min(times.values()))
    figures["size_mb"] = Figure(store.model_file(name).stat().st_size / 1e6)
    return str(card.recipe.get("run", "")), figures, "its training, on its validation pictures, without intervals"


def _of_benchmark(found: ModelResult, result: BenchmarkResult) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for name in FIGURES:
        value = getattr(found.figures, name)
        if value is not None:
            interval = found.figures.intervals.get(name)
            figures[name] = Figure(value, *((interval.low, interval.high) if interval is not None else ()))
    timed = [each.times for each in result.speed if each.model == found.model and each.times and each.batch == 1]
    times = min(timed, key=lambda each: each.median_ms, default=found.times)
    if times is not None:
        figures["latency_ms"], figures["fps"] = Figure(times.median_ms), Figure(times.pictures_s)
    if found.size_bytes:
        figures["size_mb"] = Figure(found.size_bytes / 1e6)
    return figures


def _sentence(each: Comparison) -> str:
    """For the record, in the language in use."""
    return tr(
        "{figure}: {one} - {other} = {difference:+.4f} ({low:+.4f} to {high:+.4f}): {verdict}",
        figure=translated(TITLES.get(each.figure, each.figure)),
        one=each.one,
        other=each.other,
        difference=each.difference,
        low=each.interval.low,
        high=each.interval.high,
        verdict=term(each.verdict.value),
    )
