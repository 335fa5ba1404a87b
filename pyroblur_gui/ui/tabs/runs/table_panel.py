"""The table of runs with its filter and its choice of columns."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import numeral, tr, trn
from pyroblur_gui.ui.item_models.run_table_model import ROW, RunTableModel
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.runs.actions import RunsActions
from pyroblur_gui.ui.tabs.runs.presenter import RunsPresenter, Shown
from pyroblur_gui.ui.tabs.runs.wording import column_title

NARROWEST = 360
MOST_MEASURED = 200  # rows by which a column's width is chosen
WIDEST = 260
ROW_HEIGHT = 30
MARK = 16  # room for the mark of the column that is sorted by


class TablePanel(QWidget):
    """Emits what the user does; what is shown is told by `show_runs`."""

    chosen = Signal(list)  # ids, in the table's order
    filtered = Signal(str)
    sorted = Signal(str, bool)
    column_toggled = Signal(str, bool)
    menu_asked = Signal(QPoint)

    def __init__(self, actions: RunsActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(NARROWEST)
        self.model = RunTableModel(self)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter: words, or imgsz=320 best/mAP50>=0.5"))
        self.filter.setAccessibleName(tr("Filter"))
        self.filter.setToolTip(
            tr("Words are looked for in names, data sets, notes and tags. Columns are compared with = != > < >= <=")
        )
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self.filtered)
        self.columns_button = QToolButton()
        self.columns_button.setIcon(icons.icon("columns"))
        self.columns_button.setToolTip(tr("Choose columns"))
        self.columns_button.setAccessibleName(tr("Choose columns"))
        self.columns_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._columns_menu = QMenu(self)
        self.columns_button.setMenu(self._columns_menu)
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.M, Space.M, Space.M)
        head.setSpacing(Space.S)
        head.addWidget(self.filter, 1)
        head.addWidget(self.columns_button)
        for action in (actions.refresh, actions.show_bin, actions.delete, actions.restore):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAccessibleName(action.text().replace("&", ""))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            head.addWidget(button)
        self.columns_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.view = QTableView()
        self._set_up_view()
        self.footer = QLabel()
        self.footer.setProperty("look", "muted")
        self.footer.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        self.footer.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.footer)

    def show_runs(self, shown: Shown, presenter: RunsPresenter) -> None:
        """What was chosen stays chosen, where it is still there."""
        before = self.ids()
        is_new = shown.columns != self.model.columns
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        self.model.show(shown.rows, shown.columns)
        places = {row.id: number for number, row in enumerate(shown.rows)}
        kept = QItemSelection()
        for each in before:
            if each in places and shown.columns:
                index = self.model.index(places[each], 0)
                kept.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        selection.select(kept, flags.ClearAndSelect | flags.Rows)
        selection.blockSignals(False)
        header = self.view.horizontalHeader()
        if presenter.sorted_by in shown.columns:
            order = Qt.SortOrder.DescendingOrder if presenter.is_descending else Qt.SortOrder.AscendingOrder
            header.blockSignals(True)
            header.setSortIndicator(shown.columns.index(presenter.sorted_by), order)
            header.blockSignals(False)
        if is_new:
            self._fit_columns()
        self._tell(shown, presenter)
        if self.ids() != before:
            self.chosen.emit(self.ids())

    def fill_columns(self, every: Sequence[str], shown: Sequence[str]) -> None:
        self._columns_menu.clear()
        for name in every:
            action = self._columns_menu.addAction(column_title(name))
            action.setCheckable(True)
            action.setChecked(name in shown)
            action.triggered.connect(lambda is_on, name=name: self.column_toggled.emit(name, is_on))

    def ids(self) -> list[str]:
        """Of the chosen runs, from above."""
        rows = sorted(self.view.selectionModel().selectedRows(), key=lambda index: index.row())
        return [index.data(ROW).id for index in rows]

    def choose(self, ids: Sequence[str]) -> None:
        flags = QItemSelectionModel.SelectionFlag
        selection = QItemSelection()
        for number, row in enumerate(self.model.rows):
            if row.id in ids:
                index = self.model.index(number, 0)
                selection.select(index, index)
        self.view.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)

    def _set_up_view(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName(tr("Runs"))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setShowGrid(False)
        view.setTabKeyNavigation(False)
        view.setWordWrap(False)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(lambda at: self.menu_asked.emit(view.viewport().mapToGlobal(at)))
        rows = view.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = view.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(MOST_MEASURED)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.sortIndicatorChanged.connect(self._sort)
        view.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit(self.ids()))

    def _sort(self, section: int, order: Qt.SortOrder) -> None:
        if 0 <= section < len(self.model.columns):
            self.sorted.emit(self.model.columns[section], order is Qt.SortOrder.DescendingOrder)

    def _fit_columns(self) -> None:
        self.view.resizeColumnsToContents()
        for section in range(len(self.model.columns)):
            self.view.setColumnWidth(section, min(WIDEST, self.view.columnWidth(section) + MARK))

    def _tell(self, shown: Shown, presenter: RunsPresenter) -> None:
        if shown.problem:
            self.footer.setText(shown.problem)
        elif len(shown.rows) < shown.total:
            self.footer.setText(
                tr("{shown} of {total} runs", shown=numeral(len(shown.rows), ","), total=numeral(shown.total, ","))
            )
        else:
            where = tr("in the bin") if presenter.is_bin else ""
            counted = trn("{count} run", "{count} runs", shown.total)
            self.footer.setText(f"{counted} {where}".strip())
