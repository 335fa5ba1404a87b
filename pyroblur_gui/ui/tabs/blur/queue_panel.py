"""The list of files on the left, with what can be done to the chosen ones below it."""

from PySide6.QtCore import QItemSelectionModel, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFont, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.item_models.queue_delegate import QueueDelegate
from pyroblur_gui.ui.item_models.queue_model import QueueModel, Role
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled
from pyroblur_gui.ui.tabs.blur.actions import BlurActions
from pyroblur_gui.ui.tabs.blur.items import Item

LOOK_AGAIN_MS = 60


class QueuePanel(QWidget):
    """Tells which files are chosen and which are on screen; what they look like is the model's and the delegate's."""

    current_changed = Signal(object)  # int | None
    selection_changed = Signal()
    visible_changed = Signal(object)  # list[Item] without a thumbnail
    opened = Signal()

    def __init__(self, model: QueueModel, actions: BlurActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._actions = actions
        self.list = QListView()
        self.list.setModel(model)
        self.list.setItemDelegate(QueueDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setAccessibleName(tr("Files"))
        self._count = QLabel()
        self._count.setProperty("look", "muted")
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(LOOK_AGAIN_MS)
        self._looking.timeout.connect(self._tell_visible)
        self._build()
        selection = self.list.selectionModel()
        selection.currentChanged.connect(self._current_changed)
        selection.selectionChanged.connect(lambda *_: self.selection_changed.emit())
        self.list.verticalScrollBar().valueChanged.connect(lambda _: self._looking.start())
        model.rowsInserted.connect(lambda *_: self._looking.start())
        model.rowsRemoved.connect(lambda *_: self._looking.start())
        model.modelReset.connect(self._looking.start)
        self.list.doubleClicked.connect(self.opened)
        enter = QShortcut(QKeySequence("Return"), self.list, context=Qt.ShortcutContext.WidgetShortcut)
        enter.activated.connect(self.opened)
        self.list.customContextMenuRequested.connect(self._show_menu)

    def chosen(self) -> list[Item]:
        """The chosen files, in the order of the list."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self._model.items()[row] for row in rows]

    def choose(self, item_id: int) -> None:
        """Chooses one file and brings it into view."""
        row = self._model.row_of(item_id)
        if row is not None:
            index = self._model.index(row)
            self.list.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Current
            )
            self.list.scrollTo(index)

    def set_count(self, text: str) -> None:
        self._count.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._looking.start()

    # -- how it is built

    def _build(self) -> None:
        title = QLabel(tr("Files"))
        title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, 0, Space.S, 0)
        head.setSpacing(Space.S)
        head.addWidget(title)
        head.addWidget(self._count)
        head.addStretch()
        for action in (self._actions.add_files, self._actions.add_folder):
            head.addWidget(_button(action))
        bar = QWidget()
        bar.setLayout(head)
        bar.setFixedHeight(BAR_HEIGHT)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        foot.setSpacing(2)
        for action in self._actions.of_chosen_shown:
            foot.addWidget(_button(action))
        foot.addStretch()
        foot.addWidget(_button(self._actions.clear_finished))
        line = QFrame()
        line.setProperty("look", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.list, 1)
        column.addWidget(line)
        column.addLayout(foot)

    def _current_changed(self) -> None:
        index = self.list.selectionModel().currentIndex()
        self.current_changed.emit(index.data(Role.ITEM).id if index.isValid() else None)

    def _tell_visible(self) -> None:
        """The rows on screen and a few below, which are next when the list is scrolled."""
        first = self.list.indexAt(QPoint(4, 4)).row()
        if first < 0:
            return
        height = max(1, self.list.sizeHintForRow(0))
        last = min(self._model.rowCount(), first + self.list.viewport().height() // height + 6)
        rows = self._model.items()[first:last]
        self.visible_changed.emit([item for item in rows if not self._model.has_thumbnail(item.id)])

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        self._actions.fill_context_menu(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.list.viewport().mapToGlobal(place))


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text().replace("&", "").rstrip("…"))
    return button
