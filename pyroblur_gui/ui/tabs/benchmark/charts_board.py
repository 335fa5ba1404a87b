"""Curves of every class, and leaks against the threshold with a slider. Import it late: it brings the charts."""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.benchmark.result import BenchmarkResult, ClassResult
from pyroblur_gui.ui.i18n import numeral, tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.benchmark.share_chart import ShareChart, ShareLine, ThroughputChart
from pyroblur_gui.ui.tabs.benchmark.wording import leak_text, reach_text, short
from pyroblur_gui.ui.widgets.inputs import ComboBox, Slider

COLUMNS = 2
TURN_S = 0.01


class CurvesBoard(QWidget):
    """Four charts of one class, a line a model; they are there once `add_charts` has made them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: BenchmarkResult | None = None
        self.classes = ComboBox()
        self.classes.setAccessibleName(tr("Class"))
        self.charts: dict[str, ShareChart] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.XL)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(_row(tr("Class"), self.classes))
        column.addLayout(self._grid)
        column.addStretch()
        self.classes.currentIndexChanged.connect(self._draw)

    async def add_charts(self) -> None:
        """One a turn of the loop: each takes 30 ms."""
        words = {
            "pr": (tr("Precision by recall"), (tr("Recall"), tr("Precision"))),
            "f1": (tr("F1 by confidence"), (tr("Confidence"), tr("F1"))),
            "p": (tr("Precision by confidence"), (tr("Confidence"), tr("Precision"))),
            "r": (tr("Recall by confidence"), (tr("Confidence"), tr("Recall"))),
        }
        for place, (kind, (title, axes)) in enumerate(words.items()):
            await asyncio.sleep(TURN_S)
            self.charts[kind] = chart = ShareChart(title, axes)
            self._grid.addWidget(chart, place // COLUMNS, place % COLUMNS)

    def show_result(self, result: BenchmarkResult | None) -> None:
        self._result = result
        _fill(self.classes, result)
        self._draw()

    def _draw(self) -> None:
        found = _of_class(self._result, self.classes.currentText())
        for kind, chart in self.charts.items():
            chart.show_lines(
                [
                    ShareLine(model, curve.x, curve.y)
                    for model, each in found
                    for curve in each.curves
                    if curve.kind == kind
                ]
            )


class LeaksBoard(QWidget):
    """What would be left bare, and covered in vain, at the threshold that the slider says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: BenchmarkResult | None = None
        self.classes = ComboBox()
        self.classes.setAccessibleName(tr("Class"))
        self.chart = ShareChart(tr("Leaked objects and covered in vain"), (tr("Threshold"), tr("Share")))
        self.slider = Slider(self)
        self.slider.setOrientation(Qt.Orientation.Horizontal)
        self.slider.setRange(1, 99)
        self.slider.setAccessibleName(tr("Threshold"))
        self._value = QLabel()
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance("0.000"))
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        label = QLabel(tr("Threshold"))
        label.setBuddy(self.slider)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(_row(tr("Class"), self.classes))
        column.addWidget(self.chart)
        column.addLayout(row)
        column.addWidget(self.text)
        column.addStretch()
        self.classes.currentIndexChanged.connect(self._draw)
        self.slider.valueChanged.connect(self._tell)

    def show_result(self, result: BenchmarkResult | None) -> None:
        self._result = result
        _fill(self.classes, result)
        self._draw()

    def _draw(self) -> None:
        found = _of_class(self._result, self.classes.currentText())
        lines: list[ShareLine] = []
        for model, each in found:
            if each.leaks is not None:
                at = each.leaks.thresholds
                lines.append(
                    ShareLine(tr("{model}: leaked", model=model), at, each.leaks.leak_objects, mark=each.threshold)
                )
                lines.append(ShareLine(tr("{model}: in vain", model=model), at, each.leaks.in_vain, is_second=True))
        self.chart.show_lines(lines)
        if found:
            self.slider.setValue(round(100 * found[0][1].threshold))
        self._tell()

    def _tell(self) -> None:
        threshold = self.slider.value() / 100
        self._value.setText(numeral(threshold, ".2f"))
        self.chart.point_at(threshold)
        found = _of_class(self._result, self.classes.currentText())
        lines = [f"{model}: {leak_text(each, threshold)} {reach_text(each)}" for model, each in found]
        self.text.setText("\n\n".join(lines))


def throughput_chart() -> ThroughputChart:
    return ThroughputChart(tr("Throughput by batch"), (tr("Batch"), tr("Pictures/s")))


def throughput(result: BenchmarkResult) -> list[ShareLine]:
    """A line a way of running a model of which several batches were timed."""
    ways: dict[str, list[tuple[float, float]]] = {}
    for row in result.speed:
        if row.times is not None and not row.is_streamed:
            name = f"{short(row.model)}, {row.engine} {row.precision} {row.device}, {row.size} px"
            ways.setdefault(name, []).append((float(row.batch), row.times.pictures_s))
    return [
        ShareLine(name, [x for x, _ in sorted(points)], [y for _, y in sorted(points)])
        for name, points in ways.items()
        if len(points) > 1
    ]


def _fill(box: ComboBox, result: BenchmarkResult | None) -> None:
    box.blockSignals(True)
    box.clear()
    models = () if result is None else result.models
    box.addItems(list(dict.fromkeys(each.name for model in models for each in model.by_class)))
    box.blockSignals(False)


def _of_class(result: BenchmarkResult | None, label: str) -> Sequence[tuple[str, ClassResult]]:
    models = () if result is None else result.models
    return [(short(model.model), each) for model in models for each in model.by_class if each.name == label]


def _row(words: str, box: ComboBox) -> QHBoxLayout:
    label = QLabel(words)
    label.setBuddy(box)
    row = QHBoxLayout()
    row.setSpacing(Space.M)
    row.addWidget(label)
    row.addWidget(box)
    row.addStretch()
    return row
