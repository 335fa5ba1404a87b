"""What can be done in the Data sets tab, once: menus, buttons and shortcuts all use these."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr


class DatasetActions(QObject):
    """Made before the widgets that show them; the tab connects them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.get = self._make(tr("&Get data…"), "download-simple", tr("Get a data set from a source"), "Ctrl+G")
        self.import_ = self._make(
            tr("&Import…"), "folder-plus", tr("Make a data set of your own pictures and labels"), "Ctrl+O"
        )
        self.check = self._make(
            tr("&Check"), "check-circle", tr("Look for everything that would harm a training"), "Ctrl+K"
        )
        self.suggest = self._make(
            tr("S&uggest labels…"), "sparkle", tr("Let a model fill in what the source does not label"), "Ctrl+L"
        )
        self.split = self._make(
            tr("&Split…"), "chart-pie-slice", tr("Divide the pictures into training, validation and test"), "Ctrl+D"
        )
        self.export = self._make(tr("&Export…"), "export", tr("Write it for another program"), "Ctrl+E")
        self.remove = self._make(tr("&Remove…"), "trash", tr("Delete the data set with its copies of the pictures"), "")
        self.undo = self._make(tr("&Undo"), "arrow-u-up-left", tr("Nothing to undo"), QKeySequence.StandardKey.Undo)
        self.redo = self._make(tr("Re&do"), "arrow-u-up-right", tr("Nothing to redo"), "Ctrl+Shift+Z")
        self.pictures = self._make(tr("&Pictures"), "squares-four", tr("Show the pictures"), "Ctrl+1")
        self.problems = self._make(tr("P&roblems"), "warning", tr("Show what the check found"), "Ctrl+2")
        self.charts = self._make(tr("&Charts"), "chart-bar", tr("Show figures and charts"), "Ctrl+3")
        self.of_set = (self.check, self.suggest, self.split, self.export, self.remove)
        self.show_history(None, None, is_allowed=False)

    def fill_file_menu(self, menu: QMenu) -> None:
        menu.addActions([self.get, self.import_])

    def fill_menu(self, menu: QMenu) -> None:
        menu.addActions([self.check, self.suggest, self.split, self.export])
        menu.addSeparator()
        menu.addActions([self.undo, self.redo])
        menu.addSeparator()
        menu.addAction(self.remove)

    def fill_view_menu(self, menu: QMenu) -> None:
        menu.addActions([self.pictures, self.problems, self.charts])

    def update_for(self, *, is_open: bool, is_busy: bool) -> None:
        """is_open: a data set is shown and can be read. is_busy: a job is changing it."""
        for action in (self.check, self.suggest, self.split, self.remove):
            action.setEnabled(is_open and not is_busy)
        self.export.setEnabled(is_open)
        for action in (self.pictures, self.problems, self.charts):
            action.setEnabled(is_open)

    def show_history(self, undo: str | None, redo: str | None, *, is_allowed: bool) -> None:
        """What the next undo and redo would do, in their tooltips."""
        self.undo.setEnabled(is_allowed and undo is not None)
        self.redo.setEnabled(is_allowed and redo is not None)
        self._tell(self.undo, tr("Undo: {change}", change=undo) if undo else tr("Nothing to undo"))
        self._tell(self.redo, tr("Redo: {change}", change=redo) if redo else tr("Nothing to redo"))

    def _make(self, text: str, glyph: str, what: str, keys: QKeySequence.StandardKey | str) -> QAction:
        action = QAction(icons.icon(glyph), text, self)
        action.setShortcut(QKeySequence(keys))
        self._tell(action, what)
        return action

    def _tell(self, action: QAction, what: str) -> None:
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{what} ({shown})" if shown else what)
