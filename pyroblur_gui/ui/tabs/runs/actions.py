"""What can be done in the Runs tab, once: menus, buttons and shortcuts all use these."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr


class RunsActions(QObject):
    """Made before the widgets that show them; the tab connects them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.refresh = self._make(tr("&Refresh"), "arrows-clockwise", tr("Log what is new, and list again"), "F5")
        self.export = self._make(tr("&Export table…"), "download-simple", tr("Save what is listed as CSV"), "Ctrl+S")
        self.note = self._make(tr("&Note…"), "note-pencil", tr("Note something about this run"), "Ctrl+N")
        self.tag = self._make(tr("&Tag…"), "tag", tr("Tag the chosen runs, to find them again"), "Ctrl+T")
        self.delete = self._make(tr("&Delete"), "trash", tr("Put the chosen runs into the bin"), "Del")
        self.show_bin = self._make(tr("Show the &bin"), "recycle", tr("List deleted runs instead"), "Ctrl+B")
        self.show_bin.setCheckable(True)
        self.restore = self._make(tr("&Restore"), "arrow-counter-clockwise", tr("Take runs out of the bin"), "")
        self.erase = self._make(tr("E&mpty the bin…"), "trash", tr("Take deleted runs out of the store for good"), "")
        self.promote = self._make(tr("&Promote…"), "medal", tr("Make the model of this run the one used"), "Ctrl+P")
        self.roll_back = self._make(
            tr("R&oll back"), "arrow-u-up-left", tr("Use the model again that was used before"), ""
        )
        self.mlflow = self._make(tr("Open in &MLflow"), "arrow-square-out", tr("MLflow's own pages in a browser"), "")
        self.update_for(0, is_bin=False)

    def fill_file_menu(self, menu: QMenu) -> None:
        menu.addActions([self.refresh, self.export])

    def fill_view_menu(self, menu: QMenu) -> None:
        menu.addActions([self.show_bin, self.mlflow])

    def fill_menu(self, menu: QMenu) -> None:
        menu.addActions([self.note, self.tag])
        menu.addSeparator()
        menu.addActions([self.promote, self.roll_back])
        menu.addSeparator()
        menu.addActions([self.delete, self.restore, self.erase])

    def update_for(self, chosen: int, *, is_bin: bool, has_model: bool = False) -> None:
        """Enables what makes sense for so many chosen runs."""
        self.note.setEnabled(chosen == 1 and not is_bin)
        self.tag.setEnabled(chosen > 0 and not is_bin)
        self.delete.setEnabled(chosen > 0 and not is_bin)
        self.restore.setEnabled(chosen > 0 and is_bin)
        self.erase.setEnabled(is_bin)
        self.promote.setEnabled(chosen == 1 and has_model and not is_bin)

    def _make(self, text: str, glyph: str, what: str, keys: str) -> QAction:
        action = QAction(icons.icon(glyph), text, self)
        action.setShortcut(QKeySequence(keys))
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{what} ({shown})" if shown else what)
        return action
