"""What can be done in the Training tab, once: menus, buttons and shortcuts all use these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr

if TYPE_CHECKING:
    from pyroblur_gui.ui.tabs.training.runs import RunLine


class TrainingActions(QObject):
    """Made before the widgets that show them; the tab connects them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.start = self._make(tr("&Start training"), "play-fill", tr("Train with what the form says"), "Ctrl+Return")
        self.look = self._make(
            tr("&Look first"), "magnifying-glass", tr("Try a few steps: how long it takes, and whether it would work"),
            "Ctrl+L",
        )  # fmt: skip
        self.save_recipe = self._make(
            tr("Save as re&cipe…"), "floppy-disk", tr("Keep what the form says under a name of its own"), "Ctrl+S"
        )
        self.finish = self._make(
            tr("Stop after this &epoch"), "flag", tr("Ends in order, with a model; can be resumed"), "Ctrl+E"
        )
        self.stop = self._make(
            tr("S&top now"), "stop-fill", tr("Stops at once; resuming goes on after the last whole epoch"), "Ctrl+."
        )
        self.resume = self._make(tr("&Resume"), "play", tr("Go on after the last whole epoch"), "Ctrl+R")
        self.continue_ = self._make(
            tr("C&ontinue from best…"), "fast-forward", tr("A new run that starts from the best weights of this one"),
            "",
        )  # fmt: skip
        self.duplicate = self._make(
            tr("&Duplicate with changes…"), "copy", tr("Put what this run was told into the form"), "Ctrl+D"
        )
        self.use = self._make(tr("&Use for blurring"), "check", tr("Make its model the one of the tab Blur"), "Ctrl+U")
        self.export = self._make(
            tr("E&xport…"), "export", tr("Write its model for other programs: OpenVINO, TorchScript, TensorRT"), ""
        )
        self.show_in_folder = self._make(
            tr("Show in &folder"), "folder-open", tr("Open the folder of this run"), "Ctrl+Shift+E"
        )
        self.remove = self._make(tr("Re&move…"), "trash", tr("Delete this run with its checkpoints"), "")
        self.discard = self._make(tr("Dis&card…"), "trash", tr("Stop this run and delete it"), "")
        self.pack = self._make(
            tr("Training &pack…"), "package", tr("The part that trains: whether it is whole, where it comes from"), ""
        )
        self.of_course = (self.finish, self.stop, self.discard)
        self.update_for(None)

    def fill_file_menu(self, menu: QMenu) -> None:
        menu.addActions([self.start, self.look, self.save_recipe])

    def fill_view_menu(self, menu: QMenu) -> None:
        menu.addActions([self.show_in_folder])

    def fill_menu(self, menu: QMenu) -> None:
        menu.addActions([*self.of_course])
        menu.addSeparator()
        menu.addActions([self.resume, self.continue_, self.duplicate])
        menu.addSeparator()
        menu.addActions([self.use, self.export, self.show_in_folder])
        menu.addSeparator()
        menu.addAction(self.remove)
        menu.addSeparator()
        menu.addAction(self.pack)

    def update_for(self, line: RunLine | None) -> None:
        """Enables what makes sense for the run that is shown."""
        is_under_way = line is not None and line.stage.is_under_way
        self.finish.setEnabled(line is not None and line.stage.value == "running")
        self.stop.setEnabled(is_under_way and line is not None and line.stage.value != "stopping")
        self.discard.setEnabled(is_under_way)
        self.resume.setEnabled(line is not None and line.can_resume)
        self.continue_.setEnabled(line is not None and line.can_continue)
        self.use.setEnabled(line is not None and line.can_continue)
        self.export.setEnabled(line is not None and line.can_continue)
        self.duplicate.setEnabled(line is not None)
        self.show_in_folder.setEnabled(line is not None and (line.stage.is_active or line.last_epoch > 0))
        self.remove.setEnabled(line is not None and line.can_be_removed)

    def _make(self, text: str, glyph: str, what: str, keys: str) -> QAction:
        action = QAction(icons.icon(glyph), text, self)
        action.setShortcut(QKeySequence(keys))
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{what} ({shown})" if shown else what)
        return action
