"""The whole way in the program's own window: from nothing to a data set, without network, mouse or terminal."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.ui.app import Session
from pyroblur_gui.ui.tabs.datasets.source_dialog import SourceDialog
from tests.ui.datasets.work_desk import press, write
from tests.ui.desk import Play, shown, until


def test_made_up_pictures_become_a_data_set_with_charts(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        tab = window.datasets
        window._tabs.setCurrentIndex(1)
        tab.commands.get.trigger()
        (dialog,) = tab.findChildren(SourceDialog)
        press(dialog.cards.cards["synthetic"])
        assert not dialog.details.accept_box.isVisible()
        write(dialog.details.form.control("max_samples").widget, "6")
        QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
        assert dialog.get_button.text() == "&Make"
        press(dialog.get_button)
        await until(lambda: any(line.facts is not None for line in tab.wiring.presenter.lines()))
        assert tab.work is not None
        (row,) = tab.work.rows()
        assert row.text.startswith("Done: ")
        tab.show_view("charts")
        await until(lambda: tab.charts is not None and len(tab.charts.charts) == 6)
        press(row.let_go_button)
        await until(lambda: tab.work is not None and not tab.work.isVisible())

    on_screen(play)
    with open_dataset("synthetic") as dataset:
        boxes = {box.label for picture in dataset.every_picture() for box in picture.boxes}
        assert boxes == {0, 1}
