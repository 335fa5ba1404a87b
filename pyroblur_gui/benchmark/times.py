"""Durations of single pictures, summed up: median, 95th and 99th percentile, and a histogram."""

from collections.abc import Sequence

import numpy as np

from pyroblur_gui.benchmark.result import Times

BARS = 20


def times_of(milliseconds: Sequence[float], wall_s: float) -> Times:
    """milliseconds: of each picture, at least one. wall_s: of all of them together, several at once perhaps."""
    values = np.array(milliseconds, np.float64)
    median, p95, p99 = np.percentile(values, (50, 95, 99)).tolist()
    counts, edges = np.histogram(values, bins=BARS, range=(float(values.min()), max(p99, float(values.min()) + 0.1)))
    counts[-1] += int((values > edges[-1]).sum())  # the last bar has no upper end
    return Times(
        median_ms=round(median, 3),
        p95_ms=round(p95, 3),
        p99_ms=round(p99, 3),
        pictures_s=round(len(values) / max(wall_s, 1e-9), 3),
        edges=tuple(np.round(edges, 3).tolist()),
        counts=tuple(counts.tolist()),
    )
