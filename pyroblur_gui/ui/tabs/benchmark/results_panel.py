"""The right side: one result, seen as a summary, curves, leaks, a gallery, or speed; and what stands there before."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.benchmark.result import BenchmarkResult
from pyroblur_gui.ui.i18n import numeral, term, tr, translated
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled
from pyroblur_gui.ui.tabs.benchmark import wording
from pyroblur_gui.ui.tabs.benchmark.actions import BenchmarkActions
from pyroblur_gui.ui.tabs.benchmark.findings_view import FindingsView
from pyroblur_gui.ui.widgets.blank import Blank
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.figure_table import FigureTable
from pyroblur_gui.ui.widgets.segments import Segments

if TYPE_CHECKING:
    from pyroblur_gui.ui.tabs.benchmark.charts_board import CurvesBoard, LeaksBoard
    from pyroblur_gui.ui.tabs.benchmark.share_chart import ThroughputChart

SUMMARY, CURVES, LEAKS, GALLERY, SPEED = "summary", "curves", "leaks", "gallery", "speed"


class ResultsPanel(QWidget):
    """opened: a picture of a data set, by the set's name and the picture's number.

    elsewhere: the place of a picture that is in no data set of PyroBlur, and of its data.yaml.
    """

    opened = Signal(str, int)
    elsewhere = Signal(object, object)
    said = Signal(str)

    def __init__(self, actions: BenchmarkActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._result: BenchmarkResult | None = None
        self._boards: dict[str, CurvesBoard | LeaksBoard] = {}
        self.empty = Blank()
        self.findings = FindingsView()
        self.findings.opened.connect(self.opened)
        self.findings.elsewhere.connect(self.elsewhere)
        self.findings.said.connect(self.said)
        self.summary = _Summary()
        self.speed = _Speed()
        self._stack = QStackedWidget()
        self._head = self._build_head(actions)
        self._pages: dict[str, QWidget] = {
            SUMMARY: _scrolled(self.summary, tr("Summary")),
            GALLERY: _padded(self.findings),
            SPEED: _scrolled(self.speed, tr("Speed")),
        }
        self._stack.addWidget(self.empty)
        for page in self._pages.values():
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._stack, 1)
        self.views.changed.connect(self._turn)
        self.show_result(None)

    @property
    def result(self) -> BenchmarkResult | None:
        return self._result

    async def add_boards(self) -> None:
        """The charts, as soon as their library is loaded, one after another: the window answers in between."""
        from pyroblur_gui.ui.tabs.benchmark.charts_board import TURN_S, CurvesBoard, LeaksBoard  # noqa: PLC0415 - late

        await asyncio.sleep(TURN_S)
        self.speed.add_chart()
        curves = CurvesBoard()
        await curves.add_charts()
        self._add_board(CURVES, tr("Curves"), curves)
        await asyncio.sleep(TURN_S)
        self._add_board(LEAKS, tr("Leaks"), LeaksBoard())
        self._turn()

    def _add_board(self, name: str, title: str, board: "CurvesBoard | LeaksBoard") -> None:
        board.show_result(self._result)
        self._boards[name] = board
        self._pages[name] = _scrolled(board, title)
        self._stack.addWidget(self._pages[name])

    def board(self, name: str) -> QWidget:
        return self._boards[name]

    def show_result(self, result: BenchmarkResult | None) -> None:
        self._result = result
        self._head.setVisible(result is not None)
        self.findings.show_result(result)
        for board in self._boards.values():
            board.show_result(result)
        if result is not None:
            self._name.setText(" · ".join(dict.fromkeys(_names(result))))
            self._about.setText(wording.about(result))
            self.summary.show_result(result)
            self.speed.show_result(result)
            if result.data is None:
                self.views.set_value(SPEED)
        self._turn()

    def show_view(self, name: str) -> None:
        self.views.set_value(name)

    def _turn(self) -> None:
        if self._result is None:
            self._stack.setCurrentWidget(self.empty)
            return
        self._stack.setCurrentWidget(self._pages.get(self.views.value(), self._pages[SUMMARY]))

    def _build_head(self, actions: BenchmarkActions) -> QWidget:
        self._name = ElidedLabel()
        self._name.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._about = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self._about.setProperty("look", "muted")
        self.views = Segments(
            [
                (SUMMARY, tr("Summary")),
                (CURVES, tr("Curves")),
                (LEAKS, tr("Leaks")),
                (GALLERY, tr("Gallery")),
                (SPEED, tr("Speed")),
            ]
        )
        self.views.name_for_assistants(tr("View"))
        self.views.set_value(SUMMARY)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch()
        names.addWidget(self._name)
        names.addWidget(self._about)
        names.addStretch()
        row = QHBoxLayout()
        row.setContentsMargins(Space.L, 0, Space.S, 0)
        row.setSpacing(Space.M)
        row.addLayout(names, 1)
        row.addWidget(self.views, 0, Qt.AlignmentFlag.AlignVCenter)
        for action in (actions.open_report, actions.save, actions.remove):
            row.addWidget(_button(action))
        head = QWidget()
        head.setLayout(row)
        head.setFixedHeight(BAR_HEIGHT)
        return head


class _Summary(QWidget):
    """Verdicts, notes and tables."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict = _words("")
        self.verdict.setFont(scaled(self.font(), 1.1, weight=QFont.Weight.DemiBold))
        self.notes = _words("warning")
        explained = tr(
            "With 95 % intervals over the pictures. Leaked: less than 60 % of an object's middle is covered after "
            "blurring. In vain: share of a picture that is covered far from any label."
        )
        self.models = FigureTable(tr("Side by side"), explained)
        self.classes = FigureTable(tr("By class"))
        self.sizes = FigureTable(tr("By size"), tr("The size of a box is its shorter side in pixels of the picture."))
        self.confusion = FigureTable(
            tr("Confusion at the operating thresholds"), tr("Rows are what was found, columns what is labelled.")
        )
        _fill(self, (self.verdict, self.notes, self.models, self.classes, self.sizes, self.confusion))

    def show_result(self, result: BenchmarkResult) -> None:
        _say(self.verdict, wording.verdicts(result))
        _say(self.notes, wording.notes(result))
        heads = wording.figure_heads()
        self.models.show_rows((tr("Model"), *heads), wording.model_rows(result))
        self.classes.show_rows((tr("Class"), *heads), wording.class_rows(result))
        self.sizes.show_rows((tr("Size"), *heads[:7]), wording.size_rows(result))
        columns, rows = _confusion(result)
        self.confusion.show_rows(columns, rows)


