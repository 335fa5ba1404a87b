"""The user's own pictures become a data set by the dialog: recognised, mapped, imported by the real worker."""

import shutil
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.datasets.spec import ImportSpec
from pyroblur_gui.datasets.store import names, open_dataset
from pyroblur_gui.ui.tabs.datasets.import_dialog import ImportDialog
from tests.small_sets import write_picture, yolo_folder
from tests.ui.datasets.work_desk import Desk, perform, press, write
from tests.ui.desk import Drag, local_urls, until


def opened(desk: Desk, *paths: Path) -> ImportDialog:
    dialog = ImportDialog(desk.client, paths, parent=desk.window)
    dialog.wanted.connect(desk.work.start)
    dialog.open()
    return dialog


async def recognised(dialog: ImportDialog) -> None:
    await until(lambda: not any(place.is_looking for place in dialog.presenter.places()))


def test_a_yolo_folder_becomes_a_data_set(qapp: QApplication, tmp_path: Path) -> None:
    folder = yolo_folder(tmp_path / "street views", 12, names=("person-face", "plate", "dog", "cat"))
    (folder / "data.yaml").write_text((folder / "data.yaml").read_text() + "download: rm -rf ~\n")

    async def scenario(desk: Desk) -> None:
        dialog = opened(desk, folder)
        await recognised(dialog)
        assert "YOLO" in dialog.places.text(folder)
        assert "4 classes: person-face, plate, dog, cat" in dialog.places.text(folder)
        assert "download" in dialog.places.notes(folder)
        assert dialog.options.name_edit.text() == "street views"
        classes = dialog.classes
        assert {name: combo.currentData() for name, combo in classes.combos.items()} == {
            "person-face": "person-face", "plate": LICENSE_PLATE, "dog": "dog", "cat": "cat",
        }  # fmt: skip
        choose(classes.combos["person-face"], "Faces")
        choose(classes.combos["cat"], "Leave out")
        assert list(classes.looked_for) == [FACE, LICENSE_PLATE, "dog"]
        press(classes.leave_out_button)
        assert classes.combos["dog"].currentText() == "Leave out"
        press(dialog.import_button)
        await until(lambda: bool(desk.finished))
        assert "Done: 12 pictures" in desk.row.text

    perform(qapp, scenario)
    with open_dataset("street views") as dataset:
        assert dataset.classes == (FACE, LICENSE_PLATE)
        assert len(dataset.ids()) == 12
        assert {frozenset(picture.labelled) for picture in dataset.every_picture()} == {frozenset({0, 1})}
        assert {box.label for picture in dataset.every_picture() for box in picture.boxes} == {0, 1}


