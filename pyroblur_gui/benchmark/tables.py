"""The tables of a report: rows of text, the first one the head. Markdown, HTML and CSV are written from the same."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyroblur_gui.benchmark.result import BenchmarkResult, Figures, ModelResult, Reach
from pyroblur_gui.core.translation import moment, numeral, term

FIGURE_HEADS = (
    "labelled",
    "mAP50",
    "mAP50-95",
    "precision",
    "recall",
    "F1",
    "leaked objects",
    "leaked area",
    "in vain",
)
FIGURE_NAMES = ("map50", "map50_95", "precision", "recall", "f1", "leak_objects", "leak_area", "in_vain")
NOTHING = "-"
SPEED_NOTE = (
    "After a warm-up; the time is that of the whole batch. Under way: pictures one by one, so many at once, as when "
    "blurring."
)


@dataclass(frozen=True)
class Table:
    """name: of its CSV file. note: a sentence above it."""

    name: str
    title: str
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def tables(result: BenchmarkResult) -> tuple[Table, ...]:
    makers: tuple[Callable[[BenchmarkResult], Table], ...] = (
        _models, _classes, _sizes, _operating, _comparisons, _times, _speed, _clip_speed, _clips, _about_models,
    )  # fmt: skip
    return tuple(table for make in makers if len((table := make(result)).rows) > 1)


def findings(result: BenchmarkResult) -> Table:
    """Misses and false alarms, for the CSV file: where, not what it looks like."""
    head = ("model", "kind", "class", "picture", "left", "top", "right", "bottom", "shorter side px", "score")
    rows = [
        (
            model.model, each.kind.value, each.label, each.name,
            *(f"{edge:.5f}" for edge in (each.left, each.top, each.right, each.bottom)),
            f"{each.side_px:g}", NOTHING if each.score is None else f"{each.score:.4f}",
        )
        for model in result.models
        for each in model.findings
    ]  # fmt: skip
    return Table("findings", "Misses and false alarms", (head, *rows))


def facts(result: BenchmarkResult) -> list[tuple[str, str]]:
    """What was measured on what, and when."""
    lines = [("Made", f"{moment(result.made)} UTC, in {result.wall_s:.0f} s")]
    if result.data is not None:
        data = result.data
        labelled = ", ".join(f"{term(name)}: {numeral(count)}" for name, count in data.truths.items() if count)
        lines += [
            ("Data", f"{data.dataset or data.name}, split {data.split}: {data.pictures} pictures, {labelled}"),
            ("Fingerprint", data.fingerprint),
            ("Intervals", f"95 %, {result.resamples} draws of pictures, seed {result.seed}"),
        ]
        if data.without_truth:
            lines.append(("Without labels", f"{', '.join(data.without_truth)}: does not count"))
    lines += [(key.capitalize(), value) for key, value in result.machine.items()]
    lines.append(("Versions", ", ".join(f"{name} {version}" for name, version in result.versions.items())))
    return lines


def _models(result: BenchmarkResult) -> Table:
    rows = [(model.model, *_figures(model.figures)) for model in result.models]
    note = "Means over the classes; leaks are shares of all labelled objects and of all their area."
    return Table("models", "Side by side", (("model", *FIGURE_HEADS), *rows), note)


def _classes(result: BenchmarkResult) -> Table:
    rows = [(model.model, each.name, *_figures(each.figures)) for model in result.models for each in model.by_class]
    return Table("classes", "By class", (("model", "class", *FIGURE_HEADS), *rows))


def _sizes(result: BenchmarkResult) -> Table:
    rows = [
        (model.model, f"{each.name} ({_range(each.least_px, each.most_px)})", *_figures(each.figures)[:7])
        for model in result.models
        for each in model.by_size
    ]
    note = "The size of a box is its shorter side in pixels of the picture as it is stored."
    return Table("sizes", "By size", (("model", "size", *FIGURE_HEADS[:7]), *rows), note)


def _operating(result: BenchmarkResult) -> Table:
    head = (
        "model", "class", "threshold", "margin", "found", "mean confidence", "median confidence", "best F1", "at",
        "wanted covered", "threshold for it", "in vain there",
    )  # fmt: skip
    rows = [
        (
            model.model, each.name, f"{each.threshold:g}", f"{each.margin:g}", str(each.found),
            _number(each.confidence_mean), _number(each.confidence_median), _number(each.best_f1),
            _number(each.best_f1_threshold),
            NOTHING if each.reach is None else f"{each.reach.wanted:.0%}", _reached(each.reach),
            NOTHING if each.reach is None else _percent(each.reach.in_vain),
        )
        for model in result.models
        for each in model.by_class
    ]  # fmt: skip
    return Table("thresholds", "Detections and thresholds", (head, *rows))


def _comparisons(result: BenchmarkResult) -> Table:
    rows = [
        (
            each.one, each.other, dict(zip(FIGURE_NAMES, FIGURE_HEADS[1:], strict=True))[each.figure],
            f"{each.difference:+.4f}", f"{each.interval.low:+.4f} to {each.interval.high:+.4f}",
            each.verdict.value.replace("_", " "),
        )
        for each in result.comparisons
    ]  # fmt: skip
    head = ("model", "against", "figure", "difference", "95 %", "the first is")
    return Table("comparisons", "Differences", (head, *rows), "On the classes that both find, picture by picture.")


def _times(result: BenchmarkResult) -> Table:
    rows = [
        (
            m.model, m.engine, f"{m.times.median_ms:.1f}", f"{m.times.p95_ms:.1f}", f"{m.times.p99_ms:.1f}",
            f"{m.times.pictures_s:.1f}", NOTHING if m.load_s is None else f"{m.load_s:.2f}",
        )
        for m in result.models
        if m.times is not None
    ]  # fmt: skip
    head = ("model", "engine", "median ms", "95 % ms", "99 % ms", "pictures/s", "load s")
    note = "While accuracy was measured, with several pictures under way and the comparing between them."
    return Table("times", "Times", (head, *rows), note)


def _speed(result: BenchmarkResult) -> Table:
    head = (
        "model", "engine", "device", "precision", "size", "batch", "median ms", "95 % ms", "99 % ms", "pictures/s",
        "first ms", "load s", "memory MB", "GPU %", "",
    )  # fmt: skip
    rows = [
        (
            row.model, row.engine, row.device, row.precision, str(row.size),
            f"{row.batch} under way" if row.is_streamed else str(row.batch),
            *(
                (NOTHING,) * 4
                if row.times is None
                else (*(f"{ms:.1f}" for ms in (row.times.median_ms, row.times.p95_ms, row.times.p99_ms)),
                      f"{row.times.pictures_s:.1f}")
            ),
            NOTHING if row.first_ms is None else f"{row.first_ms:.0f}",
            NOTHING if row.load_s is None else f"{row.load_s:.2f}",
            NOTHING if row.memory_bytes is None else f"{row.memory_bytes / 1e6:.0f}",
            NOTHING if row.gpu_utilisation is None else f"{row.gpu_utilisation:.0f}",
            row.error or row.note,
        )
        for row in result.speed
    ]  # fmt: skip
    return Table("speed", "Speed", (head, *rows), SPEED_NOTE)


def _clip_speed(result: BenchmarkResult) -> Table:
    rows = [
        (
            row.model,
            row.clip,
            f"{row.width} x {row.height}",
            str(row.frames),
            f"{row.wall_s:.1f}",
            f"{row.frames_s:.1f}",
        )
        for row in result.clip_speed
    ]
    return Table("blurring", "Blurring a clip", (("model", "clip", "size", "frames", "s", "frames/s"), *rows))


def _clips(result: BenchmarkResult) -> Table:
    rows = [
        (
            row.model, row.clip, str(row.frames), str(row.object_frames), str(row.leaked),
            f"{row.leaked / row.object_frames:.4f}" if row.object_frames else NOTHING,
            str(row.longest), NOTHING if row.longest_s is None else f"{row.longest_s:.2f}", str(row.detected_only),
        )
        for row in result.clips
    ]  # fmt: skip
    head = (
        "model", "clip", "frames", "object-frames", "leaked", "share", "longest leak, frames", "s",
        "leaked without tracking",
    )  # fmt: skip
    return Table("clips", "Leaks in clips", (head, *rows), "After tracking and gap filling, as blurring covers.")


def _about_models(result: BenchmarkResult) -> Table:
    rows = [(m.model, m.title, *_about(m)) for m in result.models]
    head = ("model", "title", "parameters", "size MB", "device", "precision", "misses", "false alarms", "SHA-256")
    return Table("about", "The models", (head, *rows))


def _about(model: ModelResult) -> Iterator[str]:
    yield NOTHING if model.parameters is None else f"{model.parameters:,}"
    yield f"{model.size_bytes / 1e6:.1f}"
    yield model.device
    yield model.precision
    yield str(model.misses)
    yield str(model.false_alarms)
    yield ", ".join(file[:12] for file in model.files)


def _figures(figures: Figures) -> tuple[str, ...]:
    return (str(figures.truths), *(_with_interval(figures, name) for name in FIGURE_NAMES))


def _with_interval(figures: Figures, name: str) -> str:
    value, interval = getattr(figures, name), figures.intervals.get(name)
    if value is None:
        return NOTHING
    digits = 4 if name == "in_vain" else 3
    text = f"{value:.{digits}f}"
    return text if interval is None else f"{text} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def _reached(reach: Reach | None) -> str:
    if reach is None:
        return NOTHING
    return f"none; at most {reach.best:.1%}" if reach.threshold is None else f"{reach.threshold:g}"


def _range(least: float, most: float | None) -> str:
    return f"{least:g} px and more" if most is None else f"{least:g} to {most:g} px"


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2%}"
