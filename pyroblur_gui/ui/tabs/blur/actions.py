"""What can be done in the Blur tab, once: menus, buttons and shortcuts all use these."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState, Summary


class BlurActions(QObject):
    """Made before the widgets that show them; `tab` connects them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        keys = QKeySequence
        self.add_files = self._make(tr("&Add files…"), "plus", tr("Add photos and videos"), keys.StandardKey.Open)
        self.add_folder = self._make(
            tr("Add f&older…"), "folder-plus", tr("Add all photos and videos of a folder"), "Ctrl+Shift+O"
        )
        self.paste = self._make(
            tr("&Paste files"), "clipboard", tr("Add copied files, or paths in copied text"), keys.StandardKey.Paste
        )
        self.start = self._make(tr("&Start"), "play-fill", tr("Cover all files that are ready"), "Ctrl+Return")
        self.pause_all = self._make(tr("Pause &all"), "pause-fill", tr("Pause everything"), "Ctrl+P")
        self.resume_all = self._make(tr("R&esume all"), "play-fill", tr("Go on with everything"), "Ctrl+Shift+P")
        self.cancel_all = self._make(tr("S&top all"), "stop-fill", tr("Cancel everything that is not done"), "Ctrl+.")
        self.pause = self._make(tr("&Pause"), "pause", tr("Pause the chosen files"), "P")
        self.resume = self._make(tr("&Resume"), "play", tr("Go on with the chosen files"), "R")
        self.cancel = self._make(tr("&Cancel"), "stop", tr("Cancel the chosen files"), "C")
        self.retry = self._make(
            tr("Cover a&gain"), "arrow-clockwise", tr("Cover the chosen files again, with the options of now"), "Ctrl+R"
        )
        self.remove = self._make(
            tr("Re&move from list"), "trash", tr("Take the chosen files off the list; nothing is deleted"), "Del"
        )
        self.open_output = self._make(tr("&Open result"), "arrow-square-out", tr("Open the result"), "Ctrl+E")
        self.show_in_folder = self._make(
            tr("Show in &folder"),
            "folder-open",
            tr("Show the result, or else the source, in its folder"),
            "Ctrl+Shift+E",
        )
        self.show_results = self._make(
            tr("Show all &results"), "folders", tr("Open the folders of all results"), "Ctrl+Shift+F"
        )
        self.open_report = self._make(tr("Open r&eport"), "file-text", tr("Open the report on the result"), "")
        self.copy_details = self._make(tr("Copy &details"), "copy", tr("Copy what is said of the chosen files"), "")
        self.clear_finished = self._make(
            tr("Clear &finished"), "checks", tr("Take all finished files off the list"), "Ctrl+Shift+Del"
        )
        self.select_all = self._make(tr("Select a&ll"), "selection-all", tr("Choose all files"), "")
        for action in (self.pause, self.resume, self.cancel, self.remove):
            # single keys only count in the list: in a text field they are letters
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.of_chosen_shown = (
            self.pause,
            self.resume,
            self.cancel,
            self.retry,
            self.open_output,
            self.show_in_folder,
            self.remove,
        )

    def of_list(self) -> tuple[QAction, ...]:
        """Those whose shortcuts belong to the list."""
        return self.pause, self.resume, self.cancel, self.remove

    def fill_file_menu(self, menu: QMenu) -> None:
        menu.addActions([self.add_files, self.add_folder, self.paste])

    def fill_view_menu(self, menu: QMenu) -> None:
        menu.addAction(self.select_all)

    def fill_queue_menu(self, menu: QMenu) -> None:
        menu.addActions([self.start, self.pause_all, self.resume_all, self.cancel_all])
        menu.addSeparator()
        menu.addActions([self.pause, self.resume, self.cancel, self.retry])
        menu.addSeparator()
        menu.addActions([self.open_output, self.show_in_folder, self.open_report, self.show_results])
        menu.addSeparator()
        menu.addActions([self.copy_details, self.remove, self.clear_finished])

    def fill_context_menu(self, menu: QMenu) -> None:
        menu.addActions([self.open_output, self.show_in_folder, self.open_report])
        menu.addSeparator()
        menu.addActions([self.pause, self.resume, self.cancel, self.retry])
        menu.addSeparator()
        menu.addActions([self.copy_details, self.remove])

    def update_for(self, chosen: list[Item], summary: Summary) -> None:
        """Enables what makes sense for the chosen files and the list as a whole."""
        states = {item.state for item in chosen}
        self.start.setEnabled(summary.ready > 0)
        self.pause_all.setEnabled(summary.is_busy)
        self.resume_all.setEnabled(summary.paused > 0 or (summary.waiting > 0 and not summary.is_started))
        self.cancel_all.setEnabled(summary.under_way > 0)
        self.pause.setEnabled(bool(states & {ItemState.RUNNING, ItemState.QUEUED}))
        self.resume.setEnabled(bool(states & {ItemState.PAUSED, ItemState.INTERRUPTED}))
        self.cancel.setEnabled(any(state.is_under_way for state in states))
        self.retry.setEnabled(any(state.is_over for state in states))
        self.remove.setEnabled(bool(chosen))
        self.open_output.setEnabled(any(state.is_finished for state in states))
        self.show_in_folder.setEnabled(bool(chosen))
        self.show_results.setEnabled(summary.finished > 0)
        self.open_report.setEnabled(any(item.report is not None for item in chosen))
        self.copy_details.setEnabled(any(item.message for item in chosen))
        self.clear_finished.setEnabled(summary.finished > 0 or summary.cancelled > 0)

    def _make(self, text: str, glyph: str, what: str, keys: QKeySequence.StandardKey | str) -> QAction:
        action = QAction(icons.icon(glyph), text, self)
        action.setShortcut(QKeySequence(keys))
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{what} ({shown})" if shown else what)
        action.setStatusTip("")
        return action
