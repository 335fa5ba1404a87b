"""What a training tells of itself, and the names its figures go by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyroblur_gui.jobs.events import Metric
from pyroblur_gui.training.samples import Sample

# Ultralytics' names to ours: short, and without the suffix of its box metrics.
NAMES: Mapping[str, str] = {
    "metrics/precision(B)": "precision",
    "metrics/recall(B)": "recall",
    "metrics/mAP50(B)": "mAP50",
    "metrics/mAP50-95(B)": "mAP50-95",
}
MEMORY = "device/memory_bytes"
BY_CLASS = "class/"  # class/face/mAP50, and so on
OF_CLASS = ("mAP50-95", "mAP50", "precision", "recall")
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
    """An epoch that was trained, validated and saved; numbers from 1. figures: by Ultralytics' names.

    by_class: figures of each class by ours. samples: what was found in a few pictures.
    """

    number: int
    epochs: int
    figures: Mapping[str, float]
    is_best: bool
    seconds: float
    by_class: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()

    @property
    def named(self) -> dict[str, float]:
        return {NAMES.get(name, name): value for name, value in self.figures.items()}

    def metrics(self) -> Iterator[Metric]:
        """A point of every chart that goes by epochs. The learning rate comes last."""
        for label, figures in self.by_class.items():
            for name, value in figures.items():
                yield Metric(step=self.number, name=class_figure(label, name), value=value)
        for name, value in self.named.items():
            yield Metric(step=self.number, name=name, value=value)


def class_figure(label: str, name: str) -> str:
    """What a figure of one class is called."""
    return f"{BY_CLASS}{label}/{name}"


def class_of(figure: str) -> tuple[str, str] | None:
    """(class, name of the figure); None where it is not one of a single class."""
    if not figure.startswith(BY_CLASS):
        return None
    label, _, name = figure.removeprefix(BY_CLASS).rpartition("/")
    return label, name
