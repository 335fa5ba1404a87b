"""The Runs tab in the real window, with the real worker behind it."""

from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu
from run_folders import make_run

from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.settings import Settings
from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.models import production
from pyroblur_gui.operations import plans
from pyroblur_gui.runs import pages
from pyroblur_gui.runs.plan import Plan
from pyroblur_gui.training.run import RunState
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.tabs.runs.plan_dialog import PlanDialog
from tests.ui.desk import Play, shown, until

pytestmark = pytest.mark.usefixtures("tracking_part")
LIMIT_S = 240.0


def make_three() -> None:
    make_run(folders().runs, "small", best=0.3, number=0, imgsz=320, seed=1)
    make_run(folders().runs, "large", best=0.6, number=1, imgsz=416, seed=1)
    make_run(folders().runs, "failed", best=0.1, number=2, state=RunState.FAILED)


async def open_runs(session):
    window = shown(session)
    window.show_tab("runs")
    tab = window.runs
    await until(lambda: bool(tab.wiring.presenter.store), LIMIT_S)  # it has been read
    return tab


def names(tab) -> list[str]:
    return [row.name for row in tab.table.model.rows]


def ids(tab, *wanted: str) -> list[str]:
    return [row.id for row in tab.table.model.rows if row.name in wanted]


def test_an_empty_tab_says_what_to_do(on_screen: Play) -> None:
    async def scenario(session) -> None:
        tab = await open_runs(session)
        assert tab.compare.blank.isVisible()
        assert "Training" in tab.compare.blank.text
        assert tab.models.used.text().endswith(production.USUAL)

    on_screen(scenario)


def test_runs_are_filtered_sorted_and_compared(on_screen: Play) -> None:
    make_three()

    async def scenario(session) -> None:
        tab = await open_runs(session)
        await until(lambda: names(tab) == ["failed", "large", "small"], LIMIT_S)
        tab.table.filter.setText("imgsz=320")
        assert names(tab) == ["failed", "small"]
        assert "2 of 3" in tab.table.footer.text()
        assert tab.table.model.headerData(2, Qt.Orientation.Horizontal).strip() == "Best mAP50-95"
        side = tab.table.model.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
        assert side & Qt.AlignmentFlag.AlignRight, "as the numbers below it"
        tab.table.filter.setText("imgsz>wide")
        assert "no number" in tab.table.footer.text()
        await until(lambda: tab.compare.blank.heading == "No run fits the filter")
        tab.table.filter.clear()
        column = tab.table.model.columns.index("best/mAP50-95")
        tab.table.view.sortByColumn(column, tab.table.view.horizontalHeader().sortIndicatorOrder())
        tab.table.sorted.emit("best/mAP50-95", True)
        assert names(tab) == ["large", "small", "failed"]
        shown_before = list(tab.table.model.columns)
        menu = tab.table.columns_button.menu()
        assert isinstance(menu, QMenu)
        next(action for action in menu.actions() if action.text() == "lr0").trigger()
        assert tab.table.model.columns == [*shown_before, "lr0"]

        tab.table.choose(ids(tab, "large", "small"))
        await until(lambda: tab.compare.charts and len(tab.compare.charts[0].figure.curves) == 2, LIMIT_S)
        assert tab.compare.views.value() == "curves"
        assert sorted(tab.compare.charts[0].names) == ["large", "small"]
        heads = [tab.compare.differences.verticalHeaderItem(row).text() for row in range(2)]
        assert heads[0] == "imgsz"
        assert {dot.name: dot.y for dot in tab.compare.scatter.dots} == {"large": 0.6, "small": 0.3}
        assert tab.compare.left_out.isHidden()
        assert "imgsz: 320, 416" in tab.compare.parallel.accessibleDescription()
        one, other, _ = tab.table.model.rows
        tab.compare.show_runs([one, other.model_copy(update={"metrics": {}})], None)
        assert tab.compare.left_out.text() == "1 run has no such figure."

    on_screen(scenario)


def test_a_run_is_noted_and_another_put_into_the_bin_and_erased(on_screen: Play) -> None:
    make_three()

    async def scenario(session) -> None:
        tab = await open_runs(session)
        await until(lambda: names(tab) == ["failed", "large", "small"], LIMIT_S)
        tab.table.choose(ids(tab, "large"))
        tab.compare.views.set_value("details")
        await until(lambda: "large" in tab.compare.details.text.toPlainText(), LIMIT_S)
        tab.compare.details.note.setPlainText("for the market")
        tab.compare.details.keep_button.click()
        await until(lambda: any(row.note == "for the market" for row in tab.table.model.rows), LIMIT_S)

        tab.table.choose(ids(tab, "failed"))
        tab.commands.delete.trigger()
        await until(lambda: names(tab) == ["large", "small"], LIMIT_S)
        tab.commands.show_bin.trigger()
        await until(lambda: names(tab) == ["failed"], LIMIT_S)
        tab.commands.erase.trigger()
        question = tab.findChild(Question)
        question.buttons["erase"].click()
        await until(lambda: names(tab) == [], LIMIT_S)
        assert "imgsz" not in tab.table.footer.text()

    on_screen(scenario)


def test_the_table_is_saved_with_every_column(on_screen: Play, tmp_path: Path) -> None:
    make_three()

    async def scenario(session) -> None:
        tab = await open_runs(session)
        await until(lambda: len(names(tab)) == 3, LIMIT_S)
        tab.wiring.export(tmp_path / "runs.csv")
        assert (tmp_path / "runs.csv").read_text(encoding="utf-8-sig").startswith("run,state,started")
        tab.wiring.export(tmp_path / "missing" / "runs.csv")
        assert "could not be written" in tab.banner.text

    on_screen(scenario)


