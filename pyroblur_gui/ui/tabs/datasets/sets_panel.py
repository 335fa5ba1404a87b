"""The data sets on the left: which there are, how large they are, and how to get more."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled, tokens
from pyroblur_gui.ui.tabs.datasets.presenter import SetLine
from pyroblur_gui.ui.tabs.datasets.wording import facts_text, problems_text

BAR_HEIGHT = 52
LINE = Qt.ItemDataRole.UserRole
GAP = 3
AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class SetsPanel(QWidget):
    """Emits what the user chooses; what is chosen is told by `show_sets`."""

    chosen = Signal(str)
    get_asked = Signal()
    import_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = _Lines(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_LineDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setAccessibleName(tr("Data sets"))
        self.get_button = QPushButton(icons.icon("download-simple", "on_accent"), tr("&Get data…"))
        self.get_button.setProperty("look", "primary")
        self.get_button.setAccessibleName(tr("Get data"))
        self.import_button = QPushButton(icons.icon("folder-plus"), tr("&Import…"))
        self.import_button.setAccessibleName(tr("Import your own data"))
        self._build()
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.customContextMenuRequested.connect(
            lambda place: self.menu_asked.emit(self.list.viewport().mapToGlobal(place))
        )
        self.get_button.clicked.connect(self.get_asked)
        self.import_button.clicked.connect(self.import_asked)

    def show_sets(self, lines: Sequence[SetLine], chosen: str | None) -> None:
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        self._model.show(lines)
        row = next((row for row, line in enumerate(lines) if line.name == chosen), None)
        if row is not None:
            selection.setCurrentIndex(self._model.index(row), selection.SelectionFlag.ClearAndSelect)
        selection.blockSignals(False)
        self.list.viewport().update()
        self._count.setText(f"{len(lines):,}" if lines else "")
        self.setVisible(bool(lines))  # where there is none, the middle says how to get one

    def _current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(LINE).name)

    def _build(self) -> None:
        title = QLabel(tr("Data sets"))
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
        line = QFrame()
        line.setProperty("look", "line")
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        foot.setSpacing(Space.S)
        foot.addWidget(self.get_button, 1)
        foot.addWidget(self.import_button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.list, 1)
        column.addWidget(line)
        column.addLayout(foot)


class _Lines(QAbstractListModel):
    """The list changes as a whole only when names come or go; else a line is painted anew."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: list[SetLine] = []

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (line.name, _second(line), _third(line)) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.problem or line.name
        return None

    def show(self, lines: Sequence[SetLine]) -> None:
        if [line.name for line in lines] == [line.name for line in self._lines]:
            self._lines = list(lines)
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self._lines = list(lines)
        self.endResetModel()


def _second(line: SetLine) -> str:
    if line.is_being_made:
        return tr("Being made")
    if line.problem:
        return tr("Cannot be read")
    return facts_text(line.facts) if line.facts is not None else tr("Counting…")


def _third(line: SetLine) -> str:
    problems = sum(line.facts.problems.values()) if line.facts is not None and not line.is_being_made else 0
    return problems_text(problems) if problems else ""


class _LineDelegate(QStyledItemDelegate):
    """Name, what is in it, and how many problems it has."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        line = QFontMetrics(option.font).height()
        small = QFontMetrics(scaled(option.font, 0.9)).height()
        return QSize(200, line + 2 * (small + GAP) + 2 * Space.M)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        line: SetLine = index.data(LINE)
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
        small = scaled(option.font, 0.9)
        third = _third(line)
        for text, font, shade in (
            (line.name, scaled(option.font, 1.0, weight=QFont.Weight.DemiBold), look.text),
            (_second(line), small, look.danger if line.problem else look.muted),
            (third, small, look.warning),
        ):
            metrics = QFontMetrics(font)
            area.setHeight(metrics.height())
            painter.setFont(font)
            painter.setPen(QColor(shade))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            area.moveTop(area.bottom() + 1 + GAP)
        painter.restore()
