"""What a comparison comes to, in sentences that claim no more than the pictures can carry."""

from collections.abc import Sequence

from pyroblur_gui.benchmark.result import BenchmarkResult, Comparison, Verdict

NAMES = {
    "map50": "mAP50",
    "map50_95": "mAP50-95",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "leak_objects": "leaked objects",
    "leak_area": "leaked area",
    "in_vain": "covered in vain",
}
DECISIVE = ("leak_objects", "map50_95")  # what is asked first: what stays bare; then how good the boxes are


def sentences(result: BenchmarkResult) -> list[str]:
    """One sentence a pair of models and decisive figure."""
    if result.data is None:
        return []
    return [
        sentence(comparison, result.data.pictures) for comparison in result.comparisons if comparison.figure in DECISIVE
    ]


def sentence(comparison: Comparison, pictures: int) -> str:
    """E.g. "Leaked objects: a is better than b by 0.062 (0.041 to 0.083) on these 100 pictures."."""
    what = NAMES[comparison.figure]
    title = what if what.startswith("mAP") else what[0].upper() + what[1:]
    one, other, interval = comparison.one, comparison.other, comparison.interval
    if comparison.verdict is Verdict.NOT_DISTINGUISHABLE:
        return (
            f"{title}: {one} and {other} are not distinguishable on these {pictures} pictures "
            f"(difference {comparison.difference:+.3f}, 95 % between {interval.low:+.3f} and {interval.high:+.3f})."
        )
    if comparison.verdict is Verdict.WORSE:
        one, other = other, one
    low, high = sorted((abs(interval.low), abs(interval.high)))
    return (
        f"{title}: {one} is better than {other} by {abs(comparison.difference):.3f} "
        f"(95 % between {low:.3f} and {high:.3f}) on these {pictures} pictures."
    )


def between(comparisons: Sequence[Comparison], one: str, other: str, figure: str) -> Comparison | None:
    """The comparison of two models in a figure, whichever stands first."""
    return next((c for c in comparisons if c.figure == figure and {c.one, c.other} == {one, other}), None)