def test_a_model_is_promoted_with_an_edited_record_used_and_rolled_back(on_screen: Play) -> None:
    async def scenario(session) -> None:
        tab = await open_runs(session)
        tab.views.set_value("models")
        tab.models.promote_button.click()
        dialog = tab.wiring.dialog
        assert dialog.alternative.currentText() == production.USUAL
        assert dialog.model.currentText() != production.USUAL, "what is used already is not proposed"
        dialog.model.setCurrentText(production.USUAL)
        assert dialog.alternative.findText(production.USUAL) == -1, "no model is its own alternative"
        assert dialog.spec(is_draft=True).alternatives not in {(), (production.USUAL,)}
        dialog.model.setCurrentText("fast")
        assert dialog.alternative.currentText() == production.USUAL
        dialog.rules.setText("recall>=90%")
        dialog.draft_button.click()
        await until(lambda: "not measured" in dialog.said.text(), LIMIT_S)
        dialog.promote_button.click()
        await until(lambda: "is not promoted" in dialog.said.text(), LIMIT_S)
        assert production.default_model() == production.USUAL
        dialog.reason.setText("Ana needs the speed.")
        dialog.record.appendPlainText("Signed: Ana")
        dialog.promote_button.click()
        await until(lambda: tab.models.table.rowCount() == 1, LIMIT_S)
        assert production.default_model() == "fast"
        assert shown(session).blur.chosen_options.model == "fast"
        tab.models.table.selectRow(0)
        await until(lambda: "Signed: Ana" in tab.models.record.toPlainText())
        tab.models.back_button.click()
        await until(lambda: production.default_model() == production.USUAL, LIMIT_S)
        await until(lambda: shown(session).blur.chosen_options.model == production.USUAL)

    on_screen(scenario)


def test_a_plan_is_made_in_the_form_and_shown_as_a_matrix(on_screen: Play) -> None:
    make_run(folders().runs, "mine--grid-01", best=0.3)

    async def scenario(session) -> None:
        tab = await open_runs(session)
        tab.views.set_value("plans")
        tab.plans.new_button.click()
        dialog = tab.wiring.plans.dialog
        assert isinstance(dialog, PlanDialog)
        dialog.save_button.click()
        assert "small letters, digits and dashes" in dialog.problem.text()
        dialog.name.setText("mine")
        dialog.data.addItem("street")
        dialog.grid.setPlainText("imgsz = 100, 320")
        dialog.save_button.click()
        assert "multiple of 32" in dialog.problem.text()
        dialog.grid.setPlainText("imgsz = 320, 416\nlr0 = 0.005, 0.01")
        dialog.save_button.click()
        await until(lambda: bool(tab.plans.matrices) and tab.plans.matrices[0].rowCount() == 4)
        assert tab.plans.plans.currentData() == "mine"
        assert tab.plans.matrices[0].item(0, 1).text() == "0.3000"
        assert tab.plans.matrices[0].item(0, 2).text() == "Waiting"
        cell = tab.plans.matrices[0].visualItemRect(tab.plans.matrices[0].item(0, 1))
        place = cell.topLeft() + QPoint(2, cell.height() // 2)
        shade = tab.plans.matrices[0].viewport().grab().toImage().pixelColor(place)
        assert shade == tab.plans.matrices[0].item(0, 1).background().color(), "what is done is seen to be"
        assert "1 of 8" in tab.plans.said.text()

    on_screen(scenario)


def test_a_plan_takes_what_waits_in_the_queue_and_ends_when_nothing_is_due(on_screen: Play) -> None:
    """After a kill, what waited in the queue waits there until it is asked for, and the plan is what asks for it.

    A data set that is not there makes every training fail at once.
    """
    plan = Plan(name="mine", recipe="quick", data="nowhere", grid={"imgsz": (64,)}, from_scratch=True)

    async def scenario(session) -> None:
        tab = await open_runs(session)
        queue, runner = session.client.queue, tab.wiring.plans.runner
        (left,) = queue.add_all(plans.spec_of(plan, cell) for cell in plans.progress(plan).due)
        queue.pause(left.id)
        tab.views.set_value("plans")
        tab.wiring.plans.take(plan)
        for jobs in (1, 2):  # what was left is not queued twice; started again, it is tried again
            await until(tab.plans.start_button.isEnabled)
            tab.plans.start_button.click()
            assert runner.is_running("mine")
            await until(lambda: not runner.is_running("mine"), LIMIT_S)
            assert [job.state for job in queue.jobs()] == [JobState.FAILED] * jobs
        assert runner.active("mine") == {}

    on_screen(scenario)


def test_mlflows_own_pages_are_opened_or_it_is_said_how_to_get_them(
    on_screen: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Browser(QObject):
        addresses: ClassVar[list[str]] = []

        @Slot(QUrl)
        def show(self, url: QUrl) -> None:
            self.addresses.append(url.toString())

    browser = Browser()
    monkeypatch.setattr(pages, "INDEX", ("no", "such", "page"))

    async def scenario(session) -> None:
        tab = await open_runs(session)
        tab.commands.mlflow.trigger()
        assert "To have them: pip install mlflow==" in tab.banner.text
        address = "http://127.0.0.1:9/"
        shown(session)._take_settings(Settings(tracking_address=address))
        QDesktopServices.setUrlHandler("http", browser, "show")
        try:
            tab.commands.mlflow.trigger()
        finally:
            QDesktopServices.unsetUrlHandler("http")
        assert browser.addresses == [address]

    on_screen(scenario)
