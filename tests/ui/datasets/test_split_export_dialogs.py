"""Splitting, exporting and suggesting by their dialogs, done by the real worker."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.spec import ExportSpec, FormatName, ImportSpec, SplitOptions, SplitSpec, SuggestSpec
from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.ui.tabs.datasets.export_dialog import ExportDialog
from pyroblur_gui.ui.tabs.datasets.split_dialog import SplitDialog
from pyroblur_gui.ui.tabs.datasets.suggest_dialog import SuggestDialog
from tests.small_sets import yolo_folder
from tests.ui.datasets.work_desk import Desk, perform, press, write
from tests.ui.desk import until


async def imported(desk: Desk, folder: Path) -> None:
    desk.work.start(ImportSpec(paths=(yolo_folder(folder, 20),), name="set"))
    await until(lambda: bool(desk.finished))


def test_a_data_set_is_split_and_exported_by_the_dialogs(qapp: QApplication, tmp_path: Path) -> None:
    target = tmp_path / "out"

    async def scenario(desk: Desk) -> None:
        await imported(desk, tmp_path / "in")
        splitting = SplitDialog("set", pictures=20, parent=desk.window)
        splitting.wanted.connect(desk.work.start)
        splitting.open()
        train, val, _ = splitting.shares.boxes
        write(val, "40")
        QTest.keyClick(val, Qt.Key.Key_Tab)
        assert splitting.shares.value() == (50, 40, 10)
        assert train.value() == 50
        press(splitting.split_button)
        await until(lambda: len(desk.finished) == 2)
        exporting = ExportDialog("set", parent=desk.window)
        exporting.wanted.connect(desk.work.start)
        exporting.open()
        assert not exporting.export_button.isEnabled()
        edit = exporting.findChild(QLineEdit)
        write(edit, str(tmp_path / "in"))
        assert "not empty" in exporting.problem.text()
        write(edit, "here")
        assert "whole path" in exporting.problem.text()
        write(edit, str(target))
        segment = exporting.formats._buttons[FormatName.COCO.value]
        QTest.mouseClick(segment, Qt.MouseButton.LeftButton)
        press(exporting.export_button)
        await until(lambda: len(desk.finished) == 3)

    perform(qapp, scenario)
    with open_dataset("set") as dataset:
        splits = [picture.split for picture in dataset.every_picture()]
        assert {split: splits.count(split) for split in Split} == {Split.TRAIN: 10, Split.VAL: 8, Split.TEST: 2}
    assert list(target.rglob("*.json")) != []
    assert len(list(target.rglob("*.jpg"))) == 20


def test_a_split_that_is_asked_for_names_shares_and_seed(qapp: QApplication) -> None:
    told: list[SplitSpec] = []

    async def scenario(desk: Desk) -> None:
        dialog = SplitDialog("set", options=SplitOptions(ratios=(80, 10, 10), seed=3), parent=desk.window)
        dialog.wanted.connect(told.append)
        dialog.open()
        write(dialog.seed, "7")
        press(dialog.split_button)

    perform(qapp, scenario)
    assert told == [SplitSpec(name="set", options=SplitOptions(ratios=(80, 10, 10), seed=7))]


@pytest.mark.parametrize(("typed", "expected"), [("0", None), ("35", 0.35)])
def test_suggestions_name_the_teacher_and_how_sure_it_must_be(
    qapp: QApplication, typed: str, expected: float | None
) -> None:
    told: list[SuggestSpec] = []

    async def scenario(desk: Desk) -> None:
        dialog = SuggestDialog("set", classes=("license_plate", "dog"), parent=desk.window)
        dialog.wanted.connect(told.append)
        dialog.open()
        assert "It does not know: Dog." in dialog._about.text()
        write(dialog.confidence, typed)
        press(dialog.suggest_button)

    perform(qapp, scenario)
    assert told == [SuggestSpec(name="set", model="thorough", confidence=expected)]


def test_a_file_in_the_place_of_the_folder_is_told(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    told: list[ExportSpec] = []

    async def scenario(desk: Desk) -> None:
        dialog = ExportDialog("set", folder=tmp_path / "file", parent=desk.window)
        dialog.wanted.connect(told.append)
        dialog.open()
        assert "This is a file" in dialog.problem.text()
        assert not dialog.export_button.isEnabled()
        dialog.reject()

    perform(qapp, scenario)
    assert told == []
