"""A grid of equal cells over any number of rows. Qt's own views measure every row; this one only what is on screen."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyleOptionViewItem, QWidget

AnyIndex = QModelIndex | QPersistentModelIndex
Cursor = QAbstractItemView.CursorAction
_NO_PARENT = QModelIndex()
MARGIN = 8


class GridView(QAbstractItemView):
    """columns: as many as fit, or the given number. The delegate's sizeHint is the least size of a cell.

    visible_changed: first and last row (not included) on screen. cell_steps: Ctrl and the wheel asks for larger cells.
    """

    visible_changed = Signal(int, int)
    zoomed = Signal(int)
    opened = Signal(int)

    def __init__(self, *, columns: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted_columns = columns
        self._columns = 1
        self._cell = QSize(160, 160)
        self._told = (-1, -1)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setProperty("look", "grid")
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    # -- geometry

    @property
    def columns(self) -> int:
        return self._columns

    def visible_rows(self) -> tuple[int, int]:
        """First and last (not included) row of which something is on screen."""
        top = max(0, self.verticalOffset() - MARGIN)
        first = top // self._cell.height() * self._columns
        lines = (self.verticalOffset() + self.viewport().height() - MARGIN) // self._cell.height() + 1
        return min(first, self._count()), min(self._count(), max(0, lines) * self._columns)

    def cell_rect(self, row: int) -> QRect:
        """Where a row lies in the viewport, which may be outside of it."""
        left = MARGIN + row % self._columns * self._cell.width()
        top = MARGIN + row // self._columns * self._cell.height() - self.verticalOffset()
        return QRect(QPoint(left, top), self._cell)

    def visualRect(self, index: AnyIndex) -> QRect:
        return self.cell_rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._row_at(point)
        return self.model().index(row, 0) if row is not None else QModelIndex()

    def scrollTo(
        self, index: AnyIndex, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        rect, height, bar = self.visualRect(index), self.viewport().height(), self.verticalScrollBar()
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - height // 2)
        elif rect.top() < 0 or hint is QAbstractItemView.ScrollHint.PositionAtTop:
            bar.setValue(bar.value() + rect.top() - MARGIN)
        elif rect.bottom() > height:
            bar.setValue(bar.value() + rect.bottom() - height + MARGIN)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: AnyIndex) -> bool:  # noqa: ARG002
        return False

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What is on screen of it: a selection may hold every row there is."""
        region = QRegion()
        first, last = self.visible_rows()
        for part in selection.toList():
            for row in range(max(first, part.top()), min(last, part.bottom() + 1)):
                region += self.cell_rect(row)
        return region

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """A rubber band takes what it touches; Shift takes everything from the one to the other."""
        selection = QItemSelection()
        if self.state() is QAbstractItemView.State.DragSelectingState:
            for first, last in self._lines_in(rect.normalized()):
                selection.select(self.model().index(first, 0), self.model().index(last, 0))
        else:
            ends = [self._row_at(point) for point in (rect.topLeft(), rect.bottomRight())]
            known = [row for row in ends if row is not None]
            if known:
                selection.select(self.model().index(min(known), 0), self.model().index(max(known), 0))
        self.selectionModel().select(selection, command)

    def moveCursor(self, action: Cursor, modifiers: Qt.KeyboardModifier) -> QModelIndex:  # noqa: ARG002
        current, count = self.currentIndex().row(), self._count()
        if not count:
            return QModelIndex()
        if current < 0:
            return self.model().index(self.visible_rows()[0], 0)
        page = max(1, self.viewport().height() // self._cell.height()) * self._columns
        steps = {
            Cursor.MoveLeft: -1,
            Cursor.MovePrevious: -1,
            Cursor.MoveRight: 1,
            Cursor.MoveNext: 1,
            Cursor.MoveUp: -self._columns,
            Cursor.MoveDown: self._columns,
            Cursor.MovePageUp: -page,
            Cursor.MovePageDown: page,
            Cursor.MoveHome: -count,
            Cursor.MoveEnd: count,
        }
        target = current + steps.get(action, 0)
        if not 0 <= target < count and action in {Cursor.MoveUp, Cursor.MoveDown}:
            target = current
        return self.model().index(min(max(0, target), count - 1), 0)

    def keyboardSearch(self, search: str) -> None:
        """Not over a hundred thousand rows that are not in memory: the filter searches."""

    def selected_rows(self) -> list[range]:
        """Ranges rather than rows: all of them may be selected."""
        ranges = [range(part.top(), part.bottom() + 1) for part in self.selectionModel().selection().toList()]
        return sorted((part for part in ranges if part), key=lambda part: part.start)

    # -- events

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self._start_anew)

    def updateGeometries(self) -> None:
        delegate = self.itemDelegate()
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        least = delegate.sizeHint(option, QModelIndex())
        room = max(1, self.viewport().width() - 2 * MARGIN)
        self._columns = self._wanted_columns or max(1, room // max(1, least.width()))
        self._cell = QSize(max(1, room // self._columns), least.height())
        lines = -(-self._count() // self._columns)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(1, self._cell.height() // 3))
        bar.setRange(0, max(0, lines * self._cell.height() + 2 * MARGIN - self.viewport().height()))
        bar.setEnabled(bar.maximum() > 0)
        super().updateGeometries()
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What stands first stays on screen."""
        first = self.visible_rows()[0]
        super().resizeEvent(event)
        self.updateGeometries()
        if first and event.oldSize().width() != event.size().width():
            self.verticalScrollBar().setValue(first // self._columns * self._cell.height())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)
        self._tell()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        delegate, current, model = self.itemDelegate(), self.currentIndex(), self.model()
        selection = self.selectionModel()
        hovered = self._row_at(self.viewport().mapFromGlobal(self.cursor().pos())) if self.underMouse() else None
        first, last = self.visible_rows()
        for row in range(first, last):
            rect = self.cell_rect(row)
            if not rect.intersects(event.rect()):
                continue
            index = model.index(row, 0)
            option = QStyleOptionViewItem()
            self.initViewItemOption(option)
            option.rect = rect
            option.state = self._state_of(
                is_selected=selection.isSelected(index), is_current=row == current.row(), is_hovered=row == hovered
            )
            delegate.paint(painter, option, index)
        painter.end()

    # -- how it is done

    def _state_of(self, *, is_selected: bool, is_current: bool, is_hovered: bool) -> QStyle.StateFlag:
        state = QStyle.StateFlag.State_Enabled
        if is_selected:
            state |= QStyle.StateFlag.State_Selected
        if is_current and self.hasFocus():
            state |= QStyle.StateFlag.State_HasFocus
        if is_hovered:
            state |= QStyle.StateFlag.State_MouseOver
        return state

    def _count(self) -> int:
        return self.model().rowCount() if self.model() is not None else 0

    def _row_at(self, point: QPoint) -> int | None:
        column = (point.x() - MARGIN) // self._cell.width()
        line = (point.y() - MARGIN + self.verticalOffset()) // self._cell.height()
        row = line * self._columns + column
        return row if 0 <= column < self._columns and line >= 0 and row < self._count() else None

    def _lines_in(self, rect: QRect) -> list[tuple[int, int]]:
        """First and last row of each line that a rubber band touches."""
        left = max(0, (rect.left() - MARGIN) // self._cell.width())
        right = min(self._columns - 1, (rect.right() - MARGIN) // self._cell.width())
        top = max(0, (rect.top() - MARGIN + self.verticalOffset()) // self._cell.height())
        bottom = (rect.bottom() - MARGIN + self.verticalOffset()) // self._cell.height()
        last = self._count() - 1
        lines = [(line * self._columns + left, line * self._columns + right) for line in range(top, bottom + 1)]
        return [(first, min(end, last)) for first, end in lines if first <= min(end, last)]

    def _start_anew(self) -> None:
        self._told = (-1, -1)
        self.updateGeometries()

    def _tell(self) -> None:
        visible = self.visible_rows()
        if visible != self._told:
            self._told = visible
            self.visible_changed.emit(*visible)
