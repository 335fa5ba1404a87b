"""Plans of experiments: which there are, and the matrix of the one that is chosen."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.runs.plan import Cell, CellState, Line, Plan, PlanProgress, Stage
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import numeral, term, tr, translated, trn
from pyroblur_gui.ui.look import Space, scaled, tokens
from pyroblur_gui.ui.tabs.runs.wording import cell_text
from pyroblur_gui.ui.widgets.inputs import ComboBox

ROW_HEIGHT = 30
CELL_WIDTH = 96
SETTING_WIDTH = 240


class PlansPanel(QWidget):
    """chosen: name of a plan; started, stopped, opened: what the user does."""

    chosen = Signal(str)
    started = Signal()
    stopped = Signal()
    file_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.plans = ComboBox()
        self.plans.setAccessibleName(tr("Plan"))
        self.plans.setMinimumWidth(220)
        self.plans.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.data = ComboBox()
        self.data.setAccessibleName(tr("Data set"))
        self.data.setMinimumWidth(160)
        self.new_button = self._button(tr("&New plan…"), "plus")
        self.file_button = self._button(tr("&Open a plan file…"), "folder-open")
        self.start_button = self._button(tr("&Run plan"), "play-fill")
        self.start_button.setProperty("look", "primary")
        self.stop_button = self._button(tr("S&top plan"), "stop-fill")
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        for label, box in ((tr("&Plan"), self.plans), (tr("&Data set"), self.data)):
            text = QLabel(label)
            text.setBuddy(box)
            head.addWidget(text)
            head.addWidget(box)
        head.addStretch()
        second = QHBoxLayout()
        second.setSpacing(Space.S)
        for button in (self.new_button, self.file_button):
            second.addWidget(button)
        second.addStretch()
        for button in (self.stop_button, self.start_button):
            second.addWidget(button)
        self._arrange(head, second)

    def _arrange(self, head: QHBoxLayout, second: QHBoxLayout) -> None:
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setProperty("look", "muted")
        self.said = QLabel()
        self.said.setWordWrap(True)
        self._board = QWidget()
        self._board.setProperty("look", "panel")
        self._stages = QVBoxLayout(self._board)
        self._stages.setContentsMargins(0, 0, 0, 0)
        self._stages.setSpacing(Space.S)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(tr("Progress of the plan"))
        area.setWidget(self._board)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(head)
        column.addWidget(self.about)
        column.addLayout(second)
        column.addWidget(self.said)
        column.addWidget(area, 1)
        self.matrices: list[QTableWidget] = []
        self.plans.activated.connect(lambda _: self.chosen.emit(self.plans.currentData() or ""))
        self.start_button.clicked.connect(self.started)
        self.stop_button.clicked.connect(self.stopped)
        self.file_button.clicked.connect(self.file_wanted)
        self.new_button.clicked.connect(self.new_wanted)

    def show_plans(self, plans: Sequence[Plan], chosen: str) -> None:
        self.plans.clear()
        for plan in plans:
            self.plans.addItem(translated(plan.title) or plan.name, plan.name)
        self.plans.setCurrentIndex(max(0, self.plans.findData(chosen)))

    def show_data(self, names: Sequence[str]) -> None:
        before = self.data.currentText()
        self.data.clear()
        self.data.addItems(list(names))
        if before in names:
            self.data.setCurrentText(before)

    def show_progress(self, progress: PlanProgress, active: Mapping[str, str], *, is_running: bool) -> None:
        """active: state of the queue's jobs by run."""
        plan = progress.plan
        summary = [translated(plan.summary)] if plan.summary else []
        summary.append(trn("{count} run is known so far.", "{count} runs are known so far.", len(progress.cells)))
        if plan.budget.hours or plan.budget.runs:
            hours = tr("{spent:.1f} of {all:.1f} hours", spent=progress.spent_s / 3600, all=plan.budget.hours)
            runs = trn("{count} run", "{count} runs", plan.budget.runs)
            summary.append(tr("Budget: {what}.", what=hours if plan.budget.hours else runs))
        self.about.setText(" ".join(summary))
        self.data.setEnabled(not plan.data and not is_running)
        if plan.data:
            self.data.setCurrentText(plan.data)
        self.start_button.setEnabled(not is_running and not progress.is_over)
        self.stop_button.setEnabled(is_running)
        self.said.setText(self._standing(progress, is_running=is_running))
        self._clear()
        for stage in progress.stages:
            self._add_stage(stage, active)
        self._stages.addStretch()

    def say(self, text: str) -> None:
        self.said.setText(text)

    def _standing(self, progress: PlanProgress, *, is_running: bool) -> str:
        done = sum(cell.outcome.state is CellState.DONE for cell in progress.cells)
        best = next(iter(progress.ranking()), None)
        parts = [tr("{done} of {all} runs are done.", done=done, all=len(progress.cells))]
        if best is not None and best.spread is not None:
            parts.append(tr("Best so far: {setting} with {value}.", setting=best.title, value=mean_text(best)))
        if not is_running and progress.due and done:
            parts.append(tr("Run it again to go on."))
        return " ".join(parts)

    def _clear(self) -> None:
        self.matrices = []
        while (item := self._stages.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _add_stage(self, stage: Stage, active: Mapping[str, str]) -> None:
        title = QLabel(
            term(stage.phase.name)
            if stage.is_known
            else tr("{phase} (after the one before)", phase=term(stage.phase.name))
        )
        title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._stages.addWidget(title)
        if not stage.lines:
            return
        seeds = stage.lines[0].cells
        matrix = QTableWidget(len(stage.lines), len(seeds) + 2)
        matrix.setAccessibleName(tr("Phase {phase}", phase=term(stage.phase.name)))
        heads = [tr("Seed {seed}", seed=cell.seed) if cell.seed is not None else tr("Run") for cell in seeds]
        matrix.setHorizontalHeaderLabels([tr("Setting"), *heads, tr("Mean")])
        matrix.verticalHeader().hide()
        matrix.setShowGrid(False)
        matrix.setTabKeyNavigation(False)
        matrix.setFrameShape(QFrame.Shape.NoFrame)
        matrix.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        matrix.horizontalHeader().setHighlightSections(False)
        matrix.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        matrix.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        matrix.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        matrix.setItemDelegate(_Tinted(matrix))
        for number, line in enumerate(stage.lines):
            matrix.setItem(number, 0, QTableWidgetItem(line.title))
            for place, cell in enumerate(line.cells, 1):
                matrix.setItem(number, place, self._cell(cell, active))
            matrix.setItem(number, len(seeds) + 1, QTableWidgetItem(mean_text(line)))
        matrix.setColumnWidth(0, SETTING_WIDTH)
        for place in range(1, len(seeds) + 1):
            matrix.setColumnWidth(place, CELL_WIDTH)
        matrix.horizontalHeader().setStretchLastSection(True)
        matrix.setFixedHeight(ROW_HEIGHT * (len(stage.lines) + 1) + 6)
        self._stages.addWidget(matrix)
        self.matrices.append(matrix)

    def _cell(self, cell: Cell, active: Mapping[str, str]) -> QTableWidgetItem:
        look = tokens(self.palette())
        state = cell.outcome.state
        text = {"running": tr("Running"), "queued": tr("Queued")}.get(active.get(cell.run, "")) or cell_text(
            state, cell.outcome.value
        )
        item = QTableWidgetItem(text)
        item.setToolTip(cell.run)
        shade = {
            CellState.DONE: look.success_tint,
            CellState.FAILED: look.danger_tint,
            CellState.LEFT_OUT: look.warning_tint,
        }.get(state)
        if active.get(cell.run) == "running":
            shade = look.accent_tint
        if shade:
            item.setBackground(QColor(shade))
        return item

    def _button(self, text: str, glyph: str) -> QPushButton:
        button = QPushButton(icons.icon(glyph, "on_accent" if glyph == "play-fill" else "text"), text)
        button.setAccessibleName(text.replace("&", ""))
        return button


class _Tinted(QStyledItemDelegate):
    """Paints a cell's own shade: a style sheet that says anything of a table's cells leaves it out."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        shade = index.data(Qt.ItemDataRole.BackgroundRole)
        if isinstance(shade, QBrush):
            painter.fillRect(option.rect.adjusted(0, 2, -4, -2), shade)
        super().paint(painter, option, index)


def mean_text(line: Line) -> str:
    if line.spread is None:
        return ""
    if line.spread.deviation is None:
        return numeral(line.spread.mean, ".4f")
    return f"{numeral(line.spread.mean, '.4f')} ± {numeral(line.spread.deviation, '.4f')}"
