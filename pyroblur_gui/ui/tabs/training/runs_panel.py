"""The list of runs: which there are, how far they are, how well they did."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled, tokens
from pyroblur_gui.ui.tabs.training.runs import RunLine, Stage
from pyroblur_gui.ui.tabs.training.wording import STAGE_GLYPHS, second_line, third_line

BAR_HEIGHT = 52
NARROWEST = 196
LINE = Qt.ItemDataRole.UserRole
GAP = 3
GLYPH = 16
BAR = 3  # height of the bar that shows how far a run is
AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class RunsPanel(QWidget):
    """Emits what the user chooses; what is chosen is told by `show_runs`."""

    chosen = Signal(str)
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setMinimumWidth(NARROWEST)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = _Lines(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_LineDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setAccessibleName(tr("Runs"))
        title = QLabel(tr("Runs"))
        title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._count = QLabel()
        self._count.setProperty("look", "muted")
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, 0, Space.S, 0)
        head.setSpacing(Space.S)
        head.addWidget(title)
        head.addWidget(self._count)
        head.addStretch()
        bar = QWidget()
        bar.setLayout(head)
        bar.setFixedHeight(BAR_HEIGHT)
        self._empty = QLabel(tr("What you train is listed here."))
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(Space.L, Space.S, Space.L, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.customContextMenuRequested.connect(
            lambda place: self.menu_asked.emit(self.list.viewport().mapToGlobal(place))
        )

    def show_runs(self, lines: Sequence[RunLine], chosen: str | None) -> None:
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        self._model.show(lines)
        row = next((row for row, line in enumerate(lines) if line.name == chosen), None)
        if row is not None:
            selection.setCurrentIndex(self._model.index(row), selection.SelectionFlag.ClearAndSelect)
        selection.blockSignals(False)
        self.list.viewport().update()
        self._count.setText(f"{len(lines):,}" if lines else "")
        self._empty.setVisible(not lines)

    def show_run(self, line: RunLine) -> None:
        self._model.change(line)

    def lines(self) -> list[RunLine]:
        return self._model.lines

    def _current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(LINE).name)


class _Lines(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: list[RunLine] = []

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (line.name, second_line(line), third_line(line)) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{line.message} {line.hint}".strip() or line.name
        return None

    def show(self, lines: Sequence[RunLine]) -> None:
        if [line.name for line in lines] == [line.name for line in self.lines]:
            self.lines = list(lines)
            if lines:
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self.lines = list(lines)
        self.endResetModel()

    def change(self, line: RunLine) -> None:
        for row, each in enumerate(self.lines):
            if each.name == line.name:
                self.lines[row] = line
                self.dataChanged.emit(self.index(row), self.index(row))
                return


class _LineDelegate(QStyledItemDelegate):
    """Name, where it is, and its best result; a thin bar while it runs."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        line = QFontMetrics(option.font).height()
        small = QFontMetrics(scaled(option.font, 0.9)).height()
        return QSize(200, line + 2 * (small + GAP) + 2 * Space.M + BAR)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        line: RunLine = index.data(LINE)
        look = tokens(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if is_selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QColor(look.accent_text) if has_focus and is_selected else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.accent_tint if is_selected else look.hover))
            painter.drawRoundedRect(QRect(option.rect).adjusted(Space.XS, 2, -Space.XS, -2), 6, 6)
        area = QRect(option.rect).adjusted(Space.L, Space.M, -Space.M, -Space.M)
        glyph, role = STAGE_GLYPHS[line.stage]
        place = QRect(area.left(), area.top() + 1, GLYPH, GLYPH)
        icons.draw(painter, place, glyph, getattr(look, role))
        area.setLeft(area.left() + GLYPH + Space.S)
        small = scaled(option.font, 0.9)
        is_bad = line.stage is Stage.FAILED
        for text, font, shade in (
            (line.name, scaled(option.font, 1.0, weight=QFont.Weight.DemiBold), look.text),
            (second_line(line), small, look.danger if is_bad else look.muted),
            (third_line(line), small, look.danger if is_bad and line.best is None else look.muted),
        ):
            metrics = QFontMetrics(font)
            area.setHeight(metrics.height())
            painter.setFont(font)
            painter.setPen(QColor(shade))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            area.moveTop(area.bottom() + 1 + GAP)
        if line.stage.is_active and line.progress is not None and line.progress.total:
            bar = QRect(area.left(), area.top(), area.width(), BAR)
            painter.fillRect(bar, QColor(look.control))
            bar.setWidth(round(bar.width() * min(1.0, line.progress.done / line.progress.total)))
            painter.fillRect(bar, QColor(look.accent))
        painter.restore()
