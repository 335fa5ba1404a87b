"""The list on the left of a tab (data sets, runs): a heading with a count, and lines of three texts each.

A panel says what a line shows (`SideLine`); how it is drawn, chosen and read out is here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

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
from pyroblur_gui.ui.i18n import numeral
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled, tokens

_ITEM = Qt.ItemDataRole.UserRole
_WIDTH = 200
_GAP = 3
_GLYPH = 16
_PROGRESS = 3  # px: height of the bar that shows how far something is
_NO_PARENT = QModelIndex()
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class SideLine:
    """What a line of the list shows. Shades are names of the look's colours."""

    second: str
    third: str
    tip: str
    second_shade: str = "muted"
    third_shade: str = "muted"
    glyph: tuple[str, str] | None = None  # an icon and its shade
    progress: float | None = None  # 0 to 1


class Named(Protocol):
    @property
    def name(self) -> str: ...


Item = TypeVar("Item", bound=Named)


class SideList(QWidget, Generic[Item]):
    """Emits what the user chooses; what is chosen is told by `show_items`."""

    chosen = Signal(str)
    menu_asked = Signal(QPoint)

    def __init__(self, title: str, show: Callable[[Item], SideLine], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = _Model(show, self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Delegate(show, self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self._heading(title))
        self.column.addWidget(self.list, 1)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.customContextMenuRequested.connect(
            lambda place: self.menu_asked.emit(self.list.viewport().mapToGlobal(place))
        )

    def show_items(self, items: Sequence[Item], chosen: str | None) -> None:
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        self._model.show(items)
        row = next((row for row, item in enumerate(items) if item.name == chosen), None)
        if row is not None:
            selection.setCurrentIndex(self._model.index(row), selection.SelectionFlag.ClearAndSelect)
        selection.blockSignals(False)
        self.list.viewport().update()
        self._count.setText(numeral(len(items), ",") if items else "")

    def show_item(self, item: Item) -> None:
        """Paints the line of that name anew."""
        self._model.change(item)

    def items(self) -> list[Item]:
        return self._model.items

    def _current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(_ITEM).name)

    def _heading(self, title: str) -> QWidget:
        label = QLabel(title)
        label.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._count = QLabel()
        self._count.setProperty("look", "muted")
        bar = QWidget()
        bar.setFixedHeight(BAR_HEIGHT)
        row = QHBoxLayout(bar)
        row.setContentsMargins(Space.L, 0, Space.S, 0)
        row.setSpacing(Space.S)
        row.addWidget(label)
        row.addWidget(self._count)
        row.addStretch()
        return bar


class _Model(QAbstractListModel, Generic[Item]):
    """The list changes as a whole only when names come or go; else a line is painted anew."""

    def __init__(self, show: Callable[[Item], SideLine], parent: QWidget) -> None:
        super().__init__(parent)
        self._line = show
        self.items: list[Item] = []

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.items):
            return None
        item = self.items[index.row()]
        if role == _ITEM:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        line = self._line(item)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (item.name, line.second, line.third) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.tip or item.name
        return None

    def show(self, items: Sequence[Item]) -> None:
        if [item.name for item in items] == [item.name for item in self.items]:
            self.items = list(items)
            if items:
                self.dataChanged.emit(self.index(0), self.index(len(items) - 1))
            return
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def change(self, item: Item) -> None:
        for row, each in enumerate(self.items):
            if each.name == item.name:
                self.items[row] = item
                self.dataChanged.emit(self.index(row), self.index(row))
                return


class _Delegate(QStyledItemDelegate, Generic[Item]):
    def __init__(self, show: Callable[[Item], SideLine], parent: QWidget) -> None:
        super().__init__(parent)
        self._line = show

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        line = QFontMetrics(option.font).height()
        small = QFontMetrics(scaled(option.font, 0.9)).height()
        return QSize(_WIDTH, line + 2 * (small + _GAP) + 2 * Space.M + _PROGRESS)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        item: Item = index.data(_ITEM)
        line = self._line(item)
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
        if line.glyph is not None:
            glyph, shade = line.glyph
            icons.draw(painter, QRect(area.left(), area.top() + 1, _GLYPH, _GLYPH), glyph, getattr(look, shade))
            area.setLeft(area.left() + _GLYPH + Space.S)
        small = scaled(option.font, 0.9)
        for text, font, shade in (
            (item.name, scaled(option.font, 1.0, weight=QFont.Weight.DemiBold), "text"),
            (line.second, small, line.second_shade),
            (line.third, small, line.third_shade),
        ):
            metrics = QFontMetrics(font)
            area.setHeight(metrics.height())
            painter.setFont(font)
            painter.setPen(QColor(getattr(look, shade)))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            area.moveTop(area.bottom() + 1 + _GAP)
        if line.progress is not None:
            bar = QRect(area.left(), area.top(), area.width(), _PROGRESS)
            painter.fillRect(bar, QColor(look.control))
            bar.setWidth(round(bar.width() * min(1.0, line.progress)))
            painter.fillRect(bar, QColor(look.accent))
        painter.restore()
