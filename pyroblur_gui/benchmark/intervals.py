"""How sure a figure is: a bootstrap over pictures, drawn once and used for every model.

Pictures are drawn, not boxes: boxes of one picture are found or missed together. Every model is weighed with the same
draws, so that the difference of two models is computed on the same pictures each time, which is what lets small but
steady differences show, and large accidental ones not.
"""

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.benchmark.result import LESS_IS_BETTER, Comparison, Interval, Verdict

LOW, HIGH = 2.5, 97.5  # percentiles: 95 % of the draws lie between
Samples = NDArray[np.float64]  # (1 + b,) the figure itself, then that of each draw


def weights(pictures: int, *, resamples: int, seed: int) -> NDArray[np.float64]:
    """(1 + resamples, pictures): how often each picture counts; in the first row, once."""
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(pictures, np.full(pictures, 1 / pictures), size=resamples)
    return np.concatenate([np.ones((1, pictures)), drawn])


def value_of(samples: Samples) -> float | None:
    value = float(samples[0])
    return None if np.isnan(value) else round(value, 5)


def interval_of(samples: Samples) -> Interval | None:
    """None without draws, or where too few of them say anything."""
    drawn = samples[1:][~np.isnan(samples[1:])]
    if np.isnan(samples[0]) or len(drawn) < max(1, len(samples) // 2):
        return None
    low, high = np.percentile(drawn, (LOW, HIGH)).tolist()
    return Interval(low=round(low, 5), high=round(high, 5))


def compared(one: str, other: str, figure: str, ours: Samples, theirs: Samples) -> Comparison | None:
    """Whether one model is better than the other: only where 95 % of the draws lie on one side of no difference."""
    difference = ours - theirs
    interval = interval_of(difference)
    if interval is None:
        return None
    is_less_better = figure in LESS_IS_BETTER
    verdict = Verdict.NOT_DISTINGUISHABLE
    if interval.low > 0:
        verdict = Verdict.WORSE if is_less_better else Verdict.BETTER
    elif interval.high < 0:
        verdict = Verdict.BETTER if is_less_better else Verdict.WORSE
    return Comparison(
        one=one,
        other=other,
        figure=figure,
        difference=round(float(difference[0]), 5),
        interval=interval,
        verdict=verdict,
    )
