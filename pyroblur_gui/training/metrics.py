"""What a training tells of itself, and the names its figures go by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyroblur_gui.jobs.events import Metric

# Ultralytics' names to ours: short, and without the suffix of its box metrics.
NAMES: Mapping[str, str] = {
    "metrics/precision(B)": "precision",
    "metrics/recall(B)": "recall",
    "metrics/mAP50(B)": "mAP50",
    "metrics/mAP50-95(B)": "mAP50-95",
}
MEMORY = "device/memory_bytes"
MAIN = "mAP50-95"  # by which epochs are compared, beside a tenth of mAP50


@dataclass(frozen=True)
class Batch:
    """A step: the `number`-th of `count` in its epoch, from 1. losses: of this batch, by name.

    seconds: since the epoch began.
    """

    epoch: int
    epochs: int
    number: int
    count: int
    losses: Mapping[str, float]
    pictures_s: float
    seconds: float
    memory_bytes: int

    @property
    def step(self) -> int:
        """Steps since the beginning of the run, from 1."""
        return (self.epoch - 1) * self.count + self.number

    def metrics(self) -> Iterator[Metric]:
        """`batch/...`: what moves within an epoch; and the memory of the device, where it tells."""
        for name, value in self.losses.items():
            yield Metric(step=self.step, name=f"batch/{name}", value=value)
        if self.memory_bytes:
            yield Metric(step=self.step, name=MEMORY, value=self.memory_bytes)


@dataclass(frozen=True)
class Epoch:
    """An epoch that was trained, validated and saved; numbers from 1. figures: by Ultralytics' names."""

    number: int
    epochs: int
    figures: Mapping[str, float]
    is_best: bool
    seconds: float

    @property
    def named(self) -> dict[str, float]:
        return {NAMES.get(name, name): value for name, value in self.figures.items()}

    def metrics(self) -> Iterator[Metric]:
        """A point of every chart that goes by epochs."""
        for name, value in self.named.items():
            yield Metric(step=self.number, name=name, value=value)