def test_a_zip_whose_plates_were_not_all_marked_says_so_in_the_data_set(qapp: QApplication, tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "mine"), "zip", yolo_folder(tmp_path / "mine", 6)))

    async def scenario(desk: Desk) -> None:
        dialog = opened(desk)
        assert not dialog.import_button.isEnabled()
        assert "Add a folder" in dialog.problem.text()
        drop(dialog, archive)
        assert "Looking" in dialog.problem.text()
        await recognised(dialog)
        assert "YOLO" in dialog.places.text(archive)
        QTest.mouseClick(dialog.classes.looked_for[LICENSE_PLATE], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        write(dialog.options.name_edit, "only faces")
        press(dialog.import_button)
        await until(lambda: bool(desk.finished))

    perform(qapp, scenario)
    with open_dataset("only faces") as dataset:
        assert {picture.labelled for picture in dataset.every_picture()} == {frozenset({0})}


def test_what_cannot_be_imported_says_what_was_looked_for_and_can_be_taken_off(
    qapp: QApplication, tmp_path: Path
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.doc").write_text("x")
    good = yolo_folder(tmp_path / "good", 2)

    async def scenario(desk: Desk) -> None:
        dialog = opened(desk, tmp_path / "letters", tmp_path / "gone", good)
        await recognised(dialog)
        assert "nothing" in dialog.places.text(tmp_path / "letters")
        assert "YOLO" in dialog.places.text(tmp_path / "letters")
        assert "is not there" in dialog.places.text(tmp_path / "gone")
        assert not dialog.import_button.isEnabled()
        for line in ("letters", "gone"):
            press(dialog.places._lines[tmp_path / line].remove_button)
        assert dialog.import_button.isEnabled()
        dialog.reject()

    perform(qapp, scenario)
    assert names() == []


def test_wider_text_is_told_what_its_boxes_are(qapp: QApplication, tmp_path: Path) -> None:
    folder = tmp_path / "wider"
    for number in range(3):
        write_picture(folder / "WIDER_train" / "images" / "0--Parade" / f"{number}.jpg", number)
    lines = "".join(f"0--Parade/{number}.jpg\n1\n10 10 40 20 0 0 0 0 0 0\n" for number in range(3))
    (folder / "wider_face_split").mkdir()
    (folder / "wider_face_split" / "boxes_train_bbx_gt.txt").write_text(lines)
    told: list[ImportSpec] = []

    async def scenario(desk: Desk) -> None:
        dialog = opened(desk, folder)
        dialog.wanted.connect(told.append)
        await recognised(dialog)
        assert "WIDER" in dialog.places.text(folder)
        assert "does not say" in dialog.places.notes(folder)
        choose(dialog.only_class, "Licence plates")
        press(dialog.import_button)
        await until(lambda: bool(desk.finished))

    perform(qapp, scenario)
    assert told[0].only_class == LICENSE_PLATE
    with open_dataset("wider") as dataset:
        assert {box.label for picture in dataset.every_picture() for box in picture.boxes} == {1}
        assert {picture.labelled for picture in dataset.every_picture()} == {frozenset({1})}


def test_a_folder_joins_a_data_set_that_is_there(qapp: QApplication, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.work.start(ImportSpec(paths=(yolo_folder(tmp_path / "one", 3),), name="one"))
        await until(lambda: bool(desk.finished))
        dialog = opened(desk, yolo_folder(tmp_path / "two", 4, first=100))
        dialog._fill_join_menu()
        (action,) = dialog._join_menu.actions()
        assert action.text() == "one"
        action.trigger()
        await recognised(dialog)
        assert "PyroBlur data set" in dialog.places.text(Path("one"))
        write(dialog.options.name_edit, "one")
        assert "Take another name" in dialog.problem.text()
        write(dialog.options.name_edit, "both")
        press(dialog.import_button)
        await until(lambda: len(desk.finished) == 2)

    perform(qapp, scenario)
    with open_dataset("both") as dataset:
        assert len(dataset.ids()) == 7


def test_a_dialog_that_is_closed_while_it_looks_leaves_nothing_running(qapp: QApplication, tmp_path: Path) -> None:
    folder = yolo_folder(tmp_path / "many", 3)

    async def scenario(desk: Desk) -> None:
        dialog = opened(desk, folder)
        dialog.reject()

    perform(qapp, scenario)


def test_a_name_that_cannot_be_taken_is_told(qapp: QApplication, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        dialog = opened(desk, yolo_folder(tmp_path / "a", 1))
        await recognised(dialog)
        for name in ("../up", "a/b", " ", "x" * 81):
            write(dialog.options.name_edit, name)
            assert not dialog.import_button.isEnabled()
            assert "name begins with a letter" in dialog.problem.text()
        write(dialog.options.name_edit, "fine")
        assert dialog.import_button.isEnabled()
        dialog.reject()

    perform(qapp, scenario)


def choose(combo: object, text: str) -> None:
    """With the keys: opened, gone to, taken."""
    combo.setFocus()
    place = combo.findText(text)
    assert place >= 0, [combo.itemText(number) for number in range(combo.count())]
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(place):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentText() == text


def drop(dialog: ImportDialog, path: Path) -> None:
    drag = Drag(dialog, local_urls([path]), at=QPointF(60, 60))
    assert drag.enter()
    assert drag.drop()
