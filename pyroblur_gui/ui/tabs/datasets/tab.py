"""The Data sets tab: the list on the left, what is in the chosen one in the middle, running work below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QFont, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled
from pyroblur_gui.ui.tabs.blur.drops import DropZone
from pyroblur_gui.ui.tabs.datasets.gallery_actions import DatasetActions
from pyroblur_gui.ui.tabs.job_tab import Building, JobTab
from pyroblur_gui.ui.widgets.drop_area import DropVeil
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.segments import Segments

if TYPE_CHECKING:
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.datasets.charts_panel import ChartsPanel
    from pyroblur_gui.ui.tabs.datasets.gallery_reader import SetFacts
    from pyroblur_gui.ui.tabs.datasets.gallery_wiring import Wiring
    from pyroblur_gui.ui.tabs.datasets.presenter import SetLine

NAME = "datasets"  # of its splitter, as it is remembered
SIZES = [288, 1072]
PICTURES, PROBLEMS, CHARTS = "pictures", "problems", "charts"
# As the splitters within are remembered.
PICTURE_SPLITTER, PROBLEMS_SPLITTER = "datasets-picture", "datasets-problems"


class DatasetsTab(JobTab["Wiring"]):
    """It reads no disk before it is shown."""

    modules = (
        "gallery_empty",
        "sets_panel",
        "gallery_panel",
        "picture_panel",
        "problems_panel",
        "work_panel",
        "picture_wiring",
        "gallery_edits",
        "presenter",
        "gallery_wiring",
    )
    below = ("datasets.spec", "datasets.store", "datasets.thumbnails", "datasets.sources.catalogue")

    def __init__(self) -> None:
        super().__init__(NAME)
        self.commands = DatasetActions(self)
        self.drops = DropZone(self)
        self.veil = DropVeil(self)
        self._layouts: Mapping[str, QByteArray] = {}
        self._inner: dict[str, QSplitter] = {}
        self._stack = QStackedWidget()
        self.charts: ChartsPanel | None = None

    # -- life

    def connect_jobs(self, client: JobClient) -> str:
        from pyroblur_gui.ui.tabs.datasets.jobs import hold_what_waits

        hold_what_waits(client.queue)
        return super().connect_jobs(client)

    def is_busy(self) -> bool:
        """Whether a data set is being made or changed."""
        from pyroblur_gui.ui.tabs.datasets.jobs import at_work

        return self._client is not None and bool(at_work(self._client.queue.jobs()))

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowActivate and self._wiring is not None:
            self._wiring.shown()
        return super().event(event)

    # -- what is shown

    def show_set(self, line: SetLine | None) -> None:
        """The head of the middle, and what stands there while there is nothing to look at."""
        is_open = line is not None and line.is_readable
        self._title.setText(line.name if line is not None else "")
        self._facts.setText("")
        if is_open and line is not None and line.facts is not None:
            self.show_facts(line.facts)
        self._head.setVisible(line is not None)
        self.views.setVisible(is_open)
        if not is_open:
            self.empty.show_for(line)
            self._stack.setCurrentWidget(self.empty)
        else:
            self._turn_view()

    def show_facts(self, facts: SetFacts) -> None:
        """What was counted of the data set that is shown."""
        from pyroblur_gui.ui.tabs.datasets.wording import facts_text

        self._facts.setText(facts_text(facts))
        self.gallery.show_facts(facts)
        self.problems.show_facts(facts)
        self.picture.show_set(facts.classes, facts.sources)

    def show_view(self, name: str) -> None:
        self.views.set_value(name)

    def light(self, *, is_lit: bool) -> None:
        """Shows that what is held over the tab may be dropped."""
        if self._stack.currentWidget() is self.empty:
            self.empty.set_lit(is_lit=is_lit)
        else:
            self.veil.setVisible(is_lit)
            self.veil.raise_()

    def show_picture(self) -> None:
        """The large view, above whatever it was opened from."""
        if self._stack.currentWidget() is not self.picture:
            self._stack.setCurrentWidget(self.picture)
            self.picture.canvas.setFocus()

    def leave_picture(self) -> None:
        """Back to where the large view was opened from."""
        if self._stack.currentWidget() is self.picture:
            picture = self.picture.picture
            self._turn_view()
            if self.views.value() == PICTURES:
                if picture is not None:
                    self.gallery.choose(picture.id)
                self.gallery.grid.setFocus()
            else:
                self.problems.grid.setFocus()

    def show_charts(self, charts: ChartsPanel | None) -> None:
        """The charts of the data set that is shown, in place of those of another one."""
        old, self.charts = self.charts, charts
        if old is not None:
            self._stack.removeWidget(old)
            old.deleteLater()
        if charts is not None:
            self._stack.addWidget(charts)
            self._turn_view()

    def _turn_view(self) -> None:
        """Shows what the segments say, where there is a data set to look at."""
        views = {PICTURES: self.gallery, PROBLEMS: self.problems, CHARTS: self.charts or self.gallery}
        self._stack.setCurrentWidget(views[self.views.value()])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.veil.setGeometry(self.rect())

    # -- what the window keeps and shows

    def layout_bytes(self) -> dict[str, QByteArray]:
        kept = {name: data for name, data in self._layouts.items() if name in (PICTURE_SPLITTER, PROBLEMS_SPLITTER)}
        return super().layout_bytes() | kept | {name: splitter.saveState() for name, splitter in self._inner.items()}

    def restore_layout(self, layouts: Mapping[str, QByteArray]) -> None:
        super().restore_layout(layouts)
        self._layouts = layouts

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Asks how to import what was dropped. Call it when the tab is shown."""
        if paths:
            self.wiring.ask_import(paths)

    def open_picture(self, name: str, number: int) -> None:
        """Chooses the data set and shows one of its pictures, by its number, large. Call it when the tab is shown."""
        self.wiring.open_picture(name, number)

    # -- how it is built and connected

    def wire(self, client: JobClient) -> Wiring:
        from pyroblur_gui.ui.tabs.datasets.gallery_wiring import Wiring
        from pyroblur_gui.ui.tabs.datasets.work_panel import WorkPanel

        self.work = WorkPanel(client)
        self._column.insertWidget(1, self.work)
        return Wiring(self, client)

    def build(self, column: QVBoxLayout) -> Building:
        from pyroblur_gui.ui.tabs.datasets.gallery_empty import EmptyView
        from pyroblur_gui.ui.tabs.datasets.gallery_panel import GalleryPanel
        from pyroblur_gui.ui.tabs.datasets.picture_panel import PicturePanel
        from pyroblur_gui.ui.tabs.datasets.problems_panel import ProblemsPanel
        from pyroblur_gui.ui.tabs.datasets.sets_panel import SetsPanel

        self.sets = SetsPanel()
        yield
        self.empty = EmptyView()
        yield
        self.gallery = GalleryPanel()
        yield
        self.picture = PicturePanel()
        yield
        self.problems = ProblemsPanel()
        yield
        for page in (self.empty, self.gallery, self.picture, self.problems):
            self._stack.addWidget(page)
        middle = QWidget()
        middle.setProperty("look", "panel")
        middle.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self._build_head())
        inner.addWidget(self._stack, 1)
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.addWidget(self.sets)
        columns.addWidget(middle)
        columns.setStretchFactor(0, 0)
        columns.setStretchFactor(1, 1)
        columns.setSizes(SIZES)
        yield
        column.addWidget(columns, 1)
        self._inner = {PICTURE_SPLITTER: self.picture.splitter, PROBLEMS_SPLITTER: self.problems.splitter}
        for name in self._inner.keys() & self._layouts.keys():
            self._inner[name].restoreState(self._layouts[name])
            self._inner[name].setChildrenCollapsible(False)
        self._connect()
        self.show_set(None)
        return columns

    def _build_head(self) -> QWidget:
        self._title = ElidedLabel()
        self._title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._facts = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self._facts.setProperty("look", "muted")
        self.views = Segments([(PICTURES, tr("Pictures")), (PROBLEMS, tr("Problems")), (CHARTS, tr("Charts"))])
        self.views.name_for_assistants(tr("View"))
        self.views.set_value(PICTURES)
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, 0, Space.S, 0)
        head.setSpacing(Space.M)
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        head.addWidget(self._title)
        head.addWidget(self._facts, 1)
        head.addWidget(self.views, 0, Qt.AlignmentFlag.AlignVCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        act = self.commands
        for action in (act.undo, act.redo, act.check, act.suggest, act.split, act.export, act.remove):
            buttons.addWidget(_button(action))
        head.addLayout(buttons)
        self._head = QWidget()
        self._head.setLayout(head)
        self._head.setFixedHeight(BAR_HEIGHT)
        return self._head

    def _connect(self) -> None:
        act = self.commands
        self.addActions([act.get, act.import_, act.undo, act.redo])
        self.drops.entered.connect(lambda: self.light(is_lit=True))
        self.drops.left.connect(lambda: self.light(is_lit=False))
        self.drops.dropped.connect(self.import_paths)
        for source in (self.sets, self.empty):
            source.get_asked.connect(act.get.trigger)
            source.import_asked.connect(act.import_.trigger)
        self.sets.menu_asked.connect(self._show_menu)
        self.views.changed.connect(self._turn_view)
        self.picture.left.connect(self.leave_picture)
        for action, view in ((act.pictures, PICTURES), (act.problems, PROBLEMS), (act.charts, CHARTS)):
            action.triggered.connect(lambda _=False, view=view: self.show_view(view))

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        self.commands.fill_menu(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text().replace("&", "").rstrip("…"))
    return button
