"""What can be done in the large view, once: buttons, the context menu and keys all use these."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr


class PictureActions(QObject):
    """Single keys count within the view only: elsewhere they are letters."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.back = self._make(tr("&Back to the pictures"), "arrow-left", "Backspace")
        self.previous = self._make(tr("&Previous picture"), "caret-left", "")
        self.next = self._make(tr("&Next picture"), "caret-right", "")
        self.draw = self._make(tr("Dra&w over other boxes"), "selection-plus", "B")
        self.draw.setCheckable(True)
        self.add = self._make(tr("&Add a box"), "plus", "Insert")
        self.delete = self._make(tr("&Delete box"), "trash", "Del")
        self.accept = self._make(tr("A&ccept suggestion"), "check", "A")
        self.accept_all = self._make(tr("Accept a&ll"), "checks", "Shift+A")
        self.all_marked = self._make(tr("&Nothing left to mark"), "check-square", "N")
        self.all_marked.setToolTip(
            tr("Every face and plate here has its box; a training learns the rest as background (N)")
        )
        self.show_boxes = self._make(tr("Show &boxes"), "bounding-box", "H")
        self.show_boxes.setCheckable(True)
        self.show_boxes.setChecked(True)
        self.larger = self._make(tr("&Zoom in"), "magnifying-glass-plus", "", keys="+")
        self.smaller = self._make(tr("Zoom &out"), "magnifying-glass-minus", "", keys="-")
        self.fit = self._make(tr("&Fit"), "arrows-out", "", keys="F")
        self.remove = self._make(tr("Remove pict&ure"), "x-square", "Shift+Del")
        self.remove.setToolTip(tr("Take the picture out of the data set (Shift+Del)"))
        self.previous.setToolTip(tr("Previous picture (Left, Page Up)"))
        self.next.setToolTip(tr("Next picture (Right, Page Down)"))
        view.addActions(
            [
                self.back,
                self.draw,
                self.add,
                self.delete,
                self.accept,
                self.accept_all,
                self.all_marked,
                self.show_boxes,
                self.remove,
            ]
        )

    def fill_menu(self, menu: QMenu) -> None:
        menu.addActions([self.accept, self.accept_all, self.delete])
        menu.addSeparator()
        menu.addAction(self.all_marked)
        menu.addSeparator()
        menu.addActions([self.add, self.draw, self.show_boxes, self.fit])
        menu.addSeparator()
        menu.addAction(self.remove)

    def update_for(self, *, is_chosen: bool, is_suggestion: bool, has_suggestions: bool, is_unmarked: bool) -> None:
        self.delete.setEnabled(is_chosen)
        self.delete.setText(tr("Re&ject suggestion") if is_suggestion else tr("&Delete box"))
        self.delete.setToolTip(f"{self.delete.text().replace('&', '')} (Del)")
        self.accept.setEnabled(is_suggestion)
        self.accept_all.setEnabled(has_suggestions)
        self.all_marked.setEnabled(is_unmarked)

    def _make(self, text: str, glyph: str, shortcut: str, *, keys: str = "") -> QAction:
        """keys: shown in the tooltip only; the view itself listens to them."""
        action = QAction(icons.icon(glyph), text, self)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shown = keys or action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        plain = text.replace("&", "")
        action.setToolTip(f"{plain} ({shown})" if shown else plain)
        return action