class _Speed(QWidget):
    """Times of the accuracy, of every engine, and of clips."""

    def __init__(self) -> None:
        super().__init__()
        self.clips = _words("")
        self.none = _words("muted")
        self.times = FigureTable(
            tr("While accuracy was measured"),
            tr("Several pictures under way at once, in the precision of the accuracy."),
        )
        self.ways = FigureTable(
            tr("Engines"),
            tr(
                "After a warm-up; the time is that of the whole batch. Under way: pictures one by one, so many at once "
                "as when blurring."
            ),
        )
        self.notes = _words("muted")
        self.chart: ThroughputChart | None = None
        self._result: BenchmarkResult | None = None
        self.machine = _words("muted")
        _fill(self, (self.clips, self.none, self.ways, self.notes, self.times, self.machine))

    def add_chart(self) -> None:
        """As soon as the charts' library is loaded."""
        from pyroblur_gui.ui.tabs.benchmark.charts_board import throughput_chart  # noqa: PLC0415 - late

        self.chart = throughput_chart()
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.indexOf(self.notes) + 1, self.chart)
        self._draw()

    def _draw(self) -> None:
        if self.chart is not None:
            from pyroblur_gui.ui.tabs.benchmark.charts_board import throughput  # noqa: PLC0415 - loaded before

            lines = throughput(self._result) if self._result is not None else []
            self.chart.setVisible(bool(lines))
            self.chart.show_lines(lines)

    def show_result(self, result: BenchmarkResult) -> None:
        self._result = result
        self._draw()
        _say(self.clips, list(wording.clip_lines(result)))
        said = tr("The engines were not timed. Switch “Measure the speed” on and run it again.")
        _say(self.none, [] if result.speed or result.clip_speed else [said])
        _say(self.notes, wording.speed_notes(result))
        self.ways.show_rows(wording.speed_heads(), wording.speed_rows(result.speed))
        heads = (tr("Model"), tr("Engine"), tr("Median"), tr("95 %"), tr("99 %"), tr("Pictures/s"))
        self.times.show_rows(
            heads,
            [
                (
                    wording.short(model.model), translated(model.engine),
                    *(
                        f"{numeral(each, '.1f')} ms"
                        for each in (model.times.median_ms, model.times.p95_ms, model.times.p99_ms)
                    ),
                    numeral(model.times.pictures_s, ".1f"),
                )
                for model in result.models
                if model.times is not None
            ],
        )  # fmt: skip
        _say(self.machine, [", ".join(f"{term(key)}: {translated(value)}" for key, value in result.machine.items())])


def _confusion(result: BenchmarkResult) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    names = list(dict.fromkeys(name for m in result.models if m.confusion is not None for name in m.confusion.names))
    rows: list[tuple[str, ...]] = []
    for model in result.models:
        if model.confusion is None:
            continue
        own = model.confusion.names
        for name, counts in zip(own, model.confusion.counts, strict=True):
            cells = [numeral(counts[own.index(each)], ",") if each in own else wording.NOTHING for each in names]
            rows.append((f"{wording.short(model.model)}: {term(name)}", *cells))
    return (tr("Found"), *map(term, names)), rows


def _names(result: BenchmarkResult) -> list[str]:
    parts = (result.models, result.speed, result.clips, result.clip_speed)
    return [wording.short(each.model) for part in parts for each in part]


def _say(label: QLabel, sentences: Sequence[str]) -> None:
    label.setText("\n".join(sentences))
    label.setVisible(any(sentences))


def _words(look: str) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if look:
        label.setProperty("look", look)
    return label


def _fill(page: QWidget, parts: Sequence[QWidget]) -> None:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.L)
    for part in parts:
        column.addWidget(part)
    column.addStretch()


def _padded(inside: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(Space.L, Space.S, Space.L, Space.L)
    column.addWidget(inside)
    return page


def _scrolled(inside: QWidget, name: str) -> QScrollArea:
    page = _padded(inside)
    page.setProperty("look", "panel")
    scroll = QScrollArea()
    scroll.setWidget(page)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setAccessibleName(name)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return scroll


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text().replace("&", "").rstrip("…"))
    return button
