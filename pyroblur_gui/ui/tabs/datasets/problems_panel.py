"""What the check found: kinds on the left; on the right what a kind means, what can be done, and where it was found."""

import asyncio
from array import array

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QImage, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.dataset import Problem
from pyroblur_gui.datasets.fixes import FIXES
from pyroblur_gui.datasets.validate import KINDS, Severity
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import failure_text, numeral, tr, trn
from pyroblur_gui.ui.item_models.gallery_problem_delegate import ProblemDelegate
from pyroblur_gui.ui.item_models.gallery_problem_model import ProblemModel
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.datasets.gallery_reader import OpenSet, SetFacts
from pyroblur_gui.ui.tabs.datasets.gallery_thumbnails import ThumbnailFeed
from pyroblur_gui.ui.tabs.datasets.gallery_view import GridView
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.blank import Blank

KIND = Qt.ItemDataRole.UserRole
_LOOKS = {
    Severity.HIGH: ("warning-circle-fill", "danger"),
    Severity.MEDIUM: ("warning-circle", "warning"),
    Severity.LOW: ("info", "muted"),
}


class ProblemsPanel(QWidget):
    """opened: a picture, the box to choose or None, and the pictures to turn through. fix_asked: a fix, a kind, and the
    numbers of the problems, none for all of the kind.
    """

    opened = Signal(int, object, object)  # picture, int | None, array[int]
    fix_asked = Signal(str, str, object)  # tuple[int, ...]
    check_asked = Signal()
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._set: OpenSet | None = None
        self._feed: ThumbnailFeed | None = None
        self._counts: dict[str, int] = {}
        self._kind = ""
        self._is_busy = False
        self._asked = 0
        self._tasks = Tasks()
        self._reading: asyncio.Task[None] | None = None
        self.kinds = QListWidget()
        self.kinds.setUniformItemSizes(True)
        self.kinds.setIconSize(QSize(18, 18))
        self.kinds.setProperty("look", "rows")
        self.kinds.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.kinds.setAccessibleName(tr("Kinds of problems"))
        self.model = ProblemModel(self._thumbnail, self)
        self.grid = GridView(columns=1)
        self.grid.setModel(self.model)
        self.grid.setItemDelegate(ProblemDelegate(self))
        self.grid.setAccessibleName(tr("Problems"))
        self.nothing = Blank()
        self.fix_buttons: list[QPushButton] = []
        self._build()
        self.kinds.currentItemChanged.connect(lambda item, _: self._show_kind(item.data(KIND) if item else ""))
        self.grid.visible_changed.connect(lambda *_: self._look())
        self.grid.opened.connect(self._open)
        self.grid.selectionModel().selectionChanged.connect(lambda *_: self._name_fixes())
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shortcut = QShortcut(QKeySequence(key), self.grid, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda: self._open(self.grid.currentIndex().row()))

    # -- what is shown

    def show_set(self, opened: OpenSet | None, feed: ThumbnailFeed | None) -> None:
        self._set, self._feed = opened, feed
        self._counts, self._kind = {}, ""
        self._asked += 1
        self.kinds.clear()
        self.model.show([])

    def show_facts(self, facts: SetFacts) -> None:
        """How many problems there are of each kind; the kind that is shown stays, if there are some left."""
        counts = {kind: facts.problems[kind] for kind in KINDS if facts.problems.get(kind)}
        if counts != self._counts:
            self._counts = counts
            self._fill_kinds()
        self._stack.setCurrentWidget(self._work if counts else self.nothing)

    def refresh(self) -> None:
        """Reads the problems of the kind that is shown again."""
        if self._kind:
            self._tasks.run(self._read_kind(self._kind))

    def set_busy(self, *, is_busy: bool) -> None:
        """While a job changes the data set nothing is fixed."""
        self._is_busy = is_busy
        self._name_fixes()

    def arrived(self, hashes: set[str]) -> None:
        if hashes:
            self.grid.viewport().update()

    def chosen(self) -> list[Problem]:
        return [self.model.problems[row] for part in self.grid.selected_rows() for row in part]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    async def end(self) -> None:
        await self._tasks.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    # -- how it is done

    def _fill_kinds(self) -> None:
        wanted = self._kind if self._kind in self._counts else next(iter(self._counts), "")
        self.kinds.blockSignals(True)
        self.kinds.clear()
        for kind, count in self._counts.items():
            glyph, shade = _LOOKS[KINDS[kind].severity]
            item = QListWidgetItem(icons.icon(glyph, shade), f"{tr(KINDS[kind].title)}  {numeral(count, ',')}")
            item.setData(KIND, kind)
            item.setToolTip(tr(KINDS[kind].explanation))
            self.kinds.addItem(item)
            if kind == wanted:
                self.kinds.setCurrentItem(item)
        self.kinds.blockSignals(False)
        self._show_kind(wanted)

    def _show_kind(self, kind: str) -> None:
        is_other, self._kind = kind != self._kind, kind
        if is_other:
            self.model.show([])
        if not kind:
            return
        self._title.setText(tr(KINDS[kind].title))
        self._explanation.setText(tr(KINDS[kind].explanation))
        for button in self.fix_buttons:
            self._fixes.removeWidget(button)
            button.deleteLater()
        self.fix_buttons = [self._fix_button(fix) for fix in KINDS[kind].fixes]
        for place, button in enumerate(self.fix_buttons):
            self._fixes.insertWidget(place, button)
        self._name_fixes()
        self._tasks.run(self._read_kind(kind))

    def _fix_button(self, fix: str) -> QPushButton:
        button = QPushButton()
        button.setObjectName(fix)
        button.setToolTip(tr(FIXES[fix].explanation))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self._fix(fix))
        return button

    def _name_fixes(self) -> None:
        """Buttons say what they are about: the chosen rows, or all where none is chosen."""
        count = sum(len(part) for part in self.grid.selected_rows())
        everything = self._counts.get(self._kind, 0)
        for button in self.fix_buttons:
            title = tr(FIXES[button.objectName()].title)
            if count:
                text = trn("{title}: {count} chosen", "{title}: {count} chosen", count, title=title)
            else:
                text = trn("{title}: {count}", "{title}: all {count}", everything, title=title)
            button.setText(text)
            button.setAccessibleName(text)
            button.setEnabled(not self._is_busy)

    def _fix(self, fix: str) -> None:
        self.fix_asked.emit(fix, self._kind, tuple(problem.id for problem in self.chosen()))

    def _open(self, number: int) -> None:
        """The picture that the problem is about, with its box chosen."""
        if not 0 <= number < len(self.model.problems):
            return
        problem = self.model.problems[number]
        if problem.picture is not None:
            ids: dict[int, None] = {}
            for each in self.model.problems:
                ids |= {one: None for one in (each.picture, each.other) if one is not None}
            self.opened.emit(problem.picture, problem.box, array("q", ids))

    async def _read_kind(self, kind: str) -> None:
        opened = self._set
        if opened is None:
            return
        self._asked += 1
        asked = self._asked
        try:
            found = await opened.problems(kind)
        except PyroblurError as error:
            self.said.emit(failure_text(error))
            return
        if asked == self._asked:
            place = self.grid.verticalScrollBar().value()
            self.model.show(found)
            self.grid.verticalScrollBar().setValue(place)
            self._name_fixes()
            self._look()

    def _look(self) -> None:
        if self._set is None:
            return
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())
        self._want_thumbnails()

    async def _read(self) -> None:
        while self._set is not None:
            unknown = self.model.unknown(*self.grid.visible_rows())
            if not unknown:
                return
            opened = self._set
            try:
                rows = await opened.rows(unknown)
            except PyroblurError as error:
                self.said.emit(failure_text(error))
                return
            self.model.put({row.picture.id: row.picture for row in rows})
            self._want_thumbnails()
            if len(rows) < len(unknown):
                return  # the data set was changed meanwhile; whoever changed it has it read again

    def _want_thumbnails(self) -> None:
        if self._feed is None or not self.isVisible():
            return
        first, last = self.grid.visible_rows()
        pictures = [each for problem in self.model.problems[first:last] for each in self.model.pictures_of(problem)]
        self._feed.want([(picture.id, picture.sha256) for picture in pictures])

    def _thumbnail(self, sha256: str) -> QImage | None:
        return self._feed.get(sha256) if self._feed is not None else None

    # -- how it is built

    def _build(self) -> None:
        check = QPushButton(tr("&Check again"))
        check.clicked.connect(self.check_asked)
        self.nothing.say(
            "check-circle",
            tr("No problems"),
            tr("The last check found nothing that would harm a training. Check again after larger changes."),
        )
        self.nothing.add_button(check, tr("Check again"))
        self._work = QSplitter(Qt.Orientation.Horizontal)
        self._work.addWidget(self.kinds)
        self._work.addWidget(self._build_right())
        self._work.setHandleWidth(1)
        self._work.setChildrenCollapsible(False)
        self._work.setStretchFactor(1, 1)
        self._work.setSizes([260, 760])
        self.splitter = self._work
        self._stack = QStackedWidget()
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(self._work)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _build_right(self) -> QWidget:
        self._title = QLabel()
        self._title.setFont(scaled(self.font(), 1.15, weight=QFont.Weight.DemiBold))
        self._explanation = QLabel()
        self._explanation.setWordWrap(True)
        self._explanation.setProperty("look", "muted")
        self._fixes = QHBoxLayout()
        self._fixes.setSpacing(Space.S)
        self._fixes.addStretch()
        head = QVBoxLayout()
        head.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        head.setSpacing(Space.S)
        head.addWidget(self._title)
        head.addWidget(self._explanation)
        head.addLayout(self._fixes)
        right = QWidget()
        right.setProperty("look", "panel")
        right.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.grid, 1)
        return right
