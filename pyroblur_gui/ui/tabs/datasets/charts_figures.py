"""What the charts of a data set show, as figures without Qt: bars, a map, their words, and the same as CSV."""

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.stats import ClassStats, Histogram, Stats
from pyroblur_gui.ui.fields import class_label
from pyroblur_gui.ui.i18n import numeral, tr, trn

ALL = -1  # stands for every class
SPLITS: tuple[Split | None, ...] = (Split.TRAIN, Split.VAL, Split.TEST, None)


@dataclass(frozen=True)
class Series:
    """values: one a bar group."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Bars:
    """Groups of bars side by side. unit: what a bar counts, for its axis."""

    title: str
    groups: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    about: str = ""  # what the groups are, under the chart

    @property
    def total(self) -> int:
        return sum(sum(each.values) for each in self.series)


@dataclass(frozen=True)
class HeatMap:
    """rows: from top to bottom, how many boxes have their centre there."""

    title: str
    rows: tuple[tuple[int, ...], ...]
    about: str = ""

    @property
    def total(self) -> int:
        return sum(map(sum, self.rows))


Figure = Bars | HeatMap


def choices(stats: Stats) -> list[tuple[int, str]]:
    """The classes that figures can be limited to, every one first: (id, what it is called)."""
    used = {count.label for count in stats.counts if count.boxes}
    names = [(label, class_label(name)) for label, name in enumerate(stats.classes) if label in used]
    return [(ALL, tr("All classes")), *names]


def figures(stats: Stats, label: int = ALL) -> list[Figure]:
    """All of them; those about shapes limited to a class."""
    chosen = [each for each in stats.by_class if label in {ALL, each.label}]
    sides = _histogram([each.sides for each in chosen])
    aspects = _histogram([each.aspects for each in chosen])
    return [
        _by_class(stats, tr("Pictures by class"), "images", tr("Pictures")),
        _by_class(stats, tr("Boxes by class"), "boxes", tr("Boxes")),
        _shape(tr("Size of boxes"), sides, tr("Shorter side in pixels, from the number up to the next"), _px),
        _shape(tr("Shape of boxes"), aspects, tr("Width divided by height, from the number up to the next"), _ratio),
        Bars(
            tr("Boxes in a picture"),
            tuple(_numbers(stats.per_image)),
            (Series(tr("Pictures"), stats.per_image.counts),),
            tr("Pictures"),
            tr("Boxes"),
        ),
        HeatMap(tr("Where boxes are"), _sum_of_maps(chosen), tr("Centres of boxes, all pictures laid over each other")),
    ]


def described(figure: Figure) -> str:
    """The figure in words, for those who do not see it: every bar that is not empty."""
    if isinstance(figure, HeatMap):
        return f"{figure.title}. " + trn("{count} box.", "{count} boxes.", figure.total) + f" {_thirds(figure)}"
    parts = []
    for place, group in enumerate(figure.groups):
        told = [f"{each.name} {numeral(each.values[place], ',')}" for each in figure.series if each.values[place]]
        if told:
            parts.append(f"{group}: {', '.join(told)}")
    return f"{figure.title}. {'; '.join(parts) or tr('Nothing to show')}."


def as_csv(stats: Stats) -> str:
    """One table a figure, one after another, with a blank line between: any spreadsheet opens it."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    for figure in figures(stats):
        out.writerow([figure.title])
        out.writerows(_table(figure))
        out.writerow([])
    for each in stats.by_class:
        if any(map(any, each.centres)):
            out.writerow([tr("Where boxes are"), stats.classes[each.label]])
            out.writerows(each.centres)
            out.writerow([])
    return text.getvalue()


def split_label(split: Split | None) -> str:
    return {
        Split.TRAIN: tr("Training"),
        Split.VAL: tr("Validation"),
        Split.TEST: tr("Test"),
        None: tr("Not split"),
    }[split]


def _table(figure: Figure) -> Iterable[Sequence[object]]:
    if isinstance(figure, HeatMap):
        return figure.rows
    head: list[Sequence[object]] = [["", *(each.name for each in figure.series)]]
    rows = zip(figure.groups, *(each.values for each in figure.series), strict=True)
    return [*head, *rows]


def _by_class(stats: Stats, title: str, what: str, unit: str) -> Bars:
    """Each class with a bar a split."""
    counted = {(count.label, count.split): int(getattr(count, what)) for count in stats.counts}
    shown = [split for split in SPLITS if split is not None or any(key[1] is None for key in counted)]
    labels = range(len(stats.classes))
    groups = [class_label(name) for name in stats.classes]
    values = {split: [counted.get((label, split), 0) for label in labels] for split in shown}
    if what == "images":
        groups.append(tr("All"))
        for split in shown:
            values[split].append(stats.images.get(split, 0))
    series = tuple(Series(split_label(split), tuple(values[split])) for split in shown)
    return Bars(title, tuple(groups), series, unit)


def _shape(title: str, histogram: Histogram, about: str, names: "_Names") -> Bars:
    return Bars(title, tuple(names(histogram)), (Series(tr("Boxes"), histogram.counts),), tr("Boxes"), about)


def _histogram(several: Sequence[Histogram]) -> Histogram:
    """Their sum."""
    if not several:
        return Histogram((), ())
    counts = tuple(map(sum, zip(*(each.counts for each in several), strict=True)))
    return Histogram(several[0].edges, counts)


def _sum_of_maps(several: Sequence[ClassStats]) -> tuple[tuple[int, ...], ...]:
    rows = zip(*(each.centres for each in several), strict=True)
    return tuple(tuple(map(sum, zip(*parts, strict=True))) for parts in rows)


class _Names:
    """How the bars of a histogram are called: from its lower edge, the last one open."""

    def __init__(self, digits: int) -> None:
        self._digits = digits

    def __call__(self, histogram: Histogram) -> list[str]:
        edges = [
            f"{edge:.{self._digits}f}".rstrip("0").rstrip(".") if self._digits else numeral(edge, ".0f")
            for edge in histogram.edges
        ]
        return [f"{edge or '0'}+" if place == len(edges) - 1 else edge or "0" for place, edge in enumerate(edges)]


_px = _Names(0)
_ratio = _Names(2)


def _numbers(histogram: Histogram) -> list[str]:
    """Whole numbers: 0, 1, 2, 8 to 10, 101 and more."""
    names = []
    for place, edge in enumerate(histogram.edges):
        low = round(edge)
        if place == len(histogram.edges) - 1:
            names.append(f"{low}+")
            continue
        high = round(histogram.edges[place + 1]) - 1
        names.append(str(low) if high == low else f"{low}–{high}")
    return names


def _thirds(figure: HeatMap) -> str:
    """Which share of the boxes lies in the upper, middle and lower third."""
    total = figure.total
    if not total:
        return ""
    bounds = [round(len(figure.rows) * part / 3) for part in range(4)]
    shares = [sum(map(sum, figure.rows[low:high])) / total for low, high in itertools.pairwise(bounds)]
    return tr(
        "Upper third {top} %, middle {middle} %, lower third {bottom} %.",
        top=round(shares[0] * 100),
        middle=round(shares[1] * 100),
        bottom=round(shares[2] * 100),
    )
