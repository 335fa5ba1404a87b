"""The charts of a report, as matplotlib figures: drawn to memory, never to a screen, with no state that stays behind.

No chart shows a picture of the data set.
"""

import io
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyroblur_gui.benchmark.result import BenchmarkResult, Curve, ModelResult
from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.translation import renumbered, term, tr, translated

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by people who see few colours; lines also differ by their dashes.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")
DASHES = ("-", "--", "-.", ":")
DPI = 144
MOST_NAMED = 24  # characters of a name in a legend
MOST_INSIDE = 4  # lines of a legend that leave the curves room


@dataclass(frozen=True)
class Chart:
    """name: of its file. about: what it shows, for people who do not see it."""

    name: str
    title: str
    about: str
    figure: "Figure"

    def svg(self) -> str:
        """For a page: the element alone, without what belongs to a file."""
        buffer = io.StringIO()
        self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=False)
        text = buffer.getvalue()
        return text[text.index("<svg") :]

    def png(self) -> bytes:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
        return buffer.getvalue()


def charts(result: BenchmarkResult) -> Iterator[Chart]:
    """Every chart that the result has figures for."""
    for label in _labels(result):
        yield from _of_class(result, label)
    if any(model.by_size for model in result.models):
        yield _sizes(result)
    for number, model in enumerate(result.models, start=1):
        if model.confusion is not None:
            yield _confusion(model, number)
    if any(model.times is not None for model in result.models):
        yield _times(result)
    if any(row.times is not None for row in result.speed):
        yield _speed(result)
        yield _batches(result)


def _labels(result: BenchmarkResult) -> list[str]:
    return list(dict.fromkeys(each.name for model in result.models for each in model.by_class))


def _of_class(result: BenchmarkResult, label: str) -> Iterator[Chart]:
    kinds = (
        ("pr", "Precision by recall", "Recall", "Precision"),
        ("p", "Precision by confidence", "Confidence", "Precision"),
        ("r", "Recall by confidence", "Confidence", "Recall"),
        ("f1", "F1 by confidence", "Confidence", "F1"),
    )
    for kind, title, across, up in kinds:
        lines = [
            (model.model, curve)
            for model in result.models
            for each in model.by_class
            if each.name == label
            for curve in each.curves
            if curve.kind == kind
        ]
        if lines:
            yield _lines(f"{kind}-{label}", f"{title}: {term(label)}", (across, up), lines)
    yield _leaks(result, label)
    yield _confidences(result, label)


def _lines(name: str, title: str, axes: tuple[str, str], lines: Sequence[tuple[str, Curve]]) -> Chart:
    def draw(plot: "Axes") -> None:
        for place, (model, curve) in enumerate(lines):
            plot.plot(curve.x, curve.y, label=_short(model), **_style(place))
        _frame(plot, axes)
        plot.set_xlim(0, 1)
        plot.set_ylim(0, 1.02)

    return _chart(name, title, f"{axes[1]} against {axes[0].lower()}, a line a model.", draw)


def _leaks(result: BenchmarkResult, label: str) -> Chart:
    def draw(plot: "Axes") -> None:
        for place, model in enumerate(result.models):
            for each in model.by_class:
                if each.name == label and each.leaks is not None:
                    style = _style(place)
                    plot.plot(
                        each.leaks.thresholds,
                        each.leaks.leak_objects,
                        label=tr("{model}: leaked", model=_short(model.model)),
                        **style,
                    )
                    plot.plot(
                        each.leaks.thresholds,
                        each.leaks.in_vain,
                        label=tr("{model}: covered in vain", model=_short(model.model)),
                        **{**style, "alpha": 0.5, "linewidth": 1.0},
                    )
                    plot.axvline(each.threshold, color=style["color"], linewidth=0.8, alpha=0.6)
        _frame(plot, ("Threshold", "Share"))
        plot.set_xlim(0, 1)
        plot.set_ylim(0, 1.02)

    about = "Share of objects left bare, and of the picture covered in vain, against the threshold; upright lines mark "
    return _chart(f"leaks-{label}", f"Leaks by threshold: {term(label)}", f"{about}the operating thresholds.", draw)


def _confidences(result: BenchmarkResult, label: str) -> Chart:
    def draw(plot: "Axes") -> None:
        _bars(
            plot,
            [f"{tenth / 10:.1f}" for tenth in range(10)],
            [
                (m.model, [float(count) for count in each.confidences])
                for m in result.models
                for each in m.by_class
                if each.name == label
            ],
        )
        _frame(plot, ("Confidence from", "Detections"))

    return _chart(f"confidence-{label}", f"Confidence of what was found: {term(label)}", "Detections by tenths.", draw)


def _sizes(result: BenchmarkResult) -> Chart:
    names = [each.name for each in result.models[0].by_size]

    def draw(plot: "Axes") -> None:
        _bars(plot, names, [(m.model, [each.figures.recall or 0.0 for each in m.by_size]) for m in result.models])
        _frame(plot, ("Size of the box", "Recall"))
        plot.set_ylim(0, 1.02)

    return _chart("sizes", "Recall by size", "Share of labelled objects that were found, by size of the box.", draw)


