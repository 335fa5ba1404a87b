"""The pictures of a data set: filters above, the grid below, and what to do where it is empty.

What is read is asked of the data set's own thread, a page at a time and the newest wish first; what is on screen is
never waited for.
"""

import asyncio
from array import array

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.item_models.gallery_delegate import GalleryDelegate
from pyroblur_gui.ui.item_models.gallery_model import PAGE, GalleryModel
from pyroblur_gui.ui.tabs.datasets.filter_bar import FilterBar
from pyroblur_gui.ui.tabs.datasets.gallery_reader import OpenSet, Row, SetFacts
from pyroblur_gui.ui.tabs.datasets.gallery_thumbnails import ThumbnailFeed
from pyroblur_gui.ui.tabs.datasets.gallery_view import GridView
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.blank import Blank


class GalleryPanel(QWidget):
    """Shows one open data set at a time; whoever opens it closes it."""

    opened = Signal(int)  # number of a picture
    remove_asked = Signal(object)  # list[int], numbers of pictures
    menu_asked = Signal(QPoint)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._set: OpenSet | None = None
        self._feed: ThumbnailFeed | None = None
        self._total = 0
        self._tasks = Tasks()
        self._reading: asyncio.Task[None] | None = None
        self._asked = 0  # how often other pictures were asked for; an answer to an older question is dropped
        self.filters = FilterBar()
        self.model = GalleryModel(self._thumbnail, self)
        self.delegate = GalleryDelegate(self)
        self.grid = GridView()
        self.grid.setModel(self.model)
        self.grid.setItemDelegate(self.delegate)
        self.grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.grid.setAccessibleName(tr("Pictures"))
        self.nothing = Blank()
        self._build()
        self.filters.changed.connect(lambda _: self._tasks.run(self._ask()))
        self.grid.visible_changed.connect(lambda *_: self._look())
        self.grid.opened.connect(self._open)
        self.grid.zoomed.connect(self._resize)
        self.grid.customContextMenuRequested.connect(
            lambda place: self.menu_asked.emit(self.grid.viewport().mapToGlobal(place))
        )
        self.grid.selectionModel().currentChanged.connect(self._describe)
        for key, do in (
            (Qt.Key.Key_Return, self._open_current),
            (Qt.Key.Key_Enter, self._open_current),
            (QKeySequence.StandardKey.Delete, lambda: self.remove_asked.emit(self.selected())),
            (QKeySequence.StandardKey.ZoomIn, lambda: self._resize(1)),
            (QKeySequence.StandardKey.ZoomOut, lambda: self._resize(-1)),
        ):
            shortcut = QShortcut(QKeySequence(key), self.grid, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(do)

    # -- what is shown

    def show_set(self, opened: OpenSet | None, feed: ThumbnailFeed | None) -> None:
        """Another data set, or none; its pictures come as soon as they are read."""
        self._set, self._feed = opened, feed
        self._total = 0
        self._asked += 1
        self.model.show(array("q"), ())
        self._stack.setCurrentWidget(self.grid)
        if opened is not None:
            self._tasks.run(self._ask())

    def show_facts(self, facts: SetFacts) -> None:
        self._total = facts.images
        self.filters.show_facts(facts)
        self.filters.set_count(self.model.rowCount(), self._total)

    async def refresh(self) -> None:
        """Reads again which pictures there are and what is known of them; what is on screen stays where it is."""
        await self._ask(keeps_place=True)

    def change(self, row: Row) -> None:
        """A picture that was edited; it stays where it is, also if it no longer passes the filter."""
        self.model.change(row)

    def arrived(self, hashes: set[str]) -> None:
        """Thumbnails have come: what shows them is painted anew."""
        first, last = self.grid.visible_rows()
        for number in range(first, last):
            row = self.model.row(number)
            if row is not None and row.picture.sha256 in hashes:
                self.grid.viewport().update(self.grid.cell_rect(number))

    def selected(self) -> list[int]:
        """Numbers of the chosen pictures, in the order shown."""
        return [self.model.ids[row] for part in self.grid.selected_rows() for row in part]

    def choose(self, picture: int) -> None:
        """Makes a picture the current one and brings it on screen."""
        number = self.model.row_of(picture)
        if number is not None:
            self.grid.setCurrentIndex(self.model.index(number))
            self.grid.scrollTo(self.model.index(number))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    async def end(self) -> None:
        await self._tasks.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    # -- how it is done

    async def _ask(self, *, keeps_place: bool = False) -> None:
        opened, wanted = self._set, self.filters.filter
        if opened is None:
            return
        self._asked += 1
        asked = self._asked
        try:
            ids, classes = await opened.run(lambda dataset: (dataset.ids(wanted), dataset.classes))
        except PyroblurError as error:
            self.said.emit(failure_text(error))
            return
        if asked != self._asked:
            return
        current = self.grid.currentIndex().row()
        picture = self.model.ids[current] if keeps_place and 0 <= current < len(self.model.ids) else None
        place = self.grid.verticalScrollBar().value() if keeps_place else 0
        self.model.show(ids, classes)
        self._show_whether_empty(wanted)
        self.grid.verticalScrollBar().setValue(place)
        if picture is not None and (number := self.model.row_of(picture)) is not None:
            self.grid.setCurrentIndex(self.model.index(number))
        self.filters.set_count(len(ids), self._total)
        self._look()

    def _look(self) -> None:
        """Has read and drawn what is on screen, then what is next when scrolling on."""
        if self._set is None:
            return
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())
        self._want_thumbnails()

    async def _read(self) -> None:
        """Pages on screen first, then those around it; looks again after each, as the screen may have moved on."""
        while self._set is not None:
            first, last = self.grid.visible_rows()
            pages = self.model.unknown(first, last) or self.model.unknown(first - PAGE // 2, last + PAGE // 2)
            if not pages:
                return
            opened, ids = self._set, self.model.ids_of(pages[0])
            try:
                rows = await opened.rows(ids)
            except PyroblurError as error:
                if opened is self._set:
                    self.said.emit(failure_text(error))
                    return
                continue
            if len(rows) != len(ids) and opened is self._set and ids == self.model.ids_of(pages[0]):
                return  # the data set was changed meanwhile; whoever changed it has it read again
            self.model.put(pages[0], rows)
            self._want_thumbnails()

    def _want_thumbnails(self) -> None:
        if self._feed is None or not self.isVisible():  # the thumbnails are shared with the other views
            return
        first, last = self.grid.visible_rows()
        ahead = range(last, min(self.model.rowCount(), last + (last - first)))
        rows = (self.model.row(number) for number in (*range(first, last), *ahead))
        self._feed.want([(row.picture.id, row.picture.sha256) for row in rows if row is not None])

    def _thumbnail(self, sha256: str) -> QImage | None:
        return self._feed.get(sha256) if self._feed is not None else None

    def _show_whether_empty(self, wanted: Filter) -> None:
        if self.model.rowCount():
            self._stack.setCurrentWidget(self.grid)
            return
        if wanted == Filter():
            text = tr("All pictures of this data set were removed. Undo brings them back.")
            self.nothing.say("image", tr("No pictures"), text)
        else:
            text = tr("Change the filters above, or show all pictures again.")
            self.nothing.say("magnifying-glass", tr("No picture matches"), text)
        self._show_all.setVisible(wanted != Filter())
        self._stack.setCurrentWidget(self.nothing)

    def _open(self, number: int) -> None:
        if 0 <= number < len(self.model.ids):
            self.opened.emit(self.model.ids[number])

    def _open_current(self) -> None:
        self._open(self.grid.currentIndex().row())

    def _resize(self, steps: int) -> None:
        """Larger or smaller cells; the one that stands first stays on screen."""
        first = self.grid.visible_rows()[0]
        if self.delegate.step(steps):
            self.grid.updateGeometries()
            self.grid.scrollTo(self.model.index(first), GridView.ScrollHint.PositionAtTop)
            self.grid.viewport().update()

    def _describe(self, index: QModelIndex) -> None:
        """A screen reader is told of the current picture."""
        self.grid.setAccessibleDescription(str(index.data(Qt.ItemDataRole.AccessibleTextRole) or ""))

    def _build(self) -> None:
        self._show_all = QPushButton(tr("&Show all pictures"))
        self._show_all.clicked.connect(self.filters.reset)
        self.nothing.add_button(self._show_all, tr("Show all pictures"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self._stack, 1)
