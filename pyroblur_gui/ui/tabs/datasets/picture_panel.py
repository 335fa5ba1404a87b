"""The large view: one picture with its boxes to look at and to edit, and the way to the next one.

Every edit is shown at once and handed on to be saved; there is no save button. The view keeps to the pictures that
passed the filter when it was opened, so that an edit never makes the one that is shown jump away.
"""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.dataset import Box, Picture, Provenance
from pyroblur_gui.ui.fields import class_name
from pyroblur_gui.ui.i18n import numeral, tr, translated
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled
from pyroblur_gui.ui.tabs.datasets import picture_editing as editing
from pyroblur_gui.ui.tabs.datasets.gallery_reader import Row
from pyroblur_gui.ui.tabs.datasets.picture_actions import PictureActions
from pyroblur_gui.ui.tabs.datasets.picture_boxes import BoxList
from pyroblur_gui.ui.tabs.datasets.picture_canvas import ZOOM_STEP, PictureCanvas
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.inputs import ComboBox

MOST_KEYS = 9  # classes that a number key chooses


class PicturePanel(QWidget):
    """edited: a title and the picture after; wanted: the number of a picture to be shown; left: back to the gallery.
    detail_wanted: the picture is zoomed in further than what was loaded of it shows.
    """

    edited = Signal(str, object)  # Picture
    wanted = Signal(int)
    left = Signal()
    detail_wanted = Signal(int)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._ids: array[int] = array("q")
        self._row: Row | None = None
        self._classes: tuple[str, ...] = ()
        self._sources: dict[int, str] = {}
        self._is_read_only = False
        self.commands = PictureActions(self)
        self.canvas = PictureCanvas()
        self.boxes = BoxList((self.commands.accept, self.commands.delete))
        self.label = ComboBox()
        self.label.setAccessibleName(tr("Class of new boxes"))
        self.label.setToolTip(tr("Class of new boxes; number keys choose it, or change the class of the chosen box"))
        self.label.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._build()
        self._connect()

    # -- what is shown

    @property
    def picture(self) -> Picture | None:
        return self._row.picture if self._row is not None else None

    @property
    def row(self) -> Row | None:
        return self._row

    @property
    def neighbours(self) -> tuple[int, ...]:
        """The next picture and the previous one, by number."""
        place = self._place()
        if place is None:
            return ()
        return tuple(self._ids[each] for each in (place + 1, place - 1) if 0 <= each < len(self._ids))

    def show_set(self, classes: Sequence[str], sources: Sequence[Provenance]) -> None:
        """What the classes and sources of the data set are called."""
        self._sources = {source.id: source.title for source in sources}
        if tuple(classes) == self._classes:
            return
        self._classes = tuple(classes)
        chosen = max(0, self.label.currentIndex())
        self.label.clear()
        for place, name in enumerate(classes):
            self.label.addItem(f"{class_name(name)}  ({place + 1})" if place < MOST_KEYS else class_name(name), place)
        self.label.setCurrentIndex(min(chosen, self.label.count() - 1))

    def set_ids(self, ids: "array[int]") -> None:
        """The pictures to turn through, by number."""
        self._ids = ids

    def show_row(self, row: Row, *, box: int | None = None) -> None:
        """Another picture; box: the place of the one to choose."""
        self.canvas.settle()
        self._row = row
        self._name.setText(row.picture.name)
        self._show_place()
        self.canvas.show_picture(row.picture, self._classes)
        self.boxes.show_row(row, self._classes, self._sources.get(row.picture.source, ""))
        self._choose(box if box is not None and box < len(row.picture.boxes) else None)

    def change(self, row: Row) -> None:
        """The picture that is shown, after an edit that was made elsewhere (undo, say)."""
        if self._row is not None and row.picture.id == self._row.picture.id:
            self._take(row)

    def show_image(self, image: QImage) -> None:
        self.canvas.show_image(image)

    def show_problem(self, error: PyroblurError) -> None:
        self.canvas.show_message("warning-circle", translated(error.message), translated(error.hint))

    def set_read_only(self, *, is_read_only: bool) -> None:
        """While a job changes the data set nothing is edited by hand."""
        self._is_read_only = is_read_only

    def forget(self) -> None:
        """There is no picture any more."""
        self._row = None
        self._ids = array("q")

    # -- edits

    def delete_box(self) -> None:
        """Deletes the chosen box; of a suggestion that is its rejection, and the next one is chosen."""
        place, picture = self.canvas.selected, self.picture
        if place is None or picture is None:
            return
        box = picture.boxes[place]
        after = editing.without_box(picture, place)
        title = self._title(tr("Delete box") if box.is_truth else tr("Reject suggestion"), box)
        if self._edit(title, after):
            self._choose(None if box.is_truth else editing.next_suggestion(after, place))

    def accept(self) -> None:
        """Accepts the chosen suggestion, and goes on to the next one."""
        place, picture = self.canvas.selected, self.picture
        if place is None or picture is None or picture.boxes[place].is_truth:
            return
        after = editing.accepted(picture, place)
        if self._edit(self._title(tr("Accept suggestion"), picture.boxes[place]), after):
            following = editing.next_suggestion(after, place)
            self._choose(following if following is not None else place)

    def accept_all(self) -> None:
        if self.picture is not None:
            self._edit(tr("Accept all suggestions of a picture"), editing.all_accepted(self.picture))

    def mark_all(self) -> None:
        """Keeps that all classes were looked for in this picture, also those that it does not show."""
        if self.picture is not None:
            self._edit(tr("Nothing left to mark"), editing.all_marked(self.picture, len(self._classes)))

    def relabel(self, label: int) -> None:
        """Changes the class of the chosen box and, in any case, of the boxes to come."""
        if label >= len(self._classes):
            return
        self.label.setCurrentIndex(label)
        place, picture = self.canvas.selected, self.picture
        if place is not None and picture is not None:
            self._edit(self._title(tr("Relabel box"), picture.boxes[place]), editing.relabelled(picture, place, label))

    def _draw(self, box: Box) -> None:
        picture = self.picture
        if picture is not None and self._edit(self._title(tr("Draw box"), box), editing.with_box(picture, box)):
            self._choose(len(picture.boxes))

    def _move(self, place: int, box: Box) -> None:
        if self.picture is not None and place < len(self.picture.boxes):
            self._edit(self._title(tr("Move box"), box), editing.with_changed(self.picture, place, box))

    def _remove_picture(self) -> None:
        """Takes the picture out of the data set and shows the one after it, or else the one before."""
        picture, place = self.picture, self._place()
        if picture is None or not self._edit(tr("Remove a picture"), replace(picture, is_removed=True)):
            return
        self._ids = array("q", (number for number in self._ids if number != picture.id))
        if place is not None and len(self._ids):
            self.wanted.emit(self._ids[min(place, len(self._ids) - 1)])
        else:
            self.left.emit()

    def _edit(self, title: str, after: Picture) -> bool:
        """Shows an edit and tells it. False for one that changes nothing, and while nothing may be edited."""
        if self._row is None or after == self._row.picture:
            return False
        if self._is_read_only:
            self.canvas.update()
            self.said.emit(tr("The data set is being worked on. Edit it when that is done."))
            return False
        self._take(Row(after, self._row.problems))
        self.edited.emit(title, after)
        return True

    def _take(self, row: Row) -> None:
        self._row = row
        self.canvas.show_boxes(row.picture)
        self.boxes.show_row(row, self._classes, self._sources.get(row.picture.source, ""))
        self.boxes.select(self.canvas.selected)
        self._update_actions()

    def _title(self, what: str, box: Box) -> str:
        """What is said of an edit where it can be undone: "Move box (Face)"."""
        known = 0 <= box.label < len(self._classes)
        return f"{what} ({class_name(self._classes[box.label])})" if known else what

    # -- choosing and turning

    def _choose(self, place: int | None) -> None:
        self.canvas.select(place)
        self.boxes.select(place)
        self._update_actions()

    def _place(self) -> int | None:
        if self._row is None:
            return None
        try:
            return self._ids.index(self._row.picture.id)
        except ValueError:
            return None

    def _turn(self, steps: int) -> None:
        self.canvas.settle()
        place = self._place()
        if place is not None and 0 <= place + steps < len(self._ids):
            self.wanted.emit(self._ids[place + steps])

    def _show_place(self) -> None:
        place = self._place()
        text = (
            ""
            if place is None
            else tr("{number} of {count}", number=numeral(place + 1, ","), count=numeral(len(self._ids), ","))
        )
        self._where.setText(text)
        self.commands.previous.setEnabled(place is not None and place > 0)
        self.commands.next.setEnabled(place is not None and place + 1 < len(self._ids))

    def _update_actions(self) -> None:
        picture, place = self.picture, self.canvas.selected
        box = picture.boxes[place] if picture is not None and place is not None else None
        self.commands.update_for(
            is_chosen=box is not None,
            is_suggestion=box is not None and not box.is_truth,
            has_suggestions=picture is not None and any(not each.is_truth for each in picture.boxes),
            is_unmarked=picture is not None and editing.all_marked(picture, len(self._classes)) != picture,
        )
        if box is not None and picture is not None and place is not None:
            self.canvas.setAccessibleDescription(self.boxes.list.item(place).text())
        elif picture is not None:
            self.canvas.setAccessibleDescription(picture.name)

    def _zoomed(self, scale: float) -> None:
        picture = self.picture
        self._zoom.setText(f"{numeral(scale * self.devicePixelRatioF() * 100, '.0f')} %")
        if picture is not None and self.canvas.wants_detail():
            self.detail_wanted.emit(picture.id)

    # -- how it is built and connected

    def _connect(self) -> None:
        act, canvas = self.commands, self.canvas
        canvas.box_drawn.connect(self._draw)
        canvas.box_changed.connect(self._move)
        canvas.chosen.connect(self._choose)
        canvas.turned.connect(self._turn)
        canvas.left.connect(self.left)
        canvas.zoom_changed.connect(self._zoomed)
        canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        canvas.customContextMenuRequested.connect(self._show_menu)
        self.boxes.chosen.connect(self._choose)
        self.label.currentIndexChanged.connect(lambda place: canvas.set_label(max(0, place)))
        act.back.triggered.connect(self.left)
        act.previous.triggered.connect(lambda: self._turn(-1))
        act.next.triggered.connect(lambda: self._turn(1))
        act.draw.toggled.connect(canvas.set_always_draws)
        act.add.triggered.connect(canvas.add_box)
        act.delete.triggered.connect(self.delete_box)
        act.accept.triggered.connect(self.accept)
        act.accept_all.triggered.connect(self.accept_all)
        act.all_marked.triggered.connect(self.mark_all)
        act.show_boxes.toggled.connect(canvas.set_boxes_shown)
        act.larger.triggered.connect(lambda: canvas.zoom(ZOOM_STEP))
        act.smaller.triggered.connect(lambda: canvas.zoom(1 / ZOOM_STEP))
        act.fit.triggered.connect(canvas.fit)
        act.remove.triggered.connect(self._remove_picture)
        for number in range(MOST_KEYS):
            key = QShortcut(QKeySequence(str(number + 1)), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(partial(self.relabel, number))

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        if self.canvas.selected is not None:
            classes = menu.addMenu(tr("&Class"))
            for number, name in enumerate(self._classes):
                entry = classes.addAction(class_name(name))
                entry.triggered.connect(lambda _checked=False, number=number: self.relabel(number))
            menu.addSeparator()
        self.commands.fill_menu(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.canvas.mapToGlobal(place))

    def _build(self) -> None:
        act = self.commands
        self._name = ElidedLabel()
        self._name.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._where = QLabel()
        self._where.setProperty("look", "muted")
        self._zoom = QLabel()
        self._zoom.setProperty("look", "muted")
        self._zoom.setMinimumWidth(self._zoom.fontMetrics().horizontalAdvance("1000 %"))
        head = QHBoxLayout()
        head.setContentsMargins(Space.S, 0, Space.S, 0)
        head.setSpacing(2)
        head.addWidget(_button(act.back))
        head.addSpacing(Space.S)
        head.addWidget(self._name, 1)
        head.addWidget(_button(act.previous))
        head.addWidget(self._where)
        head.addWidget(_button(act.next))
        head.addSpacing(Space.M)
        head.addWidget(self.label)
        for action in (act.add, act.draw, act.accept_all, act.all_marked, act.show_boxes, act.remove):
            head.addWidget(_button(action))
        head.addSpacing(Space.M)
        for action in (act.smaller, act.fit, act.larger):
            head.addWidget(_button(action))
        head.addWidget(self._zoom)
        bar = QWidget()
        bar.setLayout(head)
        bar.setFixedHeight(BAR_HEIGHT)
        line = QFrame()
        line.setProperty("look", "line")
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.canvas)
        self.splitter.addWidget(self.boxes)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([740, 270])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line)
        column.addWidget(bar)
        column.addWidget(self.splitter, 1)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text().replace("&", ""))
    return button