def _confusion(model: ModelResult, number: int) -> Chart:
    def draw(plot: "Axes") -> None:
        confusion = model.confusion
        if confusion is None:
            return
        totals = [max(1, sum(row[column] for row in confusion.counts)) for column in range(len(confusion.names))]
        shares = [[count / totals[column] for column, count in enumerate(row)] for row in confusion.counts]
        edges = [place - 0.5 for place in range(len(confusion.names) + 1)]
        plot.pcolormesh(edges, edges, shares, cmap="Blues", vmin=0, vmax=1)  # imshow would be a picture in the page
        plot.invert_yaxis()
        for row, counts in enumerate(confusion.counts):
            for column, count in enumerate(counts):
                color = "white" if shares[row][column] > 0.5 else "black"
                plot.text(column, row, str(count), ha="center", va="center", color=color)
        names = [term(name) for name in confusion.names]
        plot.set_xticks(range(len(names)), names)
        plot.set_yticks(range(len(names)), names)
        plot.set_xlabel(tr("Labelled"))
        plot.set_ylabel(tr("Found"))

    title = f"Confusion at the operating threshold: {_short(model.model)}"
    return _chart(f"confusion-{number}", title, "Counts; columns are what is labelled, rows what was found.", draw)


def _times(result: BenchmarkResult) -> Chart:
    def draw(plot: "Axes") -> None:
        for place, model in enumerate(result.models):
            if model.times is not None:
                plot.stairs(model.times.counts, model.times.edges, label=_short(model.model), **_style(place))
        _frame(plot, ("Milliseconds a picture, several under way", "Pictures"))
        plot.locator_params(axis="y", integer=True)

    return _chart("times", "Times of single pictures", "How many pictures took how long.", draw)


def _speed(result: BenchmarkResult) -> Chart:
    rows = [row for row in result.speed if row.times is not None and row.batch == 1]

    def draw(plot: "Axes") -> None:
        names = [f"{_short(row.model)}, {row.engine} {row.precision} {row.device}, {row.size} px" for row in rows]
        medians = [row.times.median_ms if row.times else 0.0 for row in rows]
        tails = [row.times.p95_ms if row.times else 0.0 for row in rows]
        plot.barh(names, medians, color=COLORS[0], label=tr("median"))
        plot.scatter(tails, names, color=COLORS[1], marker="|", label="95 %", zorder=3)
        plot.invert_yaxis()
        _frame(plot, ("Milliseconds a picture", ""))

    return _chart("speed", "Latency", "Median and 95th percentile of one picture at a time.", draw)


def _batches(result: BenchmarkResult) -> Chart:
    ways = dict.fromkeys((row.model, row.engine, row.device, row.precision, row.size) for row in result.speed)

    def draw(plot: "Axes") -> None:
        for place, way in enumerate(ways):
            rows = [
                row
                for row in result.speed
                if (row.model, row.engine, row.device, row.precision, row.size) == way
                and row.times is not None
                and not row.is_streamed
            ]
            if rows:
                x, y = [row.batch for row in rows], [row.times.pictures_s if row.times else 0.0 for row in rows]
                label = f"{_short(way[0])}, {way[1]} {way[3]} {way[2]}, {way[4]} px"
                plot.plot(x, y, marker="o", label=label, **_style(place))
        _frame(plot, ("Batch", "Pictures a second"))
        plot.locator_params(axis="x", integer=True)
        plot.set_ylim(bottom=0)

    return _chart("throughput", "Throughput by batch", "Pictures a second against how many are one batch.", draw)


def _bars(plot: "Axes", names: Sequence[str], groups: Sequence[tuple[str, Sequence[float]]]) -> None:
    width = 0.8 / max(1, len(groups))
    for place, (model, values) in enumerate(groups):
        offset = (place - (len(groups) - 1) / 2) * width
        plot.bar([x + offset for x in range(len(values))], values, width, color=_color(place), label=_short(model))
    plot.set_xticks(range(len(names)), names)


def _frame(plot: "Axes", axes: tuple[str, str]) -> None:
    plot.set_xlabel(translated(axes[0]))
    plot.set_ylabel(translated(axes[1]))
    plot.grid(visible=True, alpha=0.25)
    plot.spines[["top", "right"]].set_visible(False)
    names = plot.get_legend_handles_labels()[1]
    if len(names) > MOST_INSIDE and (figure := plot.get_figure(root=True)) is not None:
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    elif names:
        plot.legend(fontsize=8, frameon=False)


def _chart(name: str, title: str, about: str, draw: Callable[["Axes"], None]) -> Chart:
    # matplotlib writes its list of fonts somewhere: among PyroBlur's own files, not into the user's home
    os.environ.setdefault("MPLCONFIGDIR", str(folders().cache / "matplotlib"))
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # that it lists the fonts is nobody's concern
    from matplotlib.figure import Figure  # noqa: PLC0415 - reports only

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    plot = figure.add_subplot()
    draw(plot)
    _number(plot)
    plot.set_title(translated(title), fontsize=11, loc="left")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once, whatever it is written as: the layout takes longest
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)
    return Chart(safe, title, about, figure)


def _number(plot: "Axes") -> None:
    """Numbers along the axes as the language in use writes them."""
    from matplotlib.ticker import ScalarFormatter  # noqa: PLC0415 - reports only

    class Numerals(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return renumbered(str(super().__call__(x, pos)))

    for axis in (plot.xaxis, plot.yaxis):
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(Numerals())


def _style(place: int) -> dict[str, Any]:  # what matplotlib takes
    return {"color": _color(place), "linestyle": DASHES[place % len(DASHES)], "linewidth": 1.8}


def _color(place: int) -> str:
    return COLORS[place % len(COLORS)]


def _short(model: str) -> str:
    """A path by its end; and nothing in it that matplotlib takes for mathematics."""
    name = model.replace("\\", "/").rpartition("/")[2]
    name = name if len(name) <= MOST_NAMED else f"…{name[-MOST_NAMED + 1 :]}"
    return name.replace("$", r"\$")
