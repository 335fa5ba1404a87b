"""Lines of numbers by name, and how charts show them: what is drawn, beside what draws it. No Qt and no numpy."""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """One line of a chart. is_main: what counts; the others are there to compare it with."""

    name: str
    label: str
    is_main: bool = True


@dataclass(frozen=True)
class Figure:
    """One chart. about: what its horizontal axis counts; step: what one of these is called."""

    title: str
    curves: tuple[Curve, ...]
    about: str
    step: str


class Points:
    """Steps, which rise, with their values; what is no number is left out.

    version rises with every change, rewritten with every one that did more than add a point at the end.
    """

    def __init__(self) -> None:
        self.steps = array("d")
        self.values = array("d")
        self.version = 0
        self.rewritten = 0

    def __len__(self) -> int:
        return len(self.steps)

    def add(self, step: float, value: float) -> None:
        """At its place; a step that is there already gets the new value."""
        if not math.isfinite(value):
            return
        self.version += 1
        if not self.steps or step > self.steps[-1]:
            self.steps.append(step)
            self.values.append(value)
            return
        self.rewritten += 1
        place = bisect_left(self.steps, step)
        if self.steps[place] == step:
            self.values[place] = value
        else:
            self.steps.insert(place, step)
            self.values.insert(place, value)

    def clear(self) -> None:
        del self.steps[:]
        del self.values[:]
        self.version += 1
        self.rewritten += 1

    def near(self, step: float) -> tuple[float, float] | None:
        """The point that is nearest to a step; None where there is none."""
        if not self.steps:
            return None
        right = min(bisect_left(self.steps, step), len(self.steps) - 1)
        left = max(0, right - 1)
        place = min((left, right), key=lambda each: abs(self.steps[each] - step))
        return self.steps[place], self.values[place]


class Curves:
    """Points by the name of their line."""

    def __init__(self) -> None:
        self._points: dict[str, Points] = {}

    def points(self, name: str) -> Points:
        """Those of one line, which may be none."""
        return self._points.setdefault(name, Points())

    def names(self) -> list[str]:
        """The lines that have points."""
        return [name for name, points in self._points.items() if len(points)]

    def last(self, name: str) -> float | None:
        points = self.points(name)
        return points.values[-1] if len(points) else None

    def version(self, names: Iterable[str]) -> int:
        """Another number than before, whenever any of these lines has changed."""
        return sum(self.points(name).version for name in names)
