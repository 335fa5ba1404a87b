"""The dialogs and the list of work for those without a mouse, with a screen reader, or with little room."""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QWidget,
)

from pyroblur_gui.datasets.spec import ImportSpec
from pyroblur_gui.ui.tabs.datasets.export_dialog import ExportDialog
from pyroblur_gui.ui.tabs.datasets.import_dialog import ImportDialog
from pyroblur_gui.ui.tabs.datasets.source_dialog import SourceDialog
from pyroblur_gui.ui.tabs.datasets.source_key import KeyDialog, KeyField
from pyroblur_gui.ui.tabs.datasets.split_dialog import SplitDialog
from pyroblur_gui.ui.tabs.datasets.suggest_dialog import SuggestDialog
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from tests.small_sets import yolo_folder
from tests.ui.datasets.work_desk import Desk, perform
from tests.ui.desk import until

Make = Callable[[Desk, Path], QDialog]
DIALOGS: dict[str, Make] = {
    "source": lambda desk, _: SourceDialog(parent=desk.window),
    "source with a key": lambda desk, _: SourceDialog(source="roboflow", parent=desk.window),
    "import": lambda desk, folder: ImportDialog(desk.client, [yolo_folder(folder, 2)], parent=desk.window),
    "import, empty": lambda desk, _: ImportDialog(desk.client, parent=desk.window),
    "split": lambda desk, _: SplitDialog("set", pictures=12, parent=desk.window),
    "export": lambda desk, folder: ExportDialog("set", folder=folder, parent=desk.window),
    "suggest": lambda desk, _: SuggestDialog("set", parent=desk.window),
    "key": lambda desk, _: KeyDialog("roboflow", desk.window),
}


def controls(root: QWidget) -> list[QWidget]:
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)
    return [
        each
        for each in root.findChildren(QWidget)
        if isinstance(each, kinds)
        and each.isVisible()
        and not each.objectName().startswith("qt_")
        and not isinstance(each, QScrollBar)
        and not isinstance(each.parent(), QComboBox | QAbstractSpinBox | QLineEdit)
    ]


def clipped(root: QWidget) -> list[str]:
    """Texts that need more room than they have."""
    found = []
    for each in root.findChildren(QWidget):
        if not isinstance(each, QLabel | QAbstractButton) or not each.isVisible() or not each.text():
            continue
        if isinstance(each, ElidedLabel):
            continue
        if isinstance(each, QLabel) and each.wordWrap():
            if each.height() < each.heightForWidth(each.width()):
                found.append(f"{each.text()[:40]!r}: {each.size()}")
        elif isinstance(each, QLabel) and each.textFormat() is Qt.TextFormat.RichText:
            continue
        elif each.width() < each.fontMetrics().size(0, each.text().replace("&", "")).width():
            found.append(f"{each.text()!r}: {each.size()}")
    return found


@pytest.mark.parametrize("name", DIALOGS)
def test_every_control_is_named_reached_by_tab_and_not_clipped(qapp: QApplication, tmp_path: Path, name: str) -> None:
    async def scenario(desk: Desk) -> None:
        dialog = DIALOGS[name](desk, tmp_path / "data")
        dialog.show()
        if isinstance(dialog, ImportDialog):
            await until(lambda: not any(place.is_looking for place in dialog.presenter.places()))
        if isinstance(dialog, SourceDialog):
            dialog.details.form.advanced.set_open(is_open=True)
        await until(lambda: not any(field.is_looking for field in dialog.findChildren(KeyField)))
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        await asyncio.sleep(0.05)
        assert [each for each in controls(dialog) if not each.accessibleName()] == []
        assert clipped(dialog) == []
        wanted = {
            each for each in controls(dialog) if each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        }
        reached = []
        for _ in range(60):
            QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
            reached.append(QApplication.focusWidget())
        alone = {each for each in wanted if isinstance(each, QAbstractButton) and each.group() is not None}
        assert [each.accessibleName() for each in wanted - set(reached) - alone] == []
        assert [each.accessibleName() for each in _out_of_line(reached)] == []
        dialog.reject()

    perform(qapp, scenario)


def _out_of_line(stops: list[QWidget]) -> list[QWidget]:
    """Stops of one round that lie above the one before, within the part of the dialog that both belong to."""
    first = min(range(len(stops)), key=lambda place: stops[place].mapToGlobal(QPoint()).toTuple()[::-1])
    again = stops.index(stops[first], first + 1)
    found = []
    for before, after in itertools.pairwise(stops[first:again]):
        part = _part(before)
        if (
            part is _part(after)
            and after.mapTo(part, QPoint(0, after.height())).y() <= before.mapTo(part, QPoint()).y()
        ):
            found.append(after)
    return found


def _part(stop: QWidget) -> QWidget:
    """What scrolls with it, or the whole."""
    each = stop
    while (above := each.parentWidget()) is not None and not each.isWindow():
        if isinstance(above.parentWidget(), QScrollArea):
            return each
        each = above
    return each


def test_arrow_keys_go_through_the_sources(qapp: QApplication) -> None:
    async def scenario(desk: Desk) -> None:
        dialog = SourceDialog(parent=desk.window)
        dialog.show()
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        first, second, *_ = dialog.cards.cards.values()
        first.setFocus()
        QTest.keyClick(first, Qt.Key.Key_Down)
        assert second.isChecked()
        assert dialog.details.wish().source == second.facts
        dialog.reject()

    perform(qapp, scenario)


def test_the_list_of_work_tells_each_job_in_words_and_fits_its_texts(qapp: QApplication, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.window.resize(620, 400)
        desk.work.start(ImportSpec(paths=(yolo_folder(tmp_path / "a", 3),), name="good"))
        desk.work.start(ImportSpec(paths=(tmp_path / "a folder with a long name that is not there",), name="bad"))
        await until(lambda: desk.work.under_way == 0 and len(desk.work.rows()) == 2)
        await asyncio.sleep(0.2)
        bad, good = desk.work.rows()[::-1] if "bad" in desk.work.rows()[1].accessibleName() else desk.work.rows()
        assert "is not there" in bad.accessibleName()
        assert good.accessibleName().startswith("Importing “good”. Done: 3 pictures")
        for row in (bad, good):
            assert [each for each in controls(row) if not each.accessibleName()] == []
        assert clipped(desk.work) == []
        assert desk.work.height() >= sum(row.height() for row in desk.work.rows())

    perform(qapp, scenario)
