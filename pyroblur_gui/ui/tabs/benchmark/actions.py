"""What can be done in the Benchmark tab, once: menus, buttons and shortcuts all use these."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr


class BenchmarkActions(QObject):
    """Made before the widgets that show them; the tab connects them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.run = self._make(tr("&Run benchmark"), "play-fill", tr("Measure what the form says"), "Ctrl+Return")
        self.cancel = self._make(tr("&Cancel benchmark"), "stop-fill", tr("Nothing of it is kept"), "Ctrl+.")
        self.save = self._make(
            tr("&Save report…"), "floppy-disk", tr("Copy the report, with all tables and charts, to a folder"), "Ctrl+S"
        )
        self.open_report = self._make(tr("&Open report"), "file-text", tr("Show the report as a page"), "Ctrl+R")
        self.remove = self._make(tr("Re&move…"), "trash", tr("Delete this result"), "")
        self.update_for(has_result=False, is_busy=False)

    def fill_file_menu(self, menu: QMenu) -> None:
        menu.addActions([self.run, self.save])

    def fill_view_menu(self, menu: QMenu) -> None:
        menu.addActions([self.open_report])

    def fill_menu(self, menu: QMenu) -> None:
        menu.addActions([self.run, self.cancel])
        menu.addSeparator()
        menu.addActions([self.open_report, self.save])
        menu.addSeparator()
        menu.addAction(self.remove)

    def update_for(self, *, has_result: bool, is_busy: bool) -> None:
        self.run.setEnabled(not is_busy)
        self.cancel.setEnabled(is_busy)
        for action in (self.save, self.open_report, self.remove):
            action.setEnabled(has_result)

    def _make(self, text: str, glyph: str, what: str, keys: str) -> QAction:
        action = QAction(icons.icon(glyph), text, self)
        action.setShortcut(QKeySequence(keys))
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{what} ({shown})" if shown else what)
        return action
