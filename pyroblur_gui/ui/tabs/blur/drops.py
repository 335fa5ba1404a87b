"""Files held over a widget and dropped on it, as three signals."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from pyroblur_gui.ui.tabs.blur.files import local_files

_OVER = {QEvent.Type.DragEnter, QEvent.Type.DragMove}


class DropZone(QObject):
    """Takes local files and folders only, and only copies: the desktop keeps the originals."""

    entered = Signal()
    left = Signal()
    dropped = Signal(object)  # list[Path]

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.DragLeave:
            self.left.emit()
        elif isinstance(event, QDropEvent) and (kind in _OVER or kind is QEvent.Type.Drop):
            self._take(event)
            return True
        return super().eventFilter(watched, event)

    def _take(self, event: QDropEvent) -> None:
        files = local_files(event.mimeData())
        if not files:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() is QEvent.Type.DragEnter:
            self.entered.emit()
        elif event.type() is QEvent.Type.Drop:
            self.left.emit()
            self.dropped.emit(files)
