"""Counts what is left bare in a clip, frame by frame: how many objects in how many frames, how long at a stretch."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from pyroblur_gui.benchmark.clip_truth import TruthBox
from pyroblur_gui.benchmark.covers import LEAST_COVERED, Mask, covered_share
from pyroblur_gui.benchmark.result import ClipResult


class ClipLeaks:
    """Told of every frame in order, with the pixels that are covered in it."""

    def __init__(self, truth: Mapping[int, Sequence[TruthBox]], classes: frozenset[str]) -> None:
        """classes: those that the model finds; other objects do not count."""
        self._truth = truth
        self._classes = classes
        self._frames = 0
        self._objects: Counter[str] = Counter()
        self._leaked: Counter[str] = Counter()
        self._detected_only = 0
        self._interpolated = 0
        self._stretches: dict[tuple[str, int], tuple[int, int]] = {}  # object -> its last bare frame, how many in a row
        self._longest = 0

    def add(self, frame: int, covered: Mask, detected: Mask) -> None:
        """covered: by the plan; detected: were only what was found in this very frame covered."""
        self._frames += 1
        for each in self._truth.get(frame, ()):
            if each.label not in self._classes:
                continue
            box = np.array(each.box, np.float64)
            self._objects[each.label] += 1
            self._interpolated += each.is_interpolated
            self._detected_only += covered_share(detected, box) < LEAST_COVERED
            if covered_share(covered, box) < LEAST_COVERED:
                self._leaked[each.label] += 1
                self._stretch((each.label, each.thing), frame)

    def result(self, *, model: str, clip: str, rate: Fraction | None) -> ClipResult:
        """rate: frames a second."""
        return ClipResult(
            model=model,
            clip=clip,
            frames=self._frames,
            object_frames=self._objects.total(),
            leaked=self._leaked.total(),
            longest=self._longest,
            longest_s=None if not rate else round(float(self._longest / rate), 3),
            detected_only=self._detected_only,
            by_class={label: (count, self._leaked[label]) for label, count in self._objects.items()},
            interpolated=self._interpolated,
        )

    def _stretch(self, thing: tuple[str, int], frame: int) -> None:
        last, length = self._stretches.get(thing, (frame - 1, 0))
        length = length + 1 if last == frame - 1 else 1
        self._stretches[thing] = frame, length
        self._longest = max(self._longest, length)
