# ruff: noqa: T201 - a script that prints what it measured
"""What evaluating adds to plain inference: python tests/benchmarks/evaluation_overhead.py --data FILE [--model fast]

The same pictures are looked at by the same open model, in turns: reading and inference alone, and with everything that
a benchmark does with what is found (comparing, leaks, curves, 500 draws for the intervals). Medians of so many turns.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from pyroblur_gui.benchmark import intervals
from pyroblur_gui.benchmark.looking import looked_at
from pyroblur_gui.benchmark.measure import measure
from pyroblur_gui.benchmark.spec import BenchmarkOptions
from pyroblur_gui.benchmark.truth import LabelledSet
from pyroblur_gui.models.evaluation import MeasuredModel
from pyroblur_gui.operations.benchmark import common_classes
from pyroblur_gui.operations.benchmark_data import labelled_set

MOST = 0.10


class Quiet:
    def emit(self, _event: object) -> None: ...

    def check_cancelled(self) -> None: ...


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--turns", type=int, default=3)
    wanted = parser.parse_args()
    options = BenchmarkOptions()
    data = labelled_set(wanted.data, options.split, Quiet())
    weights = intervals.weights(len(data.pictures), resamples=options.resamples, seed=options.seed)
    worst = 0.0
    for name in wanted.model or ["fast"]:
        model = MeasuredModel(name, engine="auto", device="auto", precision="f32")
        classes = common_classes(name, model.detector.classes, data)

        plain = partial(look, model, data, classes)
        evaluated = partial(measure, name, model, data, classes, options=options, weights=weights, step=lambda: None)
        plain()  # warm
        times = [(timed(plain), timed(evaluated)) for _ in range(wanted.turns)]
        alone, whole = (statistics.median(column) for column in zip(*times, strict=True))
        worst = max(worst, whole / alone - 1)
        print(f"{name}: {len(data.pictures)} pictures, inference {alone:.2f} s, evaluation {whole:.2f} s: "
              f"{100 * (whole / alone - 1):+.1f} % (at most {100 * MOST:.0f} %)", flush=True)  # fmt: skip
        model.close()
    return int(worst > MOST)


def look(model: MeasuredModel, data: LabelledSet, classes: Mapping[str, int]) -> None:
    for _ in looked_at(model, data.pictures, classes):
        pass


def timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
