"""The Blur tab: builds the list, the preview and the options, and connects them with their presenters."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.jobs.events import Preview
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.item_models.queue_model import QueueModel
from pyroblur_gui.ui.job_client import JobClient
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.pictures import Picture
from pyroblur_gui.ui.state import differences, options_from
from pyroblur_gui.ui.tabs.blur.actions import BlurActions
from pyroblur_gui.ui.tabs.blur.files import FileDoor, local_files
from pyroblur_gui.ui.tabs.blur.inspector import Inspector
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState, Summary
from pyroblur_gui.ui.tabs.blur.options_panel import OptionsPanel
from pyroblur_gui.ui.tabs.blur.presenter import BlurPresenter, Output
from pyroblur_gui.ui.tabs.blur.preview_panel import PreviewPanel
from pyroblur_gui.ui.tabs.blur.queue_panel import QueuePanel
from pyroblur_gui.ui.tabs.blur.thumbnails import Thumbnails
from pyroblur_gui.ui.tabs.blur.wiring import connect_actions
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.banner import Banner
from pyroblur_gui.ui.widgets.drop_area import DropArea, DropVeil

PREVIEW_SIZE = (1280, 960)
THUMBNAIL_SIZE = (160, 120)


class BlurTab(QWidget):
    """A QueueView. Works once `connect_jobs` was called; until then files cannot be added."""

    summary = Signal(Summary)
    engine = Signal(str)
    output_changed = Signal(Output)
    finished = Signal(Summary)

    def __init__(self, *, options: BlurOptions, defaults: BlurOptions, output: Output, starts_at_once: bool) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.starts_at_once = starts_at_once
        self.shows_live = True
        self.tasks = Tasks()
        self._presenter: BlurPresenter | None = None
        self._inspector: Inspector | None = None
        self._thumbnails: Thumbnails | None = None
        self._client: JobClient | None = None
        self._watched: int | None = None
        self._last = Summary()
        self.commands = BlurActions(self)
        self.door = FileDoor(self)
        self.model = QueueModel(self)
        self.banner = Banner()
        self.drop_area = DropArea()
        self.queue = QueuePanel(self.model, self.commands)
        self.preview = PreviewPanel()
        self.options = OptionsPanel(self.commands)
        self.options.set_defaults(defaults)
        self.options.show_options(options)
        self.options.show_output(output)
        self._start_values = (options, output)
        self._build()
        self._connect()
        self.summary_changed(Summary())

    # -- life

    def connect_jobs(self, client: JobClient) -> None:
        """Gives the tab its queue and its previews. Call it on the running loop."""
        options, output = self._start_values
        self._client = client
        self._inspector = Inspector(client, self.preview, options=options, size=PREVIEW_SIZE)
        self._thumbnails = Thumbnails(client, self._learned, width=THUMBNAIL_SIZE[0], height=THUMBNAIL_SIZE[1])
        self._presenter = BlurPresenter(client.queue, self, options=options, output=output, on_preview=self._live_frame)
        connect_actions(self, self._presenter)

    async def disconnect_jobs(self) -> None:
        """Ends what this tab has under way; the client itself is its owner's to close."""
        for part in (self._inspector, self._thumbnails, self._presenter):
            if part is not None:
                part.close()
        await self.tasks.close()

    def add(self, paths: Sequence[Path], *, take_any_file: bool = False) -> None:
        """Lists files and folders, and starts where the settings say so."""
        if paths:
            self.tasks.run(self._add(paths, take_any_file=take_any_file))

    @property
    def presenter(self) -> BlurPresenter:
        """Raises RuntimeError before connect_jobs."""
        if self._presenter is None:
            message = "The tab has no jobs yet."
            raise RuntimeError(message)
        return self._presenter

    def is_ready(self) -> bool:
        return self._presenter is not None

    # -- QueueView

    def items_added(self, items: list[Item]) -> None:
        self.model.add(items)
        self._stack.setCurrentIndex(1)
        self.drop_area.set_lit(False)
        if not self.queue.chosen():
            self.queue.choose(items[0].id)
            self.queue.list.setFocus()

    def item_changed(self, item: Item) -> None:
        self.model.change(item)
        if item.state is ItemState.RUNNING:
            self._follow(item)
        if self._inspector is not None and item.id == self._inspector.item_id:
            self._show(item)

    def items_removed(self, ids: list[int]) -> None:
        self.model.remove(ids)
        if not self.model.items():
            self._stack.setCurrentIndex(0)
            self._show(None)
        elif self._inspector is not None and self._inspector.item_id in ids:
            chosen = self.queue.chosen() or [self.model.items()[0]]
            self.queue.choose(chosen[0].id)

    def summary_changed(self, summary: Summary) -> None:
        self._last = summary
        self.queue.set_count(f"{summary.total:,}" if summary.total else "")
        self.options.show_summary(summary)
        self._update_actions()
        self.summary.emit(summary)

    def thumbnail_ready(self, item_id: int, picture: Picture) -> None:
        self.model.set_thumbnail(item_id, picture)

    def say(self, text: str) -> None:
        self.banner.say(text)

    def offer_resume(self, count: int) -> None:
        if not count:
            return
        self.banner.offer(
            trn(
                "{count} file was not finished when PyroBlur ended. It can go on where it stopped.",
                "{count} files were not finished when PyroBlur ended. They can go on where they stopped.",
                count,
            ),
            (
                (tr("Resume"), self._resume_interrupted),
                (tr("Remove them"), self._discard_interrupted),
            ),
        )

    def engine_known(self, text: str) -> None:
        self.engine.emit(text)

    def all_done(self, summary: Summary) -> None:
        self.finished.emit(summary)

    # -- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._presenter is not None and local_files(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._light(is_lit=True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(is_lit=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light(is_lit=False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.add(local_files(event.mimeData()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._veil.setGeometry(self.rect())

    # -- what the window keeps and changes

    def layout_bytes(self) -> dict[str, QByteArray]:
        return {name: splitter.saveState() for name, splitter in self._splitters.items()}

    def restore_layout(self, layouts: Mapping[str, QByteArray]) -> None:
        for name, data in layouts.items():
            if name in self._splitters:
                self._splitters[name].restoreState(data)
                self._splitters[name].setChildrenCollapsible(False)

    def current_options(self) -> BlurOptions:
        return self._start_values[0]

    def set_output(self, output: Output) -> None:
        if output != self._start_values[1]:
            self.options.show_output(output)
            self._start_values = (self._start_values[0], output)
            self._tell_options()

    def set_defaults(self, old: BlurOptions, new: BlurOptions) -> None:
        """Options that were at their default follow it."""
        self.options.set_defaults(new)
        chosen = differences(self._start_values[0], old)
        options = options_from(chosen, new)
        if options != self._start_values[0]:
            self.options.show_options(options)
            self._options_changed(options)

    def set_live(self, *, is_shown: bool) -> None:
        self.shows_live = is_shown
        if self._inspector is not None and self._inspector.item_id is not None:
            self._show(self.presenter.item(self._inspector.item_id))

    def fill_view_menu(self, menu: QMenu) -> None:
        menu.addAction(self.commands.select_all)

    # -- how it is built and connected

    def _build(self) -> None:
        work = QSplitter(Qt.Orientation.Horizontal)
        work.addWidget(self.queue)
        work.addWidget(self.preview)
        empty = QWidget()
        around = QVBoxLayout(empty)
        around.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        around.addWidget(self.drop_area)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(work)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.addWidget(self._stack)
        self._columns.addWidget(self.options)
        self._columns.setStretchFactor(0, 1)
        self._columns.setStretchFactor(1, 0)
        for splitter, sizes in ((work, [392, 620]), (self._columns, [980, 340])):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
            splitter.setSizes(sizes)
        work.setStretchFactor(1, 1)
        self._splitters = {"work": work, "columns": self._columns}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._columns, 1)
        self._veil = DropVeil(self)

    def _connect(self) -> None:
        act, door = self.commands, self.door
        self.addActions([act.add_files, act.add_folder, act.paste])
        self.queue.list.addActions(list(act.of_list()))
        door.chosen.connect(lambda paths: self.add(paths, take_any_file=True))
        door.said.connect(self.banner.say)
        for source in (act.add_files.triggered, self.drop_area.files_asked):
            source.connect(door.ask_for_files)
        for source in (act.add_folder.triggered, self.drop_area.folder_asked):
            source.connect(door.ask_for_folder)
        act.paste.triggered.connect(lambda: self.add(door.pasted()))
        self.queue.opened.connect(lambda _: act.open_output.trigger())
        self.queue.selection_changed.connect(self._update_actions)
        self.queue.current_changed.connect(self._current_changed)
        self.queue.visible_changed.connect(self._want_thumbnails)
        self.preview.sought.connect(self._seek)
        self.preview.live_asked.connect(self._go_live)
        self.preview.thresholds.connect(self.options.thresholds_known)
        self.preview.engine.connect(self.engine)
        self.options.options_changed.connect(self._options_changed)
        self.options.output_changed.connect(self._output_changed)

    async def _add(self, paths: Sequence[Path], *, take_any_file: bool) -> None:
        added = await self.presenter.add(paths, take_any_file=take_any_file)
        if added and self.starts_at_once:
            await self.presenter.start()

    def _resume_interrupted(self) -> None:
        self.presenter.resume_interrupted()

    def _discard_interrupted(self) -> None:
        self.presenter.discard_interrupted()

    def _light(self, *, is_lit: bool) -> None:
        if self.model.items():
            self._veil.setVisible(is_lit)
            self._veil.raise_()
        else:
            self.drop_area.set_lit(is_lit)

    def _current_changed(self, item_id: int | None) -> None:
        self._show(self.presenter.item(item_id) if item_id is not None else None)

    def _show(self, item: Item | None) -> None:
        """Turns the preview to a file, and asks its job, and no other, for live frames."""
        if self._inspector is None or self._client is None:
            return
        self._inspector.show(item)
        watched = item.job if item is not None and self.shows_live and item.state.is_under_way else None
        if watched != self._watched:
            self._watched = watched
            self._client.queue.watch(watched)

    def _follow(self, item: Item) -> None:
        """Moves on to the file that now runs, if the one on show was being followed and is done."""
        shown = self._inspector.item_id if self._inspector is not None else None
        before = self.presenter.item(shown) if shown is not None else None
        if before is None or (before.id != item.id and before.state.is_finished and len(self.queue.chosen()) <= 1):
            self.queue.choose(item.id)

    def _seek(self, time_s: float) -> None:
        if self._inspector is not None:
            self._inspector.seek(time_s)

    def _go_live(self) -> None:
        if self._inspector is not None:
            self._inspector.go_live()

    def _live_frame(self, item_id: int, preview: Preview) -> None:
        if self._inspector is not None:
            self._inspector.live_frame(item_id, preview)

    def _want_thumbnails(self, items: list[Item]) -> None:
        if self._thumbnails is not None:
            self._thumbnails.want([(item.id, item.source) for item in items])

    def _learned(self, item_id: int, picture: Picture | None, facts: MediaFacts) -> None:
        if picture is not None:
            self.thumbnail_ready(item_id, picture)
        self.presenter.facts_known(item_id, facts=facts)

    def _options_changed(self, options: BlurOptions) -> None:
        self._start_values = (options, self._start_values[1])
        self._tell_options()

    def _output_changed(self, output: Output) -> None:
        self._start_values = (self._start_values[0], output)
        self._tell_options()
        self.output_changed.emit(output)

    def _tell_options(self) -> None:
        if self._presenter is not None and self._inspector is not None:
            self._presenter.set_options(*self._start_values)
            self._inspector.set_options(self._start_values[0])

    def _update_actions(self) -> None:
        self.commands.update_for(self.queue.chosen(), self._last)
