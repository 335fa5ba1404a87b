"""Connects the Runs tab's widgets with what decides: from the moment that it is first shown, with jobs, to the end.

All that reads or writes the store is done by workers: the window itself never loads MLflow.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog, QInputDialog, QPushButton

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models import catalogue, production
from pyroblur_gui.runs import table
from pyroblur_gui.runs.spec import (
    Alias,
    Change,
    ChangeSpec,
    ListSpec,
    PromoteSpec,
    RegistrySpec,
    RollBackSpec,
    ShowSpec,
    SyncSpec,
)
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import failure_text, tr, trn
from pyroblur_gui.ui.tabs.runs.mlflow_pages import MlflowPages
from pyroblur_gui.ui.tabs.runs.plans_wiring import PlansWiring
from pyroblur_gui.ui.tabs.runs.presenter import RunsPresenter
from pyroblur_gui.ui.tabs.runs.promote_dialog import PromoteDialog
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.charts_view import load_charts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyroblur_gui.runs.row import Row
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.runs.tab import RunsTab

COMPARE_MS = 150  # after the last change of what is chosen
ERASE, KEEP = "erase", "keep"


class Wiring(QObject):
    """Call everything on the window's loop."""

    def __init__(self, tab: RunsTab, client: JobClient) -> None:
        super().__init__(tab)
        self._tab = tab
        self._client = client
        self._tasks = Tasks()
        self._reading: asyncio.Task[None] | None = None
        self._chosen: list[str] = []
        self.presenter = RunsPresenter()
        self.plans = PlansWiring(tab, client, self._tasks)
        self._pages = MlflowPages(client, self._tasks, tab.banner)
        self._compare_soon = QTimer(self)
        self._compare_soon.setSingleShot(True)
        self._compare_soon.setInterval(COMPARE_MS)
        self._compare_soon.timeout.connect(self._compare)
        self._connect()
        self.refresh()

    async def close(self) -> None:
        self._compare_soon.stop()
        self.plans.close()
        await self._tasks.close()

    def shown(self) -> None:
        """The tab came to the front: what was trained meanwhile is seen."""
        self.refresh()
        self.plans.refresh()

    def training_ended(self) -> None:
        if self._tab.isVisible():
            self.refresh()
        else:
            self._tasks.run(self._sync())

    def refresh(self) -> None:
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read())
            self._reading.add_done_callback(self._was_read)
            self._tasks.keep(self._reading)
        self._tasks.run(self._read_registry())

    def say(self, text: str) -> None:
        self._tab.banner.say(text)

    # -- what the user does

    def _connect(self) -> None:
        tab, act = self._tab, self._tab.commands
        tab.table.chosen.connect(self._choose)
        tab.table.filtered.connect(self._filter)
        tab.table.sorted.connect(self._sort)
        tab.table.column_toggled.connect(self._toggle_column)
        tab.compare.said.connect(self.say)
        tab.compare.details.note_kept.connect(self._keep_note)
        tab.models.promote_button.clicked.connect(lambda: self._promote(""))
        tab.models.record_wanted.connect(self._show_record)
        act.refresh.triggered.connect(self.refresh)
        act.show_bin.triggered.connect(self.refresh)
        act.delete.triggered.connect(lambda: self._change_chosen(Change.DELETE))
        act.restore.triggered.connect(lambda: self._change_chosen(Change.RESTORE))
        act.erase.triggered.connect(self._ask_erase)
        act.note.triggered.connect(self._edit_note)
        act.tag.triggered.connect(self._ask_tag)
        act.export.triggered.connect(self._ask_export)
        act.promote.triggered.connect(self._promote_chosen)
        act.roll_back.triggered.connect(lambda: self._tasks.run(self._roll_back()))
        act.mlflow.triggered.connect(self._pages.open)

    def _choose(self, ids: list[str]) -> None:
        self._chosen = ids
        rows = self._rows()
        has_model = len(rows) == 1 and bool(rows[0].model)
        self._tab.commands.update_for(len(rows), is_bin=self.presenter.is_bin, has_model=has_model)
        self._compare_soon.start()

    def _filter(self, text: str) -> None:
        self.presenter.filter = text
        self._show()

    def _sort(self, column: str, is_descending: bool) -> None:
        self.presenter.sort(column, descending=is_descending)
        self._show()

    def _toggle_column(self, name: str, is_shown: bool) -> None:
        self.presenter.show_column(name, is_shown=is_shown)
        self._show()

    def _keep_note(self, run: str, text: str) -> None:
        self._tasks.run(self._change(ChangeSpec(change=Change.NOTE, runs=(run,), text=text), tr("The note is kept.")))

    def _edit_note(self) -> None:
        self._tab.compare.views.set_value("details")
        self._tab.compare.details.note.setFocus()

    def _change_chosen(self, change: Change) -> None:
        if not self._chosen:
            return
        count = len(self._chosen)
        said = (
            trn("{count} run is in the bin.", "{count} runs are in the bin.", count)
            if change is Change.DELETE
            else trn("{count} run is restored.", "{count} runs are restored.", count)
        )
        self._tasks.run(self._change(ChangeSpec(change=change, runs=tuple(self._chosen)), said))

    def _ask_erase(self) -> None:
        question = Question(
            tr("Empty the bin?"),
            tr("The deleted runs are taken out of the store for good. The trainings' own folders and models stay."),
            ((KEEP, tr("&Keep them")), (ERASE, tr("&Empty the bin"))),
            glyph="trash",
            role="warning",
            parent=self._tab,
        )
        question.answered.connect(self._erase)
        question.open()

    def _erase(self, answer: str) -> None:
        if answer == ERASE:
            self._tasks.run(self._change(ChangeSpec(change=Change.ERASE), tr("The bin is empty.")))

    def _ask_tag(self) -> None:
        dialog = QInputDialog(self._tab)
        dialog.setWindowTitle(tr("Tag runs"))
        dialog.setLabelText(tr("Name and value, such as customer=north. A name alone takes the tag away."))
        dialog.setAccessibleName(tr("Tag runs"))
        dialog.setOkButtonText(tr("Tag"))
        dialog.setCancelButtonText(tr("Cancel"))
        dialog.textValueSelected.connect(self._tag)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        for button in dialog.findChildren(QPushButton):
            button.setIcon(QIcon())  # those of Qt are of another family

    def _tag(self, text: str) -> None:
        change = Change.TAG if "=" in text else Change.UNTAG
        self._tasks.run(self._change(ChangeSpec(change=change, runs=tuple(self._chosen), text=text.strip()), ""))

    def _ask_export(self) -> None:
        dialog = QFileDialog(self._tab, tr("Export the table"), str(Path.home() / "runs.csv"), tr("Tables (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, path: Path) -> None:
        """What is listed, with every column."""
        try:
            path.write_text(table.as_csv(self.presenter.shown().rows), encoding="utf-8-sig", newline="")
        except OSError as exc:
            error = as_output_error(exc, path)
            self.say(failure_text(error))
            return
        self.say(tr("The table is saved in {file}.", file=path))

    # -- promotion

    def _promote_chosen(self) -> None:
        rows = self._rows()
        if len(rows) == 1 and rows[0].model:
            self._promote(rows[0].model)

    def _promote(self, model: str) -> None:
        """model: empty where the user is to choose."""
        names = list(dict.fromkeys([*(entry.name for entry in catalogue.entries()), *([model] if model else [])]))
        dialog = PromoteDialog(names, model, production.default_model(), self._tab)
        dialog.drafted.connect(lambda spec: self._tasks.run(self._draft(dialog, spec)))
        dialog.wanted.connect(lambda spec: self._tasks.run(self._do_promote(dialog, spec)))
        dialog.open()
        self.dialog = dialog

    async def _draft(self, dialog: PromoteDialog, spec: PromoteSpec) -> None:
        dialog.show_busy(is_busy=True)
        try:
            result = await self._client.errands.run(spec)
        except PyroblurError as error:
            with suppress(RuntimeError):  # closed meanwhile
                dialog.fail(failure_text(error))
            return
        with suppress(RuntimeError):
            dialog.show_draft(result)

    async def _do_promote(self, dialog: PromoteDialog, spec: PromoteSpec) -> None:
        dialog.show_busy(is_busy=True)
        try:
            await self._client.errands.run(spec)
        except PyroblurError as error:
            with suppress(RuntimeError):
                dialog.fail(failure_text(error))
            return
        with suppress(RuntimeError):
            dialog.accept()
        if spec.alias is Alias.PRODUCTION:
            self.say(tr("{model} is used for blurring from now on.", model=spec.model))
            self._tab.production_changed.emit(spec.model)
        else:
            self.say(tr("{model} is the candidate.", model=spec.model))
        await self._read_registry()

    async def _roll_back(self) -> None:
        try:
            result = await self._client.errands.run(RollBackSpec())
        except PyroblurError as error:
            self.say(failure_text(error))
            return
        self.say(tr("{model} is used for blurring again.", model=result["model"]))
        self._tab.production_changed.emit(str(result["model"]))
        await self._read_registry()

    async def _read_registry(self) -> None:
        used = production.default_model()
        can_go_back = bool(production.production().before)
        self._tab.commands.roll_back.setEnabled(can_go_back)
        self._tab.models.show_used(used, can_go_back=can_go_back)
        try:
            result: dict[str, Any] = await self._client.errands.run(RegistrySpec())
        except PyroblurError as error:
            self._tab.models.show_registry(used, (), can_go_back=can_go_back)
            self._tab.models.about.setText(failure_text(error))
            return
        self._tab.models.show_registry(used, result["versions"], can_go_back=can_go_back)

    def _show_record(self, name: str) -> None:
        path = folders().data / "decisions" / Path(name).name
        try:
            self._tab.models.show_record(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            self._tab.models.show_record(tr("The record {name} is not on this computer.", name=name))

    # -- reading and writing

    async def _read(self) -> None:
        is_bin = self._tab.commands.show_bin.isChecked()
        try:
            result = await self._client.errands.run(ListSpec(deleted=is_bin))
        except PyroblurError as error:
            self._tab.banner.offer(failure_text(error), ((tr("Try again"), self.refresh),))
            return
        await asyncio.to_thread(self.presenter.take, result, is_bin=is_bin)
        if self.presenter.pending:
            waiting = trn("{count} run is not logged yet.", "{count} runs are not logged yet.", self.presenter.pending)
            self._tab.banner.offer(f"{waiting} {self.presenter.problem}", ((tr("Try again"), self.refresh),))
        self._show()

    def _was_read(self, _task: asyncio.Task[None]) -> None:
        self._reading = None

    async def _sync(self) -> None:
        with suppress(PyroblurError):  # told when the tab is shown
            await self._client.errands.run(SyncSpec())

    async def _change(self, spec: ChangeSpec, said: str) -> None:
        try:
            await self._client.errands.run(spec)
        except PyroblurError as error:
            self.say(failure_text(error))
        else:
            if said:
                self.say(said)
        self.refresh()

    def _show(self) -> None:
        shown = self.presenter.shown()
        self._tab.table.show_runs(shown, self.presenter)
        self._tab.table.fill_columns(self.presenter.every_column(), shown.columns)
        own = self.presenter.store.startswith("sqlite:")
        self._tab.store.setText("" if own else self.presenter.store)
        self._choose(self._tab.table.ids())

    def _rows(self) -> list[Row]:
        return self.presenter.of(self._chosen)

    def _compare(self) -> None:
        rows = self._rows()
        if not rows:
            self._tab.compare.show_nothing(
                has_runs=bool(self.presenter.rows), is_listed=bool(self._tab.table.model.rows)
            )
            return
        self._tasks.run_once(self._load_charts)  # there is something to draw now
        self._tab.compare.show_runs(rows, None)
        if not self.presenter.is_bin:
            self._tasks.run(self._read_curves(rows))

    async def _read_curves(self, rows: Sequence[Row]) -> None:
        wanted = [row.id for row in rows]
        try:
            result = await self._client.errands.run(ShowSpec(runs=tuple(wanted[:20])))
        except PyroblurError as error:
            self.say(failure_text(error))
            return
        if [row.id for row in self._rows()] == wanted:
            self._tab.compare.show_runs(rows, result)

    async def _load_charts(self) -> None:
        await load_charts("pyroblur_gui.ui.widgets.line_chart")
        await load_charts("pyroblur_gui.ui.widgets.point_chart")
        await self._tab.compare.load_charts()
        self._compare()
