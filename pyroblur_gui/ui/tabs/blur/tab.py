"""The Blur tab: builds the place for files and the options, then, with its jobs, the list and the preview.

wiring.py makes it work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.models import catalogue
from pyroblur_gui.ui.i18n import numeral
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.state import differences, options_from
from pyroblur_gui.ui.tabs.blur.actions import BlurActions
from pyroblur_gui.ui.tabs.blur.drops import DropZone
from pyroblur_gui.ui.tabs.blur.files import FileDoor
from pyroblur_gui.ui.tabs.blur.items import Item, Summary
from pyroblur_gui.ui.tabs.blur.options_panel import OptionsPanel
from pyroblur_gui.ui.tabs.blur.output import Output
from pyroblur_gui.ui.widgets.banner import Banner
from pyroblur_gui.ui.widgets.drop_area import DropArea, DropVeil
from pyroblur_gui.ui.widgets.tab_order import order_by_layout

if TYPE_CHECKING:
    from pyroblur_gui.ui.item_models.queue_model import QueueModel
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.blur.preview_panel import PreviewPanel
    from pyroblur_gui.ui.tabs.blur.queue_panel import QueuePanel
    from pyroblur_gui.ui.tabs.blur.wiring import Wiring

SIZES = {"work": [392, 620], "columns": [1012, 344]}


class BlurTab(QWidget):
    """Shown before there are jobs, so that the window is there at once; until `connect_jobs` it takes no files, and has
    no list of them: `model`, `queue` and `preview`.
    """

    model: QueueModel
    queue: QueuePanel
    preview: PreviewPanel
    summary = Signal(Summary)
    engine = Signal(str)
    output_changed = Signal(Output)
    finished = Signal(Summary)

    def __init__(self, *, options: BlurOptions, defaults: BlurOptions, output: Output) -> None:
        super().__init__()
        self.starts_at_once = False
        self.shows_live = True
        self.chosen_options = options
        self.output = output
        self.commands = BlurActions(self)
        self.door = FileDoor(self)
        self.drops = DropZone(self)
        self.banner = Banner()
        self.drop_area = DropArea()
        self.options = OptionsPanel(self.commands, catalogue.entries())
        self.options.set_defaults(defaults)
        self.options.show_options(options)
        self.options.show_output(output)
        self._wiring: Wiring | None = None
        self._kept: tuple[Item, ...] | None = None
        self._splitters: dict[str, QSplitter] = {}
        self._layouts: dict[str, QByteArray] = {}
        self._build()
        self._connect()
        self.show_summary(Summary())

    # -- life

    def keep(self, items: Sequence[Item]) -> None:
        """What is in the list from the beginning: that of the window before. Call it before `connect_jobs`."""
        self._kept = tuple(items)

    def items(self) -> list[Item]:
        """What is in the list."""
        return self._wiring.presenter.items() if self._wiring is not None else []

    def connect_jobs(self, client: JobClient) -> None:
        """Gives the tab its queue and its previews. Call it on the running loop."""
        from pyroblur_gui.ui.tabs.blur.wiring import Wiring

        if "work" not in self._splitters:
            self._build_work()
        self._wiring = Wiring(self, client)
        if self._kept is None:
            self._wiring.restore()
        else:
            self._wiring.presenter.keep(self._kept)

    async def disconnect_jobs(self) -> None:
        """Ends what this tab has under way; the client itself is its owner's to close."""
        if self._wiring is not None:
            await self._wiring.close()
            self._wiring = None

    @property
    def wiring(self) -> Wiring:
        """Raises RuntimeError while there are no jobs."""
        if self._wiring is None:
            message = "The tab has no jobs."
            raise RuntimeError(message)
        return self._wiring

    def add(self, paths: Sequence[Path], *, take_any_file: bool = False) -> None:
        """Lists files and folders. take_any_file: also files that by their names are no media."""
        if self._wiring is not None and paths:
            self._wiring.add(paths, take_any_file=take_any_file)

    # -- what is shown

    def show_list(self, *, is_empty: bool) -> None:
        """The list with its preview, or what to do when there is none."""
        self._stack.setCurrentIndex(0 if is_empty else 1)

    def show_summary(self, summary: Summary) -> None:
        has_list = "work" in self._splitters
        if has_list:
            self.queue.set_count(numeral(summary.total, ",") if summary.total else "")
        self.options.show_summary(summary)
        self.commands.update_for(self.queue.chosen() if has_list else [], summary)
        self.summary.emit(summary)

    def light(self, *, is_lit: bool) -> None:
        """Shows that what is held over the tab may be dropped."""
        if self.items():
            self.veil.setVisible(is_lit)
            self.veil.raise_()
        else:
            self.drop_area.set_lit(is_lit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.veil.setGeometry(self.rect())

    # -- what the window keeps and changes

    def layout_bytes(self) -> dict[str, QByteArray]:
        return self._layouts | {name: splitter.saveState() for name, splitter in self._splitters.items()}

    def restore_layout(self, layouts: Mapping[str, QByteArray]) -> None:
        self._layouts = {name: data for name, data in layouts.items() if name in SIZES}
        for name in self._splitters.keys() & self._layouts.keys():
            self._restore(name)

    def _restore(self, name: str) -> None:
        self._splitters[name].restoreState(self._layouts[name])
        self._splitters[name].setChildrenCollapsible(False)

    def set_output(self, output: Output) -> None:
        if output != self.output:
            self.options.show_output(output)
            self._take(self.chosen_options, output)

    def set_defaults(self, old: BlurOptions, new: BlurOptions) -> None:
        """Options that were at their default follow it."""
        self.options.set_defaults(new)
        options = options_from(differences(self.chosen_options, old), new)
        if options != self.chosen_options:
            self.options.show_options(options)
            self._take(options, self.output)

    def use_model(self, name: str) -> None:
        """Makes a model that may have come since the start the chosen one."""
        self.options.use_model(name, catalogue.entries())

    def list_models(self) -> None:
        """What can be chosen now; what is chosen stays."""
        self.options.models.show_entries(catalogue.entries())

    def set_live(self, *, is_shown: bool) -> None:
        self.shows_live = is_shown
        if self._wiring is not None:
            self._wiring.show_current()

    # -- how it is built and connected

    def _build(self) -> None:
        empty = QWidget()
        around = QVBoxLayout(empty)
        around.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        around.addWidget(self.drop_area)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        columns = self._splitter("columns", self._stack, self.options)
        columns.setStretchFactor(0, 1)
        columns.setStretchFactor(1, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(columns, 1)
        self.veil = DropVeil(self)

    def _build_work(self) -> None:
        """The list with its preview, once the window is on screen: they are not seen before there are files."""
        from pyroblur_gui.ui.item_models.queue_model import QueueModel
        from pyroblur_gui.ui.tabs.blur.preview_panel import PreviewPanel
        from pyroblur_gui.ui.tabs.blur.queue_panel import QueuePanel

        self.model = QueueModel(self)
        self.queue = QueuePanel(self.model, self.commands)
        self.preview = PreviewPanel()
        work = self._splitter("work", self.queue, self.preview)
        work.setStretchFactor(1, 1)
        if "work" in self._layouts:
            self._restore("work")
        self._stack.addWidget(work)
        order_by_layout(self)
        act = self.commands
        self.queue.list.addActions(list(act.of_list()))
        act.select_all.triggered.connect(self.queue.list.selectAll)
        self.queue.opened.connect(act.open_output.trigger)
        self.preview.thresholds.connect(self.options.thresholds_known)
        self.preview.engine.connect(self.engine)

    def _splitter(self, name: str, *parts: QWidget) -> QSplitter:
        """name: under which its layout is remembered."""
        splitter = self._splitters[name] = QSplitter(Qt.Orientation.Horizontal)
        for part in parts:
            splitter.addWidget(part)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes(SIZES[name])
        return splitter

    def _connect(self) -> None:
        act, door = self.commands, self.door
        self.addActions([act.add_files, act.add_folder, act.paste])
        self.drops.entered.connect(lambda: self.light(is_lit=True))
        self.drops.left.connect(lambda: self.light(is_lit=False))
        self.drops.dropped.connect(self.add)
        door.chosen.connect(lambda paths: self.add(paths, take_any_file=True))
        door.said.connect(self.banner.say)
        for source in (act.add_files.triggered, self.drop_area.files_asked):
            source.connect(door.ask_for_files)
        for source in (act.add_folder.triggered, self.drop_area.folder_asked):
            source.connect(door.ask_for_folder)
        act.paste.triggered.connect(lambda: self.add(door.pasted()))
        self.options.options_changed.connect(lambda options: self._take(options, self.output))
        self.options.output_changed.connect(self._output_changed)

    def _output_changed(self, output: Output) -> None:
        self._take(self.chosen_options, output)
        self.output_changed.emit(output)

    def _take(self, options: BlurOptions, output: Output) -> None:
        self.chosen_options, self.output = options, output
        if self._wiring is not None:
            self._wiring.options_changed(options, output)
