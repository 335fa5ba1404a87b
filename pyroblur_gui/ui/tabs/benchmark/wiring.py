"""Connects the Benchmark tab's widgets with what decides: from the moment it is first shown, with jobs, to the end.

It is the BenchmarkView of the presenter.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.tabs.benchmark.presenter import BenchmarkPresenter, Choice, Work
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.charts_view import load_charts

if TYPE_CHECKING:
    from pyroblur_gui.benchmark.result import BenchmarkResult
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.benchmark.tab import BenchmarkTab

REMOVE = "remove"
REPORT_FILE = "benchmark.html"


class Wiring(QObject):
    """Call everything on the window's loop."""

    def __init__(self, tab: BenchmarkTab, client: JobClient) -> None:
        super().__init__(tab)
        self._tab = tab
        self._tasks = Tasks()
        self.presenter = BenchmarkPresenter(client.queue, self)
        act = tab.commands
        act.run.triggered.connect(self._run)
        act.cancel.triggered.connect(self.presenter.cancel)
        act.save.triggered.connect(self._ask_folder)
        act.open_report.triggered.connect(self._open_report)
        act.remove.triggered.connect(self._ask_remove)
        tab.setup.result_chosen.connect(lambda name: self._tasks.run(self.presenter.choose(name)))
        tab.results.elsewhere.connect(self._offer_picture)
        tab.results.said.connect(self.say)
        self._tasks.run(self.presenter.refresh())

    async def close(self) -> None:
        await self.presenter.close()
        await self._tasks.close()
        await self._tab.results.findings.close_tasks()

    def shown(self) -> None:
        """The tab came to the front: what other tabs and programs did meanwhile is seen."""
        self._tasks.run(self.presenter.refresh())

    # -- BenchmarkView

    def choices_changed(self, models: list[Choice], data: list[Choice]) -> None:
        self._tab.setup.show_choices(models, data)
        self._tab.show_empty(has_data=bool(data))

    def results_changed(self, names: list[str], chosen: str | None) -> None:
        self._tab.setup.show_results(names, chosen)

    def result_shown(self, result: BenchmarkResult | None, _folder: Path | None) -> None:
        self._tab.results.show_result(result)
        if result is not None:
            self._tasks.run_once(self._add_boards)  # there is something to draw now
        self._update()

    def work_changed(self, work: Work | None) -> None:
        self._tab.setup.show_work(work)
        self._update()

    def failed(self, text: str) -> None:
        self._tab.setup.say_problem(text)

    def say(self, text: str) -> None:
        self._tab.banner.say(text)

    # -- what the user does

    def _run(self) -> None:
        self._tab.setup.say_problem("")
        try:
            self.presenter.start(self._tab.setup.draft())
        except PyroblurError as error:
            self._tab.setup.say_problem(failure_text(error))

    def _offer_picture(self, picture: Path, file: Path) -> None:
        """A picture that no data set of PyroBlur has yet can be looked at, or its set imported."""
        self._tab.banner.offer(
            tr("{picture} is not in a data set of PyroBlur yet.", picture=picture.name),
            (
                (tr("Import the data set…"), lambda: self._tab.import_wanted.emit(file)),
                (tr("Open the picture"), lambda: self._open_file(picture)),
            ),
        )

    def _open_file(self, file: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))):
            self.say(tr("No program could be opened for it. It is {file}.", file=file))

    def _open_report(self) -> None:
        folder = self.presenter.folder
        if folder is None:
            return
        page = folder / REPORT_FILE
        if not page.is_file() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(page))):
            self.say(tr("The report could not be opened. It is {file}.", file=page))

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self._tab, tr("Save the report in a folder"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.save_report(Path(chosen)))
        dialog.open()

    def save_report(self, folder: Path) -> None:
        """Copies the report into a folder of its own below the one that was chosen."""
        source = self.presenter.folder
        if source is not None:
            self._tasks.run(self._copy(source, folder / source.name))

    async def _copy(self, source: Path, target: Path) -> None:
        try:
            await asyncio.to_thread(shutil.copytree, source, target, dirs_exist_ok=True)
        except (OSError, shutil.Error) as exc:
            error = as_output_error(exc if isinstance(exc, OSError) else OSError(str(exc)), target)
            self.say(failure_text(error))
            return
        self.say(tr("The report is saved in {folder}.", folder=target))

    def _ask_remove(self) -> None:
        question = Question(
            tr("Remove this result?"),
            tr("Its figures and its report are deleted for good. Reports that you saved elsewhere stay."),
            ((REMOVE, tr("&Remove")), ("", tr("&Keep"))),
            glyph="trash",
            role="danger",
            parent=self._tab,
        )
        question.answered.connect(lambda answer: self._tasks.run(self.presenter.remove()) if answer == REMOVE else None)
        question.open()

    async def _add_boards(self) -> None:
        await load_charts()
        await self._tab.results.add_boards()

    def _update(self) -> None:
        has_result = self._tab.results.result is not None
        self._tab.commands.update_for(has_result=has_result, is_busy=self.presenter.is_busy())
