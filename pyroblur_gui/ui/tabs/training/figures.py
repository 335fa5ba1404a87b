"""The figures of a run, by name: read from its file, added to while it runs. No Qt and no numpy.

A run that ended looks as it did while it ran: both ways lead to the same names.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyroblur_gui.training.metrics import MAIN, NAMES, OF_CLASS, class_figure, class_of
from pyroblur_gui.ui.curves import Curve, Curves, Figure
from pyroblur_gui.ui.fields import class_name
from pyroblur_gui.ui.i18n import tr

RESULTS_FILE = "results.csv"  # Ultralytics', a line an epoch
_BATCH = "batch/"
_RATE = "lr/"  # of each group of weights; the charts show the highest


def figures() -> tuple[Figure, ...]:
    """The charts of a run, in the order shown."""
    epochs = (tr("Epochs"), tr("Epoch"))
    kinds = (("box", tr("Loss: boxes")), ("cls", tr("Loss: classes")), ("dfl", tr("Loss: edges")))
    losses = tuple(
        Figure(
            title,
            (
                Curve(f"val/{kind}_loss", tr("Validation")),
                Curve(f"train/{kind}_loss", tr("Training"), is_main=False),
            ),
            *epochs,
        )
        for kind, title in kinds
    )
    quality = (
        Figure(
            tr("Mean average precision"), (Curve(MAIN, "mAP50-95"), Curve("mAP50", "mAP50", is_main=False)), *epochs
        ),
        Figure(
            tr("Precision and recall"),
            (Curve("recall", tr("Recall")), Curve("precision", tr("Precision"), is_main=False)),
            *epochs,
        ),
    )
    batch = Figure(
        tr("Loss within this epoch"),
        (
            Curve("batch/box_loss", tr("Boxes")),
            Curve("batch/cls_loss", tr("Classes"), is_main=False),
            Curve("batch/dfl_loss", tr("Edges"), is_main=False),
        ),
        tr("Steps"),
        tr("Step"),
    )
    rate = Figure(tr("Learning rate"), (Curve("lr", tr("Learning rate")),), *epochs)
    return (*quality, *losses, rate, batch)


class History(Curves):
    """All figures of a run by name. Those of single batches are kept for the present epoch only."""

    def __init__(self) -> None:
        super().__init__()
        self._is_epoch_over = False
        self._before = 0  # steps of earlier epochs
        self._counted = 0
        self._classes: tuple[str, ...] = ()

    def add(self, name: str, step: int, value: float) -> None:
        if name.startswith(_BATCH):
            self._begin_epoch(step)
            self.points(name).add(step - self._before, value)
        else:
            self._is_epoch_over = True
            self.points(name).add(step, value)

    def classes(self) -> tuple[str, ...]:
        """Those that there are figures of, in the order in which they were told."""
        if len(self._points) != self._counted:
            self._counted = len(self._points)
            found = (class_of(name) for name in self._points)
            self._classes = tuple(dict.fromkeys(each[0] for each in found if each is not None))
        return self._classes

    def become(self, other: "History") -> None:
        """Takes all that the other knows instead of its own."""
        self._points = other._points
        self._counted = -1
        self._is_epoch_over, self._before = other._is_epoch_over, other._before

    def best(self, name: str = MAIN) -> tuple[int, float] | None:
        """(epoch, value) of the highest value; None before the first."""
        points = self.points(name)
        if not len(points):
            return None
        value = max(points.values)
        return round(points.steps[points.values.index(value)]), value

    def _begin_epoch(self, step: int) -> None:
        if not self._is_epoch_over:
            return
        self._is_epoch_over = False
        self._before = step - 1
        for name, points in self._points.items():
            if name.startswith(_BATCH):
                points.clear()


def class_figures(labels: Sequence[str]) -> tuple[Figure, ...]:
    """The charts with a line a class. None where there is but one class: it is what all charts show."""
    if len(labels) < 2:
        return ()
    titles = {
        "mAP50-95": tr("mAP50-95 by class"),
        "mAP50": tr("mAP50 by class"),
        "precision": tr("Precision by class"),
        "recall": tr("Recall by class"),
    }
    return tuple(
        Figure(
            titles[name],
            tuple(Curve(class_figure(label, name), class_name(label)) for label in labels),
            tr("Epochs"),
            tr("Epoch"),
        )
        for name in OF_CLASS
    )


def read_history(folder: Path, history: History | None = None) -> History:
    """The figures of the run in this folder, added to `history`; none where it has trained no epoch yet.

    A line that is cut short, by a full disk or a kill, is left out.
    """
    history = history or History()
    try:
        text = (folder / RESULTS_FILE).read_text(encoding="utf-8")
    except OSError:
        return history
    for row in csv.DictReader(io.StringIO(text), skipinitialspace=True):
        numbers = _numbers(row)
        epoch = numbers.pop("epoch", None)
        if epoch is None:
            continue
        for name, value in numbers.items():
            if name.startswith(("train/", "val/")):
                history.points(name).add(epoch, value)
            elif name in NAMES:
                history.points(NAMES[name]).add(epoch, value)
        rates = [value for name, value in numbers.items() if name.startswith(_RATE)]
        if rates:
            history.points("lr").add(epoch, max(rates))
    return history


def as_csv(history: History) -> str:
    """A line an epoch, a column a figure; then, where there are any, those of the steps of the present epoch."""
    text = io.StringIO()
    named = [curve.name for figure in figures() for curve in figure.curves]
    named += [class_figure(label, name) for label in history.classes() for name in OF_CLASS]
    by_epoch = [name for name in named if not name.startswith(_BATCH)]
    by_step = [name for name in named if name.startswith(_BATCH) and len(history.points(name))]
    _table(text, history, "epoch", by_epoch)
    if by_step:
        text.write("\r\n")
        _table(text, history, "step", by_step)
    return text.getvalue()


def _table(text: io.StringIO, history: History, first: str, names: list[str]) -> None:
    rows: dict[float, dict[str, float]] = {}
    for name in names:
        points = history.points(name)
        for step, value in zip(points.steps, points.values, strict=True):
            rows.setdefault(step, {})[name] = value
    writer = csv.writer(text)
    writer.writerow([first, *names])
    for step in sorted(rows):
        writer.writerow([round(step), *(rows[step].get(name, "") for name in names)])


def _numbers(row: Mapping[str | None, str | list[str] | None]) -> dict[str, float]:
    found = {}
    for name, text in row.items():
        if isinstance(name, str) and isinstance(text, str):
            try:
                found[name.strip()] = float(text)
            except ValueError:
                continue
    return found
