"""The main window: menus, the tabs, the status bar, and what happens when it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.core.errors import SettingsError
from pyroblur_gui.core.settings import Settings, SettingsFile
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.dialogs.closing import (
    Answer,
    ClosingDialog,
    benchmark_question,
    pack_question,
    training_question,
    work_question,
)
from pyroblur_gui.ui.garbage import keep_what_is_loaded
from pyroblur_gui.ui.help_menu import HelpMenu, load_help
from pyroblur_gui.ui.i18n import failure_text, numeral, tr, translated
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.notifier import Notifier
from pyroblur_gui.ui.state import WindowState, differences, options_from, program_defaults
from pyroblur_gui.ui.tabs.benchmark.tab import BenchmarkTab
from pyroblur_gui.ui.tabs.blur.items import Summary
from pyroblur_gui.ui.tabs.blur.output import Output
from pyroblur_gui.ui.tabs.blur.tab import BlurTab
from pyroblur_gui.ui.tabs.datasets.tab import DatasetsTab
from pyroblur_gui.ui.tabs.job_tab import JobTab
from pyroblur_gui.ui.tabs.runs.tab import RunsTab
from pyroblur_gui.ui.tabs.training.tab import TrainingTab
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.theme import Theme
from pyroblur_gui.ui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from pyroblur_gui.ui.dialogs.question import Question
    from pyroblur_gui.ui.job_client import JobClient

DEFAULT_SIZE = (1360, 850)
SMALLEST_SIZE = (960, 600)
SETTLE_S = 2.0  # before anything is made ahead: the first frame of a file that is there already comes first
_TABS = ("blur", "datasets", "training", "benchmark", "runs")  # as they are remembered
_BLUR, _DATASETS, _TRAINING, _BENCHMARK, _RUNS = range(len(_TABS))


class MainWindow(QMainWindow):
    """`closing` is emitted once, when the user has agreed to close; whoever made the window ends the jobs then."""

    closing = Signal()
    language_changed = Signal()  # whoever made the window makes it anew, with the same jobs

    def __init__(
        self,
        *,
        settings: Settings,
        settings_file: SettingsFile[Settings],
        state: WindowState,
        state_file: SettingsFile[WindowState],
        theme: Theme,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._settings_file = settings_file
        self._state_file = state_file
        self._state = state
        self._theme = theme
        self._client: JobClient | None = None
        self._tasks = Tasks()
        self._notifier = Notifier(self)
        self._last = Summary()
        self._may_close = False
        self._training_answer = ""  # to the question that closing asks while a training runs
        self._closes_when_done = False
        self.setWindowTitle("PyroBlur")
        self.setWindowIcon(icons.application_icon())
        self.setMinimumSize(*SMALLEST_SIZE)
        self._usual = program_defaults()
        defaults = options_from(settings.blur_defaults, self._usual)
        self.blur = BlurTab(
            options=options_from(state.options, defaults),
            defaults=defaults,
            output=Output(settings.output_folder, settings.name_pattern),
        )
        self.blur.starts_at_once = settings.start_when_added
        self.blur.shows_live = settings.show_live
        self.datasets = DatasetsTab()
        self.training = TrainingTab()
        self.benchmark = BenchmarkTab()
        self.runs = RunsTab()
        self.status = StatusBar()
        self.help = HelpMenu(self)
        self._build()
        self._build_menus()
        self.blur.summary.connect(self._summary_changed)
        self.blur.engine.connect(self._engine_known)
        self.blur.output_changed.connect(self._output_changed)
        self.blur.finished.connect(self._all_done)
        self.training.ended.connect(self._notify)
        self.training.ended.connect(lambda _: self.runs.note_training())
        self.runs.production_changed.connect(self._production_changed)
        self.training.model_wanted.connect(self._use_model)
        self.training.data_wanted.connect(lambda: self.show_tab("datasets"))
        self.benchmark.picture_wanted.connect(self._show_picture)
        self.benchmark.import_wanted.connect(self._import_data)
        self._restore()
        self.setFocus()  # no button wears the focus ring before the user presses Tab

    @property
    def _all(self) -> tuple[BlurTab, DatasetsTab, TrainingTab, BenchmarkTab, RunsTab]:
        """The tabs, in their order."""
        return self.blur, self.datasets, self.training, self.benchmark, self.runs

    def connect_jobs(self, client: JobClient) -> None:
        """Call it on the running loop."""
        self._client = client
        self._show_tracking()
        self.blur.connect_jobs(client)
        self.datasets.connect_jobs(client)
        self.say(self.training.connect_jobs(client))
        self.benchmark.connect_jobs(client)
        self.runs.connect_jobs(client)
        self._tasks.run(self._prepare())

    async def disconnect_jobs(self) -> None:
        """Ends what the tabs have under way; the client itself is its owner's to close."""
        await self._tasks.close()
        await self.help.close()
        await self.blur.disconnect_jobs()
        await self.datasets.disconnect_jobs()
        await self.training.disconnect_jobs()
        await self.benchmark.disconnect_jobs()
        await self.runs.disconnect_jobs()
        await self._notifier.close()

    def add_files(self, paths: Sequence[Path]) -> None:
        self.blur.add(paths, take_any_file=True)

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def client(self) -> JobClient | None:
        """None before there are jobs."""
        return self._client

    def welcome_if_new(self) -> None:
        """Shows the welcome at the first start, once."""
        if not self._settings.was_welcomed:
            self._settings = self._settings.model_copy(update={"was_welcomed": True})
            self._save_settings()
            self.help.welcome()

    def say(self, text: str) -> None:
        """A passing remark above the work."""
        if text:
            self._all[self._tabs.currentIndex()].banner.say(text)

    def show_tab(self, name: str) -> None:
        """By the name that is remembered, one of _TABS; an unknown one changes nothing."""
        if name in _TABS:
            self._tabs.setCurrentIndex(_TABS.index(name))

    async def _prepare(self) -> None:
        """What is not on screen yet, before it is asked for."""
        await asyncio.sleep(SETTLE_S)
        await load_help()
        for tab in self._all:
            if isinstance(tab, JobTab):
                await tab.prepare()
                keep_what_is_loaded()

    # -- closing

    @property
    def keeps_training(self) -> bool:
        """Whether the user wants trainings to go on without the window."""
        return self._training_answer == Answer.KEEP

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        if self.training.is_busy() and not self._training_answer:
            question = training_question(self, has_waiting=self.training.has_waiting())
            question.answered.connect(self._training_answered)
            question.open()
            return
        has_begun = self._last.running + self._last.paused > 0 or (self._last.is_started and self._last.waiting > 0)
        if has_begun:  # what only waits is kept in the queue, and nothing is lost by closing
            dialog = ClosingDialog(self._last, self)
            dialog.answered.connect(self._closing_answered)
            dialog.open()
        elif (stopping := self._stopping_question()) is not None:
            stopping.answered.connect(self._closing_answered)
            stopping.open()
        else:
            self._close_now()

    def _stopping_question(self) -> Question | None:
        """About what would end with the window; None where there is nothing."""
        if self.datasets.is_busy():
            return work_question(self)
        if self.benchmark.is_busy():
            return benchmark_question(self)
        return pack_question(self) if self.training.makes_pack() else None

    def close_at_once(self) -> None:
        """Without asking; files that are under way can be resumed next time."""
        if not self._may_close:
            self._close_now()

    def _training_answered(self, answer: str) -> None:
        if answer in {Answer.KEEP, Answer.STOP}:
            self._training_answer = answer
            self.close()  # there may be something else to ask about

    def _closing_answered(self, answer: str) -> None:
        if answer == Answer.STOP:
            self._close_now()
        elif answer == Answer.FINISH:
            self._closes_when_done = True
            self.blur.commands.resume_all.trigger()
            self.say(tr("PyroBlur closes when the last file is done."))
            self._summary_changed(self._last)
        else:
            self._training_answer = ""

    def remember(self) -> tuple[Settings, WindowState]:
        """Notes place, layout and options as closing does; what another window begins with."""
        self._remember()
        return self._settings, self._state_file.load().value

    def _close_now(self) -> None:
        self._may_close = True
        self._remember()
        self.hide()
        self.closing.emit()

    # -- settings and what is remembered

    def _show_settings(self) -> None:
        from pyroblur_gui.ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._settings, self)
        dialog.saved.connect(self._take_settings)
        dialog.open()

    def _take_settings(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        self._save_settings()
        self._theme.use(settings.scheme)
        if settings.tracking_address != before.tracking_address:
            self._show_tracking()
            self.runs.place_changed()
        if settings.language is not before.language:
            self.language_changed.emit()
        self.blur.starts_at_once = settings.start_when_added
        self.blur.set_live(is_shown=settings.show_live)
        self.blur.set_output(Output(settings.output_folder, settings.name_pattern))
        old = options_from(before.blur_defaults, self._usual)
        self.blur.set_defaults(old, options_from(settings.blur_defaults, self._usual))

    def _production_changed(self, _model: str) -> None:
        """Who has not chosen another model gets the promoted one."""
        old = options_from(self._settings.blur_defaults, self._usual)
        self._usual = program_defaults()
        self.blur.list_models()
        self.blur.set_defaults(old, options_from(self._settings.blur_defaults, self._usual))

    def _output_changed(self, output: Output) -> None:
        self._settings = self._settings.model_copy(
            update={"output_folder": output.folder, "name_pattern": output.pattern}
        )
        self._save_settings()

    def _save_settings(self) -> None:
        try:
            self._settings_file.save(self._settings)
        except SettingsError as error:
            self.say(failure_text(error))

    def _restore(self) -> None:
        self.resize(*DEFAULT_SIZE)
        if self._state.geometry:
            self.restoreGeometry(_from_text(self._state.geometry))
        layouts = {name: _from_text(text) for name, text in self._state.splitters.items()}
        self.blur.restore_layout(layouts)
        self.datasets.restore_layout(layouts)
        self.training.restore_layout(layouts)
        self.benchmark.restore_layout(layouts)
        self.runs.restore_layout(layouts)
        self.show_tab(self._state.tab)
        self.blur.door.last_folder = self._state.last_folder
        if self.blur.options.form.advanced is not None:
            self.blur.options.form.advanced.set_open(self._state.is_advanced_open)

    def _remember(self) -> None:
        defaults = options_from(self._settings.blur_defaults, self._usual)
        advanced = self.blur.options.form.advanced
        layouts = {name: data for tab in self._all for name, data in tab.layout_bytes().items()}
        state = self._state.model_copy(
            update={
                "geometry": _as_text(self.saveGeometry()),
                "splitters": {name: _as_text(data) for name, data in layouts.items()},
                "tab": _TABS[self._tabs.currentIndex()],
                "options": differences(self.blur.chosen_options, defaults),
                "is_advanced_open": advanced is not None and advanced.is_open(),
                "last_folder": self.blur.door.last_folder,
            }
        )
        try:
            self._state_file.save(state)
        except SettingsError as error:  # a layout is no reason to keep the window open
            self.say(translated(error.message))

    def _show_tracking(self) -> None:
        """Whether runs leave this computer."""
        from pyroblur_gui.runs.place import here

        self.status.show_tracking(here().other_host)

    # -- what the jobs tell

    def _summary_changed(self, summary: Summary) -> None:
        self._last = summary
        self.status.show_summary(summary)
        self.setWindowTitle(f"{numeral(summary.fraction * 100, '.0f')} % – PyroBlur" if summary.is_busy else "PyroBlur")
        if self._closes_when_done and summary.under_way == 0:
            self._closes_when_done = False
            asyncio.get_running_loop().call_soon(self._close_now)

    def _engine_known(self, text: str) -> None:
        self.help.engine = text
        self.status.show_engine(text)

    def _use_model(self, name: str) -> None:
        self.blur.use_model(name)
        self.show_tab("blur")
        self.say(tr("Blurring uses the model {name} from now on.", name=name))

    def _show_picture(self, dataset: str, number: int) -> None:
        self.show_tab("datasets")
        self.datasets.open_picture(dataset, number)

    def _import_data(self, file: Path) -> None:
        """The folder of a data.yaml."""
        self.show_tab("datasets")
        self.datasets.import_paths([file.parent])

    def _all_done(self, _summary: Summary) -> None:
        self._alert()

    def _notify(self, text: str) -> None:
        if text and self._settings.alert_when_done:
            self._notifier.tell(text)

    def _alert(self) -> None:
        if self._settings.alert_when_done and not self.isActiveWindow():
            QApplication.alert(self)

    # -- how it is built

    def _build(self) -> None:
        self._tabs = QTabBar()
        self._tabs.setAccessibleName(tr("Tabs"))
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._stack = QStackedWidget()
        self._add_tab(tr("Blur"), self.blur)
        self._add_tab(tr("Data sets"), self.datasets)
        self._add_tab(tr("Training"), self.training)
        self._add_tab(tr("Benchmark"), self.benchmark)
        self._add_tab(tr("Runs"), self.runs)
        self._tabs.currentChanged.connect(self._show_tab)
        bar = QWidget()
        bar.setProperty("look", "tabs")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(Space.S, 0, Space.S, 0)
        row.addWidget(self._tabs)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._stack, 1)
        column.addWidget(self.status)
        self.setCentralWidget(central)

    def _add_tab(self, title: str, tab: QWidget) -> None:
        """A bar of tabs shows as soon as there is more than one."""
        self._stack.addWidget(tab)
        self._tabs.addTab(title)
        self._tabs.setVisible(self._tabs.count() > 1)

    def _show_tab(self, index: int) -> None:
        """A tab brings its own menus: what belongs to a hidden one neither shows nor answers to its keys."""
        self._stack.setCurrentIndex(index)
        self._queue_menu.menuAction().setVisible(index == _BLUR)
        self._dataset_menu.menuAction().setVisible(index == _DATASETS)
        self._training_menu.menuAction().setVisible(index == _TRAINING)
        self._benchmark_menu.menuAction().setVisible(index == _BENCHMARK)
        self._runs_menu.menuAction().setVisible(index == _RUNS)
        tab = self._all[index].commands
        self._file_menu.clear()
        tab.fill_file_menu(self._file_menu)
        self._file_menu.addSeparator()
        self._file_menu.addAction(self._settings_action)
        self._file_menu.addSeparator()
        self._file_menu.addAction(self._quit_action)
        self._view_menu.clear()
        tab.fill_view_menu(self._view_menu)

    def _build_menus(self) -> None:
        self._file_menu = self._menu(tr("&File"))
        self._settings_action = self._action(tr("&Settings…"), "gear-six", "Ctrl+,", QAction.MenuRole.PreferencesRole)
        self._settings_action.triggered.connect(self._show_settings)
        self._quit_action = self._action(
            tr("&Quit"), "sign-out", QKeySequence.StandardKey.Quit, QAction.MenuRole.QuitRole
        )
        self._quit_action.triggered.connect(self.close)
        self._queue_menu = self._menu(tr("&Queue"))
        self.blur.commands.fill_queue_menu(self._queue_menu)
        self._dataset_menu = self._menu(tr("&Data set"))
        self.datasets.commands.fill_menu(self._dataset_menu)
        self._training_menu = self._menu(tr("&Training"))
        self.training.commands.fill_menu(self._training_menu)
        self._benchmark_menu = self._menu(tr("&Benchmark"))
        self.benchmark.commands.fill_menu(self._benchmark_menu)
        self._runs_menu = self._menu(tr("&Runs"))
        self.runs.commands.fill_menu(self._runs_menu)
        self._view_menu = self._menu(tr("&View"))
        self._show_tab(_BLUR)
        self.help.fill(self._menu(tr("&Help")))

    def _menu(self, title: str) -> QMenu:
        menu = self.menuBar().addMenu(title)
        menu.setAccessibleName(title.replace("&", ""))
        menu.setToolTipsVisible(True)
        return menu

    def _action(self, text: str, glyph: str, keys: QKeySequence.StandardKey | str, role: QAction.MenuRole) -> QAction:
        action = QAction(icons.icon(glyph), text, self)
        action.setShortcut(QKeySequence(keys))
        action.setMenuRole(role)
        return action


def _as_text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")


def _from_text(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "ignore"))
